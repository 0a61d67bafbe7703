/** What our milter does, whichever mail server asks it: the same tests for Postfix and for Sendmail. */
import { beforeAll, describe, expect, test } from '@jest/globals';

import { FOREIGN, FORGED, valueOf } from './claimed-results.js';
import { USUAL_DNS } from './milter-daemon.js';
import { ACCEPTED, ALL_ACCEPTED, from, ONE, TWO, VISITOR, type Traffic } from './milter-traffic.js';
import { HELO } from './our-fields.js';
import { SLOW_DNS, slowName } from './slow-names.js';
import type { Dialogue } from './smtp-client.js';
import { added, AR, listed, told, valuesOf } from './trace-fields.js';
import { CLIENT, nameFor, RESULTS } from './zone.js';

/** One daemon for each of these; the mail server has a port of the same name that asks it. */
export const SETTINGS = {
  usual: [USUAL_DNS],
  atHelo: [USUAL_DNS, 'actions: {reject_at: helo}'],
  atMail: [USUAL_DNS, 'actions: {reject_at: mail}'],
  patient: [SLOW_DNS],
  hasty: [SLOW_DNS, 'limits: {stage_time: 500ms}'],
} as const;

/** What is told of each result: of MAIL FROM, of HELO alone, of HELO where MAIL FROM passes. */
const OF_EACH_RESULT = RESULTS.flatMap((result) => {
  const sender = nameFor(result, 'mail');
  const helo = nameFor(result, 'helo');
  return [
    {
      what: `MAIL FROM ${result}`,
      result,
      helo: HELO,
      sender: from(result),
      fields: [
        listed(`${result} smtp.mailfrom=${sender}`, `pass smtp.helo=${HELO}`),
        told(result, 'mailfrom'),
        told('pass', 'helo'),
      ],
    },
    {
      what: `null sender, HELO ${result}`,
      result,
      helo,
      sender: '',
      fields: [listed(`${result} smtp.helo=${helo}`), told(result, 'helo')],
    },
    {
      what: `HELO ${result} beside MAIL FROM pass`,
      result,
      helo,
      sender: from('pass'),
      fields: [
        listed(`pass smtp.mailfrom=${nameFor('pass', 'mail')}`, `${result} smtp.helo=${helo}`),
        told('pass', 'mailfrom'),
        told(result, 'helo'),
      ],
    },
  ];
});

/** The reply and the fields for each SPF result and each identity. */
export function testEachResult({ send, arrive, refused }: Traffic<'usual'>): void {
  describe('each result', () => {
    test.each(OF_EACH_RESULT)('$what', async ({ result, helo, sender, fields }) => {
      const visitor = { client: CLIENT, helo };
      if (result === 'fail') {
        const dialogue = await send('usual', { from: sender, to: TWO }, visitor);
        expect(dialogue).toEqual({ mail: ACCEPTED, rcpt: [refused, refused], end: null });
        return;
      }
      expect(added(await arrive('usual', { from: sender }, visitor))).toEqual(fields);
    });
  });
}

/** Authentication-Results that a message comes with, ours and others in turn. */
export function testClaimedResults({ arrive }: Traffic<'usual'>): void {
  test('all at once: those in our name are gone, the others stay', async () => {
    const header = FORGED.flatMap(({ field }, i) => {
      const foreign = FOREIGN[i];
      return foreign === undefined ? [field] : [field, foreign.field];
    });
    const [, ours] = listed(`pass smtp.mailfrom=${nameFor('pass', 'mail')}`, `pass smtp.helo=${HELO}`);
    const found = valuesOf(await arrive('usual', { header }), AR);
    expect(found).toEqual([ours, ...FOREIGN.map(valueOf)]);
  });
}

