/** A message is judged the same over both protocols: what differs is how it is said. */
import fc from 'fast-check';
import { expect, test } from '@jest/globals';

import type { Event } from '../../src/events/index.js';
import { milterConversation, policyConversation } from '../../src/frontend/index.js';
import { Correlation } from '../../src/policyd/index.js';
import { SPF_RESULTS } from '../../src/smtp/index.js';
import {
  createJudge,
  Watch,
  type HeaderKind,
  type Judge,
  type PlainAction,
} from '../../src/verdict/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { MilterClient, toConversation } from '../support/milter-client.js';
import { bytesOf, requestText } from '../support/policy-request.js';
import { SEED } from '../support/seed.js';
import { verdictSettings, type SettingsLiteral } from '../support/verdict-settings.js';
import { zone, type OwnerLiteral } from '../support/zone.js';

const RUNS = 1000;
const CLIENT = '192.0.2.1';
const CLIENT_V6 = '2001:db8::1';

const RECORDS: Readonly<Record<(typeof SPF_RESULTS)[number], OwnerLiteral>> = {
  pass: { TXT: [`v=spf1 ip4:${CLIENT} ip6:${CLIENT_V6} -all`] },
  none: { TXT: ['no record'] },
  neutral: { TXT: ['v=spf1 ?all'] },
  softfail: { TXT: ['v=spf1 ~all'] },
  fail: { TXT: ['v=spf1 exp=why.example -all'] },
  permerror: { TXT: ['v=spf1 moo'] },
  temperror: { TXT: 'servfail' },
};

const ZONE = {
  ...Object.fromEntries(
    SPF_RESULTS.flatMap((result) => [
      [`${result}.helo.example`, RECORDS[result]],
      [`${result}.from.example`, RECORDS[result]],
    ]),
  ),
  'why.example': { TXT: ['%{i} is not 100%% of %{d}, see http://%{d}/?s=%{S}'] },
};

/** What either protocol can say of a message; texts are octets. */
interface Message {
  readonly client: string;
  readonly helo: string;
  readonly sender: { readonly localPart: string; readonly domain: string } | null;
  readonly login: string;
  readonly recipient: string;
}

const domain = (identity: 'helo' | 'from') =>
  fc.constantFrom(...SPF_RESULTS.map((result) => `${result}.${identity}.example`));

const message: fc.Arbitrary<Message> = fc.record({
  client: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(CLIENT, CLIENT_V6, `::ffff:${CLIENT}`) },
    fc.constantFrom('192.0.2.99', '2001:DB8:0:0::99', '10.0.0.1', '127.0.0.1', '::1', 'unknown'),
  ),
  helo: fc.oneof(
    { weight: 4, arbitrary: domain('helo') },
    fc.constantFrom(
      '',
      'single',
      `[${CLIENT}]`,
      'PASS.helo.example.',
      'not.there.example',
      'b\xc3\xbccher.example',
    ),
  ),
  sender: fc.option(
    fc.record({
      localPart: fc.constantFrom('user', 'a.b+c=d', 'john doe', 'a@b', 'q"uo\\te', 'j\xc3\xb6rg'),
      domain: fc.oneof(
        { weight: 6, arbitrary: domain('from') },
        fc.constantFrom('[192.0.2.1]', 'single', 'x..y'),
      ),
    }),
    { freq: 5 },
  ),
  login: fc.oneof({ weight: 8, arbitrary: fc.constant('') }, fc.constant('somebody')),
  recipient: fc.constantFrom('one@rcpt.example', 'boss@rcpt.example', 'exempt@rcpt.example'),
});

const action = fc.constantFrom<PlainAction>('accept', 'reject', 'defer', 'quarantine');
const actions = fc.record(Object.fromEntries(SPF_RESULTS.map((result) => [result, action])));

const settings: fc.Arbitrary<SettingsLiteral> = fc.record({
  actions: fc.oneof(fc.constant({}), fc.record({ helo: actions, mailFrom: actions })),
  checks: fc.record({
    helo: fc.boolean(),
    heloDecides: fc.subarray(['pass', 'fail', 'softfail'] as const),
  }),
  dryRun: fc.oneof({ weight: 8, arbitrary: fc.constant(false) }, fc.constant(true)),
  strictDomains: fc.constantFrom([], ['softfail.from.example']),
  headers: fc.record({
    add: fc.subarray<HeaderKind>(['received-spf', 'authentication-results']),
    identities: fc.constant('deciding' as const),
    localPart: fc.boolean(),
    noteSkipped: fc.boolean(),
  }),
  skip: fc.constantFrom({}, { recipients: ['exempt@rcpt.example'] }),
  rules: fc.constantFrom(
    [],
    [
      {
        name: 'boss',
        when: { recipient: ['boss@rcpt.example'] },
        then: { actions: { mailFrom: { none: 'defer' as const, softfail: 'reject' as const } } },
      },
    ],
  ),
});

/** What came of a message, in words that neither protocol has. */
interface Said {
  readonly answer: string;
  readonly fields: readonly string[];
}

