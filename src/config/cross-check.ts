/** What is wrong with a configuration although each value is right alone. */
import { dirname } from 'node:path';

import type { ListenAddress } from './listen-address.js';
import type { Config, OptionName } from './options.js';
import type { ProblemCode, Severity } from './problem.js';

export interface Finding {
  readonly severity: Severity;
  readonly option: OptionName;
  /** Which item of a list; null for the option as a whole. */
  readonly item: number | null;
  readonly code: ProblemCode;
  readonly message: string;
  readonly hint: string | null;
}

/** Postfix gives up on a policy server after 100 s (smtpd_policy_service_timeout). */
const POSTFIX_WAITS_MS = 100_000;

/** What is to be found out about files. */
export interface FileSystem {
  readonly isDirectory: (path: string) => boolean;
  /** Whether a file like /etc/group names an account; null if it cannot be told. */
  readonly hasAccount: (account: string, list: string) => boolean | null;
  /** Null if the file holds certificates, else what is wrong with it. */
  readonly certificateProblem: (path: string) => string | null;
}

export function crossCheck(config: Config, files: FileSystem): Finding[] {
  return [
    ...listeners(config['listen.policy'], files),
    ...limits(config),
    ...cache(config),
    ...tls(config, files),
  ];
}

function* listeners(addresses: readonly ListenAddress[], files: FileSystem): Generator<Finding> {
  const option = 'listen.policy';
  const seen = new Set<string>();
  for (const [item, address] of addresses.entries()) {
    const where = address.kind === 'unix' ? address.path : `${address.host} port ${address.port}`;
    const anyPort = address.kind === 'tcp' && address.port === 0; // each time another one
    if (seen.has(where) && !anyPort) {
      const message = `${where} is listened on twice`;
      yield { severity: 'error', option, item, code: 'conflict', message, hint: 'remove one of them' };
    }
    seen.add(where);
    if (address.kind === 'unix' && !files.isDirectory(dirname(address.path))) {
      const message = `there is no directory ${dirname(address.path)}`;
      const hint = 'make it, or the socket cannot be opened';
      yield { severity: 'warning', option, item, code: 'unwise', message, hint };
    }
    if (address.kind === 'unix') yield* accounts(address, item, files);
    else if (!isLoopback(address.host)) {
      const message = 'anybody who reaches it can ask';
      const hint = 'Postfix on this machine needs only loopback';
      yield { severity: 'warning', option, item, code: 'unwise', message, hint };
    }
  }
}

function* accounts(
  { owner, group }: Extract<ListenAddress, { readonly kind: 'unix' }>,
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
    const hint = 'make it or give its number, or the socket cannot be opened';
    yield { severity: 'warning', option: 'listen.policy', item, code: 'unwise', message, hint };
  }
}

/** `host` as the kind of the option prints it. */
function isLoopback(host: string): boolean {
  return host === '::1' || host.startsWith('127.');
}

function* limits(config: Config): Generator<Finding> {
  if (config['limits.terms'] !== 10) {
    const message = 'RFC 7208 section 4.6.4 says 10; results will differ from those of other sites';
    yield { severity: 'warning', option: 'limits.terms', item: null, code: 'unwise', message, hint: null };
  }
  if (config['limits.time'] >= POSTFIX_WAITS_MS) {
    const message = 'Postfix waits only 100 seconds for an answer';
    const hint = 'stay well below, 20s is good';
    yield { severity: 'warning', option: 'limits.time', item: null, code: 'unwise', message, hint };
  }
}

function* cache(config: Config): Generator<Finding> {
  if (config['dns.cache.min_ttl'] > config['dns.cache.max_ttl']) {
    const message = 'more than dns.cache.max_ttl';
    const hint = 'raise the one or lower the other';
    yield { severity: 'error', option: 'dns.cache.min_ttl', item: null, code: 'conflict', message, hint };
  }
}

function* tls(config: Config, files: FileSystem): Generator<Finding> {
  const servers = config['dns.servers'];
  const isTls = servers === 'system' ? [false] : servers.map((server) => server.tls !== undefined);
  if (isTls.includes(true) && isTls.includes(false)) {
    const message = 'some servers are asked over TLS and some are not';
    const hint = 'whichever answers faster is asked first, so questions are not kept private';
    yield { severity: 'warning', option: 'dns.servers', item: null, code: 'unwise', message, hint };
  }
  const file = config['dns.tls_ca'];
  const problem = file === null ? null : files.certificateProblem(file);
  if (problem !== null) {
    yield {
      severity: 'error',
      option: 'dns.tls_ca',
      item: null,
      code: 'value',
      message: problem,
      hint: null,
    };
  }
}
