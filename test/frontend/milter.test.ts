/** The milter protocol's side of a conversation, without sockets and without DNS. */
import { describe, expect, test } from '@jest/globals';

import type { Event } from '../../src/events/index.js';
import { milterConversation, type MilterRules, type MilterSettings } from '../../src/frontend/index.js';
import { authservId, type AuthservId, type ReceivedSpfField } from '../../src/header/index.js';
import { encodeCommand, SMFIF, type Command, type Response } from '../../src/milter/index.js';
import { replyText, type ReversePath } from '../../src/smtp/index.js';
import type { Octets } from '../../src/util/index.js';
import type { Decision, Judge, Transaction, Verdict } from '../../src/verdict/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { MilterClient, OFFER, toConversation } from '../support/milter-client.js';
import { accept, defer, FIELD, judgeOf, reject, verdict, Waiting, type JudgeOne } from './scene.js';

const OURS = ours();
const STAGE_MS = 8_000;

class MilterScene {
  readonly clock = new ManualClock();
  readonly events: Event[] = [];
  readonly asked: Transaction[] = [];
  rules: MilterRules;

  constructor(judge: JudgeOne | Judge, rules: Partial<MilterRules> = {}) {
    const made = typeof judge === 'function' ? judgeOf(judge) : judge;
    const watched: Judge = {
      ...made,
      judge: (transaction) => {
        this.asked.push(transaction);
        return made.judge(transaction);
      },
    };
    const own: MilterRules = {
      judge: watched,
      authservId: OURS,
      rejectAt: 'rcpt',
      stageMs: STAGE_MS,
      macros: [],
      readsHeaders: true,
      named: () => own,
      ...rules,
    };
    this.rules = own;
  }

  get settings(): MilterSettings {
    return {
      rules: () => this.rules,
      listener: 'inbound',
      clock: this.clock,
      report: (event) => this.events.push(event),
    };
  }

  /** A connection from a client that has said HELO. */
  async client(offer = {}): Promise<MilterClient> {
    const client = new MilterClient(toConversation(milterConversation(this.settings)));
    await client.negotiate(offer);
    await client.connect('192.0.2.1', 'mail.example.org', { j: 'mx.example.net' });
    return client;
  }

  get judged(): string[] {
    return this.events.flatMap((event) => (event.kind === 'message-judged' ? [event.action] : []));
  }
}

/** A whole session about one message: what each command was answered. */
async function session(
  client: MilterClient,
  to: readonly string[] = ['<one@rcpt.example>'],
): Promise<string[]> {
  const answers = [
    word(await client.helo('mail.example.org')),
    word(await client.mail('<user@example.org>')),
  ];
  for (const recipient of to) answers.push(word(await client.rcpt(recipient)));
  return answers;
}

/** `continue`, or a refusal as it would be read. */
function word(response: Response | null): string {
  if (response === null) return 'none';
  if (response.kind !== 'replycode') return response.kind;
  return `${response.code} ${response.status ?? '-'} ${response.lines.join('|')}`;
}

const REJECTED = '550 5.7.23 not permitted';
const DEFERRED = '451 4.7.24 later';

