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

/** `isDirectory` asks the file system. */
export function crossCheck(config: Config, isDirectory: (path: string) => boolean): Finding[] {
  return [...listeners(config['listen.policy'], isDirectory), ...limits(config)];
}

function* listeners(
  addresses: readonly ListenAddress[],
  isDirectory: (path: string) => boolean,
): Generator<Finding> {
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
    if (address.kind === 'unix' && !isDirectory(dirname(address.path))) {
      const message = `there is no directory ${dirname(address.path)}`;
      const hint = 'make it, or the socket cannot be opened';
      yield { severity: 'warning', option, item, code: 'unwise', message, hint };
    }
  }
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
