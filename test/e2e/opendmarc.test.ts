/** OpenDMARC behind a real Postfix: what it makes of our header fields, and of those that a sender forges. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { foldedText } from '../support/folded-text.js';
import { describeWith } from '../support/requires.js';
import { Daemon, ENDPOINTS } from './support/daemon.js';
import { startNameServers } from './support/dns.js';
import { Lab } from './support/lab.js';
import { dmarcOf, OPENDMARC, startOpendmarc } from './support/opendmarc.js';
import {
  authenticationResults,
  DOMAIN,
  domainOf,
  HELO,
  HELO_PASS,
  IPREV,
  mailFrom,
  NULL_SENDER,
  RECEIVER,
  receivedSpf,
  UNCHECKED,
  USER,
  WITH_LOCAL_PART,
} from './support/our-fields.js';
import { fields, Postfix, type SmtpdServices } from './support/postfix.js';
import { CLIENT, nameFor } from './support/zone.js';

jest.setTimeout(300_000);

const FIRST = 'reject_unauth_destination'; // as the README says
const ASK = `check_policy_service ${ENDPOINTS.tcp}`;
const DMARC = { smtpd_milters: OPENDMARC };
const POLICY = { ...DMARC, smtpd_recipient_restrictions: `${FIRST}, ${ASK}` };
const BOTH = { ...POLICY, smtpd_data_restrictions: ASK };

const SERVICES = {
  /** OpenDMARC sees what the message comes with, and nothing else. */
  alone: { ...DMARC, smtpd_recipient_restrictions: FIRST },
  policy: POLICY,
  policyNarrow: { ...POLICY, cleanup_service_name: 'narrow' },
  policyWide: { ...POLICY, cleanup_service_name: 'wide' },
  both: BOTH,
  bothWide: { ...BOTH, cleanup_service_name: 'wide' },
} satisfies SmtpdServices;
type Service = keyof typeof SERVICES;

/** The header_checks of the cleanup services. */
const HEADER_CHECKS: Readonly<Record<'narrow' | 'wide', readonly string[]>> = {
  narrow: ['/^Authentication-Results: *mx\\.lab\\.example/ IGNORE'],
  /** Ours, and all whose authserv-id is not plain to see: OpenDMARC undoes comments, quotes and backslashes. */
  wide: [
    '/^Authentication-Results:[[:space:]]*mx\\.lab\\.example/ IGNORE',
    'if /^Authentication-Results:/',
    '!/^Authentication-Results:[[:space:]]*[-a-z0-9_.]+([[:space:]]+1)?[[:space:]]*;/ IGNORE',
    'endif',
  ],
};

/** Fields as others write them, or forge them. */
const results = (id: string, text: string): string => `Authentication-Results: ${id}; ${text}`;
const SPF_PASS = `spf=pass smtp.mailfrom=${DOMAIN}`;
const RECEIVED_SPF = `Received-SPF: pass (why) envelope-from="${USER}"; identity=mailfrom`;

/** A message from USER with these fields, the first on top. */
interface Row {
  readonly what: string;
  readonly header: readonly string[];
  readonly dmarc: 'pass' | 'fail';
}

const NOT_PASS = ['fail', 'softfail', 'neutral', 'none', 'permerror', 'temperror'] as const;

