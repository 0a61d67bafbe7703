/** A policyd-spf.conf migrated does with mail what policyd-spf did with it: each setting, each HELO result, each MAIL
 *  FROM result, but for what was a flaw. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { configuredJudge, policyOver } from '../../src/app/policy-service.js';
import { loadConfig, printProblems } from '../../src/config/index.js';
import { migrate } from '../../src/migrate/index.js';
import { parseZone, zoneLookup } from '../../src/resolver/index.js';
import { filesOf } from '../config/files.js';
import { ManualClock } from '../support/manual-clock.js';
import { bytesOf, requestText } from '../support/policy-request.js';
import { describeWith } from '../support/requires.js';
import { Lab } from './support/lab.js';
import { PolicyConversation, type Question } from './support/policy-conversation.js';
import { READY } from './support/resolvers.js';
import { until } from './support/until.js';
import { CLIENT, nameFor, RESULTS } from './support/zone.js';

jest.setTimeout(120_000);

/** Has the same records as CLIENT, and a name in reverse DNS that is not its own. */
const LIAR = '192.0.2.11';
/** No record speaks of it. */
const STRANGER = '198.51.100.7';

const ZONE = `
${['helo', 'mail']
  .map(
    (identity) => `
pass.${identity}.example: [{TXT: "v=spf1 ip4:192.0.2.10/31 -all"}]
softfail.${identity}.example: [{TXT: "v=spf1 ~all"}]
neutral.${identity}.example: [{TXT: "v=spf1 ?all"}]
none.${identity}.example: [{TXT: "no sender policy here"}]
permerror.${identity}.example: [{TXT: "v=spf1 moo -all"}]
temperror.${identity}.example: SERVFAIL`,
  )
  .join('')}
fail.helo.example: [{TXT: "v=spf1 ip4:203.0.113.1 -all"}, {A: ${CLIENT}}]
fail.mail.example: [{TXT: "v=spf1 ip4:203.0.113.1 -all"}]
nomail.example: [{TXT: "v=spf1 -all"}]
loud.example: [{TXT: "v=spf1  -ALL"}]
bank.example: [{TXT: "v=spf1 ~all"}]
sub.bank.example: [{TXT: "v=spf1 ~all"}]
shop.example: [{TXT: "v=spf1 ~all"}]
sub.shop.example: [{TXT: "v=spf1 ~all"}]
relay.example: [{TXT: "v=spf1 ip4:${CLIENT} -all"}]
10.2.0.192.in-addr.arpa: [{PTR: host.ptr.example}]
11.2.0.192.in-addr.arpa: [{PTR: host.ptr.example}]
host.ptr.example: [{A: ${CLIENT}}]
`;

/**
 * What is done: `R` refused for good, `D` deferred, `F` goes on with a header field, `-` goes on without one, `X` an
 * answer that the administrator has chosen; `!` an answer that Postfix does not know, and makes a 451 of.
 */
type Done = 'R' | 'D' | 'F' | '-' | 'X' | '!';

/** Where policyd-spf does otherwise, and the row of its reference that calls it a flaw. */
interface Flaw {
  readonly row: string;
  readonly why: string;
  /** `HELO/MAIL FROM`, a star for any; or what `more` is about. */
  readonly at: readonly string[];
  readonly theirs: Done;
}

/** A further request of a setting, and what we do. */
interface More {
  readonly about: string;
  readonly sender: string;
  readonly ours: Done;
}

interface Setting {
  /** Lines of policyd-spf.conf. */
  readonly lines: readonly string[];
  /** What we do: a word for each HELO result, in it a letter for each MAIL FROM result. */
  readonly ours: string;
  readonly flaws?: readonly Flaw[];
  readonly more?: readonly More[];
  readonly client?: string;
}

const MAIL_FROM = [...RESULTS, 'null'] as const;
const USUAL = 'FRFFFFFF RRRRRRRR FRFFFFFF FRFFFFFF FRFFFFFF FRFFFFFF FRFFFFFF';
const NOTHING = Array.from({ length: 7 }, () => '--------').join(' ');
const FIELDS = NOTHING.replaceAll('-', 'F');

