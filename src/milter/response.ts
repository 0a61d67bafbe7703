/** What a filter tells a mail server, and its octets. */
import { err, octets, ok, type Octets, type Result } from '../util/index.js';
import type { MacroLists, MacroStage } from './macros.js';
import { responseName, SMFIR } from './names.js';
import {
  behindOptions,
  bytesOf,
  packet,
  readOptions,
  readString,
  readStrings,
  readUint32,
  strings,
  uint32,
  writeOptions,
  type Options,
} from './packet.js';
import type { MilterProblem } from './problem.js';
import { readReplyCode, replyCodeText, type ReplyCode } from './reply-code.js';

/** Allowed only while the end of a message is being answered, before the final response. */
export type Modification =
  /** At the end, or (Sendmail) in front of the first field of that name: not for trace fields. */
  | { readonly kind: 'addheader'; readonly name: Octets; readonly value: Octets }
  /** `insheader`: 0 is above the mail server's own Received field. `chgheader`: counts the fields of that name
   *  from 1; an empty value deletes. Delete before inserting, the highest index first. */
  | {
      readonly kind: 'insheader' | 'chgheader';
      readonly index: number;
      readonly name: Octets;
      readonly value: Octets;
    }
  | { readonly kind: 'replbody'; readonly octets: Octets }
  | { readonly kind: 'addrcpt' | 'delrcpt'; readonly address: Octets }
  | {
      readonly kind: 'addrcpt-par' | 'chgfrom';
      readonly address: Octets;
      /** ESMTP parameters; empty is none. */
      readonly parameters: Octets;
    }
  | { readonly kind: 'quarantine'; readonly reason: Octets }
  /** Asks for more time. To Sendmail a fatal error anywhere else. */
  | { readonly kind: 'progress' };

/** Kinds are the protocol's names in lower case. */
export type Response =
  | ({ readonly kind: 'optneg'; readonly macros: MacroLists } & Options)
  | ReplyCode
  /** `skip`: no more pieces of this body. `shutdown` and `conn-fail` belong to the protocol, but no mail server
   *  makes anything of them. */
  | {
      readonly kind:
        'continue' | 'accept' | 'reject' | 'tempfail' | 'discard' | 'skip' | 'shutdown' | 'conn-fail';
    }
  | Modification;

/** The numbers of macro lists, in the order in which they are sent. Not that of the session. */
const LIST_NUMBERS: readonly MacroStage[] = ['connect', 'helo', 'mail', 'rcpt', 'data', 'eom', 'eoh'];

const PLAIN = {
  continue: SMFIR.CONTINUE,
  accept: SMFIR.ACCEPT,
  reject: SMFIR.REJECT,
  tempfail: SMFIR.TEMPFAIL,
  discard: SMFIR.DISCARD,
  skip: SMFIR.SKIP,
  progress: SMFIR.PROGRESS,
  shutdown: SMFIR.SHUTDOWN,
  'conn-fail': SMFIR.CONN_FAIL,
} as const;

/** The longest piece of a body (libmilter's MILTER_CHUNK_SIZE). */
const MAX_BODY_OCTETS = 65_535;

const EMPTY = '' as Octets;
const CONTINUE = bytesOf(packet(SMFIR.CONTINUE));

const MODIFICATIONS: readonly Response['kind'][] = [
  'addheader',
  'insheader',
  'chgheader',
  'replbody',
  'addrcpt',
  'addrcpt-par',
  'delrcpt',
  'chgfrom',
  'quarantine',
  'progress',
];

/** Whether another response follows this one. */
export function isModification(response: Response): response is Modification {
  return MODIFICATIONS.includes(response.kind);
}

/** Responses as whole packets, for one write: a second one may wait for the acknowledgement of the first. */
export function encodeResponses(responses: readonly Response[]): Uint8Array {
  if (responses.length === 1 && responses[0]?.kind === 'continue') return CONTINUE; // nearly all are that
  let packets = '';
  for (const response of responses) packets += responsePackets(response);
  return bytesOf(packets);
}

/** One response; see `encodeResponses`. Throws for a refusal that is none, which is a bug. */
export function encodeResponse(response: Response): Uint8Array {
  return bytesOf(responsePackets(response));
}

function responsePackets(response: Response): string {
  switch (response.kind) {
    case 'optneg':
      return packet(SMFIR.OPTNEG, writeOptions(response) + writeLists(response.macros));
    case 'replycode':
      return packet(SMFIR.REPLYCODE, strings(replyCodeText(response)));
    case 'addheader':
      return packet(SMFIR.ADDHEADER, field(response));
    case 'insheader':
      return packet(SMFIR.INSHEADER, uint32(response.index) + field(response));
    case 'chgheader':
      return packet(SMFIR.CHGHEADER, uint32(response.index) + field(response));
    case 'replbody':
      return bodyPackets(response.octets);
    case 'addrcpt':
      return packet(SMFIR.ADDRCPT, strings(oneLine(response.address)));
    case 'delrcpt':
      return packet(SMFIR.DELRCPT, strings(oneLine(response.address)));
    case 'addrcpt-par':
      return packet(SMFIR.ADDRCPT_PAR, addressAndParameters(response.address, response.parameters));
    case 'chgfrom':
      return packet(SMFIR.CHGFROM, addressAndParameters(response.address, response.parameters));
    case 'quarantine':
      return packet(SMFIR.QUARANTINE, strings(oneLine(response.reason)));
    case 'continue':
    case 'accept':
    case 'reject':
    case 'tempfail':
    case 'discard':
    case 'skip':
    case 'progress':
    case 'shutdown':
    case 'conn-fail':
      return packet(PLAIN[response.kind]);
  }
}

