/** The whole of it: a client talks SMTP to a real Postfix, which asks us, and we ask real name servers. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { describeWith } from '../support/requires.js';
import { Daemon, ENDPOINTS, spawnArgv } from './support/daemon.js';
import { startNameServers } from './support/dns.js';
import { Lab } from './support/lab.js';
import { type Field, fields, Postfix, type SmtpdServices } from './support/postfix.js';
import type { Dialogue, Visitor } from './support/smtp-client.js';
import { until } from './support/until.js';
import { CLIENT, CLIENT_V6, nameFor, RESULTS, SILENT_ZONE } from './support/zone.js';

jest.setTimeout(300_000);

const FIRST = 'reject_unauth_destination'; // as the README says
const ASK = `check_policy_service ${ENDPOINTS.tcp}`;

/** One smtpd for each way of asking us. */
const SERVICES = {
  tcp: { smtpd_recipient_restrictions: `${FIRST}, ${ASK}` },
  unix: { smtpd_recipient_restrictions: `${FIRST}, check_policy_service ${ENDPOINTS.unix}` },
  spawn: { smtpd_recipient_restrictions: `${FIRST}, check_policy_service unix:private/spf` },
  handedOn: { smtpd_recipient_restrictions: `${FIRST}, check_policy_service unix:private/spf-to-daemon` },
  lenient: {
    smtpd_recipient_restrictions: `${FIRST}, check_policy_service { ${ENDPOINTS.tcp}, timeout=25s, default_action=DUNNO }`,
  },
  picky: {
    smtpd_recipient_restrictions: `${FIRST}, ${ASK}, check_recipient_access inline:{no@rcpt.example=REJECT}`,
  },
  data: { smtpd_recipient_restrictions: FIRST, smtpd_data_restrictions: ASK },
  rcptAndData: { smtpd_recipient_restrictions: `${FIRST}, ${ASK}`, smtpd_data_restrictions: ASK },
  everywhere: {
    smtpd_client_restrictions: ASK,
    smtpd_helo_restrictions: ASK,
    smtpd_sender_restrictions: ASK,
    smtpd_recipient_restrictions: `${FIRST}, ${ASK}`,
    smtpd_data_restrictions: ASK,
    smtpd_end_of_data_restrictions: ASK,
  },
  reconnecting: {
    smtpd_recipient_restrictions: `${FIRST}, ${ASK}, ${ASK}`,
    smtpd_policy_service_request_limit: '1',
  },
} satisfies SmtpdServices;
type Service = keyof typeof SERVICES;

const VISITOR: Visitor = { client: CLIENT, helo: nameFor('pass', 'helo') };
const GOOD = `user@${nameFor('pass', 'mail')}`;
const FORGED = `user@${nameFor('fail', 'mail')}`;
const ONE = ['one@rcpt.example'];
const TWO = ['one@rcpt.example', 'two@rcpt.example'];

const PASS = expect.stringMatching(/^pass /);
const ACCEPTED = expect.stringMatching(/^250 /);
const refused = (recipient: string) =>
  expect.stringMatching(
    new RegExp(`^550 5\\.7\\.23 <${recipient}>: Recipient address rejected: [ -~]{10,450}$`),
  );

