/** The order of commands: what each means, when a reply is due, what is kept and for how long. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
  afterResponse,
  decodeCommand,
  endOfConnection,
  macro,
  newSession,
  SMFIP,
  step,
  type Command,
  type Input,
  type Response,
  type Session,
  type Wants,
} from '../../src/milter/index.js';
import type { Octets } from '../../src/util/index.js';
import { SEED } from '../support/seed.js';

const OFFER = 'O\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff';

/** A usual packet of each command, by its octet. */
const USUAL: Readonly<Record<string, string>> = {
  O: OFFER,
  C: 'Cmx.example.org\x004\0\x19192.0.2.1\0',
  H: 'Hmx.example.org\0',
  M: 'M<user@example.com>\0',
  R: 'R<a@example.net>\0',
  T: 'T',
  L: 'LSubject\0test\0',
  N: 'N',
  B: 'Btext\r\n',
  E: 'E',
  U: 'UHELP\0',
  A: 'A',
  Q: 'Q',
  K: 'K',
};

function commandOf(packet: string): Command {
  const read = decodeCommand(Buffer.from(packet, 'latin1'));
  if (!read.ok) throw new Error(read.error.code);
  return read.value;
}

/** The octet that stands for an input in these tests; `*` behind it: a reply is due. */
const LETTERS: Readonly<Record<Input['kind'], string>> = {
  negotiate: 'O',
  connect: 'C',
  helo: 'H',
  mail: 'M',
  rcpt: 'R',
  data: 'T',
  header: 'L',
  eoh: 'N',
  body: 'B',
  unknown: 'U',
  'end-of-message': 'E',
  abort: 'a',
  'new-connection': 'K',
  quit: 'Q',
};

const NO_WANTS: Wants = { actions: 0, steps: 0, macros: {} };

class Play {
  session: Session;
  /** What came of the last command. */
  inputs: readonly Input[] = [];
  said = '';

  constructor(wants: Partial<Wants> = {}) {
    this.session = newSession({ ...NO_WANTS, ...wants });
  }

  /** Takes packets, or commands by their octets. */
  take(...packets: readonly string[]): this {
    for (const packet of packets) {
      const stepped = step(this.session, commandOf(packet));
      if (!stepped.ok) {
        this.said += ` ${stepped.error.code}`;
        return this;
      }
      const { session, inputs, isReplyDue } = stepped.value;
      this.session = session;
      this.inputs = inputs;
      const letters = inputs.map(({ kind }) => LETTERS[kind]).join('') || '.';
      this.said += ` ${letters}${isReplyDue ? '*' : ''}`;
    }
    return this;
  }

  takeAll(letters: string): this {
    return this.take(
      ...letters
        .replaceAll(' ', '')
        .split('')
        .map((letter) => USUAL[letter] ?? letter),
    );
  }

  answer(kind: Exclude<Response['kind'], 'optneg'>): this {
    const response = kind === 'replycode' ? { kind, code: 550, status: '5.7.1', lines: [] } : { kind };
    this.session = afterResponse(this.session, this.inputs.at(-1)?.kind ?? 'quit', response as Response);
    return this;
  }
}

