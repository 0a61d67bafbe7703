/** What a refused sender is told. */
import { describe, expect, test } from '@jest/globals';

import type { SpfIdentity } from '../../src/smtp/index.js';
import { octetsOfText } from '../../src/util/index.js';
import type { Verdict } from '../../src/verdict/index.js';
import { hostileMail } from '../support/hostile-text.js';
import { ManualClock } from '../support/manual-clock.js';
import { SEED } from '../support/seed.js';
import { always, type ReplyLiteral, type SettingsLiteral } from '../support/verdict-settings.js';
import { zone, type ZoneLiteral } from '../support/zone.js';
import { Desk, replyLine } from './desk.js';

const HOSTILE = `") 250 OK\\; %% action=OK %{reason} ${'long '.repeat(400)}`;
/** One record of several strings. */
const inStrings = (text: string): string[] => text.match(/.{1,200}/g) ?? [];

const DNS: ZoneLiteral = {
  'pass.example': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'] },
  'neutral.example': { TXT: ['v=spf1 ?all'] },
  'default.example': { TXT: ['v=spf1 ip4:198.51.100.1'] },
  'softfail.example': { TXT: ['v=spf1 ~all'] },
  'fail.example': { TXT: ['v=spf1 -all'] },
  'redirect.example': { TXT: ['v=spf1 redirect=fail.example'] },
  'exp.example': { TXT: ['v=spf1 -exists:%{i}.x.example -all exp=why.exp.example'] },
  'why.exp.example': { TXT: ['%{i} is not one of ours, see http://exp.example/'] },
  'hostile.example': { TXT: ['v=spf1 -all exp=why.hostile.example'] },
  'why.hostile.example': { TXT: [inStrings(HOSTILE.replace('%{reason}', '%%{reason}'))] },
  'permerror.example': { TXT: ['v=spf1 mx moo:"(;=) -all'] },
  'temperror.example': 'servfail',
  'xn--bcher-kva.example': { TXT: ['v=spf1 -all'] },
  '1.2.0.192.in-addr.arpa': { PTR: ['mail.ptr.example'] },
  'mail.ptr.example': { A: ['192.0.2.1'] },
};

/** MAIL FROM at a domain with HELO localhost, or a null sender with that domain in HELO. */
function judged(identity: SpfIdentity, domain: string, settings: SettingsLiteral): Verdict {
  const name = octetsOfText(domain);
  return new Desk(settings, zone(DNS)).verdict({
    helo: identity === 'helo' ? name : 'localhost',
    sender: identity === 'helo' ? '' : `user@${name}`,
  });
}

const REJECT: SettingsLiteral = { actions: always('reject') };
const DEFER: SettingsLiteral = { actions: always('defer') };

describe('by default', () => {
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
      says: '550 5.7.23 SPF neutral: neutral.example does not say whether 192.0.2.1 may send',
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
    expect(replyLine(judged('mailFrom', domain, REJECT))).toBe(says);
  });

  test.each([
    {
      domain: 'fail.example',
      says: '550 5.7.23 SPF fail: 192.0.2.1 may not send for the HELO name fail.example (-all)',
    },
    {
      domain: 'exp.example',
      says:
        '550 5.7.23 SPF fail: the HELO name exp.example explains: ' +
        '192.0.2.1 is not one of ours, see http://exp.example/',
    },
    { domain: 'none.example', says: '550 5.7.23 SPF none: the HELO name none.example has no SPF record' },
    {
      domain: '[192.0.2.1]',
      says: '550 5.7.23 SPF none of the HELO name: no domain to check: character that no domain has',
    },
  ])('reject, HELO $domain', ({ domain, says }) => {
    expect(replyLine(judged('helo', domain, REJECT))).toBe(says);
  });

  test.each([
    { domain: 'fail.example', starts: '451 4.7.23 SPF fail: ' },
    { domain: 'none.example', starts: '451 4.7.23 SPF none: ' },
    { domain: 'permerror.example', starts: '451 4.7.24 SPF record of ' },
    { domain: 'temperror.example', starts: '451 4.7.24 SPF check of ' },
  ])('defer, $domain', ({ domain, starts }) => {
    expect(replyLine(judged('mailFrom', domain, DEFER)).startsWith(starts)).toBe(true);
  });
});

