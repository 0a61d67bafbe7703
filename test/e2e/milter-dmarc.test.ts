/** The whole chain behind a real Postfix: our milter, OpenDKIM, OpenDMARC, each of which hears the one before. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

import { describeWith } from '../support/requires.js';
import { FORGED } from './support/claimed-results.js';
import { startNameServers } from './support/dns.js';
import { Lab } from './support/lab.js';
import { startMilters, USUAL_DNS } from './support/milter-daemon.js';
import { dkimSigner, OPENDKIM, startOpendkim } from './support/opendkim.js';
import { dmarcOf, OPENDMARC, startOpendmarc } from './support/opendmarc.js';
import { HELO, RECEIVER } from './support/our-fields.js';
import { Postfix } from './support/postfix.js';
import { AR, valuesOf } from './support/trace-fields.js';
import { CLIENT, nameFor } from './support/zone.js';

jest.setTimeout(120_000);

const DOMAIN = 'author.example';
/** Where the domain sends from, and who forwards it. */
const SIGNER = '192.0.2.77';
const FORWARDER = CLIENT;
const AUTHOR = `a@${DOMAIN}`;
const ONE = ['one@rcpt.example'];
const HEADER = [
  `From: ${AUTHOR}`,
  'Subject: a message',
  'Date: Tue, 24 Nov 2026 10:00:00 +0000',
  `Message-Id: <1@${DOMAIN}>`,
];

const SERVICES = {
  signing: { smtpd_milters: OPENDKIM },
  receiving: { smtpd_milters: `inet:127.0.0.1:8894, ${OPENDKIM}, ${OPENDMARC}` },
};

const NEEDS = ['namespaces', 'ip', 'postfix', 'nsd', 'unbound', 'opendkim', 'opendmarc'];
describeWith('e2e/milter-dmarc', NEEDS, () => {
  let lab: Lab;
  let postfix: Postfix<typeof SERVICES>;

  beforeAll(async () => {
    lab = await Lab.open();
    const signer = dkimSigner(DOMAIN, SIGNER);
    await startNameServers(
      lab,
      `${signer.zone}${DOMAIN}. TXT "v=spf1 ip4:${SIGNER} -all"
_dmarc.${DOMAIN}. TXT "v=DMARC1; p=reject"
`,
    );
    await startOpendkim(lab, RECEIVER, signer);
    await startOpendmarc(lab, RECEIVER);
    await startMilters(lab, { dmarc: [USUAL_DNS, 'profile: dmarc'] });
    postfix = await Postfix.start(lab, { smtpd: SERVICES });
  });
  afterAll(async () => {
    await lab.close();
  });

  /** A message as it is delivered. */
  async function deliver(
    service: keyof typeof SERVICES,
    client: string,
    from: string,
    header: readonly string[],
  ): Promise<string> {
    const smtp = await postfix.session(service, { client, helo: HELO });
    const { end } = await smtp.send({ from, to: ONE, header });
    smtp.close();
    const [message = ''] = await postfix.delivered(end, 1);
    return message;
  }

  /** What each of the three says. */
  function results(message: string): unknown {
    const all = valuesOf(message, AR).join('\n');
    const of = (method: string): string | null => new RegExp(`\\b${method}=([a-z]+)`).exec(all)?.[1] ?? null;
    return { spf: of('spf'), dkim: of('dkim'), dmarc: dmarcOf(message) };
  }

  /** The header lines of a message of the domain's own, with its signature. */
  async function signed(): Promise<readonly string[]> {
    const [header = ''] = (await deliver('signing', SIGNER, AUTHOR, HEADER)).split('\n\n', 1);
    const lines = header.split('\n');
    return lines.slice(lines.findIndex((line) => line.startsWith('DKIM-Signature:')));
  }

  test('a signed message that somebody forwards: SPF fail, DKIM pass, DMARC pass', async () => {
    const message = await deliver('receiving', FORWARDER, AUTHOR, await signed());
    expect(results(message)).toEqual({ spf: 'fail', dkim: 'pass', dmarc: 'pass' });
  });

  test('a signed message that was changed: SPF fail, DKIM fail, DMARC fail', async () => {
    const header = (await signed()).map((line) => line.replace('Subject: ', 'Subject: changed '));
    const message = await deliver('receiving', FORWARDER, AUTHOR, header);
    expect(results(message)).toEqual({ spf: 'fail', dkim: 'fail', dmarc: 'fail' });
  });

  test('a forged message: SPF fail, DMARC fail', async () => {
    const message = await deliver('receiving', FORWARDER, AUTHOR, HEADER);
    expect(results(message)).toEqual({ spf: 'fail', dkim: null, dmarc: 'fail' });
  });

  // OpenDMARC believes nearly all of these where they reach it.
  test.each(FORGED)('a forged message that brings its results, $what: DMARC fail', async ({ field }) => {
    const claim = field.replace(/spf=.*/, `spf=pass smtp.mailfrom=${DOMAIN}`);
    const message = await deliver('receiving', FORWARDER, AUTHOR, [claim, ...HEADER]);
    expect(results(message)).toEqual({ spf: 'fail', dkim: null, dmarc: 'fail' });
  });

  test('a message without a signature from where its domain sends: SPF pass, DMARC pass', async () => {
    const header = HEADER.map((line) => line.replaceAll(DOMAIN, nameFor('pass', 'mail')));
    const message = await deliver('receiving', CLIENT, `a@${nameFor('pass', 'mail')}`, header);
    expect(results(message)).toEqual({ spf: 'pass', dkim: null, dmarc: 'pass' });
  });

  // CVE-2019-20790: the client chooses its HELO name.
  test('MAIL FROM none beside HELO pass: DMARC fail', async () => {
    const header = HEADER.map((line) => line.replaceAll(DOMAIN, HELO));
    const message = await deliver('receiving', CLIENT, `a@${nameFor('none', 'mail')}`, header);
    expect(results(message)).toEqual({ spf: 'none', dkim: null, dmarc: 'fail' });
  });
});
