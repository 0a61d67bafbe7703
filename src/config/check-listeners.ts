/** Looks for what keeps a listener from being opened, and for who could reach it. */
import { dirname } from 'node:path';

import type { Finding } from './finding.js';
import type { ListenAddress } from './listen-address.js';
import type { Config } from './options.js';

/** What is to be found out about files. */
export interface FileSystem {
  readonly isDirectory: (path: string) => boolean;
  /** Whether a file like /etc/group names an account; null if it cannot be told. */
  readonly hasAccount: (account: string, list: string) => boolean | null;
  /** Null if the file holds certificates, else what is wrong with it. */
  readonly certificateProblem: (path: string) => string | null;
}

const LISTENERS = ['listen.policy', 'listen.milter'] as const;
type ListenerOption = (typeof LISTENERS)[number];

export function* checkListeners(config: Config, files: FileSystem): Generator<Finding> {
  const seen = new Set<string>();
  for (const option of LISTENERS) {
    for (const [item, address] of config[option].entries())
      yield* checkListener(option, item, address, seen, files);
  }
}

/** `seen` is what is listened on already. */
function* checkListener(
  option: ListenerOption,
  item: number,
  address: ListenAddress,
  seen: Set<string>,
  files: FileSystem,
): Generator<Finding> {
  const where = whereIs(address);
  const anyPort = address.kind === 'tcp' && address.port === 0; // each time another one
  if (seen.has(where) && !anyPort) {
    const message = `${where} is listened on twice`;
    yield { ...at(option, item), severity: 'error', code: 'conflict', message, hint: 'remove one of them' };
  }
  seen.add(where);
  if (address.kind === 'unix' && !files.isDirectory(dirname(address.path))) {
    const message = `there is no directory ${dirname(address.path)}`;
    yield { ...at(option, item), message, hint: 'make it, or the socket cannot be opened' };
  }
  if (address.kind === 'unix') yield* accounts(address, option, item, files);
  else if (address.kind === 'tcp' && address.allow === null && !isLoopback(address.host)) {
    const message = 'anybody who reaches it can ask';
    yield {
      ...at(option, item),
      message,
      hint: 'a mail server on this machine needs only loopback; name other clients in "allow"',
    };
  }
}

function whereIs(address: ListenAddress): string {
  switch (address.kind) {
    case 'unix':
      return address.path;
    case 'systemd':
      return `the socket "${address.socket}" of systemd`;
    case 'tcp':
      return `${address.host} port ${address.port}`;
  }
}

/** A warning about one of the listeners. */
function at(option: ListenerOption, item: number): Pick<Finding, 'severity' | 'options' | 'item' | 'code'> {
  return { severity: 'warning', options: [option], item, code: 'unwise' };
}

function* accounts(
  { owner, group }: Extract<ListenAddress, { readonly kind: 'unix' }>,
  option: ListenerOption,
  item: number,
  files: FileSystem,
): Generator<Finding> {
  const named = [
    ['user', owner, '/etc/passwd'],
    ['group', group, '/etc/group'],
  ] as const;
  for (const [what, account, list] of named) {
    if (account === null || files.hasAccount(account, list) !== false) continue;
    const message = `there is no ${what} ${account} in ${list}`;
    yield {
      ...at(option, item),
      message,
      hint: 'make it or give its number, or the socket cannot be opened',
    };
  }
}

/** `host` as the kind of the option prints it. */
function isLoopback(host: string): boolean {
  return host === '::1' || host.startsWith('127.');
}
