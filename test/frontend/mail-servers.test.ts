/** What a milter connection asks of the mail server, and goes by what that said on the connection before. */
import { describe, expect, test } from '@jest/globals';

import type { Event } from '../../src/events/index.js';
import { milterConversation, type MilterRules } from '../../src/frontend/index.js';
import { authservId } from '../../src/header/index.js';
import { SMFIF, stepNames, type Options } from '../../src/milter/index.js';
import { replyText } from '../../src/smtp/index.js';
import type { Converse } from '../../src/util/index.js';
import type { Decision } from '../../src/verdict/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { MilterClient, toConversation } from '../support/milter-client.js';
import { accept, judgeOf, verdict } from './scene.js';

const POSTFIX = 'Postfix 3.7.11';
const SENDMAIL = '8.17.1.9/8.17.1.9/Debian-2';

const LEFT_OUT = ['SMFIP_NOBODY', 'SMFIP_NOEOH', 'SMFIP_NOUNKNOWN'];
const LOCAL = ['SMFIP_NR_HDR', 'SMFIP_NR_CONN', 'SMFIP_NR_HELO', 'SMFIP_NR_DATA'];
const GATHERED = ['SMFIP_NR_HDR', 'SMFIP_NR_CONN', 'SMFIP_NR_HELO'];

interface Listener {
  readonly events: Event[];
  /** What messages are judged to be from now on. */
  decide(decision: Decision): void;
  /** A mail server connects, says its version if it has one, and gets what was asked of it. */
  visit(host: string | null, version?: string, offer?: Partial<Options>): Promise<Visit>;
}

interface Visit {
  readonly client: MilterClient;
  /** The names of the flags, without those of commands that are always left out. */
  readonly steps: string[];
  readonly connectMacros: readonly string[] | undefined;
}

function listener(more: Partial<MilterRules> = {}): Listener {
  const events: Event[] = [];
  let decided: Decision = accept;
  const own = authservId('mx.example.net');
  if (!own.ok) throw new Error('not a name');
  const rules: MilterRules = {
    judge: judgeOf(() => verdict(decided)),
    authservId: own.value,
    rejectAt: 'rcpt',
    stageMs: 8_000,
    macros: [],
    readsHeaders: true,
    named: () => rules,
    ...more,
  };
  const converse: Converse = milterConversation({
    rules: () => rules,
    listener: null,
    clock: new ManualClock(),
    report: (event) => events.push(event),
  });
  return {
    events,
    decide: (decision) => (decided = decision),
    async visit(host, version, offer = {}) {
      const client = new MilterClient(toConversation(converse, host));
      const { steps, macros } = await client.negotiate(offer);
      await client.connect('192.0.2.1', 'mail.example.org', version === undefined ? {} : { v: version });
      const names = stepNames(steps).filter((name) => !LEFT_OUT.includes(name));
      return { client, steps: names, connectMacros: macros.connect };
    },
  };
}

describe('replies that say nothing are left out', () => {
  test.each([
    { rejectAt: 'helo', spares: (steps: string[]) => steps.filter((name) => name !== 'SMFIP_NR_HELO') },
    { rejectAt: 'mail', spares: (steps: string[]) => steps },
    { rejectAt: 'rcpt', spares: (steps: string[]) => steps },
  ] as const)(
    'over a unix socket, and over TCP by Postfix once it is known: refusals at $rejectAt',
    async ({ rejectAt, spares }) => {
      const ours = listener({ rejectAt });
      expect((await ours.visit(null)).steps).toEqual(spares(LOCAL));
      expect((await ours.visit('192.0.2.1', POSTFIX)).steps).toEqual([]);
      expect((await ours.visit('192.0.2.1', POSTFIX)).steps).toEqual(spares(GATHERED));
    },
  );

  test.each<{ name: string; host: string; before: (string | undefined)[] }>([
    { name: 'Sendmail', host: '192.0.2.1', before: [SENDMAIL] },
    { name: 'one that says nothing', host: '192.0.2.1', before: [undefined] },
    { name: 'one whose version only mentions it', host: '192.0.2.1', before: ['not Postfix'] },
    {
      name: 'the host of Postfix, when it was Sendmail since',
      host: '192.0.2.1',
      before: [POSTFIX, SENDMAIL],
    },
    { name: 'another host', host: '192.0.2.2', before: [POSTFIX] },
    { name: 'another host, whose address is longer', host: '192.0.2.11', before: [POSTFIX] },
  ])('and not by $name', async ({ host, before }) => {
    const ours = listener();
    for (const version of before) await ours.visit('192.0.2.1', version);
    expect((await ours.visit(host)).steps).toEqual([]);
  });

  test('IPv6 hosts are told apart', async () => {
    const ours = listener();
    await ours.visit('2001:db8::1', POSTFIX);
    expect((await ours.visit('2001:db8::2')).steps).toEqual([]);
    expect((await ours.visit('2001:db8::1')).steps).toEqual(GATHERED);
  });

  test.each([
    { over: 'TCP', host: '192.0.2.1', asks: ['v'] },
    { over: 'a unix socket, where it makes no difference', host: null, asks: [] },
  ])(
    'where HELO is judged, what may exempt is asked for, and the version over $over',
    async ({ host, asks }) => {
      const { connectMacros = [] } = await listener({ rejectAt: 'helo' }).visit(host);
      expect(connectMacros).toContain('{daemon_name}');
      expect(connectMacros.filter((name) => name === 'v')).toEqual(asks);
    },
  );

  test('so many hosts are known, and those that came last', async () => {
    const ours = listener();
    await ours.visit('192.0.2.1', POSTFIX);
    for (let i = 0; i < 1024; i++) {
      await ours.visit(`10.0.${i >> 8}.${i & 255}`, POSTFIX);
      await ours.visit('192.0.2.1', POSTFIX);
    }
    expect((await ours.visit('10.0.0.0')).steps).toEqual([]);
    expect((await ours.visit('10.0.0.1')).steps).toEqual(GATHERED);
    expect((await ours.visit('192.0.2.1')).steps).toEqual(GATHERED);
  });
});

