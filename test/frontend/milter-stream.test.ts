/** What a mail server says is a stream: how it is cut makes no difference, and little is kept of it. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { Event, Report } from '../../src/events/index.js';
import { milterConversation, type MilterRules } from '../../src/frontend/index.js';
import { authservId, type AuthservId } from '../../src/header/index.js';
import { encodeCommand, type Command } from '../../src/milter/index.js';
import type { Conversation, Octets } from '../../src/util/index.js';
import type { Judge } from '../../src/verdict/index.js';
import { LETTERS, packetOf } from '../fuzz/milter/packets.js';
import { ManualClock } from '../support/manual-clock.js';
import { OFFER } from '../support/milter-client.js';
import { SEED } from '../support/seed.js';
import { byDomain, judgeOf } from './scene.js';

/** The mail server's end of a connection. */
interface Line {
  readonly told: (text: string) => void;
  readonly report: Report;
}

const NOBODY: Line = { told: () => undefined, report: () => undefined };

function connect(
  { told, report }: Line,
  judge: Judge,
  more: Partial<MilterRules> = {},
  host: string | null = '127.0.0.1',
): Conversation {
  const rules: MilterRules = {
    judge,
    authservId: idOf('mx.example.net'),
    rejectAt: 'rcpt',
    stageMs: 8_000,
    macros: [],
    readsHeaders: true,
    named: () => rules,
    ...more,
  };
  const clock = new ManualClock();
  return milterConversation({ rules: () => rules, listener: null, clock, report })({
    peer: 'a test',
    host,
    send(bytes) {
      told(Buffer.from(bytes).toString('latin1'));
    },
    close() {
      told('closed');
    },
    hangUp() {
      told('closed');
    },
  });
}

describe('any chunking gives the same answers', () => {
  const packet = (letters: string): fc.Arbitrary<Buffer> =>
    fc.tuple(fc.constantFrom(...letters.split('')), fc.nat(99)).map(([letter, variant]) => {
      return packetOf(letter, variant) ?? Buffer.of();
    });
  const inOrder = (order: string): fc.Arbitrary<Buffer> =>
    fc.tuple(...order.split('').map(packet)).map((packets) => Buffer.concat(packets));
  const usual = inOrder('OCHMR');
  const anything = fc.oneof(
    { weight: 12, arbitrary: packet(LETTERS.replace('X', '')) },
    { weight: 3, arbitrary: inOrder('TLLLNBE') },
    { weight: 3, arbitrary: inOrder('mMrRRLLLE') },
    packet('X'),
    fc.uint8Array({ maxLength: 12 }).map((octets) => Buffer.from(octets)),
  );
  const stream = fc
    .tuple(usual, fc.array(anything, { maxLength: 25 }))
    .map(([first, others]) => Buffer.concat([first, ...others]));
  /** Near the beginning, or anywhere; some of them next to each other. */
  const cuts = fc.array(fc.oneof(fc.nat(600), fc.nat(120_000)), { maxLength: 12 });
  const judges = [
    byDomain,
    (transaction: Parameters<typeof byDomain>[0]) => Promise.resolve(byDomain(transaction)),
  ];
  const scene = fc.record({
    rejectAt: fc.constantFrom('helo', 'mail', 'rcpt'),
    readsHeaders: fc.boolean(),
  } satisfies Record<string, fc.Arbitrary<unknown>>);

  interface Answers {
    readonly told: string;
    readonly events: readonly Event[];
    readonly isMidRequest: boolean;
  }

  async function answersTo(
    bytes: Buffer,
    ends: readonly number[],
    ...scene: [judge: Judge, more: Partial<MilterRules>, host?: string | null]
  ): Promise<Answers> {
    const written: string[] = [];
    const events: Event[] = [];
    const line: Line = { told: (text) => written.push(text), report: (event) => events.push(event) };
    const conversation = connect(line, ...scene);
    let start = 0;
    for (const end of [...ends, bytes.length]) {
      const chunk = Buffer.from(bytes.subarray(start, end));
      await conversation.receive(chunk);
      chunk.fill(0xff); // nothing is kept of it but copies
      start = end;
    }
    const { isMidRequest } = conversation;
    conversation.end(true);
    return { told: written.join(''), events, isMidRequest };
  }

  test('anywhere', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        stream,
        cuts,
        scene,
        fc.constantFrom(null, '127.0.0.1'),
        fc.constantFrom(...judges),
        async (bytes, places, rules, host, judge) => {
          const ends = [...new Set(places)].filter((end) => end < bytes.length).sort((a, b) => a - b);
          const whole = await answersTo(bytes, [], judgeOf(byDomain), rules, host);
          expect(await answersTo(bytes, ends, judgeOf(judge), rules, host)).toEqual(whole);
          for (const [reply] of whole.told.matchAll(/(?<=\0\0\0.)[cyimO]|closed$/gs)) seen.add(reply);
        },
      ),
      { seed: SEED, numRuns: 1_000 },
    );
    expect([...seen].sort()).toEqual(['O', 'c', 'closed', 'i', 'm', 'y']); // all of it has happened
  });

  test('octet by octet', async () => {
    const octets = (end: number): number[] => Array.from({ length: end }, (_, at) => at);
    await fc.assert(
      fc.asyncProperty(stream, scene, async (bytes, rules) => {
        const short = bytes.subarray(0, 2_000);
        const whole = await answersTo(short, [], judgeOf(byDomain), rules);
        expect(await answersTo(short, octets(short.length), judgeOf(byDomain), rules)).toEqual(whole);
      }),
      { seed: SEED, numRuns: 100 },
    );
  });
});