test(`${RUNS} messages`, async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(settings, message, fc.boolean(), async (literal, one, isAsync) => {
      const events: Event[] = [];
      const report = (event: Event): void => void events.push(event);
      const clock = new ManualClock();
      const lookup = zone(ZONE, { async: isAsync });
      const judge = createJudge(verdictSettings(literal), { lookup, clock, watch: new Watch(clock, report) });
      const byPolicy = await overPolicy(one, judge, clock, report);
      const byMilter = await overMilter(one, judge, clock, report);
      // A policy reply has room for one field, if it does not hold the message.
      // Of a recipient that is exempt it is told at DATA only, where there is one request.
      const isNote = /recipient is exempt|exempt by a rule/.test(byPolicy.fields[0] ?? '');
      const room = byPolicy.answer.startsWith('hold') || isNote ? 1 : 2;
      expect({ ...byMilter, fields: byMilter.fields.slice(0, room) }).toEqual(byPolicy);
      const judged = events.filter((event) => event.kind === 'message-judged').map(facts);
      expect(judged).toHaveLength(2);
      expect(judged[1]).toEqual(judged[0]);
      seen.add(`${byPolicy.answer.split(' ', 1).join()} ${byPolicy.fields.length}`);
    }),
    { seed: SEED, numRuns: RUNS },
  );
  expect([...seen].sort()).toEqual([
    ...['continue 0', 'continue 1', 'continue 2'],
    ...['defer 0', 'hold 0', 'hold 1', 'reject 0'],
  ]);
});

/** What is reported alike. */
function facts(event: Event): unknown {
  if (event.kind !== 'message-judged') throw new Error(event.kind);
  const {
    heloResult,
    mailFromResult,
    iprevResult,
    action: done,
    why,
    rule,
    level,
    dryRun,
    sender,
    helo,
  } = event;
  return { heloResult, mailFromResult, iprevResult, done, why, rule, level, dryRun, sender, helo };
}

type Report = (event: Event) => void;

/** RCPT and then DATA, as an smtpd asks whose restrictions have us in both. */
async function overPolicy(one: Message, judge: Judge, clock: ManualClock, report: Report): Promise<Said> {
  const written: string[] = [];
  const conversation = policyConversation({
    judge: () => judge,
    listener: null,
    correlation: new Correlation(),
    clock,
    report,
  })({
    peer: 'a test',
    host: null,
    send: (bytes) => written.push(Buffer.from(bytes).toString('latin1')),
    close: () => undefined,
    hangUp: () => undefined,
  });
  const { sender } = one;
  const about = {
    client_address: one.client,
    helo_name: one.helo,
    sender: sender === null ? '' : `${sender.localPart}@${sender.domain}`,
    sasl_username: one.login,
    recipient: one.recipient,
  };
  await conversation.receive(bytesOf(requestText(about)));
  const [first = ''] = written.splice(0);
  const answer = policyAnswer(first);
  const isRefused = answer.startsWith('reject') || answer.startsWith('defer');
  if (!isRefused) {
    await conversation.receive(
      bytesOf(requestText({ ...about, protocol_state: 'DATA', recipient_count: '1' })),
    );
  }
  const fields = [first, ...written].flatMap((reply) => /^action=PREPEND (.*)\n\n$/.exec(reply)?.[1] ?? []);
  return { answer, fields };
}

function policyAnswer(reply: string): string {
  const [, word = '', text = ''] = /^action=(\S+)(?: (.*))?\n\n$/.exec(reply) ?? [];
  switch (word) {
    case 'DUNNO':
    case 'PREPEND':
      return 'continue';
    case 'HOLD':
      return `hold ${text}`;
    case 'DEFER_IF_PERMIT':
      return `defer ${text}`;
    default:
      return `reject ${word} ${text}`;
  }
}

/** A whole SMTP session with the one message. */
async function overMilter(one: Message, judge: Judge, clock: ManualClock, report: Report): Promise<Said> {
  const rules = {
    judge,
    rejectAt: 'rcpt',
    stageMs: 8_000,
    authservId: verdictSettings().policy.headers.authservId,
    macros: [],
    readsHeaders: true,
    named: () => rules,
  } as const;
  const settingsOfAll = { rules: () => rules, listener: null, clock, report };
  const client = new MilterClient(toConversation(milterConversation(settingsOfAll)));
  await client.negotiate();
  await client.connect(one.client);
  if (one.helo !== '') await client.helo(one.helo);
  await client.mail(pathOf(one.sender), one.login === '' ? undefined : { '{auth_authen}': one.login });
  const rcpt = await client.rcpt(`<${one.recipient}>`);
  if (rcpt?.kind === 'replycode') {
    const { code, status, lines } = rcpt;
    const words = code < 500 ? ['defer'] : ['reject', code];
    return { answer: [...words, status, ...lines].join(' '), fields: [] };
  }
  const { modifications, final } = await client.endOfMessage();
  client.quit();
  let answer: string = final.kind;
  const fields: string[] = [];
  for (const modification of modifications) {
    if (modification.kind === 'quarantine') answer = `hold ${modification.reason}`;
    else if (modification.kind !== 'insheader' || modification.index !== 0)
      throw new Error(modification.kind);
    else fields.unshift(`${modification.name}: ${modification.value.replaceAll('\n', '')}`);
  }
  return { answer, fields };
}

/** In the notation of SMTP, where policyd has the local part without its quotes. */
function pathOf(sender: Message['sender']): string {
  if (sender === null) return '<>';
  const { localPart } = sender;
  const isPlain = /^[\w.+=\x80-\xff]+$/.test(localPart);
  return `<${isPlain ? localPart : `"${localPart.replaceAll(/["\\]/g, '\\$&')}"`}@${sender.domain}>`;
}