/** A pass as RFC 7208 §9.1 has it: comment, then pairs whose values are quoted unless they are plain. */
const CLEAN = expect.stringMatching(/^pass \([^()]+\)(?: [a-z-]+=(?:[^ "\\;]+|"[ -~]*");?)+$/);

/** The Received-SPF fields of a message; fails unless they stand above Postfix's own Received field. */
function receivedSpf(message: string): readonly string[] {
  const all: readonly Field[] = fields(message);
  const received = all.findIndex(({ name }) => name === 'Received');
  const spf = all.filter(({ name }) => name.toLowerCase() === 'received-spf');
  expect(received).toBeGreaterThan(0);
  for (const field of spf) expect(all.indexOf(field)).toBeLessThan(received);
  return spf.map(({ value }) => value);
}

describeWith('e2e/postfix', ['namespaces', 'ip', 'postfix', 'nsd', 'unbound'], () => {
  let lab: Lab;
  let daemon: Daemon;
  let postfix: Postfix<typeof SERVICES>;

  beforeAll(async () => {
    lab = await Lab.open();
    await startNameServers(lab);
    daemon = new Daemon(lab);
    await daemon.start();
    postfix = await Postfix.start(lab, {
      smtpd: SERVICES,
      main: ['spf_time_limit = 3600', 'spf-to-daemon_time_limit = 3600'],
      master: [
        `spf unix - n n - 0 spawn user=nobody argv=${spawnArgv(lab).join(' ')}`,
        `spf-to-daemon unix - n n - 0 spawn user=nobody argv=${daemon.spawnArgv().join(' ')}`,
      ],
    });
  });
  afterAll(async () => {
    await lab.close();
  });

  /** One message in a session of its own. */
  async function send(
    service: Service,
    visitor: Visitor,
    from: string,
    to: readonly string[],
  ): Promise<Dialogue> {
    const smtp = await postfix.session(service, visitor);
    const dialogue = await smtp.send({ from, to });
    smtp.close();
    return dialogue;
  }

  /** The Received-SPF fields of each copy of a message, by the reply to its end of DATA. */
  async function fieldsOf(end: string | null, copies = 1): Promise<readonly (readonly string[])[]> {
    return (await postfix.delivered(end, copies)).map(receivedSpf);
  }

  /** The same for a message to one recipient, which must arrive. */
  async function spfOf(service: Service, visitor: Visitor, from: string): Promise<readonly string[]> {
    const dialogue = await send(service, visitor, from, ONE);
    expect(dialogue).toEqual({ mail: ACCEPTED, rcpt: [ACCEPTED], end: ACCEPTED });
    return (await fieldsOf(dialogue.end)).flat();
  }

  describe.each(['tcp', 'unix', 'spawn', 'handedOn'] as const)('over %s', (service) => {
    test.each(RESULTS)('MAIL FROM %s', async (result) => {
      const from = `user@${nameFor(result, 'mail')}`;
      if (result === 'fail') {
        const dialogue = await send(service, VISITOR, from, ONE);
        expect(dialogue).toEqual({ mail: ACCEPTED, rcpt: ONE.map(refused), end: null });
        return;
      }
      const spf = await spfOf(service, VISITOR, from);
      expect(spf).toEqual([expect.stringMatching(new RegExp(`^${result} .*\\bidentity=mailfrom\\b`))]);
      expect(spf[0]).toContain(`client-ip=${CLIENT};`);
      expect(spf[0]).toContain(`envelope-from="${from}"`);
      expect(spf[0]).toContain('receiver=mx.lab.example');
    });
  });

  test('under spawn(8) a running daemon does the work, and logs it', async () => {
    await spfOf('spawn', VISITOR, 'user+alone@pass.mail.example');
    await spfOf('handedOn', VISITOR, 'user+handed@pass.mail.example');
    const lines = (sender: string) =>
      daemon
        .log()
        .split('\n')
        .filter((line) => line.includes(sender));
    const logged = await until('the log line', () => lines('user+handed@')[0]);
    expect(logged).toMatch(/ spf accept client=192\.0\.2\.10 .* mail_from=pass /);
    expect(lines('user+alone@')).toEqual([]);
  });

  test.each(RESULTS)('null sender, HELO %s', async (result) => {
    const visitor = { client: CLIENT, helo: nameFor(result, 'helo') };
    if (result === 'fail') {
      expect((await send('tcp', visitor, '', ONE)).rcpt).toEqual(ONE.map(refused));
      return;
    }
    const spf = await spfOf('tcp', visitor, '');
    expect(spf).toEqual([expect.stringMatching(new RegExp(`^${result} .*\\bidentity=helo\\b`))]);
  });

  test('null sender without any HELO has nothing to check', async () => {
    const spf = await spfOf('tcp', { client: CLIENT, helo: null }, '');
    expect(spf).toEqual([expect.stringMatching(/^none /)]);
  });

  test('a HELO name that fails is refused whatever MAIL FROM says', async () => {
    const visitor = { client: CLIENT, helo: nameFor('fail', 'helo') };
    expect((await send('tcp', visitor, GOOD, ONE)).rcpt).toEqual(ONE.map(refused));
  });

  describe('the client', () => {
    test.each([
      { client: CLIENT_V6, from: GOOD, spf: ['pass'], ip: CLIENT_V6 },
      { client: '2001:0DB8:0:0::10', from: GOOD, spf: ['pass'], ip: CLIENT_V6 },
      { client: `::ffff:${CLIENT}`, from: GOOD, spf: ['pass'], ip: CLIENT }, // RFC 7208 §5: as IPv4
    ])('$client is judged', async ({ client, from, spf, ip }) => {
      const found = await spfOf('tcp', { ...VISITOR, client }, from);
      expect(found.map((value) => value.split(' ')[0])).toEqual(spf);
      expect(found[0]).toMatch(new RegExp(`client-ip="?${ip}"?;`));
    });

    test.each([{ client: '2001:db8::99' }, { client: '::ffff:192.0.2.99' }, { client: '192.0.2.99' }])(
      '$client may not send for the domain',
      async ({ client }) => {
        const dialogue = await send('tcp', { client, helo: nameFor('none', 'helo') }, GOOD, ONE);
        expect(dialogue.rcpt).toEqual(ONE.map(refused));
      },
    );

    test.each([
      { who: 'authenticated', visitor: { ...VISITOR, login: 'somebody' } },
      { who: 'on this machine', visitor: { ...VISITOR, client: '127.0.0.1' } },
      { who: 'on this machine, IPv6', visitor: { ...VISITOR, client: '::1' } },
      { who: 'unknown', visitor: { ...VISITOR, client: 'unknown' } },
    ])('$who is not judged', async ({ visitor }) => {
      const note = /^none \(mx\.lab\.example: SPF was not checked, [a-z ]+\)$/;
      expect(await spfOf('tcp', visitor, FORGED)).toEqual([expect.stringMatching(note)]);
    });
  });

  describe('several recipients and messages', () => {
    test.each(['tcp', 'unix', 'spawn', 'data', 'rcptAndData', 'everywhere', 'reconnecting'] as const)(
      'one field for two recipients: %s',
      async (service) => {
        const dialogue = await send(service, VISITOR, GOOD, TWO);
        expect(dialogue).toEqual({ mail: ACCEPTED, rcpt: [ACCEPTED, ACCEPTED], end: ACCEPTED });
        expect(await fieldsOf(dialogue.end, 2)).toEqual([[PASS], [PASS]]);
      },
    );

    test.each(['tcp', 'unix', 'spawn', 'rcptAndData', 'reconnecting'] as const)(
      'every recipient of a forged message is refused: %s',
      async (service) => {
        const dialogue = await send(service, VISITOR, FORGED, TWO);
        expect(dialogue).toEqual({ mail: ACCEPTED, rcpt: TWO.map(refused), end: null });
      },
    );

    test('a forged message is refused at DATA, where there is no recipient to name', async () => {
      const dialogue = await send('data', VISITOR, FORGED, TWO);
      expect(dialogue.end).toMatch(/^550 5\.7\.23 <DATA>: Data command rejected: [ -~]+$/);
    });

    // Postfix keeps what was prepended for a recipient that a later restriction refuses.
    test('one field when another restriction refuses the first recipient', async () => {
      const dialogue = await send('picky', VISITOR, GOOD, ['no@rcpt.example', ...ONE]);
      expect(dialogue.rcpt).toEqual([expect.stringMatching(/^554 /), ACCEPTED]);
      expect(await fieldsOf(dialogue.end)).toEqual([[PASS]]);
    });

    test('one field for each of two messages of a session', async () => {
      const smtp = await postfix.session('tcp', VISITOR);
      for (const result of ['pass', 'softfail'] as const) {
        const from = `user@${nameFor(result, 'mail')}`;
        const { end } = await smtp.send({ from, to: ONE });
        expect(await fieldsOf(end)).toEqual([[expect.stringMatching(new RegExp(`^${result} `))]]);
      }
      smtp.close();
    });

    // Postfix drops what was prepended, so that the message begun anew needs the field again.
    test.each(['RSET', 'EHLO pass.helo.example'])('one field after %s in mid-message', async (command) => {
      const smtp = await postfix.session('tcp', VISITOR);
      await smtp.expect('250', `MAIL FROM:<${GOOD}>`);
      await smtp.expect('250', 'RCPT TO:<one@rcpt.example>');
      await smtp.expect('250', command);
      const { end } = await smtp.send({ from: GOOD, to: ONE });
      smtp.close();
      expect(await fieldsOf(end)).toEqual([[PASS]]);
    });

    test('a refused message does not spoil the next one of the session', async () => {
      const smtp = await postfix.session('tcp', VISITOR);
      expect((await smtp.send({ from: FORGED, to: ONE })).rcpt).toEqual(ONE.map(refused));
      await smtp.expect('250', 'RSET');
      const { end } = await smtp.send({ from: GOOD, to: ONE });
      smtp.close();
      expect(await fieldsOf(end)).toEqual([[PASS]]);
    });
  });

  describe('the way to the name servers', () => {
    test.each([
      { from: 'user@include.way.example', result: 'pass' },
      { from: 'user@mx.way.example', result: 'pass' },
      { from: 'user@a.way.example', result: 'pass' },
      { from: 'user@cname.way.example', result: 'pass' },
      { from: 'user@ptr.way.example', result: 'pass' },
      { from: 'user+tag=a@exists.way.example', result: 'pass' }, // a query name with + and =
      { from: 'user@long.way.example', result: 'pass' }, // truncated: asked again over TCP
      { from: `user@${SILENT_ZONE}`, result: 'temperror' }, // no answer in time
    ])('$from: $result', async ({ from, result }) => {
      expect(await spfOf('tcp', VISITOR, from)).toEqual([expect.stringMatching(new RegExp(`^${result} `))]);
    });
  });

  describe('text from outside', () => {
    test.each([
      { helo: 'pass.helo.example', from: '"john \\"x\\" doe"@pass.mail.example' },
      { helo: 'pass.helo.example', from: '"a@b"@pass.mail.example' }, // the last @ counts
      { helo: 'pass.helo.example', from: '@relay.example:user@pass.mail.example' }, // a source route
      { helo: 'pass.helo.example', from: 'user+tag=other.example@pass.mail.example' },
      { helo: 'pass.helo.example', from: 'jörg@pass.mail.example' },
      { helo: 'bücher.example', from: GOOD },
      { helo: '[192.0.2.10]', from: GOOD },
      { helo: 'x); spf=pass (y; identity=helo', from: GOOD },
      { helo: 'a'.repeat(300), from: GOOD },
    ])('HELO $helo, MAIL FROM $from: one clean field', async ({ helo, from }) => {
      const spf = await spfOf('tcp', { client: CLIENT, helo }, from);
      expect(spf).toEqual([CLEAN]);
    });

    test('an explanation with line breaks in it does not get through', async () => {
      const dialogue = await send('tcp', VISITOR, 'user@why.way.example', ONE);
      expect(dialogue.rcpt).toEqual(ONE.map(refused));
      expect(dialogue.rcpt[0]).not.toContain('action=OK');
    });
  });

  test('Postfix has found nothing to complain about', () => {
    const complaints = postfix
      .log()
      .split('\n')
      .filter((line) => line.includes(' warning: '));
    expect(complaints).toEqual([]);
  });

  describe('when the daemon is not there', () => {
    test.each(['SIGTERM', 'SIGKILL'] as const)(
      '%s in mid-session: 451, then mail flows again',
      async (signal) => {
        const smtp = await postfix.session('tcp', VISITOR);
        const before = await smtp.send({ from: GOOD, to: ONE });
        expect(await fieldsOf(before.end)).toEqual([[PASS]]);

        expect(await daemon.stop(signal)).toBe(signal === 'SIGTERM' ? 0 : null);
        expect((await smtp.send({ from: GOOD, to: TWO })).rcpt).toEqual([
          expect.stringMatching(/^451 4\.3\.5 <one@rcpt\.example>: .*Server configuration problem$/),
          expect.stringMatching(/^451 4\.3\.5 <two@rcpt\.example>: .*Server configuration problem$/),
        ]);

        await daemon.start();
        const rcpt = await smtp.command('RCPT TO:<one@rcpt.example>'); // of the message that was deferred
        expect(rcpt).toEqual(ACCEPTED);
        await smtp.expect('354', 'DATA');
        const end = await smtp.command('Subject: again\r\n\r\nA body.\r\n.');
        smtp.close();
        expect(await fieldsOf(end)).toEqual([[PASS]]);
      },
    );

    test('default_action=DUNNO: mail passes unjudged, and is judged again afterwards', async () => {
      const smtp = await postfix.session('lenient', VISITOR);
      expect((await smtp.send({ from: FORGED, to: ONE })).rcpt).toEqual(ONE.map(refused));
      await smtp.expect('250', 'RSET');

      await daemon.stop('SIGTERM');
      const { end } = await smtp.send({ from: FORGED, to: ONE });
      expect(await fieldsOf(end)).toEqual([[]]);

      await daemon.start();
      expect((await smtp.send({ from: FORGED, to: ONE })).rcpt).toEqual(ONE.map(refused));
      smtp.close();
    });
  });
});