/** Reads a packet, which lies from its response octet at `start` to `end`: the mail server's side. */
export function decodeResponse(
  bytes: Uint8Array,
  start = 0,
  end = bytes.length,
): Result<Response, MilterProblem> {
  const code = bytes[start] ?? 0;
  const data = octets(bytes, start + 1, end);
  const letter = String.fromCharCode(code);
  for (const kind of Object.keys(PLAIN) as (keyof typeof PLAIN)[]) {
    if (PLAIN[kind] === letter) return ok({ kind });
  }
  if (letter === SMFIR.REPLBODY) return ok({ kind: 'replbody', octets: data });
  const found = decodeWithData(letter, data);
  if (found !== undefined && found !== null) return ok(found);
  return err(
    found === undefined
      ? { code: 'unknown-response', detail: responseName(code) }
      : { code: 'malformed-payload', detail: `${responseName(code)} with ${data.length} octets of data` },
  );
}

/** Undefined: no such response. Null: not of the form it must have. */
function decodeWithData(letter: string, data: Octets): Response | null | undefined {
  switch (letter) {
    case SMFIR.OPTNEG: {
      const options = readOptions(data);
      return options && { kind: 'optneg', ...options, macros: readLists(behindOptions(data)) };
    }
    case SMFIR.REPLYCODE:
      return readReplyCode(data);
    case SMFIR.INSHEADER:
    case SMFIR.CHGHEADER: {
      const read = data.length < 4 ? null : readField(data.slice(4) as Octets);
      const kind = letter === SMFIR.INSHEADER ? 'insheader' : 'chgheader';
      return read && { kind, index: readUint32(data, 0), ...read };
    }
    case SMFIR.ADDHEADER: {
      const read = readField(data);
      return read && { kind: 'addheader', ...read };
    }
    case SMFIR.ADDRCPT:
    case SMFIR.DELRCPT:
    case SMFIR.QUARANTINE: {
      const [text] = endsInNul(data) ? readStrings(data, 0, 1) : [];
      if (text === undefined) return null;
      if (letter === SMFIR.QUARANTINE) return { kind: 'quarantine', reason: text };
      return { kind: letter === SMFIR.ADDRCPT ? 'addrcpt' : 'delrcpt', address: text };
    }
    case SMFIR.ADDRCPT_PAR:
    case SMFIR.CHGFROM: {
      const [address, parameters = EMPTY] = endsInNul(data) ? readStrings(data, 0, 2) : [];
      const kind = letter === SMFIR.CHGFROM ? 'chgfrom' : 'addrcpt-par';
      return address === undefined ? null : { kind, address, parameters };
    }
    default:
      return undefined;
  }
}

/** Those of the filter, which are the same for every connection. */
const written = new WeakMap<MacroLists, string>();

function writeLists(macros: MacroLists): string {
  let all = written.get(macros);
  if (all !== undefined) return all;
  all = '';
  for (const [number, stage] of LIST_NUMBERS.entries()) {
    const list = macros[stage];
    if (list !== undefined) all += uint32(number) + strings(list.join(' '));
  }
  written.set(macros, all);
  return all;
}

/** Names are parted by blanks or commas. A list for a stage that does not exist is left out. */
function readLists(data: Octets): MacroLists {
  const macros: Partial<Record<MacroStage, readonly string[]>> = {};
  for (let at = 0; at + 4 < data.length;) {
    const stage = LIST_NUMBERS[readUint32(data, at)];
    const list = readString(data, at + 4);
    if (stage !== undefined) macros[stage] = list.split(/[ ,]+/).filter((name) => name !== '');
    at += 4 + list.length + 1;
  }
  return macros;
}

/** Name and value of a header field. Lines of a value are parted by LF and a blank: a CR would stay in the
 *  message, and a LF without a blank would begin a field of somebody else's. */
function field({ name, value }: { readonly name: Octets; readonly value: Octets }): string {
  return strings(
    oneLine(name),
    UNSAFE_IN_VALUE.test(value) ? value.replace(EVERY_UNSAFE_IN_VALUE, '?') : value,
  );
}

const UNSAFE_IN_VALUE = /[\0\r]|\n(?![ \t])/;
const EVERY_UNSAFE_IN_VALUE = new RegExp(UNSAFE_IN_VALUE, 'g');

function oneLine(text: Octets): string {
  return text.replace(/[\0\r\n]/g, '?');
}

function addressAndParameters(address: Octets, parameters: Octets): string {
  return parameters === '' ? strings(oneLine(address)) : strings(oneLine(address), oneLine(parameters));
}

function bodyPackets(body: Octets): string {
  let all = '';
  for (let at = 0; at < body.length || all === ''; at += MAX_BODY_OCTETS) {
    all += packet(SMFIR.REPLBODY, body.slice(at, at + MAX_BODY_OCTETS));
  }
  return all;
}

function endsInNul(data: Octets): boolean {
  return data.endsWith('\0');
}

function readField(data: Octets): { readonly name: Octets; readonly value: Octets } | null {
  const [name, value] = endsInNul(data) ? readStrings(data, 0, 2) : [];
  return name === undefined || value === undefined ? null : { name, value };
}
