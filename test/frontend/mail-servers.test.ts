/** What a milter connection asks of the mail server, and goes by what that said on the connection before. */
import { describe, expect, test } from '@jest/globals';

import type { Event } from '../../src/events/index.js';
import { milterConversation, type MilterRules } from '../../src/frontend/index.js';
import { authservId } from '../../src/header/index.js';
import { SMFIF, stepNames, type Options } from '../../src/milter/index.js';
import type { Converse } from '../../src/util/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { MilterClient, toConversation } from '../support/milter-client.js';
import { accept, judgeOf, verdict } from './scene.js';

const POSTFIX = 'Postfix 3.7.11';
const SENDMAIL = '8.17.1.9/8.17.1.9/Debian-2';

const LEFT_OUT = ['SMFIP_NOBODY', 'SMFIP_NOEOH', 'SMFIP_NOUNKNOWN'];
const LOCAL = ['SMFIP_NR_HDR', 'SMFIP_NR_CONN', 'SMFIP_NR_HELO', 'SMFIP_NR_DATA'];
const GATHERED = ['SMFIP_NR_HDR', 'SMFIP_NR_CONN', 'SMFIP_NR_HELO'];
const without = (names: readonly string[], name: string): string[] => names.filter((one) => one !== name);

interface Listener {
  readonly events: Event[];
  /** A mail server connects, says its version if it has one, and gets what was asked of it. */
  visit(peer: string, version?: string, offer?: Partial<Options>): Promise<Visit>;
}

interface Visit {
  readonly client: MilterClient;
  /** The names of the flags, without those of commands that are always left out. */
  readonly steps: string[];
  readonly connectMacros: readonly string[] | undefined;
}

function listener(more: Partial<MilterRules> = {}, isLocal = false): Listener {
  const events: Event[] = [];
  const own = authservId('mx.example.net');
  if (!own.ok) throw new Error('not a name');
  const rules: MilterRules = {
    judge: judgeOf(() => verdict(accept)),
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
    isLocal,
    clock: new ManualClock(),
    report: (event) => events.push(event),
  });
  return {
    events,
    async visit(peer, version, offer = {}) {
      const client = new MilterClient(toConversation(converse, peer));
      const { steps, macros } = await client.negotiate(offer);
      await client.connect('192.0.2.1', 'mail.example.org', version === undefined ? {} : { v: version });
      const names = stepNames(steps).filter((name) => !LEFT_OUT.includes(name));
      return { client, steps: names, connectMacros: macros.connect };
    },
  };
}

describe('replies that say nothing are left out', () => {
  test.each([
    { rejectAt: 'helo', steps: without(LOCAL, 'SMFIP_NR_HELO') },
    { rejectAt: 'mail', steps: LOCAL },
    { rejectAt: 'rcpt', steps: LOCAL },
  ] as const)('over a unix socket, with refusals at $rejectAt', async ({ rejectAt, steps }) => {
    expect((await listener({ rejectAt }, true).visit('/run/x.sock')).steps).toEqual(steps);
  });

  test.each([
    { rejectAt: 'helo', steps: without(GATHERED, 'SMFIP_NR_HELO') },
    { rejectAt: 'mail', steps: GATHERED },
    { rejectAt: 'rcpt', steps: GATHERED },
  ] as const)(
    'over TCP by Postfix once it is known, with refusals at $rejectAt',
    async ({ rejectAt, steps }) => {
      const ours = listener({ rejectAt });
      expect((await ours.visit('192.0.2.1:4711', POSTFIX)).steps).toEqual([]);
      expect((await ours.visit('192.0.2.1:4712', POSTFIX)).steps).toEqual(steps);
    },
  );

  test.each<{ name: string; peer: string; before: (string | undefined)[] }>([
    { name: 'Sendmail', peer: '192.0.2.1:4712', before: [SENDMAIL] },
    { name: 'one that says nothing', peer: '192.0.2.1:4712', before: [undefined] },
    { name: 'one whose version only mentions it', peer: '192.0.2.1:4712', before: ['not Postfix'] },
    {
      name: 'the host of Postfix, when it was Sendmail since',
      peer: '192.0.2.1:4712',
      before: [POSTFIX, SENDMAIL],
    },
    { name: 'another host', peer: '192.0.2.2:4711', before: [POSTFIX] },
    { name: 'another host, whose address is longer', peer: '192.0.2.11:4711', before: [POSTFIX] },
  ])('and not by $name', async ({ peer, before }) => {
    const ours = listener();
    for (const version of before) await ours.visit('192.0.2.1:4711', version);
    expect((await ours.visit(peer)).steps).toEqual([]);
  });

  test('IPv6 hosts are told apart', async () => {
    const ours = listener();
    await ours.visit('[2001:db8::1]:4711', POSTFIX);
    expect((await ours.visit('[2001:db8::2]:4711')).steps).toEqual([]);
    expect((await ours.visit('[2001:db8::1]:9')).steps).toEqual(GATHERED);
  });

  test('where HELO is judged, the version is asked for together with what may exempt', async () => {
    const { connectMacros } = await listener({ rejectAt: 'helo' }).visit('192.0.2.1:4711');
    expect(connectMacros).toEqual(expect.arrayContaining(['v', '{daemon_name}']));
  });

  test('so many hosts are known, and those that came last', async () => {
    const ours = listener();
    for (let i = 0; i <= 1024; i++) await ours.visit(`10.0.${i >> 8}.${i & 255}:25`, POSTFIX);
    expect((await ours.visit('10.0.0.0:25')).steps).toEqual([]);
    expect((await ours.visit('10.0.0.2:25')).steps).toEqual(GATHERED);
  });
});

describe('a session without these replies', () => {
  test.each([
    { over: 'a unix socket', isLocal: true, data: null },
    { over: 'TCP by Postfix', isLocal: false, data: { kind: 'continue' } },
  ])('over $over', async ({ isLocal, data }) => {
    const ours = listener({}, isLocal);
    await ours.visit('192.0.2.1:4711', POSTFIX);
    const { client } = await ours.visit('192.0.2.1:4712', POSTFIX);
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
  const LITTLE = { actions: SMFIF.ADDHDRS };
  const told = ({ events }: Listener): string[] =>
    events.flatMap((event) => (event.kind === 'actions-not-offered' ? [event.peer] : []));

  test('is told once for each host', async () => {
    const ours = listener();
    for (const peer of ['192.0.2.1:1', '192.0.2.1:2', '192.0.2.2:3', '192.0.2.1:4']) {
      await ours.visit(peer, POSTFIX, LITTLE);
    }
    expect(told(ours)).toEqual(['192.0.2.1:1', '192.0.2.2:3']);
  });

  test('and again after it was offered', async () => {
    const ours = listener({}, true);
    for (const offer of [LITTLE, {}, LITTLE]) await ours.visit('/run/x.sock', undefined, offer);
    expect(told(ours)).toHaveLength(2);
  });
});