describe('refusals are given', () => {
  test.each<{ at: MilterRules['rejectAt']; decision: Decision; answers: string[] }>([
    { at: 'helo', decision: reject, answers: [REJECTED] },
    { at: 'helo', decision: accept, answers: ['continue', 'continue', 'continue'] },
    { at: 'mail', decision: reject, answers: ['continue', REJECTED] },
    { at: 'mail', decision: defer, answers: ['continue', DEFERRED] },
    { at: 'rcpt', decision: reject, answers: ['continue', 'continue', REJECTED] },
    { at: 'rcpt', decision: defer, answers: ['continue', 'continue', DEFERRED] },
  ])('$decision.do at $at', async ({ at, decision, answers }) => {
    const scene = new MilterScene(() => verdict(decision), { rejectAt: at });
    const client = await scene.client();
    const found: string[] = [];
    for (const say of [
      () => client.helo('mail.example.org'),
      () => client.mail('<user@example.org>'),
      () => client.rcpt('<one@rcpt.example>'),
    ]) {
      found.push(word(await say()));
      if (found.at(-1) !== 'continue') break; // nothing that follows is about this message
    }
    expect(found).toEqual(answers);
    expect(scene.judged).toEqual(decision === accept ? [] : [decision.do]);
  });

  test('for each recipient where a rule names them, whatever the command is', async () => {
    const judge = judgeOf(
      ({ recipient }) =>
        verdict(recipient?.kind === 'mailbox' && recipient.localPart === 'boss' ? reject : accept),
      {
        tellsRecipientsApart: true,
        variantOf: ({ recipient }) => (recipient?.kind === 'mailbox' ? recipient.localPart : 'none'),
      },
    );
    const scene = new MilterScene(judge, { rejectAt: 'mail' });
    const client = await scene.client();
    expect(await session(client, ['<boss@x.example>', '<a@x.example>', '<boss@x.example>'])).toEqual([
      'continue',
      'continue',
      REJECTED,
      'continue',
      REJECTED,
    ]);
    const { modifications } = await client.endOfMessage();
    expect(modifications.map(({ kind }) => kind)).toEqual(['insheader']);
    expect(scene.judged).toEqual(['reject', 'accept']);
  });

  test('and nothing is refused by a verdict that is only noted', async () => {
    const scene = new MilterScene(() => verdict(reject, { dryRun: true }));
    const client = await scene.client();
    expect(await session(client)).toEqual(['continue', 'continue', 'continue']);
    expect(await client.endOfMessage()).toEqual({ modifications: [], final: { kind: 'continue' } });
    expect(scene.events).toMatchObject([{ kind: 'message-judged', action: 'reject', dryRun: true }]);
  });

  test.each(['error', 'debug', null] as const)('is reported with the level for it: %s', async (logLevel) => {
    const scene = new MilterScene(() => verdict(accept, { logLevel }));
    const client = await scene.client();
    await session(client);
    await client.endOfMessage();
    expect(scene.events).toMatchObject([{ kind: 'message-judged', level: logLevel }]);
  });
});

