/** Looks for decisions that do not go together: in the configuration, and in what each rule makes of it. */
import { SPF_RESULTS, type SpfResult } from '../smtp/index.js';
import { trialLength, type Action } from '../verdict/index.js';
import type { Config } from './config.js';
import type { Finding } from './finding.js';
import type { OptionName } from './options.js';

/** Postfix gives up on a policy server after 100 s (smtpd_policy_service_timeout). */
const POSTFIX_WAITS_MS = 100_000;

/** Sendmail gives up on a milter after 10 s (the R timeout of INPUT_MAIL_FILTER). */
const SENDMAIL_WAITS_MS = 10_000;

/** A longer reply is cut; RFC 5321 §4.5.3.1.5 has lines end at 512 octets. */
const MAX_REPLY = 450;

const IPREV_RESULTS = ['pass', 'fail', 'permerror', 'temperror'] as const;
const REPLIES = [...SPF_RESULTS, 'iprev'] as const;
const TEXTS: readonly (`replies.${(typeof REPLIES)[number]}.text` | 'replies.fail.text_exp')[] = [
  ...REPLIES.map((of) => `replies.${of}.text` as const),
  'replies.fail.text_exp',
];

/** Results of mail that somebody who names an action mostly wants to keep out. */
const BAD_RESULTS = ['fail', 'softfail', 'permerror', 'temperror'] as const;

export function* checkPolicy(config: Config): Generator<Finding> {
  yield* codes(config);
  yield* texts(config);
  yield* limits(config);
  yield* headers(config);
  yield* overMilter(config);
  yield* checked(config);
  if (config['checks.helo_decides'].size > 0 && config.profile === 'dmarc') {
    const message = 'DMARC needs the result of MAIL FROM, and HELO ends the check before it';
    yield warning(['checks.helo_decides', 'profile'], message, 'leave it empty with the profile dmarc');
  }
  if (config.forwarders.length > 0 && !stopsForwarded(config)) {
    const message = 'forwarders change nothing: no fail, softfail or neutral stops mail';
    yield { ...warning(['forwarders'], message, null), severity: 'note', code: 'no-effect' };
  }
}

function warning(options: Finding['options'], message: string, hint: string | null): Finding {
  return { severity: 'warning', options, item: null, code: 'unwise', message, hint };
}

/** The code of a reply belongs to its status (RFC 3463 §2), and to what is done. */
function* codes(config: Config): Generator<Finding> {
  for (const of of REPLIES) {
    const [code, status] = [config[`replies.${of}.code`], config[`replies.${of}.status`]];
    if (status.startsWith(`${Math.floor(code / 100)}.`)) continue;
    yield {
      severity: 'error',
      options: [`replies.${of}.status`, `replies.${of}.code`],
      item: null,
      code: 'conflict',
      message: `the code ${code} and the status ${status} begin with different digits`,
      hint: 'codes 4xx have a status 4.x.x and are for now, codes 5xx have a status 5.x.x and are for good',
    };
  }
  for (const [option, of, action] of actions(config)) {
    const code = config[`replies.${of}.code`];
    if (action !== 'reject' || code >= 500) continue;
    yield {
      severity: 'error',
      options: [option, `replies.${of}.code`],
      item: null,
      code: 'conflict',
      message: `"reject" is for good, and replies.${of}.code is ${code}`,
      hint: `write "defer"; or give replies.${of} a code 5xx and a status 5.x.x`,
    };
  }
}

/** Every action, with its option and whose reply it uses. */
function* actions(config: Config): Generator<readonly [OptionName, SpfResult | 'iprev', Action]> {
  for (const identity of ['helo', 'mail_from'] as const) {
    for (const result of SPF_RESULTS) {
      const option = `actions.${identity}.${result}` as const;
      yield [option, result, config[option]];
    }
  }
  for (const result of IPREV_RESULTS) {
    const option = `iprev.actions.${result}` as const;
    yield [option, 'iprev', config[option]];
  }
}

function* texts(config: Config): Generator<Finding> {
  for (const option of TEXTS) {
    const length = trialLength(config[option]);
    if (length <= MAX_REPLY) continue;
    const message = `with macros of common length the reply has ${length} octets, and is cut at ${MAX_REPLY}`;
    yield warning([option], message, 'make it shorter');
  }
}

function* limits(config: Config): Generator<Finding> {
  if (config['limits.terms'] !== 10) {
    const message = 'RFC 7208 section 4.6.4 says 10; results will differ from those of other sites';
    yield warning(['limits.terms'], message, null);
  }
  if (config['limits.time'] >= POSTFIX_WAITS_MS) {
    const message = 'Postfix waits only 100 seconds for an answer';
    yield warning(['limits.time'], message, 'stay well below, 20s is good');
  }
  if (config['limits.stage_time'] >= SENDMAIL_WAITS_MS && config['listen.milter'].length > 0) {
    const message = 'Sendmail waits only 10 seconds for an answer, if R is not set in INPUT_MAIL_FILTER';
    yield warning(['limits.stage_time'], message, 'with Postfix stay below 30s');
  }
}

function* headers(config: Config): Generator<Finding> {
  if (config['listen.policy'].length === 0) return;
  if (config['headers.add']?.includes('authentication-results') !== true) return;
  const message =
    'over listen.policy, forged Authentication-Results with our name stay in the message: only a milter can remove them';
  const hint = 'Postfix would have to drop them, by header_checks';
  yield warning(['headers.add'], message, hint);
}

/** The milter protocol knows no actions of access(5). */
function* overMilter(config: Config): Generator<Finding> {
  if (config['listen.milter'].length === 0) return;
  for (const identity of ['helo', 'mail_from'] as const) {
    for (const result of BAD_RESULTS) {
      const option = `actions.${identity}.${result}` as const;
      if (typeof config[option] === 'string') continue;
      const message =
        'over listen.milter such mail goes on: only Postfix as a policy client takes {postfix: ...}';
      yield warning([option], message, 'write "listen: {milter: off}", or another action');
    }
  }
}

function* checked(config: Config): Generator<Finding> {
  if (config['checks.helo'] || config['checks.mail_from'] || config['iprev.check']) return;
  const message = 'nothing is checked: neither HELO nor MAIL FROM';
  yield warning(['checks.mail_from', 'checks.helo'], message, 'set one of the two to true');
}

function stopsForwarded(config: Config): boolean {
  const acted: readonly SpfResult[] = ['fail', 'softfail', 'neutral'];
  return [...actions(config)].some(
    ([, of, action]) =>
      of !== 'iprev' && acted.includes(of) && action !== 'accept' && typeof action === 'string',
  );
}
