/** The same questions to Debian's policyd-spf and to us: where we answer alike, and where we differ on purpose. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { describeWith } from '../support/requires.js';
import { spawnArgv } from './support/daemon.js';
import { startNameServers } from './support/dns.js';
import { Lab } from './support/lab.js';
import { PolicyConversation } from './support/policy-conversation.js';
import { CLIENT, nameFor, RESULTS, type Result } from './support/zone.js';

jest.setTimeout(300_000);

const MAIL_FROM = [...RESULTS, 'null sender'] as const;
type MailFrom = (typeof MAIL_FROM)[number];

/**
 * The answers by HELO result (rows) and MAIL FROM result (columns). `Rh`, `Rm`: refused with 550 5.7.23, for the HELO
 * or the MAIL FROM identity. Else one Received-SPF field: `h:` or `m:` its identity, then its result.
 */
type Table = Readonly<Record<Result, string>>;

// prettier-ignore
const POLICYD_SPF: Table = {
  //          pass   fail softfail   neutral   none        permerror   temperror   null sender
  pass:      'm:pass Rm   m:softfail m:neutral h:pass      m:permerror m:temperror h:pass',
  fail:      'Rh     Rh   Rh         Rh        Rh          Rh          Rh          Rh',
  softfail:  'm:pass Rm   m:softfail m:neutral h:softfail  m:permerror m:temperror h:softfail',
  neutral:   'm:pass Rm   m:softfail m:neutral h:neutral   m:permerror m:temperror h:neutral',
  none:      'm:pass Rm   m:softfail m:neutral m:none      m:permerror m:temperror h:none',
  permerror: 'm:pass Rm   m:softfail m:neutral h:permerror m:permerror m:temperror h:permerror',
  temperror: 'm:pass Rm   m:softfail m:neutral h:temperror m:permerror m:temperror h:temperror',
};

// prettier-ignore
const OURS: Table = {
  //          pass   fail softfail   neutral   none        permerror   temperror   null sender
  pass:      'm:pass Rm   m:softfail m:neutral m:none      m:permerror m:temperror h:pass',
  fail:      'Rh     Rm   Rh         Rh        Rh          Rh          Rh          Rh',
  softfail:  'm:pass Rm   m:softfail m:neutral m:none      m:permerror m:temperror h:softfail',
  neutral:   'm:pass Rm   m:softfail m:neutral m:none      m:permerror m:temperror h:neutral',
  none:      'm:pass Rm   m:softfail m:neutral m:none      m:permerror m:temperror h:none',
  permerror: 'm:pass Rm   m:softfail m:neutral m:none      m:permerror m:temperror h:permerror',
  temperror: 'm:pass Rm   m:softfail m:neutral m:none      m:permerror m:temperror h:temperror',
};

/** Why the tables differ where they do. */
const ON_PURPOSE: readonly {
  readonly helo: readonly Result[];
  readonly mailFrom: MailFrom;
  readonly why: string;
}[] = [
  {
    helo: ['pass', 'softfail', 'neutral', 'permerror', 'temperror'],
    mailFrom: 'none',
    why: 'CVE-2019-20790: policyd-spf lets the result of a HELO name, which the client chooses, stand in for MAIL FROM',
  },
  {
    helo: ['fail'],
    mailFrom: 'fail',
    why: 'both are evaluated; of two refusals the one of MAIL FROM is given, the name that its sender knows',
  },
];

const CELLS = RESULTS.flatMap((helo) => {
  const [theirs, ours] = [POLICYD_SPF, OURS].map((table) => table[helo].split(/ +/));
  return MAIL_FROM.map((mailFrom, i) => ({
    helo,
    mailFrom,
    theirs: theirs?.[i] ?? '',
    ours: ours?.[i] ?? '',
    why: ON_PURPOSE.find((one) => one.mailFrom === mailFrom && one.helo.includes(helo))?.why,
  }));
});

/** An answer as the tables write it; one that has no such form is given back whole. */
function shortForm(action: string): string {
  // policyd-spf names the identity in a URL, we name the domain.
  const refusal = /^550 5\.7\.23 .*?(?:s=(helo|mfrom);|\b(helo|mail)\.example\b)/.exec(action);
  if (refusal !== null) return (refusal[1] ?? refusal[2]) === 'helo' ? 'Rh' : 'Rm';
  const field = /^prepend Received-SPF: ([a-z]+) .*\bidentity=(helo|mailfrom);/i.exec(action);
  if (field === null) return action;
  return `${field[2]?.charAt(0) ?? ''}:${field[1]?.toLowerCase() ?? ''}`;
}

describe('the table', () => {
  test('has 56 answers, and a reason for each that differs', () => {
    expect(CELLS).toHaveLength(56);
    expect(CELLS.filter(({ ours, theirs, why }) => (ours !== theirs) !== (why !== undefined))).toEqual([]);
  });
});

describeWith(
  'e2e/policyd-spf',
  ['namespaces', 'ip', 'nsd', 'unbound', 'policyd-spf', 'python3-dnspython'],
  () => {
    let lab: Lab;
    let policydSpf: PolicyConversation;
    let spfwarden: PolicyConversation;

    beforeAll(async () => {
      lab = await Lab.open();
      await startNameServers(lab);
      // Debian's own settings; TestOnly = 1 is what switches the tests off.
      const conf = lab.write(
        'policyd-spf.conf',
        `debugLevel = 1
TestOnly = 1
HELO_reject = Fail
Mail_From_reject = Fail
PermError_reject = False
TempError_Defer = False
skip_addresses = 127.0.0.0/8,::ffff:127.0.0.0/104,::1
`,
      );
      policydSpf = new PolicyConversation(lab.converse(['policyd-spf', conf]));
      spfwarden = new PolicyConversation(lab.converse(spawnArgv(lab)));
    });
    afterAll(async () => {
      await lab.close();
    });

    const question = (helo: Result, mailFrom: MailFrom) => ({
      client: CLIENT,
      helo: nameFor(helo, 'helo'),
      sender: mailFrom === 'null sender' ? '' : `user@${nameFor(mailFrom, 'mail')}`,
    });

    test.each(CELLS)('HELO $helo, MAIL FROM $mailFrom: $ours', async ({ helo, mailFrom, theirs, ours }) => {
      const asked = question(helo, mailFrom);
      const answers = [await policydSpf.ask(asked), await spfwarden.ask(asked)];
      expect(answers.map(shortForm)).toEqual([theirs, ours]);
    });

    // policyd-spf quotes nothing, names no mechanism, and leaves a blank at the end; RFC 7208 §9.1 wants lower case
    // results and a quoted string for what is not a dot-atom.
    test('the field is spelt as RFC 7208 has it', async () => {
      const asked = question('none', 'pass');
      expect(await policydSpf.ask(asked)).toBe(
        `prepend Received-SPF: Pass (mailfrom) identity=mailfrom; client-ip=${CLIENT}; helo=none.helo.example; ` +
          'envelope-from=user@pass.mail.example; receiver=receiver.example ',
      );
      const ours = await spfwarden.ask(asked);
      expect(ours).toMatch(/^PREPEND Received-SPF: pass \([ -~]+\) [ -~]+[^ ]$/);
      for (const pair of [
        `client-ip=${CLIENT};`,
        'envelope-from="user@pass.mail.example";',
        'helo=none.helo.example;',
        'identity=mailfrom;',
        'mechanism=',
        'receiver=mx.lab.example',
      ]) {
        expect(ours).toContain(pair);
      }
    });

    test('at end of input we end in silence', async () => {
      expect(await spfwarden.end()).toEqual({ status: 0, errors: '' });
    });
  },
);
