/** systemd's journal: whether it reads standard error, and how to speak to it without that. */
import { fstatSync } from 'node:fs';

import { FACILITY_CODE } from './facility.js';
import type { Origin } from './frame.js';
import { SEVERITY } from './level.js';

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

/**
 * The socket behind sd_journal_stream_fd(3) and systemd-cat(1). The journal's native socket takes fields of any
 * name, but is a unix datagram socket, which Node lacks; logger(1) with `--journald` would be a process for each
 * line, and systemd-cat knows no facility. This one is a stream of lines, and gives MESSAGE, PRIORITY,
 * SYSLOG_FACILITY and SYSLOG_IDENTIFIER, with our own process id.
 */
export const JOURNAL_SOCKET = '/run/systemd/journal/stdout';

/**
 * What such a stream begins with, a line each: identifier, unit (the journal finds it out), facility and default
 * severity, whether severities in angle brackets are taken off, and whether to forward to syslog, to the kernel's
 * log and to the console, which journald.conf(5) decides on its own.
 */
export function journalPreamble({ tag, facility }: Origin): string {
  const priority = FACILITY_CODE[facility] * 8 + SEVERITY.info;
  return `${tag}\n\n${priority}\n1\n0\n0\n0\n`;
}
