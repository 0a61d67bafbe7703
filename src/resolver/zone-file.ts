/**
 * Reads a zone file: a whole DNS as YAML, in the format of the published SPF test suite.
 *
 *     a.example:
 *       - TXT: v=spf1 mx -all
 *       - TXT: ["v=spf1 ip4:192.0.2.1", " -all"]   # one record of two character-strings
 *       - MX: [10, mx.example]
 *       - A: 192.0.2.1
 *       - AAAA: SERVFAIL                           # how questions of one type fail
 *     b.example: TIMEOUT                           # or all that the name has no records for
 *     c.example:
 *       - CNAME: a.example
 *
 * Types are A, AAAA, MX, PTR, CNAME, TXT and SPF. An SPF entry is the policy however it is published: it
 * is a TXT record unless the name has TXT entries, and `TXT: NONE` is one that gives no record. Words for
 * failures are TIMEOUT, SERVFAIL, REFUSED, FORMERR and NOTIMP; text that happens to be such a word goes in
 * a list, `TXT: [TIMEOUT]`. Each character is one octet (RFC 1035 text has no character set), so an octet
 * above 0x7F is written as an escape, `"\x96"`. A file whose top has the key `zonedata` is one scenario of
 * the suite, and its zone is what stands there.
 */
import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';

import {
  isQueryable,
  nameKey,
  queryName,
  type FailureReason,
  type Mx,
  type QueryName,
  type RecordType,
} from '../dns/index.js';
import { IpAddress } from '../net/index.js';
import { err, ok, type Octets, type Result } from '../util/index.js';
import { RECORD_TYPES, type Zone, type ZoneOwner } from './zone.js';

/** `yaml` not YAML at all, `shape` other than owners with lists of entries; the rest name what is wrong. */
export type ZoneProblemCode =
  | 'yaml'
  | 'shape'
  | 'owner'
  | 'repeated-owner'
  | 'type'
  | 'word'
  | 'address'
  | 'name'
  | 'mx'
  | 'text'
  | 'alias-and-records';

export interface ZoneProblem {
  readonly code: ZoneProblemCode;
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
  /** For people. */
  readonly message: string;
}

/** More than anybody reads. */
const MAX_PROBLEMS = 100;

/** Reads a zone file, or tells all that is wrong with it. Text is the decoded file; an empty one is a
 *  zone without names. */
export function parseZoneText(yamlText: string): Result<Zone, readonly ZoneProblem[]> {
  const lines = new LineCounter();
  // In the failsafe schema all scalars are text: `TXT: 1`, `A: 1.2` and `NO` stay what was written.
  // Repeated names are found here, where they are compared as names; the parser takes quadratic time for it.
  const documents = parseAllDocuments(yamlText, {
    schema: 'failsafe',
    uniqueKeys: false,
    lineCounter: lines,
    prettyErrors: false,
  });
  const reader = new ZoneReader(lines);
  for (const document of documents) {
    for (const { pos, message } of document.errors) reader.refuse('yaml', pos[0], message);
  }
  const [document, second] = documents;
  if (second !== undefined) reader.refuse('yaml', second.range[0], 'a second document in one file');
  if (reader.problems.length === 0 && document?.contents) reader.readTop(document.contents);
  return reader.problems.length === 0 ? ok(reader.zone) : err(reader.problems);
}

type MutableRecords = { -readonly [T in RecordType]: ZoneOwner['records'][T][number][] };
type MutableFailures = Record<RecordType, FailureReason | null>;

/** One name while its entries are read. */
interface Draft {
  readonly name: QueryName;
  readonly records: MutableRecords;
  readonly failures: MutableFailures;
  readonly policies: (readonly Octets[])[];
  alias: QueryName | null;
  hasTxtEntry: boolean;
  failsOtherwise: FailureReason | null;
}

const FAILURE_WORDS: ReadonlyMap<string, FailureReason> = new Map([
  ['TIMEOUT', 'timeout'],
  ['SERVFAIL', 'servfail'],
  ['REFUSED', 'refused'],
  ['FORMERR', 'formerr'],
  ['NOTIMP', 'notimp'],
]);

class ZoneReader {
  readonly zone = new Map<string, ZoneOwner>();
  readonly problems: ZoneProblem[] = [];
  readonly #lines: LineCounter;

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  refuse(code: ZoneProblemCode, at: Place, message: string): void {
    if (this.problems.length >= MAX_PROBLEMS) return;
    const { line, col } = this.#lines.linePos(typeof at === 'number' ? at : (at?.range?.[0] ?? 0));
    this.problems.push({ code, line: Math.max(line, 1), column: Math.max(col, 1), message });
  }

  readTop(top: Node): void {
    if (isEmpty(top)) return;
    if (!isMap(top)) {
      this.refuse('shape', top, 'expected names, each with a list of entries');
      return;
    }
    const section = top.get('zonedata', true);
    this.#readOwners(isMap(section) ? section : top);
  }