describe('code and status', () => {
  test.each<{ action: 'reject' | 'defer'; reply: ReplyLiteral; gives: string }>([
    { action: 'reject', reply: { code: 554, status: '5.7.1' }, gives: '554 5.7.1' },
    { action: 'reject', reply: { code: 450, status: '4.7.1' }, gives: '550 5.7.1' },
    { action: 'reject', reply: { code: 554, status: '4.10.123' }, gives: '554 5.10.123' },
    { action: 'defer', reply: { code: 450, status: '4.7.1' }, gives: '450 4.7.1' },
    { action: 'defer', reply: { code: 554, status: '5.7.1' }, gives: '451 4.7.1' },
  ])('$action with $reply.code $reply.status: $gives', ({ action, reply, gives }) => {
    const settings = { actions: always(action), replies: { fail: { ...reply, text: 'no' } } };
    expect(replyLine(judged('mailFrom', 'fail.example', settings))).toBe(`${gives} no`);
  });

  test.each(['reject', 'defer'] as const)('%s without an enhanced status', (action) => {
    const { decision } = judged('mailFrom', 'none.example', {
      actions: always(action),
      replies: { enhancedStatus: false },
    });
    const text = 'SPF none: none.example has no SPF record';
    expect(decision).toMatchObject({ reply: { code: action === 'reject' ? 550 : 451, status: null, text } });
  });

  test('iprev has its own', () => {
    const verdict = new Desk(
      {
        iprev: { check: true, actions: { pass: 'defer' } },
        replies: {
          iprev: {
            code: 554,
            status: '5.7.25',
            text: '%{result} %{reason}, %{domain} %{mechanism}%{record}%{exp}.',
          },
        },
      },
      zone(DNS),
    ).verdict({ sender: 'user@pass.example' });
    expect(replyLine(verdict)).toBe('451 4.7.25 pass mail.ptr.example leads back to it, pass.example .');
  });
});

describe('texts of the administrator', () => {
  const IPV6 = '2001:db8::1';

  test.each([
    { text: '%{s}', gives: 'user@Fail.Example' },
    { text: '%{l}', gives: 'user' },
    { text: '%{o}', gives: 'Fail.Example' },
    { text: '%{d}', gives: 'Fail.Example' },
    { text: '%{d1r}', gives: 'Fail' },
    { text: '%{i}', gives: '192.0.2.1' },
    { text: '%{ir}', gives: '1.2.0.192' },
    { text: '%{i}', client: IPV6, gives: '2.0.0.1.0.D.B.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1' },
    { text: '%{c}', client: IPV6, gives: IPV6 },
    { text: '%{v}', gives: 'in-addr' },
    { text: '%{v}', client: IPV6, gives: 'ip6' },
    { text: '%{h}', gives: 'mail.example.org' },
    { text: '%{c}', gives: '192.0.2.1' },
    { text: '%{r}', gives: 'mx.example.net' },
    { text: '%{t}', gives: '1700000000' },
    { text: '%{p}', gives: 'mail.ptr.example' },
    { text: 'id=%{S};ip=%{C}', client: IPV6, gives: 'id=user%40Fail.Example;ip=2001%3Adb8%3A%3A1' },
    { text: '%%%_%-.', gives: '% %20.' },
    { text: '%{result} %{domain} %{mechanism} %{reason}', gives: 'fail Fail.Example -all not authorized' },
    { text: '%{record}', gives: 'v=spf1 -all' },
    { text: 'a  b', gives: 'a b' },
  ])('$text', ({ text, client = '192.0.2.1', gives }) => {
    const clock = new ManualClock(5000, 1_700_000_000_999);
    const desk = new Desk({ replies: { fail: { text } } }, zone(DNS), clock);
    expect(replyLine(desk.verdict({ client, sender: 'user@Fail.Example' }))).toBe(`550 5.7.23 ${gives}`);
  });

  const EVERYTHING = '%{result}|%{domain}|%{mechanism}|%{reason}|%{record}|%{exp}|';

  test.each([
    {
      domain: 'pass.example',
      gives: 'pass|pass.example|ip4:192.0.2.0/24|authorized|v=spf1 ip4:192.0.2.0/24 -all||',
    },
    { domain: 'none.example', gives: 'none|none.example||no SPF record|||' },
    {
      domain: 'neutral.example',
      gives: 'neutral|neutral.example|?all|neither authorized nor unauthorized|v=spf1 ?all||',
    },
    {
      domain: 'default.example',
      gives: 'neutral|default.example|default|neither authorized nor unauthorized|v=spf1 ip4:198.51.100.1||',
    },
    {
      domain: 'softfail.example',
      gives: 'softfail|softfail.example|~all|probably not authorized|v=spf1 ~all||',
    },
    {
      domain: 'redirect.example',
      gives: 'fail|redirect.example|-all|not authorized|v=spf1 redirect=fail.example||',
    },
    {
      domain: 'permerror.example',
      gives: 'permerror|permerror.example||unknown mechanism moo:"(;=) in the record of permerror.example|||',
    },
    {
      domain: 'temperror.example',
      gives: 'temperror|temperror.example||DNS failed with SERVFAIL for TXT of temperror.example|||',
    },
    {
      domain: 'exp.example',
      gives:
        'fail|exp.example|-all|not authorized|v=spf1 -exists:%{i}.x.example -all exp=why.exp.example|' +
        '192.0.2.1 is not one of ours, see http://exp.example/|',
    },
  ])('all tokens for $domain', ({ domain, gives }) => {
    const text = { text: EVERYTHING };
    const replies = {
      ...{
        pass: text,
        none: text,
        neutral: text,
        softfail: text,
        fail: text,
        permerror: text,
        temperror: text,
      },
      failExplained: EVERYTHING,
    };
    const { decision } = judged('mailFrom', domain, { ...REJECT, replies });
    expect(decision).toMatchObject({ reply: { text: gives } });
    expect(judged('helo', domain, { ...REJECT, replies }).decision).toMatchObject({
      reply: { text: gives.replace(domain, `the HELO name ${domain}`) },
    });
  });

  test('of an explained fail have a text of their own', () => {
    const replies = { fail: { text: 'no' }, failExplained: '%{o}: %{exp}' };
    expect(replyLine(judged('mailFrom', 'fail.example', { replies }))).toBe('550 5.7.23 no');
    expect(replyLine(judged('mailFrom', 'exp.example', { replies }))).toBe(
      '550 5.7.23 exp.example: 192.0.2.1 is not one of ours, see http://exp.example/',
    );
  });

  test('this host may be hidden', () => {
    const settings = { receiver: 'unknown', replies: { fail: { text: '%{r}' } } };
    expect(replyLine(judged('mailFrom', 'fail.example', settings))).toBe('550 5.7.23 unknown');
  });
});

