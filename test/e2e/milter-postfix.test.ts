/** Our milter in front of a real Postfix: a client talks SMTP, and what arrives is looked at. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { describeWith } from '../support/requires.js';
import { FOREIGN, FORGED, valueOf } from './support/claimed-results.js';
import { startNameServers } from './support/dns.js';
import { Lab } from './support/lab.js';
import { milterPort, startMilters, USUAL_DNS, type MilterDaemon } from './support/milter-daemon.js';
import * as common from './support/milter-tests.js';
import { ACCEPTED, from, ONE, trafficThrough, TWO, VISITOR } from './support/milter-traffic.js';
import { Postfix, queueId, type SmtpdServices } from './support/postfix.js';
import { startSlowResponder } from './support/slow-names.js';
import { added, AR, namesAdded, SPF, told, valuesOf } from './support/trace-fields.js';
import { until } from './support/until.js';
import { CLIENT, CLIENT_V6, nameFor } from './support/zone.js';

jest.setTimeout(300_000);

/** One daemon for each of these, and one smtpd that asks it. */
const SETTINGS = {
  ...common.SETTINGS,
  turned: [USUAL_DNS, 'headers: {add: [received-spf, authentication-results], identities: deciding}'],
  special: [
    USUAL_DNS,
    'actions: {mail_from: {softfail: quarantine}}',
    'headers: {tag_subject: [neutral, permerror], subject_tag: "[SPF:%{result}]"}',
    'replies: {fail: {text: "no 100%% pass for %{domain}%-", text_exp: "%{domain} says: %{exp}"}}',
    'rules: [{name: boss, when: {recipient: boss@rcpt.example}, then: {profile: strict}}]',
    'skip: {macros: {daemon_name: trusted}}',
  ],
} as const;
type Daemons = Readonly<Record<keyof typeof SETTINGS, MilterDaemon>>;

/** The n-th daemon, as smtpd_milters names it. */
const milter = (name: keyof typeof SETTINGS): string => `inet:127.0.0.1:${milterPort(SETTINGS, name)}`;

const FIRST = { smtpd_recipient_restrictions: 'reject_unauth_destination' }; // as the README says
const SERVICES = {
  usual: { ...FIRST, smtpd_milters: milter('usual') },
  unix: { ...FIRST, smtpd_milters: 'unix:spfwarden/usual.sock' }, // chrooted, as on Debian
  version2: { ...FIRST, smtpd_milters: milter('usual'), milter_protocol: '2' },
  version3: { ...FIRST, smtpd_milters: milter('usual'), milter_protocol: '3' },
  version4: { ...FIRST, smtpd_milters: milter('usual'), milter_protocol: '4' },
  lenient: { ...FIRST, smtpd_milters: `{ ${milter('usual')}, default_action=accept }` },
  prepending: {
    smtpd_recipient_restrictions:
      'check_client_access static:{PREPEND X-Before: us}, reject_unauth_destination',
    smtpd_milters: milter('usual'),
  },
  atHelo: { ...FIRST, smtpd_milters: milter('atHelo') },
  atMail: { ...FIRST, smtpd_milters: milter('atMail') },
  turned: { ...FIRST, smtpd_milters: milter('turned') },
  special: { ...FIRST, smtpd_milters: milter('special') },
  trusted: { ...FIRST, smtpd_milters: milter('special'), milter_macro_daemon_name: 'trusted' },
  patient: { ...FIRST, smtpd_milters: milter('patient') },
  hasty: { ...FIRST, smtpd_milters: milter('hasty') },
} satisfies SmtpdServices;
type Service = keyof typeof SERVICES;

/** Names of these tests alone: an explanation with a percent sign, and a domain that is not ASCII. */
const MORE_ZONE = `
percent.way.example. TXT "v=spf1 exp=half.way.example -all"
half.way.example. TXT "50%% of %{d}%-"
xn--bcher-kva.way.example. TXT "v=spf1 ip4:${CLIENT} -all"
`;

const REFUSED = expect.stringMatching(/^550 5\.7\.23 SPF fail: [ -~]{10,450}$/);