describe('what is kept between chunks is bounded', () => {
  const MIB = 1024 * 1024;
  const PIECE = 16 * 1024;
  const text = (length: number, octet = 'x'): Octets => octet.repeat(length) as Octets;
  const header = (name: string, value: Octets): Command => ({ kind: 'header', name: name as Octets, value });
  const macros = (command: string): Command => {
    return { kind: 'macro', command: command as Octets, macros: [{ name: text(1), value: text(60_000) }] };
  };
  const BEGIN: readonly Command[] = [
    { kind: 'optneg', ...OFFER },
    { kind: 'mail', path: '<user@example.org>' as Octets, parameters: [] },
  ];

  test.each<{ name: string; times: number; commands: readonly Command[]; mib: number }>([
    { name: 'headers', times: 40, commands: [header('X-Long', text(MIB - 64))], mib: 0.8 },
    { name: 'subjects: the first', times: 40, commands: [header('Subject', text(MIB - 64))], mib: 2.5 },
    { name: 'bodies', times: 40, commands: [{ kind: 'body', octets: text(MIB) }], mib: 0.8 },
    {
      name: 'macros: the last of each stage',
      times: 60,
      commands: ['C', 'H', 'M', 'R', 'T', 'N', 'E', 'L'].map(macros),
      mib: 1.2,
    },
    {
      name: 'recipients',
      times: 2_000,
      commands: [{ kind: 'rcpt', path: `<${text(1_000)}@rcpt.example>` as Octets, parameters: [] }],
      mib: 0.8,
    },
    {
      name: 'messages',
      times: 2_000,
      commands: [
        { kind: 'mail', path: `<${text(1_000)}@example.org>` as Octets, parameters: [] },
        header('Subject', text(1_000)),
        { kind: 'abort' },
      ],
      mib: 0.8,
    },
    {
      name: 'fields that claim to be ours',
      times: 150_000,
      commands: [header('Authentication-Results', 'mx.example.net; none' as Octets)],
      mib: 0.8,
    },
  ])('$name', ({ times, commands, mib }) => {
    const conversation = connect(NOBODY, judgeOf(byDomain));
    say(conversation, Buffer.concat(BEGIN.map(encodeCommand)));
    const packets = Buffer.concat(commands.map(encodeCommand));
    const before = used();
    for (let i = 0; i < times; i++) say(conversation, packets);
    expect(used() - before).toBeLessThan(mib * MIB);
    expect(conversation.isMidRequest).toBe(commands.at(-1)?.kind !== 'abort');
  });

  test.each([
    { name: 'a header', letter: 'L', says: MIB, mib: 1.8 },
    { name: 'a header of which little has come', letter: 'L', says: MIB, of: 1_000, mib: 0.8 },
    { name: 'macros', letter: 'D', says: 64 * 1024, mib: 0.8 },
    { name: 'what is too long', letter: 'D', says: MIB, mib: 0.8 },
  ])('of a packet that is not whole, what has come: $name', ({ letter, says, of = says - 1, mib }) => {
    const conversation = connect(NOBODY, judgeOf(byDomain));
    say(conversation, Buffer.concat(BEGIN.map(encodeCommand)));
    const packet = Buffer.alloc(4 + of, 'x');
    packet.writeUInt32BE(says);
    packet.write(letter, 4);
    const before = used();
    say(conversation, packet);
    expect(used() - before).toBeLessThan(mib * MIB);
    expect(conversation.isMidRequest).toBe(true);
  });

  /** In pieces as a socket gives them. */
  function say(conversation: Conversation, octets: Buffer): void {
    for (let at = 0; at < octets.length; at += PIECE) {
      const pending = conversation.receive(Buffer.from(octets.subarray(at, at + PIECE)));
      if (pending !== undefined) throw new Error('nothing is to be waited for');
    }
  }

  function used(): number {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    for (let i = 0; i < 3; i++) collect(); // strings outside the heap are let go of one turn later
    const { heapUsed, external } = process.memoryUsage(); // long strings are outside as well
    return heapUsed + external;
  }
});

function idOf(text: string): AuthservId {
  const id = authservId(text);
  if (!id.ok) throw new Error(id.error);
  return id.value;
}