describe('names of the client in a text', () => {
  const settings: SettingsLiteral = { replies: { fail: { text: '%{p} may not send for %{domain} (%{p})' } } };
  const texts = { sender: 'user@fail.example', helo: 'localhost' };
  const says = '550 5.7.23 mail.ptr.example may not send for fail.example (mail.ptr.example)';

  test('are waited for', async () => {
    const dns = zone(DNS);
    const desk = new Desk(settings, (name, type, deadline) =>
      type === 'TXT' ? dns(name, type, deadline) : Promise.resolve(dns(name, type, deadline)),
    );
    expect(replyLine(await desk.later(texts))).toBe(says);
  });

  test('are there at once where they are known', () => {
    expect(replyLine(new Desk(settings, zone(DNS)).verdict(texts))).toBe(says);
  });

  test('have the deadline of the checks', async () => {
    const dns = zone(DNS);
    const deadlines = new Set<number>();
    const desk = new Desk({ ...settings, timeMs: 300 }, async (name, type, deadline) => {
      deadlines.add(deadline);
      return type === 'PTR' ? { kind: 'failed', why: 'timeout' } : dns(name, type, deadline);
    });
    expect(replyLine(await desk.later(texts))).toBe(
      '550 5.7.23 unknown may not send for fail.example (unknown)',
    );
    expect([...deadlines]).toEqual([5300]);
  });

  test('are asked for only where they are told', () => {
    const dns = zone(DNS);
    new Desk(settings, dns).verdict({ sender: 'user@pass.example', helo: 'localhost' });
    new Desk({ actions: always('reject') }, dns).verdict(texts);
    expect(dns.asked.filter((question) => !question.endsWith(' TXT'))).toEqual([]);
  });
});

describe('hostile texts', () => {
  test('an explanation is one line of printable ASCII, cut, and nothing in it is expanded', () => {
    const line = replyLine(judged('mailFrom', 'hostile.example', REJECT));
    expect(line).toMatch(/^550 5[.]7[.]23 SPF fail: hostile.example explains: [\x20-\x7e]+[.]{3}$/);
    expect(line).toContain('") 250 OK\\; % action=OK %{reason} long');
    expect(line.length).toBeLessThanOrEqual(450);
  });

  test('whatever is in the place of a name, the reply is one line', () => {
    const text = '%{s} %{L} %{H} %{domain} %{reason} %{record} %{exp}';
    const replies = { fail: { text }, none: { text }, failExplained: text };
    const desk = new Desk({ ...REJECT, replies }, zone(DNS));
    for (const { helo, localPart, domain } of hostileMail(150, SEED)) {
      for (const host of [domain, 'hostile.example', 'fail.example']) {
        const line = replyLine(desk.verdict({ helo, sender: `${localPart}@${host}` }));
        expect(line).toMatch(/^550 5[.]7[.]23 [\x20-\x7e]+$/);
        expect(line.length).toBeLessThanOrEqual(450);
      }
    }
  });

  test('a local part that is no ASCII', () => {
    const desk = new Desk({ replies: { fail: { text: '%{l} %{L}' } } }, zone(DNS));
    const line = replyLine(desk.verdict({ sender: '\xff\xfe@fail.example' }));
    expect(line).toBe('550 5.7.23 ?? %FF%FE');
  });
});