describeWith('e2e/milter-postfix', ['namespaces', 'ip', 'postfix', 'nsd', 'unbound'], () => {
  let lab: Lab;
  let daemons: Daemons;
  let postfix: Postfix<typeof SERVICES>;
  const traffic = trafficThrough<Service>({
    session: (service, visitor) => postfix.session(service, visitor),
    delivered: async (reply) => (await postfix.delivered(reply, 1))[0] ?? '',
    refused: REFUSED,
  });
  const { send, arrive } = traffic;

  beforeAll(async () => {
    lab = await Lab.open();
    [daemons] = await Promise.all([
      startMilters(lab, SETTINGS, ['usual']),
      startNameServers(lab, MORE_ZONE),
      startSlowResponder(lab),
    ]);
    postfix = await Postfix.start(lab, { smtpd: SERVICES });
  });
  afterAll(async () => {
    await lab.close();
  });

  common.testEachResult(traffic);

  describe.each(['unix', 'version2', 'version3', 'version4'] as const)('as %s', (service) => {
    test('pass', async () => {
      const header = [...FORGED, ...FOREIGN].map(({ field }) => field);
      const message = await arrive(service, { header });
      expect(namesAdded(message)).toEqual([AR, SPF, SPF]);
      expect(valuesOf(message, AR).slice(1)).toEqual(FOREIGN.map(valueOf));
    });

    test('fail', async () => {
      expect((await send(service, { from: from('fail'), to: TWO })).rcpt).toEqual([REFUSED, REFUSED]);
    });

    test('authenticated', async () => {
      const visitor = { ...VISITOR, login: 'somebody' };
      expect(namesAdded(await arrive(service, { from: from('fail') }, visitor))).toEqual([AR, SPF]);
    });
  });

  describe('refusals are given', () => {
    const BAD_HELO = { client: CLIENT, helo: nameFor('fail', 'helo') };

    // Postfix answers EHLO itself, and keeps the refusal for MAIL.
    test.each([
      { service: 'atHelo', because: 'HELO', mail: REFUSED, rcpt: null },
      { service: 'atHelo', because: 'MAIL FROM', mail: REFUSED, rcpt: null },
      { service: 'atMail', because: 'HELO', mail: REFUSED, rcpt: null },
      { service: 'atMail', because: 'MAIL FROM', mail: REFUSED, rcpt: null },
      { service: 'usual', because: 'HELO', mail: ACCEPTED, rcpt: REFUSED },
      { service: 'usual', because: 'MAIL FROM', mail: ACCEPTED, rcpt: REFUSED },
    ] as const)('$service, because of $because', async ({ service, because, mail, rcpt }) => {
      const smtp = await postfix.session(service, because === 'HELO' ? BAD_HELO : VISITOR);
      const sender = from(because === 'HELO' ? 'pass' : 'fail');
      expect(await smtp.command(`MAIL FROM:<${sender}>`)).toEqual(mail);
      if (rcpt !== null) expect(await smtp.command('RCPT TO:<one@rcpt.example>')).toEqual(rcpt);
      smtp.close();
    });

    test.each(['atHelo', 'atMail'] as const)('%s: what is not refused goes on', async (service) => {
      expect(namesAdded(await arrive(service, {}))).toEqual([AR, SPF, SPF]);
    });

    test.each([
      { of: 'our own text', sender: from('fail'), reply: '550 5.7.23 no 100% pass for fail.mail.example%20' },
      {
        of: "the domain's",
        sender: 'user@percent.way.example',
        reply: '550 5.7.23 percent.way.example says: 50% of percent.way.example%20',
      },
    ])('with the percent signs of $of', async ({ sender, reply }) => {
      expect((await send('special', { from: sender })).rcpt).toEqual([reply]);
    });

    test('without the line breaks of an explanation', async () => {
      expect((await send('usual', { from: 'user@why.way.example' })).rcpt).toEqual([REFUSED]);
    });
  });

  describe('our fields', () => {
    test.each([
      { service: 'usual', names: [AR, SPF, SPF] },
      { service: 'turned', names: [SPF, AR] },
      { service: 'prepending', names: [AR, SPF, SPF, 'X-Before'] },
    ] as const)('are on top: $service', async ({ service, names }) => {
      expect(namesAdded(await arrive(service, {}))).toEqual(names);
    });

    test('are once in each copy', async () => {
      const { end } = await send('usual', { to: TWO });
      const copies = await postfix.delivered(end, 2);
      expect(copies.map(namesAdded)).toEqual([
        [AR, SPF, SPF],
        [AR, SPF, SPF],
      ]);
    });
  });

  describe('Authentication-Results that a message comes with', () => {
    const [before, after] = FOREIGN;
    if (before === undefined || after === undefined) throw new Error('no fields of others');
    const ours = expect.stringMatching(
      /^mx\.lab\.example; spf=pass smtp\.mailfrom=pass\.mail\.example; spf=pass /,
    );

    test.each(FORGED)('in our name, $what: gone', async ({ field }) => {
      const header = [before.field, field, 'Subject: x', after.field];
      const found = valuesOf(await arrive('usual', { header }), AR);
      expect(found).toEqual([ours, valueOf(before), valueOf(after)]);
    });

    test.each(FOREIGN)('$what: kept', async (claim) => {
      const found = valuesOf(await arrive('usual', { header: [claim.field] }), AR);
      expect(found).toEqual([ours, valueOf(claim)]);
    });

    common.testClaimedResults(traffic);

    test.each([
      { whose: 'a user', service: 'usual', visitor: { ...VISITOR, login: 'somebody' } },
      { whose: 'this host', service: 'usual', visitor: { ...VISITOR, client: '127.0.0.1' } },
      { whose: 'a listener in skip.macros', service: 'trusted', visitor: VISITOR },
    ] as const)('of $whose: kept', async ({ service, visitor }) => {
      const header = FORGED.slice(0, 3).map(({ field }) => field);
      const found = valuesOf(await arrive(service, { header, from: from('fail') }, visitor), AR);
      expect(found.slice(1)).toEqual(FORGED.slice(0, 3).map(valueOf));
    });
  });

  describe('the client', () => {
    test.each([
      { client: CLIENT_V6, ip: CLIENT_V6 },
      { client: '2001:0DB8:0:0::10', ip: CLIENT_V6 },
      { client: `::ffff:${CLIENT}`, ip: CLIENT }, // RFC 7208 §5: as IPv4
    ])('$client is judged', async ({ client, ip }) => {
      const [spf] = valuesOf(await arrive('usual', {}, { ...VISITOR, client }), SPF);
      expect(spf).toMatch(new RegExp(`^pass .* client-ip="?${ip}"?;`));
    });

    test.each(['2001:db8::99', '192.0.2.99'])('%s may not send for the domain', async (client) => {
      const visitor = { client, helo: nameFor('none', 'helo') };
      expect((await send('usual', {}, visitor)).rcpt).toEqual([REFUSED]);
    });

    test.each([
      { who: 'authenticated', visitor: { ...VISITOR, login: 'somebody' } },
      { who: 'in an exempt network', visitor: { ...VISITOR, client: '127.0.0.1' } },
      { who: 'in an exempt network', visitor: { ...VISITOR, client: '::1' } },
      { who: 'unknown', visitor: { ...VISITOR, client: 'unknown' } },
    ])('$who is not judged: $visitor.client', async ({ who, visitor }) => {
      const found = added(await arrive('usual', { from: from('fail') }, visitor));
      expect(found).toEqual([
        [AR, expect.stringMatching(/^mx\.lab\.example [^;]*; none$|^mx\.lab\.example; none/)],
        [SPF, expect.stringMatching(new RegExp(`^none \\(.*${who}\\)$`))],
      ]);
    });

    test('without any HELO, its sender is judged', async () => {
      const [spf] = valuesOf(await arrive('usual', {}, { client: CLIENT, helo: null }), SPF);
      expect(spf).toMatch(/^pass .* identity=mailfrom;/);
    });
  });

  describe('the sender', () => {
    test.each([
      { sender: '"john \\"x\\" doe"@pass.mail.example', parameters: [] },
      { sender: '"a@b"@pass.mail.example', parameters: [] }, // the last @ counts
      { sender: '@relay.example:user@pass.mail.example', parameters: [] }, // a source route
      { sender: 'user@pass.mail.example', parameters: ['SIZE=100', 'BODY=8BITMIME'] },
      { sender: 'jörg@pass.mail.example', parameters: ['SMTPUTF8'] },
      { sender: 'user@bücher.way.example', parameters: ['SMTPUTF8'] },
    ])('$sender: pass', async ({ sender, parameters }) => {
      const found = added(await arrive('usual', { from: sender, parameters }));
      expect(found.map(([name]) => name)).toEqual([AR, SPF, SPF]);
      expect(found[1]?.[1]).toMatch(/^pass \([^()]+\)(?: [a-z-]+=(?:[^ "\\;]+|"[ -~]*");?)+$/);
    });
  });

  common.testSeveralMessages(traffic);

  describe('what else is done about a result', () => {
    test('quarantine: the message is on hold', async () => {
      const { end } = await send('special', { from: from('softfail') });
      expect(postfix.isHeld(end)).toBe(true);
    });

    test.each([
      { result: 'neutral', subject: 'Hello', tagged: '[SPF:neutral] Hello' },
      {
        result: 'permerror',
        subject: '=?utf-8?q?caf=C3=A9?=',
        tagged: '[SPF:permerror] =?utf-8?q?caf=C3=A9?=',
      },
      { result: 'neutral', subject: '[SPF:neutral] Hello', tagged: '[SPF:neutral] Hello' },
      { result: 'neutral', subject: null, tagged: '[SPF:neutral]' },
      { result: 'pass', subject: 'Hello', tagged: 'Hello' },
    ] as const)('$result: Subject: $tagged', async ({ result, subject, tagged }) => {
      const header = ['X-First: 1', ...(subject === null ? [] : [`Subject: ${subject}`]), 'X-Last: 1'];
      expect(valuesOf(await arrive('special', { from: from(result), header }), 'Subject')).toEqual([tagged]);
    });

    test('a rule for one recipient: the others get the message', async () => {
      const to = ['boss@rcpt.example', ...ONE];
      const dialogue = await send('special', { from: from('permerror'), to });
      expect(dialogue.rcpt).toEqual([expect.stringMatching(/^550 5\.7\.24 /), ACCEPTED]);
      const [message = ''] = await postfix.delivered(dialogue.end, 1);
      expect(added(message).slice(1)).toEqual([told('permerror', 'mailfrom'), told('pass', 'helo')]);
    });
  });

  common.testSlowDns(traffic);

  test('the log line of a message begins with its queue id', async () => {
    const { end } = await send('usual', { from: from('softfail') });
    const pattern = new RegExp(
      `\\b${queueId(end)}: spf accept client=192\\.0\\.2\\.10 .* mail_from=softfail `,
    );
    await until(
      'the log line',
      () => pattern.test(daemons.usual.log()) || undefined,
      () => daemons.usual.log(),
    );
  });

  test('nobody has found anything to complain about', () => {
    const complaints = postfix
      .log()
      .split('\n')
      .filter((line) => line.includes(' warning: '));
    expect(complaints).toEqual([]);
    for (const daemon of Object.values(daemons)) {
      expect(daemon.log()).not.toMatch(/protocol error|a bug in spfwarden/i);
    }
  });

  describe('when the daemon is not there', () => {
    test.each(['SIGTERM', 'SIGKILL'] as const)('%s: 451, then mail flows again', async (signal) => {
      await daemons.usual.stop(signal);
      const { mail } = await send('usual', {});
      expect(mail).toMatch(/^451 4\.7\.1 /);
      await daemons.usual.start();
      expect(namesAdded(await arrive('usual', {}))).toEqual([AR, SPF, SPF]);
    });

    test('default_action=accept: mail passes unjudged, and is judged again afterwards', async () => {
      const smtp = await postfix.session('lenient', VISITOR);
      const judged = await smtp.send({ from: from('pass'), to: ONE });
      await daemons.usual.stop('SIGKILL');
      const unjudged = await smtp.send({ from: from('fail'), to: ONE });
      smtp.close();
      const [before = ''] = await postfix.delivered(judged.end, 1);
      expect(added(before)).toHaveLength(3);
      const [message = ''] = await postfix.delivered(unjudged.end, 1);
      expect(added(message)).toEqual([]);
      expect(added(await arrive('lenient', { from: from('fail') }))).toEqual([]);

      await daemons.usual.start();
      expect((await send('lenient', { from: from('fail') })).rcpt).toEqual([REFUSED]);
    });
  });
});