// prettier-ignore
const OURS: readonly Row[] = [
  { what: 'Received-SPF', header: [receivedSpf('mailFrom', 'pass')], dmarc: 'pass' },
  { what: 'Received-SPF, VERP', header: [receivedSpf('mailFrom', 'pass', `user=a.example@${DOMAIN}`)], dmarc: 'pass' },
  { what: 'Received-SPF, HELO', header: [receivedSpf('helo', 'pass')], dmarc: 'fail' },
  { what: 'Received-SPF, MAIL FROM and HELO', header: [receivedSpf('mailFrom', 'pass'), receivedSpf('helo', 'fail')], dmarc: 'pass' },
  // The first of these is all that it reads.
  { what: 'Received-SPF, HELO and MAIL FROM', header: [receivedSpf('helo', 'pass'), receivedSpf('mailFrom', 'pass')], dmarc: 'fail' },
  { what: 'Authentication-Results', header: [authenticationResults(mailFrom('pass'))], dmarc: 'pass' },
  { what: 'Authentication-Results, MAIL FROM and HELO', header: [authenticationResults(mailFrom('pass'), HELO_PASS)], dmarc: 'pass' },
  { what: 'Authentication-Results, HELO and MAIL FROM', header: [authenticationResults(HELO_PASS, mailFrom('pass'))], dmarc: 'pass' },
  { what: 'Authentication-Results, HELO pass and MAIL FROM none', header: [authenticationResults(HELO_PASS, mailFrom('none'))], dmarc: 'fail' },
  { what: 'Authentication-Results, HELO', header: [authenticationResults(HELO_PASS)], dmarc: 'fail' },
  { what: 'Authentication-Results, iprev', header: [authenticationResults(IPREV, mailFrom('pass'))], dmarc: 'pass' },
  { what: 'Authentication-Results, local part', header: [authenticationResults(WITH_LOCAL_PART)], dmarc: 'fail' },
  { what: 'both', header: [authenticationResults(mailFrom('pass')), receivedSpf('mailFrom', 'pass')], dmarc: 'pass' },
  { what: 'both, HELO and MAIL FROM', header: [authenticationResults(mailFrom('pass'), HELO_PASS), receivedSpf('helo', 'pass'), receivedSpf('mailFrom', 'pass')], dmarc: 'pass' },
  { what: 'both, local part', header: [authenticationResults(WITH_LOCAL_PART), receivedSpf('mailFrom', 'pass')], dmarc: 'pass' },
  { what: 'both, unchecked', header: [UNCHECKED.authenticationResults, UNCHECKED.receivedSpf], dmarc: 'fail' },
];

// prettier-ignore
const OTHERS: readonly Row[] = [
  { what: 'nothing', header: [], dmarc: 'fail' },
  { what: 'Authentication-Results', header: [results(RECEIVER, SPF_PASS)], dmarc: 'pass' },
  { what: 'Authentication-Results, upper case', header: [results(RECEIVER, SPF_PASS).toUpperCase()], dmarc: 'pass' },
  { what: 'Authentication-Results, version', header: [results(`${RECEIVER} 1`, SPF_PASS)], dmarc: 'pass' },
  { what: 'Authentication-Results, comment', header: [results(RECEIVER, SPF_PASS.replace(' ', ' (why) '))], dmarc: 'pass' },
  { what: 'Authentication-Results, @domain', header: [results(RECEIVER, SPF_PASS.replace(DOMAIN, `@${DOMAIN}`))], dmarc: 'fail' },
  { what: 'Authentication-Results, MAIL FROM and HELO in one', header: [results(RECEIVER, `${SPF_PASS} smtp.helo=${HELO}`)], dmarc: 'pass' },
  { what: 'Authentication-Results, another domain', header: [results(RECEIVER, SPF_PASS.replace(DOMAIN, HELO))], dmarc: 'fail' },
  { what: 'Authentication-Results, another host', header: [results('mx.other.example', SPF_PASS)], dmarc: 'fail' },
  { what: 'Received-SPF', header: [RECEIVED_SPF], dmarc: 'pass' },
  { what: 'Received-SPF, bare', header: [RECEIVED_SPF.replaceAll('"', '')], dmarc: 'pass' },
  { what: 'Received-SPF, angle brackets', header: [RECEIVED_SPF.replace(/"(.*)"/, '<$1>')], dmarc: 'fail' },
  { what: 'Received-SPF, HELO', header: [RECEIVED_SPF.replace('mailfrom', 'helo')], dmarc: 'fail' },
  { what: 'Received-SPF, no identity', header: [RECEIVED_SPF.replace(/; identity.*/, '')], dmarc: 'fail' },
];

