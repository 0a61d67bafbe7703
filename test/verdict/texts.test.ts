/** What is told: to the sender in a reply, to readers of the message in a field, to the log. */
import { describe, expect, test } from '@jest/globals';

import { IpAddress } from '../../src/net/index.js';
import { SPF_RESULTS, splitAddress, type SpfIdentity, type SpfResult } from '../../src/smtp/index.js';
import { DEFAULT_LIMITS } from '../../src/spf/index.js';
import { octetsOfText, type Octets } from '../../src/util/index.js';
import { createJudge, PROFILES, type Action, type Actions, type Verdict } from '../../src/verdict/index.js';
import { zone } from '../support/zone.js';

const HOSTILE_EXPLANATION = `") 250 OK\\; %% action=OK ${'long '.repeat(400)}`;

const DNS = zone({
  'pass.example': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'] },
  'neutral.example': { TXT: ['v=spf1 ?all'] },
  'default.example': { TXT: ['v=spf1 ip4:198.51.100.1'] },
  'softfail.example': { TXT: ['v=spf1 ~all'] },
  'fail.example': { TXT: ['v=spf1 -all'] },
  'exp.example': { TXT: ['v=spf1 -exists:%{i}.x.example -all exp=why.exp.example'] },
  'why.exp.example': { TXT: ['%{i} is not one of ours, see http://exp.example/'] },
  'hostile.example': { TXT: ['v=spf1 -all exp=why.hostile.example'] },
  'why.hostile.example': {
    TXT: [HOSTILE_EXPLANATION.match(/.{1,200}/g) ?? []], // one record of several strings
  },
  'permerror.example': { TXT: ['v=spf1 mx moo:"(;=) -all'] },
  'temperror.example': 'servfail',
  'xn--bcher-kva.example': { TXT: ['v=spf1 -all'] },
});

/** The same action whatever the result, so that each has its reply. */
function always(action: Action): Actions {
  const every = Object.fromEntries(SPF_RESULTS.map((result) => [result, action]));
  const actions = every as Record<SpfResult, Action>;
  return { helo: actions, mailFrom: actions };
}

const USER = octetsOfText('user');

function judged(identity: SpfIdentity, domain: string, actions: Actions, local = USER): Verdict {
  const judge = createJudge(
    {
      actions,
      dryRun: false,
      receiver: 'mx.example.net',
      limits: DEFAULT_LIMITS,
      timeMs: 20_000,
      prefetch: false,
      outage: null,
    },
    {
      lookup: DNS,
      clock: { now: () => 0, wall: () => 0, after: () => () => undefined },
      report: () => undefined,
    },
  );
  const verdict = judge({
    client: IpAddress.parse('192.0.2.1'),
    helo: octetsOfText(identity === 'helo' ? domain : 'localhost'),
    sender: splitAddress(
      identity === 'helo' ? ('' as Octets) : (`${local}@${octetsOfText(domain)}` as Octets),
    ),
    authenticated: false,
  });
  if (verdict instanceof Promise) throw new Error('every answer is at hand');
  return verdict;
}

function replyLine({ decision }: Verdict): string {
  if (decision.do !== 'reject' && decision.do !== 'defer') throw new Error(decision.do);
  return `${decision.reply.code} ${decision.reply.status} ${decision.reply.text}`;
}

