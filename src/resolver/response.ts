/** What a message that came back says about the question that was asked, if it is about it at all. */
import {
  nameKey,
  type Answer,
  type FailureReason,
  type QueryName,
  type RecordData,
  type RecordType,
  type VoidReason,
} from '../dns/index.js';
import type { Message } from './wire-decode.js';
import { AA, CLASS_IN, OPCODE_MASK, QR, RA, RCODE, TC, TYPE, type WireRecord } from './wire.js';

export type Reading<T extends RecordType> =
  /** It belongs to another question, or is none of a server's: not to be believed in anything. */
  | { readonly kind: 'stray' }
  /** The whole answer is to be had over TCP. */
  | { readonly kind: 'truncated' }
  | { readonly kind: 'answered'; readonly answer: Answered<T> }
  /** Aliases end at a name about which the message says nothing more. `ttl` is the least on the way. */
  | { readonly kind: 'open'; readonly target: QueryName; readonly ttl: number }
  /** No answer, but what the server says instead. */
  | { readonly kind: 'refused'; readonly why: FailureReason; readonly rcode: number };

export type Answered<T extends RecordType> = Exclude<Answer<RecordData[T]>, { kind: 'failed' }>;

/** Longest chain of aliases that is followed inside of one message. */
const MAX_ALIASES = 10;
/** Bounds how long a negative answer is kept (RFC 2308 §5 advises at most some hours), in seconds. */
const MAX_NEGATIVE_TTL = 900;
/** RFC 2308 §5: without a SOA record it should not be kept at all; this spares the server repetition. */
const NEGATIVE_TTL_WITHOUT_SOA = 5;
/** The largest there is (RFC 2181 §8). */
const MAX_TTL = 0x7fffffff;

const STRAY = { kind: 'stray' } as const;
const TRUNCATED = { kind: 'truncated' } as const;
const TOO_MANY_ALIASES = { kind: 'refused', why: 'malformed', rcode: 0 } as const;
const REFERRAL = { kind: 'refused', why: 'refused', rcode: 0 } as const;

/**
 * Reads a message as the answer to a question. That its id is right, and that it comes from the server that
 * was asked, has been seen to before (RFC 5452 §9.1).
 *
 * Records count only if the chain of aliases that begins at the name in question leads to them: another
 * owner's record in the same message is nothing that this server was asked for.
 */
export function readResponse<T extends RecordType>(message: Message, name: QueryName, type: T): Reading<T> {
  if ((message.flags & (QR | OPCODE_MASK)) !== QR) return STRAY;
  const { rcode } = message;
  if (!isQuestion(message, name, type)) {
    // A server that does not understand a query may be unable to repeat it.
    const silent = message.questions === 0 && (rcode === RCODE.FORMERR || rcode === RCODE.NOTIMP);
    return silent ? { kind: 'refused', why: FAILURES[rcode] ?? 'other-rcode', rcode } : STRAY;
  }
  if ((message.flags & TC) !== 0) return TRUNCATED;
  if (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN) {
    return { kind: 'refused', why: FAILURES[rcode] ?? 'other-rcode', rcode };
  }
  return follow(message, name, type);
}

/** Response codes that have a reason of their own. */
const FAILURES: Readonly<Record<number, FailureReason>> = {
  [RCODE.FORMERR]: 'formerr',
  [RCODE.SERVFAIL]: 'servfail',
  [RCODE.NOTIMP]: 'notimp',
  [RCODE.REFUSED]: 'refused',
};

function isQuestion({ questions, question }: Message, name: QueryName, type: RecordType): boolean {
  return (
    questions === 1 &&
    question !== null &&
    question.type === TYPE[type] &&
    question.class === CLASS_IN &&
    isSameName(question.name, name)
  );
}

function follow<T extends RecordType>(message: Message, asked: QueryName, type: T): Reading<T> {
  const passed: QueryName[] = [];
  let name = asked;
  let ttl = MAX_TTL;
  for (;;) {
    // A name that does not exist has no records, whatever else the message holds.
    const found = message.rcode === RCODE.NXDOMAIN ? null : recordsAt(message, name, type, ttl);
    if (found !== null) return { kind: 'answered', answer: found };
    const alias = aliasAt(message, name);
    if (alias === undefined) return ended(message, name, ttl, passed.length > 0);
    if (passed.length === MAX_ALIASES) return TOO_MANY_ALIASES;
    passed.push(name);
    name = alias.data;
    ttl = Math.min(ttl, alias.ttl);
    // Many resolvers answer SERVFAIL for a loop; where one shows it, there is no data (RFC 7208 §4.4).
    if (passed.some((before) => isSameName(before, name))) return nothing('nodata', ttl);
  }
}

/** The records of the type at the name, or null if there are none. */
function recordsAt<T extends RecordType>(
  { answers }: Message,
  name: QueryName,
  type: T,
  aliasTtl: number,
): Answered<T> | null {
  const records: RecordData[T][] = [];
  let ttl = aliasTtl;
  for (const record of answers) {
    if (record.type !== type || !isSameName(record.name, name)) continue;
    records.push(record.data as RecordData[T]);
    if (record.ttl < ttl) ttl = record.ttl;
  }
  const [first, ...rest] = records;
  return first === undefined ? null : { kind: 'records', records: [first, ...rest], ttl };
}

function aliasAt({ answers }: Message, name: QueryName): Alias | undefined {
  return answers.find((record): record is Alias => record.type === 'CNAME' && isSameName(record.name, name));
}

type Alias = Extract<WireRecord, { type: 'CNAME' }>;

/** The message has neither records nor an alias for the name: does it say that there are none? */
function ended<T extends RecordType>(
  { rcode, flags, soa, hasNs }: Message,
  name: QueryName,
  ttl: number,
  isAliased: boolean,
): Reading<T> {
  const covering = soa !== null && isAtOrBelow(name, soa.name) ? soa : null;
  const negativeTtl =
    covering === null
      ? NEGATIVE_TTL_WITHOUT_SOA
      : Math.min(covering.ttl, covering.data.minimum, MAX_NEGATIVE_TTL);
  // With aliases it is the last of them that does not exist (RFC 6604 §3).
  if (rcode === RCODE.NXDOMAIN) return nothing('nxdomain', Math.min(ttl, negativeTtl));
  if (covering === null) {
    if (isAliased) return { kind: 'open', target: name, ttl };
    // A server that is neither responsible nor willing to ask those who are (RFC 2308 §2.2.1).
    if (hasNs && (flags & (AA | RA)) === 0) return REFERRAL;
  }
  return nothing('nodata', Math.min(ttl, negativeTtl));
}

function nothing<T extends RecordType>(why: VoidReason, ttl: number): Reading<T> {
  return { kind: 'answered', answer: { kind: 'void', why, ttl } };
}

/** RFC 4343: in ASCII, case makes no difference. */
function isSameName(a: QueryName, b: QueryName): boolean {
  return a === b || (a.length === b.length && nameKey(a) === nameKey(b));
}

function isAtOrBelow(name: QueryName, above: QueryName): boolean {
  if (above === '' || isSameName(name, above)) return true;
  return nameKey(name).endsWith(`.${nameKey(above)}`);
}
