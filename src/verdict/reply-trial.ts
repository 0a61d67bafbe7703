/** How long a reply gets, before there is mail to be refused. */
import type { Answer, Lookup } from '../dns/index.js';
import { IpAddress } from '../net/index.js';
import { senderOfMailFrom, splitAddress } from '../smtp/index.js';
import { DEFAULT_LIMITS, expandText, type CheckArguments, type CheckContext } from '../spf/index.js';
import { octetsOfText } from '../util/index.js';
import { fillTemplate, type ReplyTemplate, type ReplyValue } from './reply-template.js';

/** Code, enhanced status, the blanks between, and the end of the line. */
const AROUND = 20;

/** How many octets a whole reply with this text has where its values are ordinary. At more than 450 something
 *  is cut off, since not every mail server passes on more. */
export function trialLength(template: ReplyTemplate): number {
  const text = fillTemplate(
    template,
    (of) => ORDINARY[of],
    (macros) => expandText(macros, TRIAL, NOWHERE),
  );
  if (text instanceof Promise) throw new Error('a trial waits for nothing');
  return text.length + AROUND;
}

const ORDINARY: Readonly<Record<ReplyValue, string>> = {
  exp: 'Mail from example.com comes from other servers than 192.0.2.111, see http://www.example.com/',
  reason: 'too many DNS lookups at include:_spf.example.net in the record of example.com',
  mechanism: 'include:_spf.example.com',
  record: 'v=spf1 include:_spf.example.com include:_spf.example.net ip4:192.0.2.0/24 -all',
  result: 'permerror',
  domain: 'the HELO name mail.example.com',
  c: '192.0.2.111',
};

const TRIAL: CheckArguments = {
  ip: IpAddress.of([192, 0, 2, 111]),
  sender: senderOfMailFrom(splitAddress(octetsOfText('somebody@example.com')), octetsOfText('')),
  helo: octetsOfText('mail.example.com'),
  receiver: 'mx.example.net',
};

const NOTHING: Answer<never> = { kind: 'void', why: 'not-asked', ttl: 0 };
const nowhere: Lookup = () => NOTHING;

const NOWHERE: CheckContext = {
  lookup: nowhere,
  clock: { now: () => 0, wall: () => Date.UTC(2026, 0), after: () => () => undefined },
  limits: DEFAULT_LIMITS,
  deadline: 1,
};
