/** The part of the option table about what is checked, and what is done. */
import type { SpfResult } from '../smtp/index.js';
import type { Action, PlainAction } from '../verdict/index.js';
import { action } from './action.js';
import { strictDomains } from './address-patterns.js';
import { boolean, choice } from './kind.js';
import { wordSet } from './list.js';
import { option, type Option } from './option.js';

/** Results of HELO that can be the last word: the others say nothing. */
const DECISIVE = [
  'pass',
  'fail',
  'softfail',
  'temperror',
  'permerror',
] as const satisfies readonly SpfResult[];

const MEANING: Readonly<Record<SpfResult, string>> = {
  pass: 'The client may send for the domain.',
  none: 'The domain has no SPF record, or there is no domain.',
  neutral: 'The domain does not say whether the client may send.',
  softfail: 'The client probably may not send for the domain.',
  fail: 'The client may not send for the domain.',
  permerror: 'The SPF record of the domain cannot be used.',
  temperror: 'The DNS does not answer.',
};

/** What the words mean is told with one of the options, and the others lead there. */
const WORDS = [
  'With "accept" it goes on, with a header field; other restrictions still apply.',
  'With "reject" it is refused for good (5xx), with "defer" for now (4xx).',
  'With "quarantine", or "hold", it is put on hold for somebody to look at.',
  'With "{postfix: ...}" Postfix is given this action of access(5) or restriction class;',
  'over the milter protocol, which has none, such mail goes on.',
  'Of the actions for HELO, MAIL FROM and iprev the strongest is taken.',
] as const;
const WORDS_ELSEWHERE = ['For the words see actions.mail_from.fail.'] as const;

function actionFor(identity: 'MAIL FROM' | 'HELO', result: SpfResult, usual: PlainAction): Option<Action> {
  const isMain = identity === 'MAIL FROM' && result === 'fail';
  return {
    kind: action,
    default: usual,
    reload: 'live',
    inRules: true,
    doc: [
      MEANING[result],
      `What is done with mail whose ${identity} has the result ${result}.`,
      ...(isMain ? WORDS : WORDS_ELSEWHERE),
    ],
    ...(identity === 'MAIL FROM' && result === 'neutral'
      ? { examples: ['neutral: {postfix: greylist}'] }
      : {}),
  };
}

export const ACTION_OPTIONS = {
  'checks.helo': option({
    kind: boolean,
    default: 'true',
    reload: 'live',
    inRules: true,
    doc: ['Whether the HELO name is checked.', 'It is, if it is a full domain name.'],
  }),
  'checks.mail_from': option({
    kind: boolean,
    default: 'true',
    reload: 'live',
    inRules: true,
    doc: [
      'Whether MAIL FROM is checked.',
      '"false" is only for a second instance that looks at HELO alone.',
      'Bounces have no MAIL FROM: of these the HELO name is checked.',
    ],
  }),
  'checks.helo_decides': option({
    kind: wordSet(DECISIVE, 'a result that can decide'),
    default: '[]',
    reload: 'live',
    inRules: true,
    doc: [
      'Results of HELO with which MAIL FROM is not acted upon.',
      'Leave it empty if DMARC follows, which needs the result of MAIL FROM.',
    ],
    examples: ['helo_decides: [fail, softfail]'],
  }),
  'actions.mail_from.pass': actionFor('MAIL FROM', 'pass', 'accept'),
  'actions.mail_from.none': actionFor('MAIL FROM', 'none', 'accept'),
  'actions.mail_from.neutral': actionFor('MAIL FROM', 'neutral', 'accept'),
  'actions.mail_from.softfail': actionFor('MAIL FROM', 'softfail', 'accept'),
  'actions.mail_from.fail': actionFor('MAIL FROM', 'fail', 'reject'),
  'actions.mail_from.permerror': actionFor('MAIL FROM', 'permerror', 'accept'),
  'actions.mail_from.temperror': actionFor('MAIL FROM', 'temperror', 'accept'),
  'actions.helo.pass': actionFor('HELO', 'pass', 'accept'),
  'actions.helo.none': actionFor('HELO', 'none', 'accept'),
  'actions.helo.neutral': actionFor('HELO', 'neutral', 'accept'),
  'actions.helo.softfail': actionFor('HELO', 'softfail', 'accept'),
  'actions.helo.fail': actionFor('HELO', 'fail', 'reject'),
  'actions.helo.permerror': actionFor('HELO', 'permerror', 'accept'),
  'actions.helo.temperror': actionFor('HELO', 'temperror', 'accept'),
  'actions.strict_domains': option({
    kind: strictDomains,
    default: '[]',
    reload: 'live',
    inRules: true,
    doc: [
      'Domains whose softfail and neutral are treated like fail.',
      'A domain stands for all below it too; with a dot in front, only for what is below it.',
    ],
    examples: ['strict_domains: [bank.example, .shop.example]'],
  }),
  'actions.only_no_mail_domains': option({
    kind: boolean,
    default: 'false',
    reload: 'live',
    inRules: true,
    doc: [
      'Refuse for good only for domains that send no mail.',
      'These are domains whose record is exactly "v=spf1 -all"; for others "reject" and "quarantine" are "accept".',
    ],
  }),
  'actions.reject_at': option({
    kind: choice(['helo', 'mail', 'rcpt']),
    default: 'rcpt',
    reload: 'live',
    inRules: false,
    doc: [
      'At which SMTP command mail is refused over the milter protocol.',
      'At "rcpt" the line that the mail server logs says for whom it was, and recipients can be exempt.',
      'At "helo" only the HELO name is judged, and senders and logins are not known yet:',
      'do not use it where users submit mail, and mind that what is said of bounces counts for all mail then.',
      'If a rule, skip.recipients or a forwarder names recipients, it is "rcpt" in any case.',
    ],
  }),
  'actions.on_internal_error': option({
    kind: choice(['accept', 'defer']),
    default: 'accept',
    reload: 'live',
    inRules: false,
    doc: ['What is done with mail when spfwarden itself fails.', 'A bug here must not stop your mail.'],
  }),
} as const;

const IPREV_MEANING = {
  pass: 'A name of the client leads back to it.',
  fail: 'No name of the client leads back to it.',
  permerror: 'The client has no name.',
  temperror: 'The DNS does not answer.',
} as const;

function iprevAction(result: keyof typeof IPREV_MEANING): Option<Action> {
  return {
    kind: action,
    default: 'accept',
    reload: 'live',
    inRules: true,
    doc: [
      IPREV_MEANING[result],
      `What is done with mail from a client with the result ${result}.`,
      ...WORDS_ELSEWHERE,
    ],
  };
}

export const IPREV_OPTIONS = {
  'iprev.check': option({
    kind: boolean,
    default: 'false',
    reload: 'live',
    inRules: true,
    doc: [
      'Whether the names of the client are looked up.',
      'They count if they lead back to its address.',
      'It takes part in "limits.time" as all else does.',
    ],
  }),
  'iprev.match_sender': option({
    kind: boolean,
    default: 'false',
    reload: 'live',
    inRules: true,
    doc: ["Whether a name must lie in the sender's domain.", 'If none does, the result counts as fail.'],
  }),
  'iprev.actions.pass': iprevAction('pass'),
  'iprev.actions.fail': iprevAction('fail'),
  'iprev.actions.permerror': iprevAction('permerror'),
  'iprev.actions.temperror': iprevAction('temperror'),
  'iprev.header': option({
    kind: boolean,
    default: 'true',
    reload: 'live',
    inRules: true,
    doc: ['Whether Authentication-Results tells the result, as "iprev=".'],
  }),
} as const;
