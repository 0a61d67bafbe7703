/** Whether standard error is read by systemd's journal. */
import { fstatSync } from 'node:fs';

/**
 * Compares a file descriptor with `JOURNAL_STREAM` (systemd.exec(5)): `device:inode` of what the service
 * was started with. It may be redirected since, and then severities in angle brackets would be litter.
 */
export function isJournal(fd: number, environment: NodeJS.ProcessEnv): boolean {
  const stream = environment['JOURNAL_STREAM'];
  if (stream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    return stream === `${dev}:${ino}`;
  } catch (e) {
    if (typeof e === 'object' && e !== null && 'code' in e && e.code === 'EBADF') return false; // closed
    throw e;
  }
}
