/** What a test needs from the machine, and the one line that says what was left out when it is not there. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, test } from '@jest/globals';

/**
 * A program that must be found, or one of five other things: `namespaces`, being allowed to make private ones (which
 * takes root), `python3-dnspython`, without which Debian's pyspf takes a name server's failure for no record,
 * `python3-authres`, which reads Authentication-Results, `sendmail`, the real one with modules for logins, at
 * `SENDMAIL_ROOT`, and `libmilter`, the library as it is needed to build with it.
 */
export type Need =
  'namespaces' | 'python3-dnspython' | 'python3-authres' | 'sendmail' | 'libmilter' | (string & {});

/** Where the packages of Sendmail lie unpacked: Debian cannot install it beside Postfix, which has a program of that
 *  name, too. */
export const SENDMAIL_ROOT = '/var/cache/spfwarden-tests/sendmail';

const LIBMILTER_HEADER = '/usr/include/libmilter/mfapi.h';

/** Daemons live where a login shell does not look. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The first file of that name that may be executed, or undefined. */
export function programPath(name: string): string | undefined {
  return FOLDERS.filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not ours to run: the same to a test
  }
}

function succeeds(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

function isThere(need: Need): boolean {
  switch (need) {
    case 'namespaces':
      if (process.getuid?.() !== 0) return false;
      return succeeds('unshare', '--mount', '--net', '--pid', '--fork', '--', 'true');
    case 'python3-dnspython':
      return succeeds('/usr/bin/python3', '-c', 'import dns.resolver');
    case 'python3-authres':
      return succeeds('/usr/bin/python3', '-c', 'import authres');
    case 'sendmail':
      return isExecutable(`${SENDMAIL_ROOT}/usr/libexec/sendmail/sendmail`) && hasSaslModules(SENDMAIL_ROOT);
    case 'libmilter':
      return existsSync(LIBMILTER_HEADER);
    default:
      return programPath(need) !== undefined;
  }
}

/** Whether the folder of modules of the SASL library was unpacked there, too. */
function hasSaslModules(root: string): boolean {
  const folder = `${root}/usr/lib`;
  return existsSync(folder) && readdirSync(folder).some((one) => existsSync(`${folder}/${one}/sasl2`));
}

/** Those of the needs that this machine does not meet, in the order given. */
export function missing(...needs: readonly Need[]): readonly Need[] {
  return needs.filter((need) => !isThere(need));
}

/**
 * `describe`, for tests that need programs which are not everywhere. Without them the block is skipped and one
 * line says so; with SPFWARDEN_REQUIRE_ALL=1 it is a failed test instead.
 */
export function describeWith(name: string, needs: readonly Need[], body: () => void): void {
  const lacking = missing(...needs);
  if (lacking.length === 0) describe(name, body);
  else leaveOut(name, `no ${lacking.join(', ')}`);
}

/** Stands in place of a block that cannot run here: a skipped test and one line that says why, or with
 *  SPFWARDEN_REQUIRE_ALL=1 a failed one. */
export function leaveOut(name: string, why: string): void {
  const line = `left out: ${name}: ${why}`;
  if (process.env['SPFWARDEN_REQUIRE_ALL'] === '1') {
    test(name, () => {
      throw new Error(`${line} (SPFWARDEN_REQUIRE_ALL is set)`);
    });
    return;
  }
  process.stderr.write(`${line}\n`); // not console.log: jest would add four lines of its own
  test.skip(name, () => undefined);
}