describe('the end of a message', () => {
  const second = FIELD.replace('mailfrom', 'helo') as ReceivedSpfField;
  const insert = (field: string) => ({
    kind: 'insheader',
    index: 0,
    name: 'Received-SPF',
    value: field.slice('Received-SPF: '.length),
  });
  const remove = (index: number) => ({ kind: 'chgheader', index, name: 'Authentication-Results', value: '' });
  type Fields = readonly (readonly [name: string, value: string])[];
  const FORGED: Fields = [
    ['Authentication-Results', 'mx.example.net; spf=pass'],
    ['authentication-results', 'other.example; spf=pass'],
    ['AUTHENTICATION-RESULTS', ' (x) "MX.example.net" 1; spf=pass'],
    ['Subject', 'Hello'],
  ];

  test.each<{ name: string; verdict: Verdict; fields?: Fields; modifications: object[] }>([
    {
      name: 'fields go on top, the first of them first',
      verdict: verdict(accept, { fields: [FIELD, second] }),
      modifications: [insert(second), insert(FIELD)],
    },
    {
      name: 'those that claim to be ours are deleted before, the last first',
      verdict: verdict(accept),
      fields: FORGED,
      modifications: [remove(3), remove(1), insert(FIELD)],
    },
    {
      name: 'but not where the client may say so',
      verdict: verdict({ do: 'skip', why: 'network' }, { stripsForged: false }),
      fields: FORGED,
      modifications: [],
    },
    {
      name: 'mail is held',
      verdict: verdict({ do: 'hold', text: replyText('SPF softfail of example.org') }),
      modifications: [insert(FIELD), { kind: 'quarantine', reason: 'SPF softfail of example.org' }],
    },
    {
      name: 'the subject is tagged',
      verdict: verdict(accept, { fields: [], subjectTag: '[SPF:fail]' }),
      fields: FORGED.slice(3),
      modifications: [{ kind: 'chgheader', index: 1, name: 'Subject', value: '[SPF:fail] Hello' }],
    },
    {
      name: 'once',
      verdict: verdict(accept, { fields: [], subjectTag: '[SPF:fail]' }),
      fields: [['Subject', '[SPF:fail] Hello']],
      modifications: [],
    },
    {
      name: 'and made where there is none',
      verdict: verdict(accept, { fields: [], subjectTag: '[SPF:fail]' }),
      modifications: [{ kind: 'addheader', name: 'Subject', value: '[SPF:fail]' }],
    },
    {
      name: 'an answer for Postfix is none here',
      verdict: verdict({ do: 'restrict', postfix: 'permit' }),
      modifications: [insert(FIELD)],
    },
  ])('$name', async ({ verdict: given, fields = [], modifications }) => {
    const scene = new MilterScene(() => given);
    const client = await scene.client();
    await session(client);
    await client.data();
    for (const [name, value] of fields) await client.header(name, value);
    await client.eoh();
    expect(await client.endOfMessage({ i: 'QUEUE1' })).toEqual({
      modifications,
      final: { kind: 'continue' },
    });
    expect(scene.events).toMatchObject([{ queueId: 'QUEUE1', frontend: 'milter', client: '192.0.2.1' }]);
  });

  test('what the mail server does not offer is not done', async () => {
    const scene = new MilterScene(() => verdict({ do: 'hold', text: replyText('x') }));
    const client = await scene.client({ actions: SMFIF.ADDHDRS });
    await session(client);
    await client.header('Authentication-Results', 'mx.example.net; spf=pass');
    const { modifications } = await client.endOfMessage();
    expect(modifications).toEqual([insert(FIELD)]);
    const actions = ['SMFIF_CHGHDRS', 'SMFIF_QUARANTINE'];
    expect(scene.events.at(-1)).toEqual({ kind: 'actions-not-offered', peer: 'a test', actions });
  });

  test('one message after the other, each on its own', async () => {
    const scene = new MilterScene(() => verdict(accept));
    const client = await scene.client();
    await session(client);
    await client.header('Authentication-Results', 'mx.example.net; spf=pass');
    await client.endOfMessage();
    expect(word(await client.mail('<two@example.org>'))).toBe('continue');
    client.abort();
    expect(word(await client.mail('<three@example.org>'))).toBe('continue');
    expect(word(await client.rcpt('<one@rcpt.example>'))).toBe('continue');
    expect((await client.endOfMessage()).modifications).toEqual([insert(FIELD)]);
    expect(scene.asked.map(({ sender }) => (sender.kind === 'mailbox' ? sender.localPart : ''))).toEqual([
      'user',
      'two',
      'three',
    ]);
    expect(scene.judged).toEqual(['accept', 'accept']);
  });

  test('a message without a recipient is judged as well', async () => {
    const scene = new MilterScene(() => verdict(reject));
    const client = await scene.client();
    await client.helo('mail.example.org');
    await client.mail('<user@example.org>');
    const { final } = await client.endOfMessage();
    expect(word(final)).toBe(REJECTED);
    expect(scene.judged).toEqual(['reject']);
  });

  test('what was found is not hidden by a recipient that is exempt', async () => {
    const spared = verdict({ do: 'skip', why: 'recipient' }, { fields: [second] });
    const byName: JudgeOne = ({ recipient }) => (isPostmaster(recipient) ? spared : verdict(accept));
    const scene = new MilterScene(
      judgeOf(byName, {
        tellsRecipientsApart: true,
        variantOf: ({ recipient }) => (isPostmaster(recipient) ? 'skip' : 'none'),
      }),
    );
    const client = await scene.client();
    await session(client, ['<postmaster@x.example>', '<user@x.example>']);
    expect((await client.endOfMessage()).modifications).toEqual([insert(FIELD)]);
  });

  test.each([
    {
      who: 'of a stranger',
      more: {},
      answer: '550 5.6.0 Too many Authentication-Results fields in the name of this host',
      told: { action: 'reject', why: 'because accept, but too many fields in the name of this host' },
    },
    {
      who: 'of one of ours',
      more: { stripsForged: false, fields: [] },
      answer: 'continue',
      told: { action: 'accept', why: 'because accept' },
    },
    {
      who: 'in a dry run',
      more: { dryRun: true },
      answer: 'continue',
      told: { action: 'accept', why: 'because accept' },
    },
  ])('hundreds of fields that claim to be ours: $who', async ({ more, answer, told }) => {
    const scene = new MilterScene(() => verdict(accept, more));
    const client = await scene.client();
    await session(client);
    for (let i = 0; i < 201; i++) await client.header('Authentication-Results', 'mx.example.net; spf=pass');
    const { modifications, final } = await client.endOfMessage();
    expect([modifications, word(final)]).toEqual([[], answer]);
    expect(scene.events).toMatchObject([told]);
  });

  test('and the line of a dry run beside one that is none tells of the refusal, too', async () => {
    const scene = new MilterScene(
      judgeOf(({ recipient }) => verdict(accept, { dryRun: isPostmaster(recipient) }), {
        tellsRecipientsApart: true,
        variantOf: ({ recipient }) => (isPostmaster(recipient) ? 'dry' : 'none'),
      }),
    );
    const client = await scene.client();
    await session(client, ['<postmaster@x.example>', '<user@x.example>']);
    for (let i = 0; i < 201; i++) await client.header('Authentication-Results', 'mx.example.net; spf=pass');
    expect(word((await client.endOfMessage()).final)).toMatch(/^550 5\.6\.0 /);
    const refused = { action: 'reject', dryRun: false };
    expect(scene.events).toMatchObject([refused, refused]);
  });

  test.each([
    { name: 'the next message has another', before: 'Q1', next: { i: 'Q2' } },
    { name: 'the next has none', before: 'Q1', next: undefined },
  ])('a message keeps its queue id: $name', async ({ before, next }) => {
    const scene = new MilterScene(() => verdict(accept));
    const client = await scene.client();
    await client.helo('mail.example.org');
    await client.mail('<user@example.org>', { i: before });
    await client.rcpt('<one@rcpt.example>');
    await client.mail('<two@example.org>', next);
    expect(scene.events).toMatchObject([{ kind: 'message-judged', queueId: before }]);
  });

  test('a message that is given up has its line if it was judged', async () => {
    const scene = new MilterScene(() => verdict(accept));
    const client = await scene.client();
    await session(client);
    client.abort();
    await client.mail('<two@example.org>');
    expect(scene.judged).toEqual(['accept']);
  });

  test.each<{ name: string; end: (client: MilterClient) => unknown }>([
    {
      name: 'an abort',
      end: (client) => {
        client.abort();
      },
    },
    { name: 'another HELO', end: (client) => client.helo('again.example.org') },
    { name: 'another message', end: (client) => client.mail('<other@example.org>') },
    {
      name: 'another SMTP connection',
      end: (client) => {
        client.newConnection();
      },
    },
    {
      name: 'QUIT',
      end: (client) => {
        client.quit();
      },
    },
  ])('by $name, with its queue id', async ({ end }) => {
    const scene = new MilterScene(() => verdict(accept));
    const client = await scene.client();
    await client.mail('<user@example.org>');
    await client.rcpt('<one@rcpt.example>', { i: 'QUEUE1' });
    await end(client);
    await new Promise((done) => setImmediate(done));
    expect(scene.events).toMatchObject([{ kind: 'message-judged', queueId: 'QUEUE1' }]);
  });
});