describe('orders of commands', () => {
  test.each<[string, string, string]>([
    // As mail servers send them.
    ['Postfix, one message', 'OCHMRTLLNBEAAQ', 'O* C* H* M* R* T* L* L* N* B* E* . . Q'],
    ['Sendmail, one message', 'OCHMRTLLNBEQ', 'O* C* H* M* R* T* L* L* N* B* E* Q'],
    [
      'Postfix, RSET, EHLO, two messages',
      'OCHMRAMHAAMRRTEAMRTEAAQ',
      'O* C* H* M* R* a M* aH* . . M* R* R* T* E* . M* R* T* E* . . Q',
    ],
    [
      'Sendmail, RSET, EHLO, two messages',
      'OCHMRAMAHMRRTEMRTEMQ',
      'O* C* H* M* R* a M* a H* M* R* R* T* E* M* R* T* E* M* aQ',
    ],
    ['the client leaves, Postfix', 'OCHMRAAQ', 'O* C* H* M* R* a . Q'],
    ['the client leaves, Sendmail', 'OCHMRQ', 'O* C* H* M* R* aQ'],
    // What may be left out, repeated, or come in between.
    ['no HELO', 'OCMRE', 'O* C* M* R* E*'],
    ['no connect', 'OHMRE', 'O* H* M* R* E*'],
    ['neither', 'OMRE', 'O* M* R* E*'],
    ['several HELOs', 'OCHHHM', 'O* C* H* H* H* M*'],
    ['no DATA, no end of headers', 'OCHMRLBE', 'O* C* H* M* R* L* B* E*'],
    ['no body, no headers', 'OCHMRTNE', 'O* C* H* M* R* T* N* E*'],
    ['a body without an end of headers', 'OCHMRTLBBE', 'O* C* H* M* R* T* L* B* B* E*'],
    ['no recipient', 'OCHMTE', 'O* C* H* M* T* E*'],
    ['only the end', 'OCHME', 'O* C* H* M* E*'],
    ['an unknown command anywhere', 'OUCUHUMURUTUEU', 'O* U* C* U* H* U* M* U* R* U* T* U* E* U*'],
    ['an abort anywhere', 'OACAAHAMAARAMEA', 'O* . C* . . H* . M* a . . . M* E* .'],
    // Aborts that nobody says.
    ['a new MAIL', 'OCHMRMRE', 'O* C* H* M* R* aM* R* E*'],
    ['a new HELO', 'OCHMRHM', 'O* C* H* M* R* aH* M*'],
    ['a new connect', 'OCHMRC', 'O* C* H* M* R* aC*'],
    ['a new SMTP connection', 'OCHMRKCHM', 'O* C* H* M* R* aK C* H* M*'],
    ['a new SMTP connection between messages', 'OCHMREKKCM', 'O* C* H* M* R* E* K K C* M*'],
    // No place for it: no reply, and the message is over, as with libmilter.
    ['a recipient without a sender', 'OCHRM', 'O* C* H* . M*'],
    ['content without a message', 'OCHTLNBEM', 'O* C* H* . . . . . M*'],
    ['everything after the end', 'OCHMRERTLNBEM', 'O* C* H* M* R* E* . . . . . . M*'],
    ['a recipient after DATA', 'OCHMRTRTEM', 'O* C* H* M* R* T* a . . M*'],
    ['DATA twice', 'OCHMRTTEM', 'O* C* H* M* R* T* a . M*'],
    ['a header after the body', 'OCHMRTBLEM', 'O* C* H* M* R* T* B* a . M*'],
    ['the end of headers twice', 'OCHMRTNNEM', 'O* C* H* M* R* T* N* a . M*'],
    ['another offer', 'OCHMOR', 'O* C* H* M* . R*'],
    ['anything after QUIT', 'OCHQCHMREAKUQ', 'O* C* H* Q . . . . . . . . .'],
    // Not a mail server.
    ['QUIT at once', 'Q', 'Q'],
    ['no offer', 'C', 'not-negotiated'],
    ['MAIL at once', 'M', 'not-negotiated'],
    ['an abort at once', 'A', 'not-negotiated'],
  ])('%s: %s', (_name, letters, said) => {
    expect(new Play().takeAll(letters).said.trim()).toBe(said);
  });

  test('an old version is a problem', () => {
    const said = new Play().take(OFFER.replace('\x06', '\x01')).said;
    expect(said).toBe(' version-too-old');
  });

  test('a last piece of the body comes before the end', () => {
    const play = new Play().takeAll('OCHMRTN').take('Elast');
    expect(play.inputs).toEqual([{ kind: 'body', octets: 'last' }, { kind: 'end-of-message' }]);
    expect(play.said).toMatch(/BE\*$/);
  });

  test('macros mean nothing by themselves, whatever they are for', () => {
    const packets = 'CHMRTLNBEUX\0'.split('').map((letter) => `D${letter}i\x001\0`);
    const play = new Play()
      .takeAll('OCHM')
      .take('D', 'DH', ...packets, 'DMi\0')
      .takeAll('R');
    expect(play.said).toMatch(/ M\*( \.){15} R\*$/);
  });
});

