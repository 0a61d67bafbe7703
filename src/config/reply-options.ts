/** The part of the option table about what refused senders are told. */
import type { EnhancedStatus, SpfResult } from '../smtp/index.js';
import { DEFAULT_REPLY_TEXTS, type ReplyTemplate, type ReplyToken } from '../verdict/index.js';
import { boolean } from './kind.js';
import { option, type Option } from './option.js';
import { enhancedStatus, replyCode, replyText } from './reply-kinds.js';

type Refused = SpfResult | 'iprev';

const TOKENS = ['mechanism', 'record', 'reason', 'result', 'domain'] as const satisfies readonly ReplyToken[];

function codeOf(of: Refused, usual: string): Option<number> {
  return {
    kind: replyCode,
    default: usual,
    reload: 'live',
    inRules: true,
    doc: [
      `Reply code for ${reasonOf(of)}.`,
      'With the action "reject" it has to be 5xx; with "defer" it is 4xx, and 451 where this says 5xx.',
    ],
  };
}

function statusOf(usual: string): Option<EnhancedStatus> {
  return {
    kind: enhancedStatus,
    default: usual,
    reload: 'live',
    inRules: true,
    doc: ['Enhanced status code (RFC 3463) of this reply.', 'Its first digit is that of the reply code.'],
  };
}

function textOf(of: Refused): Option<ReplyTemplate> {
  const isMain = of === 'fail';
  return {
    kind: replyText(TOKENS),
    default: DEFAULT_REPLY_TEXTS[of],
    reload: 'live',
    inRules: true,
    doc: [`Text of the reply for ${reasonOf(of)}.`, ...(isMain ? MACROS : MACROS_ELSEWHERE)],
  };
}

function reasonOf(of: Refused): string {
  return of === 'iprev' ? 'clients whose reverse DNS does not fit' : `the result ${of}`;
}

const MACROS = [
  'It can have the macros of RFC 7208 section 7, %{c} and %{r} among them, and also:',
  '%{domain}, what was checked, in words; %{result}; %{mechanism}, what of the record matched;',
  '%{reason}, what went wrong; %{record}, the record.',
  'A percent sign is written as two of them.',
  'Printable ASCII only; what is longer than a reply can be is cut.',
] as const;
const MACROS_ELSEWHERE = ['For the macros see replies.fail.text.'] as const;

export const REPLY_OPTIONS = {
  'replies.pass.code': codeOf('pass', '550'),
  'replies.pass.status': statusOf('5.7.1'),
  'replies.pass.text': textOf('pass'),
  'replies.none.code': codeOf('none', '550'),
  'replies.none.status': statusOf('5.7.23'),
  'replies.none.text': textOf('none'),
  'replies.neutral.code': codeOf('neutral', '550'),
  'replies.neutral.status': statusOf('5.7.23'),
  'replies.neutral.text': textOf('neutral'),
  'replies.softfail.code': codeOf('softfail', '550'),
  'replies.softfail.status': statusOf('5.7.23'),
  'replies.softfail.text': textOf('softfail'),
  'replies.fail.code': codeOf('fail', '550'),
  'replies.fail.status': statusOf('5.7.23'),
  'replies.fail.text': textOf('fail'),
  'replies.fail.text_exp': option({
    kind: replyText([...TOKENS, 'exp']),
    default: DEFAULT_REPLY_TEXTS.failExplained,
    reload: 'live',
    inRules: true,
    doc: [
      'Text for a fail that the domain explains.',
      'It can have %{exp}, the explanation, once.',
      ...MACROS_ELSEWHERE,
    ],
  }),
  'replies.permerror.code': codeOf('permerror', '550'),
  'replies.permerror.status': statusOf('5.7.24'),
  'replies.permerror.text': textOf('permerror'),
  'replies.temperror.code': codeOf('temperror', '451'),
  'replies.temperror.status': statusOf('4.7.24'),
  'replies.temperror.text': textOf('temperror'),
  'replies.iprev.code': codeOf('iprev', '550'),
  'replies.iprev.status': statusOf('5.7.25'),
  'replies.iprev.text': textOf('iprev'),
  'replies.enhanced_status': option({
    kind: boolean,
    default: 'true',
    reload: 'live',
    inRules: true,
    doc: ['Whether replies have their enhanced status code.', 'With "false" it is left to the mail server.'],
  }),
} as const;