describe('a verdict that takes its time', () => {
  const turn = (): Promise<void> => new Promise(setImmediate);

  /** A recipient has waited as long as a command may, and was let go on. */
  async function letGoOn(): Promise<{ waiting: Waiting; scene: MilterScene; client: MilterClient }> {
    const waiting = new Waiting();
    const scene = new MilterScene(waiting.judge);
    const client = await scene.client();
    await client.helo('mail.example.org');
    await client.mail('<user@example.org>');
    const rcpt = client.rcpt('<one@rcpt.example>');
    await turn();
    await scene.clock.advance(STAGE_MS);
    expect(word(await rcpt)).toBe('continue');
    return { waiting, scene, client };
  }

  test('is waited for at RCPT', async () => {
    const waiting = new Waiting();
    const scene = new MilterScene(waiting.judge);
    const client = await scene.client();
    await client.helo('mail.example.org');
    expect(word(await client.mail('<user@example.org>'))).toBe('continue');
    const rcpt = client.rcpt('<one@rcpt.example>');
    await scene.clock.advance(STAGE_MS - 1);
    waiting.answer(reject);
    expect(word(await rcpt)).toBe(REJECTED);
    expect(scene.clock.pending).toBe(0);
  });

  test('but not for ever: then the end of the message is refused, with a word now and then before', async () => {
    const { waiting, scene, client } = await letGoOn();
    const end = client.endOfMessage();
    await turn();
    await scene.clock.advance(3_000);
    await scene.clock.advance(3_000);
    waiting.answer(reject);
    const { modifications, final } = await end;
    expect(modifications).toEqual([{ kind: 'progress' }, { kind: 'progress' }]);
    expect(word(final)).toBe(REJECTED);
    expect(client.unasked).toEqual([]);
    expect(scene.judged).toEqual(['reject']);
  });

  test('or the message is given up: then its line says that the refusal came too late', async () => {
    const { waiting, scene, client } = await letGoOn();
    waiting.answer(reject);
    await turn();
    client.abort();
    await client.mail('<two@example.org>');
    expect(scene.events).toMatchObject([
      { action: 'accept', why: expect.stringMatching(/, but too late for/) },
    ]);
  });
});