/** The file of Per_User, wherever it lies. */
const USERS = '/USERS';
const USERS_TEXT = 'one@receiver.example,HELO_reject=Softfail|Mail_From_reject=False|Header_Type=None\n';

const SILENT_TEST = {
  row: 'O-21',
  why: 'in the test, mail that would have been refused got no field to tell of it',
  theirs: '-',
} as const;
const DEFINITE_FIRST = {
  row: 'G-37',
  why: 'a temperror of HELO defers what MAIL FROM refuses, again and again',
  theirs: 'D',
} as const;

// The words: HELO pass, fail, softfail, neutral, none, permerror, temperror; the letters alike, and the null sender.
const SETTINGS: readonly Setting[] = [
  {
    lines: [],
    ours: USUAL,
    more: [{ about: 'a quoted local part', sender: 'a@b@fail.mail.example', ours: 'R' }],
    flaws: [
      {
        row: 'B-65',
        why: 'the domain began at the first at sign, so a quoted local part evaded SPF',
        at: ['a quoted local part'],
        theirs: 'F',
      },
    ],
  },
  { lines: ['TestOnly = 1', 'HELO_reject = Fail', 'Mail_From_reject = Fail'], ours: USUAL },
  {
    lines: ['HELO_reject = Softfail'],
    ours: 'FRFFFFFF RRRRRRRR RRRRRRRR FRFFFFFF FRFFFFFF FRFFFFFF FRFFFFFF',
  },
  {
    lines: ['HELO_reject = SPF_Not_Pass'],
    ours: 'FRFFFFFF RRRRRRRR RRRRRRRR RRRRRRRR FRFFFFFF FRFFFFFF FRFFFFFF',
  },
  {
    lines: ['HELO_reject = Null'],
    ours: 'FRFFFFFF FRFFFFFR FRFFFFFF FRFFFFFF FRFFFFFF FRFFFFFF FRFFFFFF',
  },
  {
    lines: ['HELO_reject = Null', 'PermError_reject = True', 'TempError_Defer = True'],
    ours: 'FRFFFRDF FRFFFRDR FRFFFRDF FRFFFRDF FRFFFRDF FRFFFRDR FRFFFRDD',
  },
  {
    lines: ['HELO_reject = False'],
    ours: 'FRFFFFFF FRFFFFFF FRFFFFFF FRFFFFFF FRFFFFFF FRFFFFFF FRFFFFFF',
  },
  {
    lines: ['HELO_reject = No_Check'],
    ours: 'FRFFFFFF FRFFFFFF FRFFFFFF FRFFFFFF FRFFFFFF FRFFFFFF FRFFFFFF',
    flaws: [
      {
        row: 'G-38',
        why: 'whoever reads the fields finds none with bounces, and takes what a stranger put there',
        at: ['*/null'],
        theirs: '-',
      },
    ],
  },
  {
    lines: ['HELO_reject = fail', 'PermError_reject = True', 'TempError_Defer = True'],
    ours: 'FRFFFRDF FRFFFRDF FRFFFRDF FRFFFRDF FRFFFRDF RRRRRRRR DRDDDRDD',
    flaws: [{ ...DEFINITE_FIRST, at: ['temperror/fail', 'temperror/permerror'] }],
  },
  {
    lines: ['Mail_From_reject = Softfail'],
    ours: 'FRRFFFFF RRRRRRRR FRRFFFFF FRRFFFFF FRRFFFFF FRRFFFFF FRRFFFFF',
  },
  {
    lines: ['Mail_From_reject = SPF_Not_Pass'],
    ours: 'FRRRFFFF RRRRRRRR FRRRFFFF FRRRFFFF FRRRFFFF FRRRFFFF FRRRFFFF',
  },
  {
    lines: ['Mail_From_reject = False'],
    ours: 'FFFFFFFF RRRRRRRR FFFFFFFF FFFFFFFF FFFFFFFF FFFFFFFF FFFFFFFF',
  },
  {
    lines: ['Mail_From_reject = No_Check'],
    ours: 'FFFFFFFF RRRRRRRR FFFFFFFF FFFFFFFF FFFFFFFF FFFFFFFF FFFFFFFF',
  },
  { lines: ['HELO_reject = No_Check', 'Mail_From_reject = No_Check'], ours: NOTHING },
  {
    lines: ['TempError_Defer = True'],
    ours: 'FRFFFFDF RRRRRRRR FRFFFFDF FRFFFFDF FRFFFFDF FRFFFFDF DRDDDDDD',
    flaws: [{ ...DEFINITE_FIRST, at: ['temperror/fail'] }],
  },
  {
    lines: ['PermError_reject = True'],
    ours: 'FRFFFRFF RRRRRRRR FRFFFRFF FRFFFRFF FRFFFRFF RRRRRRRR FRFFFRFF',
  },
  {
    lines: ['PermError_reject = True', 'TempError_Defer = True', 'HELO_reject = False'],
    ours: 'FRFFFRDF FRFFFRDF FRFFFRDF FRFFFRDF FRFFFRDF FRFFFRDF FRFFFRDF',
  },
  {
    lines: ['PermError_reject = True', 'TempError_Defer = True', 'Mail_From_reject = False'],
    ours: 'FFFFFFFF RRRRRRRR FFFFFFFF FFFFFFFF FFFFFFFF RRRRRRRR DDDDDDDD',
  },
  {
    lines: [
      'Reject_Not_Pass_Domains = softfail.helo.example,neutral.mail.example,bank.example,sub.shop.example',
    ],
    ours: 'FRFRFFFF RRRRRRRR RRRRRRRR FRFRFFFF FRFRFFFF FRFRFFFF FRFRFFFF',
    more: [
      { about: 'the domain listed', sender: 'a@bank.example', ours: 'R' },
      { about: 'a domain below it', sender: 'a@sub.bank.example', ours: 'R' },
      { about: 'the domain above it', sender: 'a@shop.example', ours: 'F' },
    ],
    flaws: [
      {
        row: 'O-28',
        why: 'the list covered what is above a domain',
        at: ['the domain above it'],
        theirs: 'R',
      },
      { row: 'O-28', why: 'in the place of what is below it', at: ['a domain below it'], theirs: 'F' },
    ],
  },
  {
    lines: [
      'Reject_Not_Pass_Domains = softfail.helo.example,neutral.mail.example,fail.mail.example',
      'HELO_reject = False',
      'Mail_From_reject = False',
    ],
    ours: 'FRFRFFFF FRFRFFFF RRRRRRRR FRFRFFFF FRFRFFFF FRFRFFFF FRFRFFFF',
  },
  {
    lines: [
      'Reject_Not_Pass_Domains = softfail.helo.example,neutral.mail.example',
      'HELO_reject = Null',
      'Mail_From_reject = Fail',
    ],
    ours: 'FRFRFFFF FRFRFFFR FRFRFFFR FRFRFFFF FRFRFFFF FRFRFFFF FRFRFFFF',
  },
  {
    lines: ['No_Mail = True'],
    ours: FIELDS,
    more: [
      { about: 'a domain that sends no mail', sender: 'a@nomail.example', ours: 'R' },
      { about: 'the same in other letters', sender: 'a@loud.example', ours: 'R' },
    ],
    flaws: [
      {
        row: 'O-25',
        why: 'the record had to be "v=spf1 -all" to the letter',
        at: ['the same in other letters'],
        theirs: 'F',
      },
    ],
  },
  { lines: ['No_Mail = True', 'PermError_reject = True'], ours: FIELDS },
  {
    lines: ['TestOnly = 0', 'TempError_Defer = True'],
    ours: FIELDS,
    flaws: [
      { ...SILENT_TEST, at: ['fail/*', 'temperror/*'] },
      { ...SILENT_TEST, at: ['*/fail', '*/temperror'] },
    ],
  },
  { lines: ['TestOnly = 0', 'Header_Type = None'], ours: NOTHING },
  { lines: ['defaultSeedOnly = 0'], ours: USUAL },
  { lines: ['Header_Type = None'], ours: USUAL.replaceAll('F', '-') },
  { lines: ['Header_Type = AR', 'Authserv_Id = mx.example'], ours: USUAL },
  { lines: ['Hide_Receiver = Yes'], ours: USUAL },
  { lines: ['SPF_Enhanced_Status_Codes = No'], ours: USUAL },
  { lines: ['Reason_Message = {rejectdefer}: {spf}'], ours: USUAL },
  {
    lines: ['HELO_pass_restriction = helo_passed'],
    ours: 'XRXXXXXX RRRRRRRR FRFFFFFF FRFFFFFF FRFFFFFF FRFFFFFF FRFFFFFF',
    flaws: [
      { row: 'O-26', why: 'the answer was "None" when both passed', at: ['pass/pass'], theirs: '!' },
      { row: 'O-26', why: 'it went before a refusal because of MAIL FROM', at: ['pass/fail'], theirs: 'X' },
    ],
  },
  {
    lines: ['Mail_From_pass_restriction = spf_fin, mail_passed'],
    ours: 'XRFFFFFF RRRRRRRR XRFFFFFF XRFFFFFF XRFFFFFF XRFFFFFF XRFFFFFF',
  },
  { lines: [`Prospective = ${CLIENT}`], client: STRANGER, ours: USUAL.replaceAll('F', '-') },
  { lines: [`skip_addresses = 192.0.2.0/24`], ours: FIELDS },
  { lines: [`Whitelist = ${CLIENT},2001:db8::/32`], ours: FIELDS },
  { lines: ['Domain_Whitelist = relay.example'], ours: FIELDS },
  {
    lines: ['HELO_Whitelist = fail.helo.example'],
    ours: 'FRFFFFFF FFFFFFFF FRFFFFFF FRFFFFFF FRFFFFFF FRFFFFFF FRFFFFFF',
  },
  { lines: ['Domain_Whitelist_PTR = ptr.example'], ours: FIELDS },
  {
    lines: ['Domain_Whitelist_PTR = ptr.example', 'TestOnly = 1'],
    client: LIAR,
    ours: USUAL,
    flaws: [
      {
        row: 'O-36',
        why: 'the name did not have to lead back to the client, so whoever has an address could take any',
        at: ['fail/*', '*/fail'],
        theirs: 'F',
      },
    ],
  },
  {
    lines: [`Per_User = text,${USERS}`],
    ours: '-------- RRRRRRRR RRRRRRRR -------- -------- -------- --------',
  },
];

