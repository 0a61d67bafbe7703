/** Our milter in front of a real Sendmail, which speaks the protocol in its own way. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { describeWith } from '../support/requires.js';
import { FORGED, valueOf } from './support/claimed-results.js';
import { startNameServers } from './support/dns.js';
import { Lab } from './support/lab.js';
import { logIn, LOGINS, REFUSED_LOGINS } from './support/logins.js';
import { milterPort, startMilters, USUAL_DNS, type MilterDaemon } from './support/milter-daemon.js';
import * as common from './support/milter-tests.js';
import { ACCEPTED, ALL_ACCEPTED, from, ONE, trafficThrough, VISITOR } from './support/milter-traffic.js';
import { Sendmail } from './support/sendmail.js';
import { startSlowResponder } from './support/slow-names.js';
import { added, AR, namesAdded, SPF, valuesOf } from './support/trace-fields.js';
import { CLIENT, CLIENT_V6, nameFor } from './support/zone.js';

jest.setTimeout(300_000);

/** One daemon for each of these, and one port of Sendmail that asks it. */
const SETTINGS = {
  ...common.SETTINGS,
  special: [
    USUAL_DNS,
    'actions: {mail_from: {softfail: quarantine}}',
    'headers: {add: [received-spf, authentication-results], tag_subject: [neutral]}',
    'replies: {fail: {text: "no 100%% pass for %{domain}%-"}}',
  ],
} as const;
type Name = keyof typeof SETTINGS;

/** Without T=: Sendmail gives a filter ten seconds for each command. */
const filter = (name: Name): string => `S=inet:${milterPort(SETTINGS, name)}@127.0.0.1, F=T`;
const FILTERS = {
  usual: filter('usual'),
  atHelo: filter('atHelo'),
  atMail: filter('atMail'),
  special: filter('special'),
  patient: filter('patient'),
  hasty: filter('hasty'),
};

const STRANGER = '192.0.2.99';
/** Sendmail puts the address in front of our text, except at the end of a message and in front of all. */
const REFUSED = expect.stringMatching(/^550 5\.7\.23 (?:<[^>]+>\.\.\. )?SPF fail: [ -~]{10,450}$/);

describeWith('e2e/milter-sendmail', ['namespaces', 'ip', 'sendmail', 'nsd', 'unbound'], () => {
  let lab: Lab;
  let daemons: Readonly<Record<Name, MilterDaemon>>;
  let sendmail: Sendmail<typeof FILTERS>;
  const traffic = trafficThrough<Name>({
    session: (name, visitor) => sendmail.session(name, visitor),
    delivered: (reply) => sendmail.delivered(reply),
    refused: REFUSED,
  });
  const { send, arrive } = traffic;

  beforeAll(async () => {
    lab = await Lab.open();
    [daemons] = await Promise.all([
      startMilters(lab, SETTINGS),
      startNameServers(lab),
      startSlowResponder(lab),
    ]);
    sendmail = await Sendmail.start(lab, FILTERS, [CLIENT, CLIENT_V6, STRANGER]);
  });
  afterAll(async () => {
    await lab.close();
  });

  common.testEachResult(traffic);

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
      expect(await send(name, { from: sender }, { ...VISITOR, helo })).toEqual({
        mail,
        rcpt: [rcpt],
        end: null,
      });
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
    common.testClaimedResults(traffic);

    test('of this host: kept', async () => {
      const header = FORGED.slice(0, 1).map(({ field }) => field);
      const found = valuesOf(await arrive('usual', { header }, { ...VISITOR, client: '127.0.0.1' }), AR);
      expect(found).toEqual([expect.stringMatching(/; none \(/), ...FORGED.slice(0, 1).map(valueOf)]);
    });
  });

  test('a client with an IPv6 address', async () => {
    const [spf] = valuesOf(await arrive('usual', {}, { ...VISITOR, client: CLIENT_V6 }), SPF);
    expect(spf).toMatch(new RegExp(`^pass .* client-ip="?${CLIENT_V6}"?;`));
  });

  test('a client that may not send for the domain', async () => {
    const { rcpt } = await send('usual', {}, { client: STRANGER, helo: nameFor('none', 'helo') });
    expect(rcpt).toEqual([REFUSED]);
  });

  common.testSeveralMessages(traffic);

  describe('a client that logs in', () => {
    const forged = { from: from('fail'), to: ONE };
    const told = 'SPF was not checked, client is authenticated';

    test.each(LOGINS)('is not checked: $how', async (login) => {
      const smtp = await sendmail.session('usual', VISITOR);
      await logIn(smtp, login);
      const dialogue = await smtp.send(forged);
      smtp.close();
      expect(dialogue).toEqual(ALL_ACCEPTED);
      expect(added(await sendmail.delivered(dialogue.end))).toEqual([
        [AR, `mx.lab.example; none (${told})`],
        [SPF, `none (mx.lab.example: ${told})`],
      ]);
    });

    test.each(REFUSED_LOGINS)('is checked when that fails: $how', async (login) => {
      const smtp = await sendmail.session('usual', VISITOR);
      await logIn(smtp, login);
      expect((await smtp.send(forged)).rcpt).toEqual([REFUSED]);
      smtp.close();
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

  test('when the daemon is not there: 451, then mail flows again', async () => {
    await daemons.usual.stop('SIGKILL');
    expect((await send('usual', {})).mail).toMatch(/^451 4\.3\.2 /);
    await daemons.usual.start();
    expect(namesAdded(await arrive('usual', {}))).toEqual([AR, SPF, SPF]);
  });

  common.testSlowDns(traffic);
});