test.each([
  ['a mail server that quits is let go at once', encodeCommand({ kind: 'quit' }), 'hung up'],
  ['one that cannot be understood may still read what it was told', Buffer.from('\0\0\0\x01X'), 'closed'],
])('%s', (_name, last, how) => {
  const said: string[] = [];
  const conversation = milterConversation(new MilterScene(new Waiting().judge).settings)({
    peer: 'a test',
    host: null,
    send: () => said.push('reply'),
    close: () => said.push('closed'),
    hangUp: () => said.push('hung up'),
  });
  void conversation.receive(Buffer.concat([encodeCommand({ kind: 'optneg', ...OFFER }), last]));
  expect(said).toEqual(['reply', how]);
});

describe('whoever does not wait', () => {
  const line = (scene: MilterScene, waiting: Waiting) => {
    const sent: Buffer[] = [];
    const conversation = milterConversation(scene.settings)({
      peer: 'a test',
      host: '127.0.0.1',
      send: (bytes) => sent.push(Buffer.from(bytes)),
      close: () => undefined,
      hangUp: () => undefined,
    });
    const commands: Command[] = [
      { kind: 'optneg', ...OFFER },
      { kind: 'helo', name: 'mail.example.org' as Octets },
      { kind: 'mail', path: '<user@example.org>' as Octets, parameters: [] },
      { kind: 'rcpt', path: '<one@rcpt.example>' as Octets, parameters: [] },
      { kind: 'bodyeob', octets: '' as Octets },
    ];
    const done = conversation.receive(Buffer.concat(commands.map(encodeCommand)));
    return { conversation, done, waiting, said: () => Buffer.concat(sent).toString('latin1') };
  };

  test('gets all answers, in order, though it has ended its side', async () => {
    const waiting = new Waiting();
    const scene = new MilterScene(waiting.judge);
    const { conversation, done, said } = line(scene, waiting);
    conversation.end(true);
    waiting.answer(accept);
    await done;
    expect(said()).toMatch(/c\0\0\0\x01c\0\0\0\x01c.*i[^]*\0\0\0\x01c$/s);
    expect(scene.judged).toEqual(['accept']);
  });

  test('and whose connection broke is told nothing, nor is it said that it was', async () => {
    const waiting = new Waiting();
    const scene = new MilterScene(waiting.judge);
    const { conversation, done, said } = line(scene, waiting);
    const before = said();
    conversation.end(false);
    waiting.answer(reject);
    await done;
    expect(said()).toBe(before);
    expect(scene.judged).toEqual([]);
    expect(scene.clock.pending).toBe(0);
  });
});