/** Nothing of a message is left when the next one on its connection begins. */
export function testSeveralMessages(traffic: Traffic<'usual' | 'atMail'>): void {
  const { session, delivered, refused } = traffic;
  describe('several messages on one connection', () => {
    test.each(['RSET', `EHLO ${HELO}`])('%s in mid-message: the next one begins anew', async (command) => {
      const smtp = await session('usual', VISITOR);
      await smtp.expect('250', `MAIL FROM:<${from('softfail')}>`);
      await smtp.expect('250', 'RCPT TO:<one@rcpt.example>');
      await smtp.expect('250', command);
      const { end } = await smtp.send({ from: from('neutral'), to: ONE });
      smtp.close();
      expect(added(await delivered(end)).slice(1)).toEqual([
        told('neutral', 'mailfrom'),
        told('pass', 'helo'),
      ]);
    });

    test.each(['EHLO', 'HELO'])('each with its own fields, after another %s too', async (command) => {
      const smtp = await session('usual', VISITOR);
      const header = FORGED.map(({ field }) => field);
      const first = await smtp.send({ from: from('pass'), to: ONE, header });
      await smtp.expect('250', 'RSET');
      await smtp.expect('250', `${command} ${nameFor('softfail', 'helo')}`);
      const second = await smtp.send({ from: from('neutral'), to: ONE });
      smtp.close();
      expect(added(await delivered(first.end)).slice(1)).toEqual([
        told('pass', 'mailfrom'),
        told('pass', 'helo'),
      ]);
      expect(added(await delivered(second.end)).slice(1)).toEqual([
        told('neutral', 'mailfrom'),
        told('softfail', 'helo'),
      ]);
    });

    test.each(['usual', 'atMail'] as const)('a good one after a refused one: %s', async (port) => {
      const smtp = await session(port, VISITOR);
      const { mail, rcpt } = await smtp.send({ from: from('fail'), to: ONE });
      expect([mail, ...rcpt]).toContainEqual(refused);
      await smtp.expect('250', 'RSET');
      const dialogue = await smtp.send({ from: from('pass'), to: ONE });
      smtp.close();
      expect(dialogue).toEqual(ALL_ACCEPTED);
    });
  });
}

/** How long DNS takes, and at which reply a refusal is given then. `patient` has the built-in stage time of 8 s. */
const SLOW = [
  { port: 'patient', delayMs: 1_000, at: 'rcpt' },
  // More than 3 s are left when the message ends: the mail server is told to be patient then, and only then.
  { port: 'hasty', delayMs: 5_000, at: 'end' },
  { port: 'patient', delayMs: 9_000, at: 'end' },
  // Sendmail gives a filter 10 s for a command, and gives the filter up if it takes them all.
  { port: 'patient', delayMs: 11_000, at: 'end' },
] as const;
const SLOW_MESSAGES = SLOW.flatMap((row) => [
  { ...row, result: 'pass' as const },
  { ...row, result: 'fail' as const },
]);

/** Call it behind the beforeAll that starts the mail server. What takes longest begins before all other tests of the
 *  block, so that nobody waits for it; call it late, so that its own tests come late. */
export function testSlowDns({ send, delivered, refused }: Traffic<'patient' | 'hasty'>): void {
  const dialogues = new Map<unknown, Promise<Dialogue>>();

  beforeAll(() => {
    for (const row of SLOW_MESSAGES) {
      const dialogue = send(row.port, { from: `user@${slowName(row.result, row.delayMs)}` });
      dialogue.catch(() => undefined); // the test that waits for it tells
      dialogues.set(row, dialogue);
    }
  });

  describe('DNS that takes its time', () => {
    test.each(SLOW_MESSAGES)('$port, $delayMs ms, $result', async (row) => {
      const dialogue = await dialogues.get(row);
      if (row.result === 'fail') {
        const atRcpt = { mail: ACCEPTED, rcpt: [refused], end: null };
        expect(dialogue).toEqual(row.at === 'rcpt' ? atRcpt : { ...ALL_ACCEPTED, end: refused });
        return;
      }
      expect(dialogue).toEqual(ALL_ACCEPTED);
      expect(added(await delivered(dialogue?.end ?? null))).toEqual([
        listed(`pass smtp.mailfrom=${slowName('pass', row.delayMs)}`, `none smtp.helo=${HELO}`),
        told('pass', 'mailfrom'),
        told('none', 'helo'), // of which the slow name server knows nothing
      ]);
    });
  });
}