/** Ours above, one of the sender's below. */
// prettier-ignore
const FORGED: readonly Row[] = [
  ...NOT_PASS.map((result): Row => ({ what: `Received-SPF below Received-SPF ${result}`, header: [receivedSpf('mailFrom', result), RECEIVED_SPF], dmarc: 'fail' })),
  { what: 'Received-SPF below Received-SPF, HELO', header: [receivedSpf('helo', 'pass'), RECEIVED_SPF], dmarc: 'fail' },
  { what: 'Received-SPF below Received-SPF, unchecked', header: [UNCHECKED.receivedSpf, RECEIVED_SPF], dmarc: 'fail' },
  { what: 'Received-SPF below both', header: [authenticationResults(mailFrom('fail')), receivedSpf('mailFrom', 'fail'), RECEIVED_SPF], dmarc: 'fail' },
  // Spoofs that are believed: Authentication-Results alone stops neither, and Received-SPF not the other.
  { what: 'Received-SPF below Authentication-Results', header: [authenticationResults(mailFrom('fail')), RECEIVED_SPF], dmarc: 'pass' },
  { what: 'Received-SPF below Authentication-Results, unchecked', header: [UNCHECKED.authenticationResults, RECEIVED_SPF], dmarc: 'pass' },
  { what: 'Authentication-Results below Authentication-Results', header: [authenticationResults(mailFrom('fail')), results(RECEIVER, SPF_PASS)], dmarc: 'pass' },
  { what: 'Authentication-Results below Received-SPF', header: [receivedSpf('mailFrom', 'fail'), results(RECEIVER, SPF_PASS)], dmarc: 'pass' },
];

/** None of these makes it take the HELO name for that of a null sender. */
const OF_NULL_SENDER: readonly string[] = [
  receivedSpf('helo', 'pass', NULL_SENDER),
  ...['<>', `postmaster@${HELO}`, HELO, ''].map(
    (sender) => `Received-SPF: pass (why) envelope-from="${sender}"; identity=mailfrom; helo=${HELO}`,
  ),
  authenticationResults(HELO_PASS),
  ...[HELO, `postmaster@${HELO}`, '<>', '""'].map((it) => results(RECEIVER, `spf=pass smtp.mailfrom=${it}`)),
];

/** All of these are our name to OpenDMARC; the narrow header_checks see it in a few. */
const OUR_NAME = [
  { what: 'plain', id: RECEIVER, narrow: 'fail' },
  { what: 'upper case', id: RECEIVER.toUpperCase(), narrow: 'fail' },
  { what: 'behind a tab', id: `\t${RECEIVER}`, narrow: 'pass' },
  { what: 'behind a form feed', id: `\f${RECEIVER}`, narrow: 'pass' },
  { what: 'on the second line', id: `\r\n ${RECEIVER}`, narrow: 'pass' },
  { what: 'behind a comment', id: `(why) ${RECEIVER}`, narrow: 'pass' },
  { what: 'behind a closing parenthesis', id: `)${RECEIVER}`, narrow: 'pass' },
  { what: 'quoted', id: `"${RECEIVER}"`, narrow: 'pass' },
  { what: 'behind a backslash', id: `\\${RECEIVER}`, narrow: 'pass' },
  { what: 'around a comment', id: RECEIVER.replace('.', '.(why)'), narrow: 'pass' },
  { what: 'around blanks', id: RECEIVER.replace('.', ' . '), narrow: 'pass' },
] as const;

/** The identity and the result of each Received-SPF field of a message. */
function spfOf(message: string): readonly string[] {
  return fields(message).flatMap(({ name, value }) => {
    const [, result = '', identity = ''] = /^([a-z]+) .*\bidentity=([a-z]+);/.exec(value) ?? [];
    return name === 'Received-SPF' ? [`${identity} ${result}`] : [];
  });
}