interface Cell extends Question {
  readonly about: string;
  readonly ours: Done;
}

function cellsOf({ ours, more = [], client = CLIENT }: Setting): readonly Cell[] {
  const cells = RESULTS.flatMap((helo, i) =>
    MAIL_FROM.map((mailFrom, j) => ({
      about: `${helo}/${mailFrom}`,
      client,
      helo: nameFor(helo, 'helo'),
      sender: mailFrom === 'null' ? '' : `user@${nameFor(mailFrom, 'mail')}`,
      ours: (ours.split(' ')[i]?.[j] ?? '?') as Done,
    })),
  );
  const others = more.map((one) => ({ ...one, client, helo: nameFor('none', 'helo') }));
  return [...cells, ...others];
}

function flawAt({ flaws = [] }: Setting, about: string): Flaw | undefined {
  const [helo, mailFrom] = about.split('/');
  const names = [about, `${helo}/*`, `*/${mailFrom}`];
  return flaws.find(({ at }) => at.some((place) => names.includes(place)));
}

/** The answer in short; one that is none is given back whole. */
function done(action: string): string {
  if (action === 'None') return '!';
  if (action.startsWith('550 ')) return 'R';
  if (/^defer_if_permit /i.test(action)) return 'D';
  if (/^prepend [A-Za-z-]+: /i.test(action)) return 'F';
  if (/^dunno$/i.test(action)) return '-';
  return /^[a-z_, ]+_passed$/.test(action) ? 'X' : action;
}

