/** Prints the Received-SPF field (RFC 7208 §9.1, with erratum 5436). */
import { domainName, type DomainName, type IpAddress } from '../net/index.js';
import type { ReversePath, SpfIdentity, SpfResult } from '../smtp/index.js';
import type { Octets } from '../util/index.js';
import { commentText, commentWord, isPlain, quotable, quotableLocalPart, value } from './quoting.js';
import { MAX_FIELD, MAX_NAME, MAX_NOTE, noDomain } from './wording.js';

/** A whole Received-SPF field, name and all, on one line: printable ASCII, at most 998 characters (RFC 5322
 *  §2.1.1), no blank at either end. Only functions of this folder make it. */
export type ReceivedSpfField = string & { readonly __receivedSpfField: unique symbol };

/** What the field says: the result for one identity, and what is needed to come to it again. */
export interface ReceivedSpf {
  readonly result: SpfResult;
  readonly identity: SpfIdentity;
  /** The domain that was checked; null where the identity has none that could be. */
  readonly domain: DomainName | null;
  readonly client: IpAddress;
  /** The argument of HELO or EHLO; empty when there was none. */
  readonly helo: Octets;
  readonly sender: ReversePath;
  /** This host's name, or `unknown` where that is hidden. */
  readonly receiver: string;
  /** What the result rests on; null for none. */
  readonly basis: Basis | null;
  /** A remark of the administrator's about the message, told in the comment; null (or not given) for none. */
  readonly note?: string | null;
}

export type Basis =
  /** The mechanism that matched, without its qualifier; `default` where none did. */
  | { readonly kind: 'mechanism'; readonly text: string }
  /** What went wrong, in a few words. */
  | { readonly kind: 'problem'; readonly text: string };

/** Address of the sender, echoed: RFC 5321 §4.5.3.1 allows 64 and 255 octets and the at sign. */
const MAX_ADDRESS = 320;
/** A shorter piece of a mechanism or a problem tells nothing. */
const MIN_BASIS = 8;

/**
 * Prints the field. Nothing in it but the fixed words is unbounded or unquoted, and what is printed is read
 * back by `parseReceivedSpf` as exactly these keys. Where it would get too long (an overlong name or record
 * is needed for that), the mechanism is cut and the comment left out, its note first; the longest of all other
 * pairs fit.
 *
 * The names of checked domains stand as they were looked up. Of the local part, which is free text, the
 * comment has nothing.
 */
export function printReceivedSpf(spf: ReceivedSpf): ReceivedSpfField {
  const client = spf.client.toString();
  let pairs = FIRST_PAIR[spf.identity] + value(client, MAX_NAME);
  if (spf.helo !== '') pairs += `; helo=${heloValue(spf)}`;
  pairs += `; envelope-from="${envelopeFrom(spf)}"; receiver=${value(spf.receiver, MAX_NAME)}`;

  const start = START[spf.result];
  if (spf.basis !== null) {
    const { kind, text } = spf.basis;
    const room = MAX_FIELD - start.length - pairs.length - kind.length - '; =""'.length;
    if (room >= MIN_BASIS) pairs += `; ${kind}=${value(text, room)}`;
  }
  const room = MAX_FIELD - start.length - pairs.length - '() '.length;
  const said = `${commentWord(spf.receiver, MAX_NAME)}: ${sentence(spf, client)}`;
  const comment = spf.note ? withNote(said, spf.note, room) : said;
  return (comment.length <= room ? `${start}(${comment}) ${pairs}` : start + pairs) as ReceivedSpfField;
}

/** The note is left out first. */
function withNote(comment: string, note: string, room: number): string {
  const words = commentText(note, MAX_NOTE);
  const both = `${comment}, ${words}`;
  return words !== '' && both.length <= room ? both : comment;
}

// Whole, as each piece that a field is put together from costs.
const START: Readonly<Record<SpfResult, string>> = {
  pass: 'Received-SPF: pass ',
  none: 'Received-SPF: none ',
  neutral: 'Received-SPF: neutral ',
  softfail: 'Received-SPF: softfail ',
  fail: 'Received-SPF: fail ',
  permerror: 'Received-SPF: permerror ',
  temperror: 'Received-SPF: temperror ',
};
const FIRST_PAIR: Readonly<Record<SpfIdentity, string>> = {
  helo: 'identity=helo; client-ip=',
  mailFrom: 'identity=mailfrom; client-ip=',
};

function heloValue({ identity, domain, helo }: ReceivedSpf): string {
  const name = identity === 'helo' && domain !== null ? domain : asName(helo);
  return name ?? `"${quotable(helo, MAX_NAME)}"`;
}

/**
 * The address inside of the quotes. Those are always there: OpenDMARC 1.4 wants them, and no angle brackets.
 *
 * A null sender is `<>`. Postmaster at the HELO name, which §2.4 has checked in its place, would be an
 * address that nobody gave; which name was checked, `identity=helo` and `helo=` say.
 */
function envelopeFrom({ identity, domain, sender }: ReceivedSpf): string {
  if (sender.kind === 'null') return '<>';
  const name = identity === 'mailFrom' && domain !== null ? domain : asName(sender.domain);
  const host = name ?? quotable(sender.domain, MAX_NAME);
  const localPart = sender.localPart === '' ? 'postmaster' : sender.localPart; // §4.3
  return `${quotableLocalPart(localPart, MAX_ADDRESS - 1 - host.length)}@${host}`;
}

/** A name as it stands bare, U-labels as A-labels; null for what is no name of a host. */
function asName(text: Octets): string | null {
  if (text.length <= MAX_NAME && isPlain(text)) return text;
  const name = domainName(text);
  return name.ok ? name.value : null;
}

/** The comment, after the examples of §9.1 and A.4. */
function sentence({ result, identity, domain }: ReceivedSpf, client: string): string {
  if (domain === null) return noDomain(identity);
  const who = identity === 'helo' ? `HELO name ${domain}` : `domain ${domain}`;
  switch (result) {
    case 'pass':
      return `${who} designates ${client} as permitted sender`;
    case 'fail':
      return `${who} does not designate ${client} as permitted sender`;
    case 'softfail':
      return `${who} says that ${client} is probably not a permitted sender`;
    case 'neutral':
      return `${who} does not say whether ${client} is a permitted sender`;
    case 'none':
      return `${who} publishes no SPF record`;
    case 'permerror':
      return `SPF record of ${who} cannot be used`;
    case 'temperror':
      return `SPF check of ${who} failed for now`;
  }
}
