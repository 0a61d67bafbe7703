/** check_host() on a zone made of the input: a line for each record, `name type data` with one-letter words. */
import { IpAddress } from '../../../src/net/index.js';
import { nameKey, queryName } from '../../../src/dns/index.js';
import { zoneLookup, type ZoneOwner } from '../../../src/resolver/index.js';
import { senderOfMailFrom, splitAddress } from '../../../src/smtp/index.js';
import { checkHost, DEFAULT_LIMITS, describeCause, matchedTerm } from '../../../src/spf/index.js';
import { octets, type Octets } from '../../../src/util/index.js';
import { ManualClock } from '../../support/manual-clock.js';
import { ownerOf, type OwnerLiteral } from '../../support/zone.js';
import { hold, type Target } from '../target.js';

const CLIENTS = [
  IpAddress.of([192, 0, 2, 1]),
  IpAddress.of([0x20, 1, 0x0d, 0xb8, ...Array<number>(11).fill(0), 1]),
];
const REVERSE = ['1.2.0.192.in-addr.arpa', `1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`];
/** A longer one cannot come in an answer. */
const LONGEST_NAME = 253;
const { terms, names } = DEFAULT_LIMITS;

export const target: Target = {
  name: 'evaluation',
  corpus: [
    'a T v=spf1 include:b.x mx a:c.x/24 exists:%{l}.%{d}.x -all exp=e.x\nb T v=spf1 ptr redirect=c.x\nc T v=spf1 ?all\n' +
      'a M b.x\nb A 192.0.2.9\ne T no %{s} %{p} %{c} at %{t}\nr P b.x\nl j.r@a.x\n',
    'a T v=spf1 include:a.x include:b.x\nb T v=spf1 redirect=a.x\nl @a.x\nh b.x\n',
    'a T v=spf1 exists:%{L1r+}.%{i}.%{v}.%{h}.%{p} +all\nr P a.x\na A 192.0.2.1\na Q 2001:db8::1\n',
    'a C b.x\nb C a.x\nc F\nd T v=spf1 a:c.x\nl \nh d.x\n',
    `a T v=spf1 ${'a:c.x '.repeat(11)}\nc A 192.0.2.7\n`,
    'a M c.x\n'.repeat(12) + 'a T v=spf1 mx\n',
    'r P c.x\n'.repeat(12) + 'a T v=spf1 ptr:c.x exists:%{p}.x\n',
  ],
  run(bytes) {
    const { zone, sender, helo } = readInput(octets(bytes));
    const lookup = zoneLookup(zone);
    for (const ip of CLIENTS) {
      let asked = 0;
      const outcome = checkHost(
        { ip, sender: senderOfMailFrom(splitAddress(sender), helo), helo, receiver: 'mx.example.net' },
        {
          lookup: (name, type, deadline) => {
            asked++;
            return lookup(name, type, deadline);
          },
          clock: new ManualClock(),
          limits: DEFAULT_LIMITS,
          deadline: 20_000,
        },
      );
      hold(!(outcome instanceof Promise), 'an outcome at once');
      hold(asked <= 2 + terms * (1 + names), 'no more questions than the limits allow');
      hold(/^[\x20-\x7e]*$/.test(describeCause(outcome) + (matchedTerm(outcome) ?? '')), 'words in ASCII');
      hold(outcome.result !== 'fail' || /^[\x20-\x7e]*$/.test(outcome.explanation ?? ''), 'a text in ASCII');
    }
  },
};

interface Input {
  readonly zone: ReadonlyMap<string, ZoneOwner>;
  readonly sender: Octets;
  readonly helo: Octets;
}

interface Draft {
  readonly TXT: string[];
  readonly A: string[];
  readonly AAAA: string[];
  readonly MX: (readonly [preference: number, exchange: string])[];
  readonly PTR: string[];
  alias: string | null;
  fails: boolean;
}

function readInput(text: string): Input {
  const drafts = new Map<string, Draft>();
  let sender = 'user@a.x';
  let helo = 'a.x';
  for (const line of text.split('\n')) {
    const [word, type] = [line.charAt(0), line.charAt(2)];
    if (word === 'l') sender = line.slice(2);
    else if (word === 'h') helo = line.slice(2);
    else {
      const owners = word === 'r' ? REVERSE : [`${word}.x`];
      const data = type === 'T' ? line.slice(4) : line.slice(4, 4 + LONGEST_NAME);
      for (const name of owners) add(drafts, name, type, data);
    }
  }
  const zone = new Map<string, ZoneOwner>();
  for (const [name, draft] of drafts)
    zone.set(nameKey(queryName(name)), ownerOf(queryName(name), literalOf(draft)));
  return { zone, sender: sender as Octets, helo: helo as Octets };
}

function literalOf({ alias, fails, ...records }: Draft): OwnerLiteral {
  const failing = fails ? ({ A: 'servfail', AAAA: 'timeout' } as const) : {};
  return { ...records, ...failing, ...(alias === null ? {} : { CNAME: alias }) };
}

function add(drafts: Map<string, Draft>, name: string, type: string, data: string): void {
  let draft = drafts.get(name);
  if (draft === undefined) {
    draft = { TXT: [], A: [], AAAA: [], MX: [], PTR: [], alias: null, fails: false };
    drafts.set(name, draft);
  }
  switch (type) {
    case 'T':
      draft.TXT.push(data);
      break;
    case 'A':
      if (IpAddress.parse(data)?.family === 4) draft.A.push(data);
      break;
    case 'Q':
      if (IpAddress.parse(data)?.family === 6) draft.AAAA.push(data);
      break;
    case 'M':
      draft.MX.push([data.length % 3, data]);
      break;
    case 'P':
      draft.PTR.push(data);
      break;
    case 'C':
      draft.alias = data;
      break;
    case 'F':
      draft.fails = true;
      break;
  }
}