describe('the end of the connection', () => {
  test.each([
    ['', ['quit']],
    ['O', ['quit']],
    ['OCH', ['quit']],
    ['OCHM', ['abort', 'quit']],
    ['OCHMRTLNB', ['abort', 'quit']],
    ['OCHMRE', ['quit']],
    ['OCHMA', ['quit']],
    ['OCHMQ', []],
    ['OCHMRK', ['quit']],
  ])('after %s: %j', (letters, kinds) => {
    const { session, inputs, isReplyDue } = endOfConnection(new Play().takeAll(letters).session);
    expect(inputs.map(({ kind }) => kind)).toEqual(kinds);
    expect(isReplyDue).toBe(false);
    expect(endOfConnection(session).inputs).toEqual([]);
  });
});

describe('after a response', () => {
  test.each<[string, Exclude<Response['kind'], 'optneg'>, string, string]>([
    ['OCHM', 'continue', 'AM', 'a M*'],
    ['OCHM', 'reject', 'AAM', '. . M*'], // Postfix aborts what was refused
    ['OCHM', 'tempfail', 'M', 'M*'], // Sendmail does not
    ['OCHM', 'replycode', 'M', 'M*'],
    ['OCHM', 'discard', 'M', 'M*'],
    ['OCHM', 'accept', 'AAM', '. . M*'],
    ['OCHM', 'reject', 'RTE', '. . .'],
    ['OCHMR', 'reject', 'RTE', 'R* T* E*'], // one recipient less
    ['OCHMR', 'tempfail', 'RTE', 'R* T* E*'],
    ['OCHMR', 'replycode', 'RTE', 'R* T* E*'],
    ['OCHMR', 'accept', 'M', 'M*'],
    ['OCHMRU', 'reject', 'RTE', 'R* T* E*'],
    ['OCHMRT', 'replycode', 'LE', '. .'],
    ['OCHMRTL', 'reject', 'E', '.'],
    ['OCHMRTB', 'skip', 'BE', 'B* E*'],
    ['OCHMRTE', 'replycode', 'AM', '. M*'],
    ['OCH', 'reject', 'M', 'M*'],
    ['OC', 'reject', 'Q', 'Q'],
  ])('%s, then %s, then %s', (before, kind, letters, said) => {
    const play = new Play().takeAll(before).answer(kind);
    play.said = '';
    expect(play.takeAll(letters).said.trim()).toBe(said);
  });
});

describe('replies that both sides agreed to leave out', () => {
  test.each([
    ['NR_CONN', 'C'],
    ['NR_HELO', 'H'],
    ['NR_MAIL', 'M'],
    ['NR_RCPT', 'R'],
    ['NR_DATA', 'T'],
    ['NR_HDR', 'L'],
    ['NR_EOH', 'N'],
    ['NR_BODY', 'B'],
    ['NR_UNKN', 'U'],
  ] as const)('%s', (flag, letter) => {
    const said = (steps: number): string => new Play({ steps }).takeAll('OCHMRTLNBUE').said;
    expect(said(SMFIP[flag])).toBe(said(0).replace(`${letter}*`, letter));
  });

  test('wanted but not offered: there is one', () => {
    const play = new Play({ steps: SMFIP.NR_HELO | SMFIP.NOBODY }).take('O\0\0\0\x02\0\0\0\x1f\0\0\0\x7f');
    expect(play.session.agreement).toMatchObject({ version: 2, steps: SMFIP.NOBODY });
    expect(play.takeAll('CHMRE').said).toBe(' O* C* H* M* R* E*');
  });

  test('left out but sent all the same: it is taken', () => {
    const steps = SMFIP.NOBODY | SMFIP.NOHDRS | SMFIP.NODATA;
    expect(new Play({ steps }).takeAll('OCHMRTLBE').said).toBe(' O* C* H* M* R* T* L* B* E*');
  });
});

