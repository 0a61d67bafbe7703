/** Our milter in front of a real Sendmail, which speaks the protocol in its own way. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { describeWith } from '../support/requires.js';
import { FOREIGN, FORGED, valueOf } from './support/claimed-results.js';
import { startNameServers } from './support/dns.js';
import { Lab } from './support/lab.js';
import { startMilters, USUAL_DNS, type MilterDaemon } from './support/milter-daemon.js';
import { Sendmail } from './support/sendmail.js';
import { SLOW_DNS, slowName, startSlowResponder } from './support/slow-names.js';
import type { Dialogue, Envelope } from './support/smtp-client.js';
import { added, AR, listed, namesAdded, SPF, told, valuesOf } from './support/trace-fields.js';
import { CLIENT, CLIENT_V6, nameFor, RESULTS, type Result } from './support/zone.js';

jest.setTimeout(300_000);

/** One daemon for each of these, and one port of Sendmail that asks it. */
const SETTINGS = {
  usual: [USUAL_DNS],
  atHelo: [USUAL_DNS, 'actions: {reject_at: helo}'],
  atMail: [USUAL_DNS, 'actions: {reject_at: mail}'],
  special: [
    USUAL_DNS,
    'actions: {mail_from: {softfail: quarantine}}',
    'headers: {add: [received-spf, authentication-results], tag_subject: [neutral]}',
    'replies: {fail: {text: "no 100%% pass for %{domain}%-"}}',
  ],
  patient: [SLOW_DNS],
  hasty: [SLOW_DNS, 'limits: {stage_time: 500ms}'],
} as const;
type Name = keyof typeof SETTINGS;

/** Sendmail gives a filter ten seconds for each command unless it is told otherwise. */
const filter = (name: Name): string =>
  `S=inet:${8894 + Object.keys(SETTINGS).indexOf(name)}@127.0.0.1, F=T, T=S:30s;R:10s`;
const FILTERS = {
  usual: filter('usual'),
  atHelo: filter('atHelo'),
  atMail: filter('atMail'),
  special: filter('special'),
  patient: filter('patient'),
  hasty: filter('hasty'),
};

const SLOW = [
  ['hasty', 5_000, 'pass'],
  ['hasty', 5_000, 'fail'],
  ['patient', 9_000, 'pass'],
  ['patient', 9_000, 'fail'],
] as const;

const STRANGER = '192.0.2.99';
const HELO = nameFor('pass', 'helo');
const from = (result: Result): string => `user@${nameFor(result, 'mail')}`;
const ONE = ['one@rcpt.example'];
const TWO = ['one@rcpt.example', 'two@rcpt.example'];

const ACCEPTED = expect.stringMatching(/^250 /);
const ALL_ACCEPTED = { mail: ACCEPTED, rcpt: [ACCEPTED], end: ACCEPTED };
/** Sendmail puts the address in front of our text, except at the end of a message and in front of all. */
const REFUSED = expect.stringMatching(/^550 5\.7\.23 (?:<[^>]+>\.\.\. )?SPF fail: [ -~]{10,450}$/);

/** Whom Sendmail shall see. */
interface Visitor {
  readonly client?: string;
  readonly helo?: string;
}