describe('a session without these replies', () => {
  test.each([
    { over: 'a unix socket', host: null, data: null },
    { over: 'TCP by Postfix', host: '192.0.2.1', data: { kind: 'continue' } },
  ])('over $over', async ({ host, data }) => {
    const ours = listener();
    await ours.visit(host, POSTFIX);
    const { client } = await ours.visit(host, POSTFIX);
    expect(await client.helo('mail.example.org')).toBeNull();
    expect(await client.mail('<user@example.org>')).toEqual({ kind: 'continue' });
    expect(await client.rcpt('<one@rcpt.example>')).toEqual({ kind: 'continue' });
    expect(await client.data()).toEqual(data);
    expect(await client.header('Authentication-Results', 'mx.example.net; spf=pass')).toBeNull();
    const { modifications, final } = await client.endOfMessage();
    expect(modifications.map(({ kind }) => kind)).toEqual(['chgheader', 'insheader']);
    expect([final.kind, client.unasked]).toEqual(['continue', []]);
  });
});

describe('what a mail server does not offer', () => {
  const FORGED = 'mx.example.net; spf=pass';
  const told = ({ events }: Listener): string[] =>
    events.flatMap((event) => (event.kind === 'actions-not-offered' ? event.actions : []));

  async function message(
    ours: Listener,
    host: string | null,
    actions: number,
    field: string,
    decision: Decision = accept,
  ): Promise<string[]> {
    ours.decide(decision);
    const { client } = await ours.visit(host, POSTFIX, { actions });
    await client.mail('<user@example.org>');
    await client.rcpt('<one@rcpt.example>');
    await client.header('Authentication-Results', field);
    return (await client.endOfMessage()).modifications.map(({ kind }) => kind);
  }

  test('is not done, and told once for each host', async () => {
    const ours = listener();
    for (const host of ['192.0.2.1', '192.0.2.1', '192.0.2.2', '192.0.2.1']) {
      expect(await message(ours, host, SMFIF.ADDHDRS, FORGED)).toEqual(['insheader']);
      expect(await message(ours, host, SMFIF.ADDHDRS | SMFIF.CHGHDRS, FORGED)).toHaveLength(2);
    }
    expect(told(ours)).toEqual(['SMFIF_CHGHDRS', 'SMFIF_CHGHDRS']);
  });

  test('is not told while nothing needs it', async () => {
    const ours = listener();
    await message(ours, null, SMFIF.ADDHDRS, 'mx.example.org; spf=pass');
    expect(told(ours)).toEqual([]);
  });

  test('is told of each action', async () => {
    const ours = listener();
    await message(ours, null, SMFIF.ADDHDRS, FORGED);
    await message(ours, null, SMFIF.ADDHDRS, FORGED, { do: 'hold', text: replyText('x') });
    expect(await message(ours, null, SMFIF.CHGHDRS, FORGED)).toEqual(['chgheader']);
    expect(told(ours)).toEqual(['SMFIF_CHGHDRS', 'SMFIF_QUARANTINE', 'SMFIF_ADDHDRS']);
  });
});
