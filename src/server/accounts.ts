/** Numbers of users and groups, from the files of the system. */
import { readFileSync } from 'node:fs';

/** The number of a group, given its name or its number; null if there is none. Groups of a directory service
 *  are not in the file: for them the number has to be given. */
export function groupNumber(group: string, path = '/etc/group'): number | null {
  return accountNumber(group, path);
}

export function userNumber(user: string, path = '/etc/passwd'): number | null {
  return accountNumber(user, path);
}

/** Both files have the name in the first column and the number in the third. */
function accountNumber(account: string, path: string): number | null {
  if (/^\d{1,10}$/.test(account)) return Number(account);
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const [name, , number] = line.split(':');
    if (name === account && number !== undefined && /^\d{1,10}$/.test(number)) return Number(number);
  }
  return null;
}
