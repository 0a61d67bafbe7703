/** Asks the system's files about users and groups. */
import type { ConfigFiles } from './files.js';

/** More than any real one has. */
const MAX_BYTES = 1 << 20;

/** Whether a file like /etc/group names an account; null if it cannot be told. A number needs no name. */
export function hasAccount(account: string, list: string, files: ConfigFiles): boolean | null {
  if (/^\d+$/.test(account)) return true;
  let bytes: Uint8Array;
  try {
    bytes = files.read(list, MAX_BYTES);
  } catch {
    return null;
  }
  if (bytes.length === MAX_BYTES) return null;
  const lines = Buffer.from(bytes).toString('latin1').split('\n');
  return lines.some((line) => line.startsWith(`${account}:`));
}
