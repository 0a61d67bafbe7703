/** The keys of our file that a migration may write, in the order of the sample file. */
import type { SpfIdentity, SpfResult } from '../smtp/index.js';

export const RESULTS = [
  'pass',
  'none',
  'neutral',
  'softfail',
  'fail',
  'permerror',
  'temperror',
] as const satisfies readonly SpfResult[];

/** Results that can have a reply of their own, as far as the old programs refuse them. */
export const REPLY_RESULTS = ['fail', 'softfail', 'neutral', 'permerror', 'temperror'] as const;

export type ReplyResult = (typeof REPLY_RESULTS)[number];

export type Key =
  | 'dry_run'
  | 'hostname'
  | 'listen.policy'
  | 'listen.milter'
  | 'checks.helo'
  | 'checks.mail_from'
  | 'checks.helo_decides'
  | ActionKey
  | 'actions.strict_domains'
  | 'actions.only_no_mail_domains'
  | 'actions.reject_at'
  | `replies.${ReplyResult}.${'code' | 'status' | 'text'}`
  | 'replies.fail.text_exp'
  | 'replies.enhanced_status'
  | `headers.${'add' | 'authserv_id' | 'identities' | 'local_part' | 'strip_forged' | 'receiver' | 'note_skipped'}`
  | `skip.${'networks' | 'authenticated' | 'private_clients' | 'senders' | 'senders_file'}`
  | `skip.${'helo_names' | 'ptr_domains' | 'null_sender'}`
  | 'forwarders'
  | 'check_as'
  | `limits.${'terms' | 'void' | 'void_counting' | 'time'}`
  | `log.${'to' | 'level' | 'facility'}`
  | 'rules';

export type ActionKey = `actions.${ActionsOf}.${SpfResult}`;
type ActionsOf = 'mail_from' | 'helo';

/** What the actions for an identity are called in the file. */
export function actionKey(identity: SpfIdentity, result: SpfResult): ActionKey {
  return `actions.${identity === 'helo' ? 'helo' : 'mail_from'}.${result}`;
}

export const KEYS: readonly Key[] = [
  'dry_run',
  'hostname',
  'listen.policy',
  'listen.milter',
  'checks.helo',
  'checks.mail_from',
  'checks.helo_decides',
  ...RESULTS.map((result): Key => `actions.mail_from.${result}`),
  ...RESULTS.map((result): Key => `actions.helo.${result}`),
  'actions.strict_domains',
  'actions.only_no_mail_domains',
  'actions.reject_at',
  ...REPLY_RESULTS.flatMap((result): readonly Key[] => [
    `replies.${result}.code`,
    `replies.${result}.status`,
    `replies.${result}.text`,
    ...(result === 'fail' ? (['replies.fail.text_exp'] as const) : []),
  ]),
  'replies.enhanced_status',
  'headers.add',
  'headers.authserv_id',
  'headers.identities',
  'headers.local_part',
  'headers.strip_forged',
  'headers.receiver',
  'headers.note_skipped',
  'skip.networks',
  'skip.authenticated',
  'skip.private_clients',
  'skip.senders',
  'skip.senders_file',
  'skip.helo_names',
  'skip.ptr_domains',
  'skip.null_sender',
  'forwarders',
  'check_as',
  'limits.terms',
  'limits.void',
  'limits.void_counting',
  'limits.time',
  'log.to',
  'log.level',
  'log.facility',
  'rules',
];