describe('what is said', () => {
  const connect = (packet: string): unknown => {
    const [input] = new Play().take(OFFER, packet).inputs;
    return (
      input?.kind === 'connect' && { ...input.client, address: input.client.address?.toString() ?? null }
    );
  };
  test.each([
    ['C[192.0.2.10]\x004\x8a\xb5192.0.2.10\0', '192.0.2.10', '4'],
    ['C[2001:db8::25]\x006\x8a\xb52001:db8::25\0', '2001:db8::25', '6'],
    ['Cx\x006\x8a\xb5IPv6:2001:db8:0:0:0:0:0:25\0', '2001:db8::25', '6'], // Sendmail
    ['Cx\x006\x8a\xb5ipv6:2001:DB8::25\0', '2001:db8::25', '6'],
    ['Cx\x006\x8a\xb5::ffff:192.0.2.1\0', '192.0.2.1', '6'], // RFC 7208 §5
    ['Cx\x006\x8a\xb5IPv6:::ffff:c000:201\0', '192.0.2.1', '6'],
    ['Cx\x004\x8a\xb52001:db8::25\0', '2001:db8::25', '4'],
    ['Cunknown\x004\0\0unknown\0', null, '4'], // Postfix
    ['Clocalhost\0U', null, 'U'], // sendmail -bs
    ['Clocalhost\0L\0\0/run/smtp\0', null, 'L'],
    ['Cx\0L\0\x00192.0.2.1\0', null, 'L'], // a path, whatever it looks like
    ['Cx\x004', null, '4'],
    ['Cx', null, 'U'],
    ['Cx\x004\0\0IPv6:\0', null, '4'],
  ])('the client of %j is %s', (packet, address, family) => {
    expect(connect(packet)).toMatchObject({ address, family });
  });

  test('a sender, its parameters, and the path as it was typed', () => {
    const [input] = new Play().take(OFFER, 'M<@a.example:"j d"@b.example> \0SIZE=1\0').inputs;
    expect(input).toEqual({
      kind: 'mail',
      path: { kind: 'mailbox', localPart: 'j d', domain: 'b.example' },
      text: '<@a.example:"j d"@b.example> ',
      parameters: ['SIZE=1'],
    });
    expect(new Play().take(OFFER, 'M<>\0').inputs).toMatchObject([{ path: { kind: 'null' } }]);
    expect(new Play().take(OFFER, 'M\0').inputs).toMatchObject([{ path: { kind: 'null' } }]);
  });
});

describe('what is kept', () => {
  const facts = ({ client, helo }: Session): unknown => [client?.address?.toString() ?? null, helo];
  test.each([
    ['OCH', '192.0.2.1', 'mx.example.org'],
    ['OCHMRAA', '192.0.2.1', 'mx.example.org'],
    ['OCHMRHAA', '192.0.2.1', 'mx.example.org'],
    ['OCHMREM', '192.0.2.1', 'mx.example.org'],
    ['OCHRE', '192.0.2.1', 'mx.example.org'],
    ['OCM', '192.0.2.1', ''],
    ['OHM', null, 'mx.example.org'],
    ['OCHC', '192.0.2.1', ''],
    ['OCHMK', null, ''],
    ['OCHKC', '192.0.2.1', ''],
  ])('after %s: client %s, HELO %j', (letters, client, helo) => {
    expect(facts(new Play().takeAll(letters).session)).toEqual([client, helo]);
  });

  test('the options, even for another SMTP connection', () => {
    const { session } = new Play({ steps: SMFIP.NR_HELO }).takeAll('OCHMK');
    expect(session.agreement).toMatchObject({ version: 6, steps: SMFIP.NR_HELO });
    expect(session.stage).toBeNull();
  });
});