describe('the name of the mail server', () => {
  test('is taken over where the rules leave room for it', async () => {
    const scene = new MilterScene(() => verdict(accept));
    const other: MilterRules = { ...scene.rules, judge: judgeOf(() => verdict(reject)), named: () => other };
    scene.rules = { ...scene.rules, named: (host) => (host === 'mx.example.net' ? other : scene.rules) };
    expect((await session(await scene.client()))[2]).toBe(REJECTED);
  });
});

describe('a bug in the judge', () => {
  const bug: JudgeOne = () => {
    throw new Error('bug');
  };

  test.each<{ name: string; judge: Judge; answer: string }>([
    { name: 'lets mail through', judge: judgeOf(bug), answer: 'continue' },
    { name: 'later, too', judge: judgeOf(() => Promise.reject(new Error('bug'))), answer: 'continue' },
    {
      name: 'or defers it, where the administrator wants that',
      judge: judgeOf(bug, { onInternalError: 'defer' }),
      answer: '451 4.3.0 SPF could not be checked. Please try again',
    },
  ])('$name', async ({ judge, answer }) => {
    const scene = new MilterScene(judge);
    const client = await scene.client();
    expect((await session(client))[2]).toBe(answer);
    expect(scene.events).toMatchObject([{ kind: 'internal-error', where: 'milter conversation' }]);
  });

  test.each([
    { name: 'is reported while nobody waits for a reply', leaves: false },
    { name: 'and when the mail server has gone', leaves: true },
  ])('$name', async ({ leaves }) => {
    const waiting = new Waiting();
    const scene = new MilterScene(waiting.judge);
    const client = await scene.client();
    await client.mail('<user@example.org>');
    if (leaves) client.quit();
    await new Promise(setImmediate);
    waiting.fail(new Error('bug'));
    await new Promise(setImmediate);
    expect(scene.events).toMatchObject([{ kind: 'internal-error', where: 'milter conversation' }]);
  });
});

describe('checks begin', () => {
  /** What is said and done, in its order; each list of commands comes in one chunk. */
  async function course(
    rejectAt: MilterRules['rejectAt'],
    ...chunks: readonly (readonly Command[])[]
  ): Promise<string> {
    const happened: string[] = [];
    const judge = judgeOf(
      ({ recipient }) => {
        happened.push(recipient === null ? 'judge' : 'judge a recipient');
        return verdict(accept);
      },
      {
        prepare: ({ helo, client }) => void happened.push(`prepare ${helo} of ${client?.toString()}`),
        tellsRecipientsApart: rejectAt === 'rcpt',
        variantOf: ({ recipient }) => (recipient === null ? '' : 'one'),
      },
    );
    const scene = new MilterScene(judge, { rejectAt });
    const conversation = milterConversation(scene.settings)({
      peer: 'a test',
      host: null,
      send: (bytes) => happened.push(`say ${String.fromCharCode(bytes[4] ?? 0)}`),
      close: () => undefined,
      hangUp: () => undefined,
    });
    for (const chunk of [[{ kind: 'optneg', ...OFFER } as const], ...chunks]) {
      await conversation.receive(Buffer.concat(chunk.map(encodeCommand)));
    }
    return happened.slice(1).join(', ');
  }

  const text = (value: string): Octets => value as Octets;
  const connect = (address: string): Command => {
    return { kind: 'connect', hostName: text('x'), family: text('4'), port: 25, address: text(address) };
  };
  const helo: Command = { kind: 'helo', name: text('a.example') };
  const mail: Command = { kind: 'mail', path: text('<user@example.org>'), parameters: [] };
  const rcpt: Command = { kind: 'rcpt', path: text('<one@rcpt.example>'), parameters: [] };
  const end: Command = { kind: 'bodyeob', octets: text('') };
  const client = connect('192.0.2.1');

  test.each<{
    name: string;
    rejectAt?: MilterRules['rejectAt'];
    chunks: Command[][];
    is: string;
  }>([
    {
      name: 'when the replies are out',
      chunks: [[client, helo], [mail], [rcpt]],
      is: 'prepare a.example of 192.0.2.1, say c, judge, judge a recipient, say c',
    },
    {
      name: 'once where MAIL comes with HELO',
      chunks: [[client, helo, mail]],
      is: 'say c, judge',
    },
    {
      name: 'once where it comes with HELO and waits for the verdict',
      rejectAt: 'mail',
      chunks: [[client, helo, mail]],
      is: 'judge, say c',
    },
    {
      name: 'but not of a message that is over',
      chunks: [[client, helo, mail, rcpt, end]],
      is: 'say c, judge a recipient, say c, say i',
    },
    {
      name: 'nor of a client that is another by then',
      chunks: [[client, helo, connect('192.0.2.2')]],
      is: '',
    },
  ])('$name', async ({ rejectAt = 'rcpt', chunks, is }) => {
    expect(await course(rejectAt, ...chunks)).toBe(is);
  });
});