const nameOf = ({ lines, client }: Setting): string =>
  `${lines.length > 0 ? lines.join('; ') : 'no line'}${client === undefined ? '' : `, client ${client}`}`;

/** Asks our policy service, configured by what becomes of the lines. */
async function openOurs({ lines }: Setting): Promise<(question: Question) => Promise<string>> {
  const migration = migrate(
    { path: '/etc/policyd-spf.conf', text: lines.join('\n'), format: 'policyd-spf' },
    { read: (path) => (path === USERS ? USERS_TEXT : null) },
  );
  if (!migration.ok) throw new Error(migration.error.message);
  const path = '/etc/spfwarden/spfwarden.yml';
  const loaded = await loadConfig({ path, files: filesOf({ [path]: migration.value.yaml }) });
  if (!loaded.ok) throw new Error(printProblems(loaded.error));
  const zone = await parseZone(ZONE);
  if (!zone.ok) throw new Error(JSON.stringify(zone.error));
  const clock = new ManualClock();
  const report = (): void => undefined;
  const judge = configuredJudge(loaded.value.config, zoneLookup(zone.value), clock, report);
  let reply = '';
  const conversation = policyOver(
    judge,
    clock,
    report,
  )({
    peer: 'a test',
    host: null,
    send: (bytes) => (reply = Buffer.from(bytes).toString('latin1')),
    close: () => undefined,
    hangUp: () => undefined,
  });
  let instances = 0;
  return async ({ client, helo, sender }) => {
    const instance = String(++instances);
    await conversation.receive(
      bytesOf(requestText({ client_address: client, helo_name: helo, sender, instance })),
    );
    return reply.replace(/^action=|\n\n$/g, '');
  };
}