describe('macros', () => {
  const ALL = ['DCi\0c\0', 'DHi\0h\0', 'DMi\0m\0', 'DRi\0r\0', 'DTi\0t\0', 'DNi\0n\0', 'DEi\0e\0'];
  const after = (...packets: string[]): Play => new Play().take(OFFER, ...packets);

  test.each<[string, string[], string | null]>([
    ['the latest stage that has it', ALL, 'e'],
    ['the end of the message is later than that of the headers', [ALL[5] ?? '', ALL[6] ?? ''].reverse(), 'e'],
    ['whatever came last', [...ALL].reverse(), 'e'],
    ['a HELO clears later ones', [...ALL, 'Hx\0'], 'h'],
    ['a MAIL clears later ones', [...ALL, 'M<>\0'], 'm'],
    ['a recipient clears later ones', [...ALL, 'M<>\0', 'DRi\0r\0', 'DTi\0t\0', 'R<>\0'], 'r'],
    ['one that has no place, too', [...ALL, 'R<>\0'], 'e'],
    ['DATA clears none', ['M<>\0', ...ALL, 'T'], 'e'],
    ['a connect clears all others', [...ALL, 'Cx\0U'], 'c'],
    ['an abort clears those of the message', [...ALL, 'A'], 'h'],
    ['another SMTP connection clears all', [...ALL, 'K'], null],
    ['a new packet replaces its table', ['DMi\x001\0', 'DMj\x002\0'], null],
    ['even an empty one', ['DMi\x001\0', 'DM'], null],
    ['the first of a name', ['DMi\x001\0i\x002\0{i}\x003\0'], '1'],
    ['braces or not', ['DM{i}\x001\0'], '1'],
    ['a value that is empty', ['DCi\x001\0', 'DMi\0\0'], ''],
    ['a name without a value', ['DMi\0'], null],
    ['no NUL at the end', ['DMi\x001'], '1'],
    ['for a command without a table', ['DLi\x001\0', 'DBi\x001\0', 'DUi\x001\0', 'DXi\x001\0'], null],
    ['for one that is left out', ['DNi\x001\0'], '1'],
  ])('%s', (_name, packets, value) => {
    expect(macro(after(...packets).session, 'i')).toBe(value);
  });

  test('names of more than one letter', () => {
    const { session } = after('DM{auth_authen}\0joe\0auth_type\0PLAIN\0{__proto__}\0x\0');
    expect(macro(session, 'auth_authen')).toBe('joe');
    expect(macro(session, 'auth_type')).toBe('PLAIN');
    expect(macro(session, 'auth')).toBeNull();
    expect(macro(session, 'constructor')).toBeNull();
    expect(macro(session, '__proto__')).toBe('x');
  });

  test.each(['D__proto__\0x\0', 'D', 'D\0'])('%j is for no command of ours', (packet) => {
    expect(after(packet).session.macros).toEqual([]);
  });
});

test('in any order: no exception, aborts only of what has begun, replies only to what was asked', () => {
  const packet = fc.oneof(
    fc.constantFrom(...Object.values(USUAL)),
    fc.constantFrom('DMi\x001\0', 'DC', 'DX', 'Elast', 'M\0', 'Cx'),
  );
  const replies = fc.constantFrom<Exclude<Response['kind'], 'optneg'>>(
    'continue',
    'reject',
    'accept',
    'replycode',
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(packet, replies), { maxLength: 30 }), (all) => {
      const play = new Play().takeAll('O');
      let isOpen = false;
      for (const [one, reply] of all) {
        play.take(one);
        for (const { kind } of play.inputs) {
          if (kind === 'abort') expect(isOpen).toBe(true);
          if (kind === 'mail' || kind === 'end-of-message' || kind === 'quit') {
            expect(isOpen).toBe(kind === 'end-of-message');
          }
          isOpen = kind === 'mail' || (isOpen && kind !== 'abort' && kind !== 'end-of-message');
        }
        const isDue = play.said.endsWith('*');
        expect(isDue).toBe(
          play.inputs.some(({ kind }) => !['abort', 'quit', 'new-connection'].includes(kind)),
        );
        if (!isDue) continue;
        play.answer(reply);
        if (play.session.stage === null) isOpen = false;
      }
      expect(play.session.stage !== null).toBe(isOpen);
    }),
    { seed: SEED, numRuns: 1000 },
  );
});

test('a session is a value: a step leaves the one before as it was', () => {
  const { session } = new Play().takeAll('OCHMR');
  const before = JSON.stringify(session);
  step(session, commandOf('A'));
  step(session, { kind: 'helo', name: 'other' as Octets });
  step(session, commandOf('DMi\x001\0'));
  expect(JSON.stringify(session)).toBe(before);
});
