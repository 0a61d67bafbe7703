/** Whoever logs in at a real Postfix is not checked, over both protocols; whoever only tries to is. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { describeWith } from '../support/requires.js';
import { Daemon, ENDPOINTS } from './support/daemon.js';
import { startNameServers } from './support/dns.js';
import { Lab } from './support/lab.js';
import { FAILED_LOGINS, LOGIN, logIn, LOGINS, SASL_MAIN, startSaslServer } from './support/logins.js';
import { MilterDaemon, USUAL_DNS } from './support/milter-daemon.js';
import { ACCEPTED, ALL_ACCEPTED, from, ONE, VISITOR } from './support/milter-traffic.js';
import { Postfix, type SmtpdServices } from './support/postfix.js';
import type { Dialogue, SmtpClient, Visitor } from './support/smtp-client.js';
import { added, AR, SPF } from './support/trace-fields.js';
import { CLIENT, nameFor } from './support/zone.js';

jest.setTimeout(300_000);

/** One daemon for each of these, beside one that has none of them and listens for both protocols. */
const SETTINGS = {
  atMail: 'actions: {reject_at: mail}',
  silent: 'headers: {note_skipped: false}',
  checking: 'skip: {authenticated: false}',
} as const;

/** The n-th of those, as smtpd_milters names it; 0 is the one beside them. */
const milter = (index: number): string => `inet:127.0.0.1:${8894 + index}`;

const FIRST = 'reject_unauth_destination'; // as the README says
const ASKS_MILTER = { smtpd_recipient_restrictions: FIRST, smtpd_milters: milter(0) };
const ASKS_POLICY = { smtpd_recipient_restrictions: `${FIRST}, check_policy_service ${ENDPOINTS.tcp}` };
const SERVICES = {
  milter: ASKS_MILTER,
  version2: { ...ASKS_MILTER, milter_protocol: '2' }, // in which a milter cannot name the macros that it wants
  policy: ASKS_POLICY,
  atMail: { ...ASKS_MILTER, smtpd_milters: milter(1) },
  silent: { ...ASKS_MILTER, smtpd_milters: milter(2) },
  checking: { ...ASKS_MILTER, smtpd_milters: milter(3) },
} satisfies SmtpdServices;

const FORGER: Visitor = { client: CLIENT, helo: nameFor('fail', 'helo') };
const FORGED = { from: from('fail'), to: ONE };
const GOOD = { from: from('pass'), to: ONE };

const REFUSED = expect.stringMatching(/^550 5\.7\.23 (?:<[^>]+>: Recipient address rejected: )?SPF fail: /);
const NOT_ACCEPTED = { mail: ACCEPTED, rcpt: [REFUSED], end: null };

const NOT_CHECKED = 'SPF was not checked, client is authenticated';
const OF_RECEIVED_SPF = [SPF, `none (mx.lab.example: ${NOT_CHECKED})`];
const OF_RESULTS = [AR, `mx.lab.example; none (${NOT_CHECKED})`];