  #readOwners(owners: YAMLMap): void {
    for (const pair of owners.items) {
      const key = nodeOf(pair.key);
      const name = this.#name('owner', key);
      if (name === null) continue;
      if (this.zone.has(nameKey(name))) this.refuse('repeated-owner', key, `${name} stands there before`);
      const draft = newDraft(name);
      this.#readEntries(draft, nodeOf(pair.value));
      const { records, alias } = draft;
      if (alias !== null && RECORD_TYPES.some((type) => records[type].length > 0)) {
        this.refuse('alias-and-records', key, `${name} has a CNAME and other records`);
      }
      this.zone.set(nameKey(name), finished(draft));
    }
  }

  #readEntries(draft: Draft, entries: Node | null): void {
    if (isEmpty(entries)) return;
    for (const item of isSeq(entries) ? entries.items : [entries]) {
      const entry = nodeOf(item);
      if (isMap(entry)) {
        for (const pair of entry.items) this.#readEntry(draft, pair);
      } else {
        const why = FAILURE_WORDS.get(textOf(entry) ?? '');
        if (why === undefined)
          this.refuse('word', entry, 'expected TYPE: data, or TIMEOUT, SERVFAIL, REFUSED');
        else draft.failsOtherwise = why;
      }
    }
  }

  #readEntry(draft: Draft, pair: Pair): void {
    const key = nodeOf(pair.key);
    const value = nodeOf(pair.value);
    const type = textOf(key)?.toUpperCase();
    if (type === 'CNAME') {
      const target = this.#name('name', value);
      if (target !== null && draft.alias !== null) this.refuse('alias-and-records', key, 'a second CNAME');
      draft.alias = target;
      return;
    }
    const failing = type === 'SPF' ? 'TXT' : RECORD_TYPES.find((known) => known === type);
    if (failing === undefined) {
      this.refuse('type', key, 'expected A, AAAA, MX, PTR, CNAME, TXT or SPF');
      return;
    }
    if (type === 'TXT') draft.hasTxtEntry = true;
    const word = textOf(value);
    if (failing === 'TXT' && word === 'NONE') return;
    const why = word === null ? undefined : FAILURE_WORDS.get(word);
    if (why !== undefined) draft.failures[failing] = why;
    else if (type === 'SPF') add(draft.policies, this.#strings(value));
    else this.#readRecord(draft.records, failing, value);
  }

  #readRecord(records: MutableRecords, type: RecordType, value: Node | null): void {
    switch (type) {
      case 'A':
      case 'AAAA':
        add(records[type], this.#address(type, value));
        break;
      case 'MX':
        add(records.MX, this.#mx(value));
        break;
      case 'PTR':
        add(records.PTR, this.#name('name', value));
        break;
      case 'TXT':
        add(records.TXT, this.#strings(value));
        break;
    }
  }

  #address(type: 'A' | 'AAAA', value: Node | null): IpAddress | null {
    const text = textOf(value) ?? '';
    const address = text.includes(':') === (type === 'AAAA') ? IpAddress.parse(text) : null;
    if (address === null) this.refuse('address', value, `expected an IPv${type === 'A' ? '4' : '6'} address`);
    return address;
  }

  #mx(value: Node | null): Mx | null {
    const [first, second, third] = isSeq(value) ? value.items.map(nodeOf) : [];
    const preference = textOf(first ?? null) ?? '';
    if (
      second === undefined ||
      third !== undefined ||
      !/^\d{1,5}$/.test(preference) ||
      Number(preference) > 0xffff
    ) {
      this.refuse('mx', value, 'expected [preference, name]');
      return null;
    }
    const exchange = this.#name('name', second);
    return exchange === null ? null : { preference: Number(preference), exchange };
  }

  /** The character-strings of one record; none at all is one empty string, as RDATA needs one. */
  #strings(value: Node | null): readonly Octets[] | null {
    const texts = isSeq(value) ? value.items.map((item) => textOf(nodeOf(item))) : [textOf(value)];
    const strings: Octets[] = [];
    for (const text of texts) {
      if (text === null || !isOctets(text)) {
        this.refuse('text', value, 'expected text, or a list of texts, of characters up to \\xFF');
        return null;
      }
      strings.push(text);
    }
    return strings.length === 0 ? ['' as Octets] : strings;
  }

  /** An owner is never the root; a target may be, written as a dot (RFC 7505). */
  #name(as: 'owner' | 'name', value: Node | null): QueryName | null {
    const text = textOf(value);
    if (as === 'name' && (text === '.' || text === '')) return queryName('');
    const name = queryName(text ?? '');
    if (text !== null && isOctets(text) && isQueryable(name)) return name;
    this.refuse(as, value, 'expected a domain name: labels of 1 to 63 octets, 253 in all');
    return null;
  }
}

/** Where in the file: a node, or an offset. */
type Place = Node | number | null;

function nodeOf(value: unknown): Node | null {
  return isNode(value) ? value : null;
}

function textOf(node: Node | null): string | null {
  return isScalar(node) && typeof node.value === 'string' ? node.value : null;
}

function isEmpty(node: Node | null): node is null {
  return node === null || textOf(node) === '';
}

function isOctets(text: string): text is Octets {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return false;
  return true;
}

function add<T>(list: T[], item: T | null): void {
  if (item !== null) list.push(item);
}

function newDraft(name: QueryName): Draft {
  return {
    name,
    records: { A: [], AAAA: [], MX: [], PTR: [], TXT: [] },
    failures: { A: null, AAAA: null, MX: null, PTR: null, TXT: null },
    policies: [],
    alias: null,
    hasTxtEntry: false,
    failsOtherwise: null,
  };
}

function finished({
  name,
  alias,
  records,
  failures,
  policies,
  hasTxtEntry,
  failsOtherwise,
}: Draft): ZoneOwner {
  if (!hasTxtEntry) records.TXT.push(...policies);
  for (const type of RECORD_TYPES) {
    if (alias === null && records[type].length === 0) failures[type] ??= failsOtherwise;
  }
  return { name, alias, records, failures };
}