describe('replies', () => {
  test.each([
    { domain: 'fail.example', says: '550 5.7.23 SPF fail: 192.0.2.1 may not send for fail.example (-all)' },
    {
      domain: 'exp.example',
      says: '550 5.7.23 SPF fail: exp.example explains: 192.0.2.1 is not one of ours, see http://exp.example/',
    },
    {
      domain: 'bücher.example',
      says: '550 5.7.23 SPF fail: 192.0.2.1 may not send for xn--bcher-kva.example (-all)',
    },
    {
      domain: 'softfail.example',
      says: '550 5.7.23 SPF softfail: 192.0.2.1 is probably not allowed to send for softfail.example (~all)',
    },
    {
      domain: 'neutral.example',
      says: '550 5.7.23 SPF neutral: the domain does not say whether 192.0.2.1 may send for neutral.example (?all)',
    },
    {
      domain: 'default.example',
      says: '550 5.7.23 SPF neutral: the domain does not say whether 192.0.2.1 may send for default.example',
    },
    { domain: 'none.example', says: '550 5.7.23 SPF none: none.example has no SPF record' },
    {
      domain: 'localhost',
      says: '550 5.7.23 SPF none of the sender: no domain to check: not a full domain name',
    },
    {
      domain: 'permerror.example',
      says:
        '550 5.7.24 SPF record of permerror.example cannot be used: ' +
        'unknown mechanism moo:"(;=) in the record of permerror.example',
    },
    {
      domain: 'temperror.example',
      says:
        '550 5.7.24 SPF check of temperror.example failed for now: ' +
        'DNS failed with SERVFAIL for TXT of temperror.example. Please try again',
    },
    {
      domain: 'pass.example',
      says: '550 5.7.23 SPF pass: 192.0.2.1 may send for pass.example, and such mail is not wanted here',
    },
  ])('reject, MAIL FROM $domain', ({ domain, says }) => {
    expect(replyLine(judged('mailFrom', domain, always('reject')))).toBe(says);
  });

  test.each([
    {
      domain: 'fail.example',
      says: '550 5.7.23 SPF fail: 192.0.2.1 may not use the HELO name fail.example (-all)',
    },
    {
      domain: 'exp.example',
      says:
        '550 5.7.23 SPF fail: the HELO name exp.example explains: ' +
        '192.0.2.1 is not one of ours, see http://exp.example/',
    },
    {
      domain: 'softfail.example',
      says:
        '550 5.7.23 SPF softfail: 192.0.2.1 is probably not allowed to use ' +
        'the HELO name softfail.example (~all)',
    },
    { domain: 'none.example', says: '550 5.7.23 SPF none: the HELO name none.example has no SPF record' },
    {
      domain: '[192.0.2.1]',
      says: '550 5.7.23 SPF none of the HELO name: no domain to check: character that no domain has',
    },
  ])('reject, HELO $domain', ({ domain, says }) => {
    expect(replyLine(judged('helo', domain, always('reject')))).toBe(says);
  });

  test.each([
    { domain: 'fail.example', starts: '451 4.7.23 SPF fail: ' },
    { domain: 'none.example', starts: '451 4.7.23 SPF none: ' },
    { domain: 'permerror.example', starts: '451 4.7.24 SPF record of ' },
    { domain: 'temperror.example', starts: '451 4.7.24 SPF check of ' },
  ])('defer, $domain', ({ domain, starts }) => {
    expect(replyLine(judged('mailFrom', domain, always('defer'))).startsWith(starts)).toBe(true);
  });

  test('an explanation is one line of printable ASCII, cut', () => {
    const line = replyLine(judged('mailFrom', 'hostile.example', always('reject')));
    expect(line).toMatch(/^550 5[.]7[.]23 SPF fail: hostile.example explains: [\x20-\x7e]+[.]{3}$/);
    expect(line.length).toBeLessThanOrEqual(450);
  });
});

