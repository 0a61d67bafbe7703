/** The same conversations to our session and to the real libmilter: what is called, in which order, with which macros,
 *  and which commands get a reply. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { SMFIP } from '../../src/milter/index.js';
import { TRANSCRIPTS, type Transcript } from '../milter/transcripts.js';
import { describeWith } from '../support/requires.js';
import { SEED } from '../support/seed.js';
import { anyOrder, packetsOf } from './libmilter/orders.js';
import { playSession } from './libmilter/session-log.js';
import { buildStages, Stages } from './libmilter/stages.js';

/** Protocol flags that are asked for. */
const STEPS = {
  'every step, every reply': 0,
  'every step, few replies':
    SMFIP.NR_CONN | SMFIP.NR_HELO | SMFIP.NR_MAIL | SMFIP.NR_DATA | SMFIP.NR_HDR | SMFIP.NR_EOH,
  'no content but header fields': SMFIP.NOBODY | SMFIP.NOEOH | SMFIP.NOUNKNOWN,
  'no content': SMFIP.NOBODY | SMFIP.NOEOH | SMFIP.NOUNKNOWN | SMFIP.NOHDRS,
} as const;
type Name = keyof typeof STEPS;
const NAMES = Object.keys(STEPS) as Name[];

/** By the letters of test/e2e/libmilter/orders.ts. */
const ORDERS = [
  // As mail servers send them.
  'OCHMRTLLNBEAAQ', // Postfix, one message
  'OCHMRTLLNBEQ', // Sendmail
  'OCHMRAMHAAMRRTLNEAMRTLNBBEAAQ', // Postfix: RSET, EHLO, two messages
  'OCHMRAMAHMRRTLNEMRTLNBBEMQ', // Sendmail
  'OCHMRAAQ', // the client leaves, Postfix
  'OCHMRQ', // Sendmail
  'OSHMRTLNBEQ',
  'OXHMRTLNBEQ',
  // What may be left out, repeated, or come in between.
  'OCMRTNE',
  'OHMRTNE',
  'OMRTNE',
  'OCHHHM',
  'OCHMRTNE',
  'OCHMRLNE',
  'OCHMRNE',
  'OCHMRTLNe',
  'OCUHUMURTLNBEU',
  'OCHMA',
  'OCHMRTLNBA',
  'OCHMRTNEAM',
  // Aborts that nobody says.
  'OCHMRMRTNE',
  'OCHMRHM',
  'OCHMRTLH',
  'OCHMRTLNBM',
  'OCHMR',
  'OCHMRTLNB',
  // What has no place.
  'OCHRM',
  'OCHTLNBEM',
  'OCHMRTNERTLNBEM',
  'OCHMRTRTEM',
  'OCHMRTTEM',
  'OCHMRTNBLEM',
  'OCHMRTNNEM',
  'OCHQCHM',
  'Q',
  // Refused, accepted, discarded.
  'OcHMQ',
  'OChM',
  'OChHM',
  'OCgM',
  'OCHmAAM',
  'OCHmM',
  'OCHmRTNEM',
  'OCHnRTNEM',
  'OCHMrRTNE',
  'OCHMrRrTNE',
  'OCHMrAM',
  'OCHMsRTNEM',
  'OCHMRdRTNEM',
  'OCHMRTlLNBEM',
  'OCHMRTpLNBEM',
  'OCHMRTNbBEM',
  'OCHMRuTNE',
];

/** Where we do otherwise, and why. */
const DIFFERENCES: readonly (readonly [order: string, why: string])[] = [
  ['OCHMRTE', 'no end of headers: a mail server may leave out what it likes, and has all of the message'],
  ['OCHMRTBE', 'the same for a body'],
  ['OCHMTNE', 'no recipient: the message is over by itself if there is none'],
  ['OUCHM', 'the client is worth knowing even after another command; libmilter goes without'],
  ['OACHM', 'the same after an abort'],
  ['OCHMRTLULNE', 'no mail server sends one there; libmilter has it put an end to the message'],
  ['OCHMU', 'a message is a message after an unknown command, too; libmilter says no abort in the end'],
  ['OCHURNE', 'a recipient without a sender; libmilter asks no more about it after an unknown command'],
  ['OCHMRAU', 'macros of a message end with it; libmilter keeps them until the next one'],
  ['OCHC', 'a second client is another client; libmilter keeps the first, and judges for the wrong one'],
  ['OCHKCHM', 'libmilter ignores that another SMTP connection begins, and the client of it'],
  ['OCHMOR', 'a second offer asks for nothing; libmilter has it put an end to the message'],
  ['CHM', 'without an offer nothing is agreed; libmilter goes on with what it wants'],
  ['OPHM', 'a client without an address has mail all the same; libmilter ends the connection'],
];