describeWith('e2e/milter-auth', ['namespaces', 'ip', 'postfix', 'nsd', 'unbound'], () => {
  let lab: Lab;
  let postfix: Postfix<typeof SERVICES>;

  beforeAll(async () => {
    lab = await Lab.open();
    await Promise.all([startNameServers(lab), startSaslServer(lab)]);
    const special = Object.entries(SETTINGS).map(
      ([name, line], i) => new MilterDaemon(lab, name, i + 1, [USUAL_DNS, line], false),
    );
    await Promise.all([new Daemon(lab), ...special].map((daemon) => daemon.start()));
    postfix = await Postfix.start(lab, { smtpd: SERVICES, main: SASL_MAIN });
  });
  afterAll(async () => {
    await lab.close();
  });

  /** A session in which that login has been tried. */
  async function loggedIn(
    service: keyof typeof SERVICES,
    login = LOGIN,
    visitor = VISITOR,
  ): Promise<SmtpClient> {
    const smtp = await postfix.session(service, visitor);
    await logIn(smtp, login);
    return smtp;
  }

  /** What stands above a message that must have arrived. */
  async function addedTo(dialogue: Dialogue): Promise<readonly unknown[]> {
    expect(dialogue).toEqual(ALL_ACCEPTED);
    const [message = ''] = await postfix.delivered(dialogue.end, 1);
    return added(message);
  }

  describe.each([
    { service: 'milter', told: [OF_RESULTS, OF_RECEIVED_SPF] },
    { service: 'version2', told: [OF_RESULTS, OF_RECEIVED_SPF] },
    { service: 'policy', told: [OF_RECEIVED_SPF] },
  ] as const)('$service', ({ service, told }) => {
    test.each([VISITOR, FORGER])('without a login it is refused: HELO $helo', async (visitor) => {
      const smtp = await postfix.session(service, visitor);
      expect(await smtp.send(FORGED)).toEqual(NOT_ACCEPTED);
      smtp.close();
    });

    test.each(LOGINS)('after a login it is accepted: $how', async (login) => {
      const smtp = await loggedIn(service, login);
      expect(await addedTo(await smtp.send(FORGED))).toEqual(told);
      smtp.close();
    });

    test('the HELO name of who has logged in is not checked either', async () => {
      const smtp = await loggedIn(service, LOGIN, FORGER);
      expect(await addedTo(await smtp.send(FORGED))).toEqual(told);
      smtp.close();
    });

    test('mail that would pass is not said to pass', async () => {
      const smtp = await loggedIn(service);
      expect(await addedTo(await smtp.send(GOOD))).toEqual(told);
      smtp.close();
    });

    test.each(FAILED_LOGINS)('after a login that failed it is refused: $how', async (login) => {
      const smtp = await loggedIn(service, login);
      expect(await smtp.send(FORGED)).toEqual(NOT_ACCEPTED);
      await smtp.expect('250', 'RSET');
      expect(await addedTo(await smtp.send(GOOD))).toContainEqual([SPF, expect.stringMatching(/^pass /)]);
      smtp.close();
    });

    test.each(FAILED_LOGINS)('a login after one that failed counts: $how', async (login) => {
      const smtp = await loggedIn(service, login);
      await logIn(smtp, LOGIN);
      expect(await addedTo(await smtp.send(FORGED))).toEqual(told);
      smtp.close();
    });

    test('a login after a refused message counts', async () => {
      const smtp = await postfix.session(service, VISITOR);
      expect(await smtp.send(FORGED)).toEqual(NOT_ACCEPTED);
      await smtp.expect('250', 'RSET');
      await logIn(smtp, LOGIN);
      expect(await addedTo(await smtp.send(FORGED))).toEqual(told);
      smtp.close();
    });

    test('one login is enough for two messages', async () => {
      const smtp = await loggedIn(service);
      const first = await smtp.send(FORGED);
      const second = await smtp.send(FORGED);
      smtp.close();
      expect(await addedTo(first)).toEqual(told);
      expect(await addedTo(second)).toEqual(told);
    });

    test.each(['RSET', `EHLO ${FORGER.helo ?? ''}`])('%s does not end a login', async (command) => {
      const smtp = await loggedIn(service);
      await smtp.expect('250', command);
      expect(await addedTo(await smtp.send(FORGED))).toEqual(told);
      smtp.close();
    });

    test.each(['RSET', `EHLO ${FORGER.helo ?? ''}`])('%s in mid-message does not either', async (command) => {
      const smtp = await loggedIn(service);
      await smtp.expect('250', `MAIL FROM:<${FORGED.from}>`);
      await smtp.expect('250', 'RCPT TO:<one@rcpt.example>');
      await smtp.expect('250', command);
      expect(await addedTo(await smtp.send(FORGED))).toEqual(told);
      smtp.close();
    });

    test('it is the login of that connection alone', async () => {
      const [user, stranger] = [await loggedIn(service), await postfix.session(service, VISITOR)];
      await user.expect('250', `MAIL FROM:<${FORGED.from}>`);
      expect(await stranger.send(FORGED)).toEqual(NOT_ACCEPTED);
      await user.expect('250', 'RCPT TO:<one@rcpt.example>');
      await user.expect('221', 'QUIT');
      const next = await postfix.session(service, VISITOR); // most likely of the process that knew the user
      expect(await next.send(FORGED)).toEqual(NOT_ACCEPTED);
      for (const smtp of [user, stranger, next]) smtp.close();
    });
  });

  test('refused at MAIL, where the login is known', async () => {
    const [user, stranger] = [await loggedIn('atMail'), await postfix.session('atMail', VISITOR)];
    expect(await stranger.command(`MAIL FROM:<${FORGED.from}>`)).toEqual(REFUSED);
    expect(await addedTo(await user.send(FORGED))).toEqual([OF_RESULTS, OF_RECEIVED_SPF]);
    for (const smtp of [user, stranger]) smtp.close();
  });

  test('nothing is said of it if that is not wanted', async () => {
    const smtp = await loggedIn('silent');
    expect(await addedTo(await smtp.send(FORGED))).toEqual([]);
    smtp.close();
  });

  test('a login does not help if users are to be checked, too', async () => {
    const smtp = await loggedIn('checking');
    expect(await smtp.send(FORGED)).toEqual(NOT_ACCEPTED);
    smtp.close();
  });

  test('Postfix has found nothing to complain about but the logins', () => {
    const complaints = postfix
      .log()
      .split('\n')
      .filter(
        (line) => line.includes(' warning: ') && !/ SASL \S+ authentication (?:failed|aborted)/.test(line),
      );
    expect(complaints).toEqual([]);
  });
});