describeWith('e2e/milter-sendmail', ['namespaces', 'ip', 'sendmail', 'nsd', 'unbound'], () => {
  let lab: Lab;
  let daemons: Readonly<Record<Name, MilterDaemon>>;
  let sendmail: Sendmail<typeof FILTERS>;
  /** Messages whose DNS takes longest: begun before all else, so that nobody waits for them. */
  let slow: Promise<readonly Dialogue[]>;

  beforeAll(async () => {
    lab = await Lab.open();
    await Promise.all([startNameServers(lab), startSlowResponder(lab)]);
    daemons = await startMilters(lab, SETTINGS);
    sendmail = await Sendmail.start(lab, FILTERS, [CLIENT, CLIENT_V6, STRANGER]);
    const late = ([name, delayMs, result]: (typeof SLOW)[number]): Promise<Dialogue> =>
      send(name, { from: `user@${slowName(result, delayMs)}` });
    slow = Promise.all(SLOW.map(late));
    slow.catch(() => undefined); // the test that waits for it tells
  });
  afterAll(async () => {
    await lab.close();
  });

  /** One message in a session of its own. */
  async function send(name: Name, envelope: Partial<Envelope>, visitor: Visitor = {}): Promise<Dialogue> {
    const { client = CLIENT, helo = HELO } = visitor;
    const smtp = await sendmail.session(name, client, helo);
    const dialogue = await smtp.send({ from: from('pass'), to: ONE, ...envelope });
    smtp.close();
    return dialogue;
  }

  /** The same for a message to one recipient, which must arrive. */
  async function arrive(name: Name, envelope: Partial<Envelope>, visitor: Visitor = {}): Promise<string> {
    const dialogue = await send(name, envelope, visitor);
    expect(dialogue).toEqual(ALL_ACCEPTED);
    return sendmail.delivered(dialogue.end);
  }

  describe('each result', () => {
    test.each(RESULTS)('MAIL FROM %s', async (result) => {
      if (result === 'fail') {
        const { rcpt } = await send('usual', { from: from('fail'), to: TWO });
        expect(rcpt).toEqual([REFUSED, REFUSED]);
        return;
      }
      expect(added(await arrive('usual', { from: from(result) }))).toEqual([
        listed(`${result} smtp.mailfrom=${nameFor(result, 'mail')}`, `pass smtp.helo=${HELO}`),
        told(result, 'mailfrom'),
        told('pass', 'helo'),
      ]);
    });

    test.each(RESULTS)('null sender, HELO %s', async (result) => {
      const helo = nameFor(result, 'helo');
      if (result === 'fail') {
        expect((await send('usual', { from: '' }, { helo })).rcpt).toEqual([REFUSED]);
        return;
      }
      expect(added(await arrive('usual', { from: '' }, { helo }))).toEqual([
        listed(`${result} smtp.helo=${helo}`),
        told(result, 'helo'),
      ]);
    });
  });

  describe('refusals are given', () => {
    // Sendmail answers EHLO itself, and keeps the refusal for what follows.
    test.each([
      { name: 'atHelo', because: 'HELO', mail: REFUSED, rcpt: REFUSED },
      { name: 'atHelo', because: 'MAIL FROM', mail: REFUSED, rcpt: expect.stringMatching(/^503 /) },
      { name: 'atMail', because: 'HELO', mail: REFUSED, rcpt: expect.stringMatching(/^503 /) },
      { name: 'atMail', because: 'MAIL FROM', mail: REFUSED, rcpt: expect.stringMatching(/^503 /) },
      { name: 'usual', because: 'HELO', mail: ACCEPTED, rcpt: REFUSED },
      { name: 'usual', because: 'MAIL FROM', mail: ACCEPTED, rcpt: REFUSED },
    ] as const)('$name, because of $because', async ({ name, because, mail, rcpt }) => {
      const helo = nameFor(because === 'HELO' ? 'fail' : 'pass', 'helo');
      const sender = from(because === 'HELO' ? 'pass' : 'fail');
      expect(await send(name, { from: sender }, { helo })).toEqual({ mail, rcpt: [rcpt], end: null });
    });

    test('with the percent signs of the text', async () => {
      const { rcpt } = await send('special', { from: from('fail') });
      expect(rcpt).toEqual(['550 5.7.23 <one@rcpt.example>... no 100% pass for fail.mail.example%20']);
    });
  });

  test.each([
    { name: 'usual', names: [AR, SPF, SPF] },
    { name: 'special', names: [SPF, SPF, AR] },
  ] as const)('our fields are on top, in the order of headers.add: $name', async ({ name, names }) => {
    expect(namesAdded(await arrive(name, {}))).toEqual(names);
  });

  describe('Authentication-Results that a message comes with', () => {
    const ours = listed(`pass smtp.mailfrom=${nameFor('pass', 'mail')}`, `pass smtp.helo=${HELO}`)[1];

    test('those in our name are gone, the others stay', async () => {
      const header = FORGED.flatMap(({ field }, i) => {
        const foreign = FOREIGN[i];
        return foreign === undefined ? [field] : [field, foreign.field];
      });
      const found = valuesOf(await arrive('usual', { header }), AR);
      expect(found).toEqual([ours, ...FOREIGN.map(valueOf)]);
    });

    test('of this host: kept', async () => {
      const header = FORGED.slice(0, 1).map(({ field }) => field);
      const found = valuesOf(await arrive('usual', { header }, { client: '127.0.0.1' }), AR);
      expect(found).toEqual([expect.stringMatching(/; none \(/), ...FORGED.slice(0, 1).map(valueOf)]);
    });
  });

  test('a client with an IPv6 address', async () => {
    const [spf] = valuesOf(await arrive('usual', {}, { client: CLIENT_V6 }), SPF);
    expect(spf).toMatch(new RegExp(`^pass .* client-ip="?${CLIENT_V6}"?;`));
  });

  test('a client that may not send for the domain', async () => {
    const { rcpt } = await send('usual', {}, { client: STRANGER, helo: nameFor('none', 'helo') });
    expect(rcpt).toEqual([REFUSED]);
  });

  describe('several messages on one connection', () => {
    test.each(['RSET', `EHLO ${HELO}`])('%s in mid-message: the next one begins anew', async (command) => {
      const smtp = await sendmail.session('usual', CLIENT, HELO);
      await smtp.expect('250', `MAIL FROM:<${from('softfail')}>`);
      await smtp.expect('250', 'RCPT TO:<one@rcpt.example>');
      await smtp.expect('250', command);
      const { end } = await smtp.send({ from: from('neutral'), to: ONE });
      smtp.close();
      const message = await sendmail.delivered(end);
      expect(added(message).slice(1)).toEqual([told('neutral', 'mailfrom'), told('pass', 'helo')]);
    });

    test('each with its own fields, after RSET and another HELO too', async () => {
      const smtp = await sendmail.session('usual', CLIENT, HELO);
      const first = await smtp.send({
        from: from('pass'),
        to: ONE,
        header: FORGED.map(({ field }) => field),
      });
      await smtp.expect('250', 'RSET');
      await smtp.expect('250', `HELO ${nameFor('softfail', 'helo')}`);
      const second = await smtp.send({ from: from('neutral'), to: ONE });
      smtp.close();
      expect(added(await sendmail.delivered(first.end)).slice(1)).toEqual([
        told('pass', 'mailfrom'),
        told('pass', 'helo'),
      ]);
      expect(added(await sendmail.delivered(second.end)).slice(1)).toEqual([
        told('neutral', 'mailfrom'),
        told('softfail', 'helo'),
      ]);
    });

    test.each(['usual', 'atMail'] as const)('a good one after a refused one: %s', async (name) => {
      const smtp = await sendmail.session(name, CLIENT, HELO);
      const { mail, rcpt } = await smtp.send({ from: from('fail'), to: ONE });
      expect([mail, ...rcpt]).toContainEqual(REFUSED);
      await smtp.expect('250', 'RSET');
      const dialogue = await smtp.send({ from: from('pass'), to: ONE });
      smtp.close();
      expect(dialogue).toEqual(ALL_ACCEPTED);
    });
  });

  describe('what else is done about a result', () => {
    test('quarantine: the message stays in the queue', async () => {
      const { end } = await send('special', { from: from('softfail') });
      expect(sendmail.isQuarantined(end)).toBe(true);
    });

    test.each([
      { subject: 'Hello', tagged: '[SPF:neutral] Hello' },
      { subject: null, tagged: '[SPF:neutral]' },
    ])('neutral: Subject: $tagged', async ({ subject, tagged }) => {
      const header = ['X-First: 1', ...(subject === null ? [] : [`Subject: ${subject}`]), 'X-Last: 1'];
      const message = await arrive('special', { from: from('neutral'), header });
      expect(valuesOf(message, 'Subject')).toEqual([tagged]);
    });
  });

  describe('DNS that takes its time', () => {
    test('within the stage time: the recipient is refused', async () => {
      const { rcpt } = await send('patient', { from: `user@${slowName('fail', 1_000)}` });
      expect(rcpt).toEqual([REFUSED]);
    });

    test('beyond it: the message is refused at its end', async () => {
      const sender = `user@${slowName('fail', 1_000)}`;
      expect(await send('hasty', { from: sender })).toEqual({
        mail: ACCEPTED,
        rcpt: [ACCEPTED],
        end: REFUSED,
      });
    });

    test('beyond it: the fields are there', async () => {
      const message = await arrive('hasty', { from: `user@${slowName('pass', 1_000)}` });
      expect(added(message)[1]).toEqual(told('pass', 'mailfrom'));
    });

    // Of 5 s more than 3 s are left when the message ends: Sendmail is told to be patient then, and only then.
    test('beyond it by far, and beyond the usual one', async () => {
      expect(await slow).toEqual(
        SLOW.map(([, , result]) => (result === 'pass' ? ALL_ACCEPTED : { ...ALL_ACCEPTED, end: REFUSED })),
      );
    });
  });

  test('when the daemon is not there: 451, then mail flows again', async () => {
    await daemons.usual.stop('SIGKILL');
    expect((await send('usual', {})).mail).toMatch(/^451 4\.3\.2 /);
    await daemons.usual.start();
    expect(namesAdded(await arrive('usual', {}))).toEqual([AR, SPF, SPF]);
  });
});