describe('fields', () => {
  test.each([
    { domain: 'pass.example', result: 'pass', end: 'mechanism="ip4:192.0.2.0/24"' },
    { domain: 'neutral.example', result: 'neutral', end: 'mechanism=all' },
    { domain: 'default.example', result: 'neutral', end: 'mechanism=default' }, // §9.1, §4.7
    { domain: 'softfail.example', result: 'softfail', end: 'mechanism=all' },
    { domain: 'exp.example', result: 'fail', end: 'mechanism=all' },
    { domain: 'none.example', result: 'none', end: 'receiver=mx.example.net' },
    {
      domain: 'permerror.example',
      result: 'permerror',
      end: 'problem="unknown mechanism moo:\\"\\(\\;\\=\\) in the record of permerror.example"',
    },
    {
      domain: 'temperror.example',
      result: 'temperror',
      end: 'problem="DNS failed with SERVFAIL for TXT of temperror.example"',
    },
  ])('$domain: $result', ({ domain, result, end }) => {
    const { decision } = judged('mailFrom', domain, PROFILES.dmarc.actions);
    const field = decision.do === 'accept' ? decision.field : '';
    expect(field.startsWith(`Received-SPF: ${result} (mx.example.net: `)).toBe(true);
    expect(field).toContain(`identity=mailfrom; client-ip=192.0.2.1; helo=localhost; `);
    expect(field).toContain(`envelope-from="user@${domain}"; receiver=mx.example.net`);
    expect(field.endsWith(end)).toBe(true);
  });

  test('an explanation never comes into a field', () => {
    const { decision } = judged('mailFrom', 'hostile.example', PROFILES.dmarc.actions);
    expect(decision.do === 'accept' ? decision.field : 'action=OK').not.toMatch(/action=OK|250/);
  });

  test('of a null sender', () => {
    const { decision, mailFrom } = judged('helo', 'pass.example', PROFILES.standard.actions);
    expect(mailFrom).toBeNull();
    expect(decision).toEqual({
      do: 'accept',
      field:
        'Received-SPF: pass (mx.example.net: HELO name pass.example designates 192.0.2.1 as permitted sender) ' +
        'identity=helo; client-ip=192.0.2.1; helo=pass.example; envelope-from="<>"; receiver=mx.example.net; ' +
        'mechanism="ip4:192.0.2.0/24"',
    });
  });
});

test.each([
  { identity: 'mailFrom', domain: 'fail.example', why: 'mail-from fail (-all)' },
  { identity: 'mailFrom', domain: 'pass.example', why: 'mail-from pass (ip4:192.0.2.0/24)' },
  { identity: 'mailFrom', domain: 'default.example', why: 'mail-from neutral (default)' },
  { identity: 'mailFrom', domain: 'none.example', why: 'mail-from none (no SPF record)' },
  { identity: 'helo', domain: 'softfail.example', why: 'helo softfail (~all)' },
  {
    identity: 'helo',
    domain: 'temperror.example',
    why: 'helo temperror (DNS failed with SERVFAIL for TXT of temperror.example)',
  },
] as const)('log: $why', ({ identity, domain, why }) => {
  expect(judged(identity, domain, PROFILES.standard.actions).why).toBe(why);
});

describe('hostile names and addresses', () => {
  test.each([
    'x\r\nX-Injected: y',
    '\0legit.example',
    'x; identity=mailfrom; envelope-from="a@victim.example"; y',
    ') (',
    '"\\"',
    '%{exp}',
    'b\u{202e}idi.example',
    'x'.repeat(10_000),
    // espoofer A1-A7 and CVE-2020-12272: one domain for one reader, another for the next
    'legit.example(.attacker.example',
    "any@legit.example'@any.attacker.example",
    '@legit.example,@any.example:any@attacker.example',
  ])('%j', (text) => {
    for (const actions of [PROFILES.dmarc.actions, always('reject'), always('defer')]) {
      const verdicts = [
        judged('helo', text, actions),
        judged('mailFrom', text, actions),
        judged('mailFrom', 'fail.example', actions, octetsOfText(text)),
      ];
      for (const verdict of verdicts) {
        const { decision } = verdict;
        const line = decision.do === 'accept' ? decision.field : replyLine(verdict);
        expect(line).toMatch(/^[\x20-\x7e]+$/);
        expect(line.length).toBeLessThanOrEqual(decision.do === 'accept' ? 998 : 450);
        expect(line.match(/\bidentity=/g)?.length ?? 0).toBe(decision.do === 'accept' ? 1 : 0);
        expect(verdict.why).toMatch(/^[\x20-\x7e]+$/);
      }
    }
  });

  test('a local part that is no UTF-8', () => {
    const { decision } = judged('mailFrom', 'pass.example', PROFILES.standard.actions, '\xff\xfe' as Octets);
    expect(decision.do === 'accept' ? decision.field : '').toContain('"\\"??\\"@pass.example"');
  });
});