describeWith('e2e/libmilter', ['gcc', 'libmilter'], () => {
  let folder: string;
  const all = new Map<Name, Stages>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spfwarden-libmilter-'));
    const program = buildStages(folder);
    for (const name of NAMES) all.set(name, await Stages.start(program, folder, STEPS[name]));
  });
  afterAll(async () => {
    await Promise.all([...all.values()].map((stages) => stages.stop()));
    rmSync(folder, { recursive: true });
  });

  const stagesOf = (name: Name): Stages => {
    const stages = all.get(name);
    if (stages === undefined) throw new Error('it was not started');
    return stages;
  };
  const same = async (name: Name, packets: readonly Uint8Array[]): Promise<void> => {
    expect(playSession(packets, STEPS[name])).toEqual(await stagesOf(name).play(packets));
  };

  const withEveryStep = NAMES.slice(0, 2);
  describe.each(withEveryStep)('%s', (name) => {
    test.each(ORDERS)('%s', async (order) => {
      await same(name, packetsOf(order, false));
      await same(name, packetsOf(order, true));
    });
  });

  test.each(DIFFERENCES)('%s is not the same: %s', async (order) => {
    const packets = packetsOf(order, true);
    expect(playSession(packets, 0)).not.toEqual(await stagesOf('every step, every reply').play(packets));
  });

  describe.each(NAMES)('any order, %s', (name) => {
    test.each([
      ['without macros', false],
      ['with macros', true],
    ])('%s', async (_name, hasMacros) => {
      await fc.assert(
        fc.asyncProperty(anyOrder(isLeftOut(STEPS[name])), async (order) => {
          await same(name, packetsOf(order, hasMacros));
        }),
        { seed: SEED, numRuns: 300 },
      );
    });
  });

  test.each(TRANSCRIPTS)('$mailServer: $what', async (transcript) => {
    const packets = chunksTo(transcript);
    const name = asksForEverything(transcript) ? 'every step, every reply' : 'no content';
    const { lines, replies } = await stagesOf(name).play(packets);
    const ours = playSession(packets, STEPS[name]);
    // With steps left out libmilter calls for an abort that comes after another, too.
    const isRepeated = (line: string, i: number): boolean =>
      line.startsWith('abort') && /^(?:abort|end-of-message)/.test(lines[i - 1] ?? '');
    expect(ours).toEqual({ lines: lines.filter((line, i) => !isRepeated(line, i)), replies });
  });
});

/** Whether there is no such command, or nothing else can be answered to it than that it may go on. */
function isLeftOut(steps: number): (letter: string) => boolean {
  const flags: Readonly<Record<string, number>> = {
    L: SMFIP.NOHDRS,
    N: SMFIP.NOEOH,
    B: SMFIP.NOBODY,
    U: SMFIP.NOUNKNOWN,
    h: SMFIP.NR_HELO,
    g: SMFIP.NR_HELO,
    m: SMFIP.NR_MAIL,
    n: SMFIP.NR_MAIL,
    l: SMFIP.NR_HDR | SMFIP.NOHDRS,
    p: SMFIP.NR_HDR | SMFIP.NOHDRS,
    b: SMFIP.NOBODY,
    u: SMFIP.NOUNKNOWN,
  };
  return (letter) => (steps & (flags[letter] ?? 0)) !== 0;
}

function chunksTo({ chunks }: Transcript): readonly Uint8Array[] {
  return chunks
    .filter((chunk) => chunk.startsWith('>'))
    .map((chunk) => Buffer.from(chunk.slice(1), 'latin1'));
}

/** Whether the filter of then did; the others left the content out, some of them replies, too. */
function asksForEverything({ what }: Transcript): boolean {
  return what.startsWith('every step');
}