describe('the tables', () => {
  test.each(SETTINGS.map((setting) => ({ name: nameOf(setting), setting })))('$name', ({ setting }) => {
    const cells = cellsOf(setting);
    expect(setting.ours).toMatch(/^(?:[RDFX-]{8} ){6}[RDFX-]{8}$/);
    for (const flaw of setting.flaws ?? []) {
      const found = cells.filter(({ about }) => flawAt(setting, about) === flaw);
      expect(found).not.toEqual([]);
    }
    const idle = cells.filter(({ about, ours }) => flawAt(setting, about)?.theirs === ours);
    expect(idle).toEqual([]);
  });
});

describe('what becomes of policyd-spf.conf does as the tables say', () => {
  test.each(SETTINGS.map((setting) => ({ name: nameOf(setting), setting })))('$name', async ({ setting }) => {
    const ask = await openOurs(setting);
    const got: string[] = [];
    const cells = cellsOf(setting);
    for (const cell of cells) got.push(`${cell.about}: ${done(await ask(cell))}`);
    expect(got).toEqual(cells.map(({ about, ours }) => `${about}: ${ours}`));
  });
});

describeWith('e2e/policyd-spf-matrix', ['namespaces', 'ip', 'policyd-spf', 'python3-dnspython'], () => {
  let lab: Lab;
  let users: string;

  beforeAll(async () => {
    lab = await Lab.open();
    users = lab.write('users', USERS_TEXT);
    const script = fileURLToPath(new URL('support/zone-responder.js', import.meta.url));
    const responder = await lab.start('responder', [process.execPath, script, lab.write('zone.yml', ZONE)]);
    await until('the responder', () => responder.output().endsWith(READY) || undefined, responder.output);
  });
  afterAll(async () => {
    await lab.close();
  });

  test.each(SETTINGS.map((setting, index) => ({ name: nameOf(setting), setting, index })))(
    'policyd-spf, too, but for its flaws: $name',
    async ({ setting, index }) => {
      const text = setting.lines.join('\n').replace(USERS, users);
      const program = lab.converse(['policyd-spf', lab.write(`${index}.conf`, `${text}\n`)]);
      const policydSpf = new PolicyConversation(program);
      const got: string[] = [];
      const cells = cellsOf(setting);
      for (const cell of cells) got.push(`${cell.about}: ${done(await policydSpf.ask(cell))}`);
      await policydSpf.end();
      const theirs = cells.map(({ about, ours }) => `${about}: ${flawAt(setting, about)?.theirs ?? ours}`);
      expect(got).toEqual(theirs);
    },
  );
});