/** The names of the fields that smtpd put on top, between those of virtual(8) and its own Received. */
function addedTo(message: string): readonly string[] {
  const names = fields(message).map(({ name }) => name);
  return names.slice(names.indexOf('Delivered-To') + 1, names.indexOf('Received'));
}

describeWith('e2e/opendmarc', ['namespaces', 'ip', 'postfix', 'nsd', 'unbound', 'opendmarc'], () => {
  let lab: Lab;
  let daemon: Daemon;
  let postfix: Postfix<typeof SERVICES>;

  beforeAll(async () => {
    lab = await Lab.open();
    await startNameServers(lab);
    daemon = new Daemon(lab, 'profile: dmarc\n');
    await daemon.start();
    await startOpendmarc(lab, RECEIVER);
    const cleanup = Object.entries(HEADER_CHECKS).map(([name, lines]) => {
      const table = lab.write(`header_checks.${name}`, `${lines.join('\n')}\n`);
      return `${name} unix n - n - 0 cleanup -o header_checks=regexp:${table}`;
    });
    postfix = await Postfix.start(lab, { smtpd: SERVICES, master: cleanup });
  });
  afterAll(async () => {
    await lab.close();
  });

  interface Mail {
    readonly sender?: string;
    /** The domain of the From field; the sender's, if nothing else is said. */
    readonly author?: string;
    readonly header?: readonly string[];
    readonly to?: readonly string[];
  }

  /** The copies of a message, which must arrive. */
  async function deliver(service: Service, mail: Mail): Promise<readonly string[]> {
    const { sender = USER, author = domainOf(sender), header = [], to = ['one@rcpt.example'] } = mail;
    const smtp = await postfix.session(service, { client: CLIENT, helo: HELO });
    const { end } = await smtp.send({ from: sender, to, header: [...header, `From: author@${author}`] });
    smtp.close();
    return postfix.delivered(end, to.length);
  }

  /** What SPF said in front and DMARC behind. */
  async function judged(service: Service, mail: Mail): Promise<unknown> {
    const [message = ''] = await deliver(service, mail);
    return { spf: spfOf(message), dmarc: dmarcOf(message) };
  }

  /** What DMARC says of a message that comes with these fields. */
  async function dmarcFor(mail: Mail): Promise<string> {
    return (await deliver('alone', mail)).map(dmarcOf).join();
  }

  describe('the fields that a message comes with', () => {
    test.each(OURS)('ours: $what: $dmarc', async ({ header, dmarc }) => {
      expect(await dmarcFor({ header })).toBe(dmarc);
    });

    test.each(NOT_PASS)('ours: %s', async (result) => {
      expect(await dmarcFor({ header: [receivedSpf('mailFrom', result)] })).toBe('fail');
      expect(await dmarcFor({ header: [authenticationResults(mailFrom(result))] })).toBe('fail');
    });

    test.each([
      { what: 'Received-SPF', field: receivedSpf('mailFrom', 'pass') },
      { what: 'Authentication-Results', field: authenticationResults(mailFrom('pass'), HELO_PASS, IPREV) },
    ])('ours: $what, folded: pass', async ({ field }) => {
      const folded = foldedText(field).replaceAll('\n', '\r\n');
      expect(folded).not.toBe(field);
      expect(await dmarcFor({ header: [folded] })).toBe('pass');
    });

    test.each(OTHERS)("others': $what: $dmarc", async ({ header, dmarc }) => {
      expect(await dmarcFor({ header })).toBe(dmarc);
    });

    test.each(FORGED)('forged: $what: $dmarc', async ({ header, dmarc }) => {
      expect(await dmarcFor({ header })).toBe(dmarc);
    });

    test.each(OF_NULL_SENDER)('null sender: %s', async (field) => {
      const mail = { author: HELO, header: [field] };
      expect(await dmarcFor({ sender: NULL_SENDER, ...mail })).toBe('fail');
    });

    test('the HELO name as a sender: pass', async () => {
      const header = [results(RECEIVER, `spf=pass smtp.mailfrom=${HELO}`)];
      expect(await dmarcFor({ sender: `user@${HELO}`, header })).toBe('pass');
    });
  });

  describe('the policy service in front', () => {
    test.each([
      { result: 'pass', dmarc: 'pass' },
      { result: 'fail', dmarc: 'fail' },
      { result: 'softfail', dmarc: 'fail' },
      { result: 'neutral', dmarc: 'fail' },
      { result: 'none', dmarc: 'fail' },
      { result: 'permerror', dmarc: 'fail' },
    ] as const)('MAIL FROM $result: $dmarc', async ({ result, dmarc }) => {
      const sender = `user@${nameFor(result, 'mail')}`;
      expect(await judged('policy', { sender })).toEqual({ spf: [`mailfrom ${result}`], dmarc });
    });

    test('null sender, HELO pass: fail', async () => {
      const mail = { sender: NULL_SENDER, author: HELO };
      expect(await judged('policy', mail)).toEqual({ spf: ['helo pass'], dmarc: 'fail' });
    });

    // CVE-2019-20790: the client chooses its HELO name.
    test.each([HELO, nameFor('none', 'mail')])(
      'HELO pass, MAIL FROM none, From at %s: fail',
      async (author) => {
        const mail = { sender: `user@${nameFor('none', 'mail')}`, author };
        expect(await judged('policy', mail)).toEqual({ spf: ['mailfrom none'], dmarc: 'fail' });
      },
    );

    describe('SPF fail, and Authentication-Results forged in our name', () => {
      const domain = nameFor('fail', 'mail');
      const spf = ['mailfrom fail'];

      test.each(OUR_NAME)('$what: pass, with narrow header_checks $narrow, with wide fail', async (row) => {
        const header = [results(row.id, `spf=pass smtp.mailfrom=${domain}`)];
        const mail = { sender: `user@${domain}`, header };
        expect(await judged('policy', mail)).toEqual({ spf, dmarc: 'pass' });
        expect(await judged('policyNarrow', mail)).toEqual({ spf, dmarc: row.narrow });
        expect(await judged('policyWide', mail)).toEqual({ spf, dmarc: 'fail' });
      });
    });

    test.each(['policyNarrow', 'policyWide'] as const)(
      'header_checks of %s leave our Received-SPF, and what other hosts say',
      async (service) => {
        const header = ['mx.other.example', 'mx.other.example 1'].map((id) => results(id, 'spf=none'));
        const [message = ''] = await deliver(service, { header });
        expect({ spf: spfOf(message), dmarc: dmarcOf(message) }).toEqual({
          spf: ['mailfrom pass'],
          dmarc: 'pass',
        });
        for (const field of header) expect(message).toContain(`\n${field}\n`);
      },
    );
  });

  describe('both fields over policy, at RCPT and at DATA', () => {
    const OPENDMARC_FIELD = 'Authentication-Results';

    beforeAll(async () => {
      await daemon.stop('SIGTERM');
      daemon = new Daemon(lab, 'profile: dmarc\nheaders: {add: [received-spf, authentication-results]}\n');
      await daemon.start();
    });

    test.each([
      { service: 'both', added: ['Received-SPF', 'Authentication-Results'] },
      { service: 'policy', added: ['Received-SPF'] }, // one field a reply, and one reply a message
      { service: 'bothWide', added: ['Received-SPF'] }, // header_checks cannot tell ours from a forged one
    ] as const)('$service: $added', async ({ service, added }) => {
      const copies = await deliver(service, { to: ['one@rcpt.example', 'two@rcpt.example'] });
      expect(copies.map(addedTo)).toEqual(copies.map(() => [OPENDMARC_FIELD, ...added]));
      expect(copies.map(dmarcOf)).toEqual(['pass', 'pass']);
    });
  });
});