describe('a transaction', () => {
  test.each<{
    name: string;
    address?: string | null;
    mail: string;
    macros?: Record<string, string>;
    is: object;
  }>([
    {
      name: 'all of it',
      mail: '<user@example.org>',
      is: {
        protocol: 'milter',
        listener: 'inbound',
        client: { family: 4 },
        helo: 'mail.example.org',
        sender: { localPart: 'user', domain: 'example.org' },
        authenticated: false,
        recipient: { localPart: 'one', domain: 'rcpt.example' },
      },
    },
    { name: 'the null sender', mail: '<>', is: { sender: { kind: 'null' } } },
    { name: 'quoted', mail: '<"a@b"@c.example>', is: { sender: { localPart: 'a@b', domain: 'c.example' } } },
    {
      name: 'authenticated',
      mail: '<a@b.example>',
      macros: { '{auth_authen}': 'x' },
      is: { authenticated: true },
    },
    {
      name: 'authenticated, as the type says',
      mail: '<a@b.example>',
      macros: { '{auth_type}': 'PLAIN' },
      is: { authenticated: true },
    },
  ])('$name', async ({ mail, macros, is }) => {
    const scene = new MilterScene(() => verdict(accept));
    const client = await scene.client();
    await client.helo('mail.example.org');
    await client.mail(mail, macros);
    await client.rcpt('<one@rcpt.example>');
    const [transaction] = scene.asked;
    expect({ ...transaction, recipient: { localPart: 'one', domain: 'rcpt.example' } }).toMatchObject(is);
  });

  test('another HELO counts from then on', async () => {
    const scene = new MilterScene(() => verdict(accept));
    const client = await scene.client();
    await client.helo('one.example');
    await client.helo('two.example');
    await client.mail('<a@b.example>');
    expect(scene.asked.map(({ helo }) => helo)).toEqual(['two.example']);
  });

  test('rules of now are for connections that begin now', async () => {
    const scene = new MilterScene(() => verdict(accept));
    const client = await scene.client();
    const next: MilterRules = { ...scene.rules, judge: judgeOf(() => verdict(reject)), named: () => next };
    scene.rules = next;
    expect((await session(client))[2]).toBe('continue');
    expect((await session(await scene.client()))[2]).toBe(REJECTED);
  });
});

function isPostmaster(path: ReversePath | null): boolean {
  return path?.kind === 'mailbox' && path.localPart === 'postmaster';
}

function ours(): AuthservId {
  const id = authservId('mx.example.net');
  if (!id.ok) throw new Error(id.error);
  return id.value;
}
