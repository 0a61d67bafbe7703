/** Hosts that forward for others: what their domains say of them does not count. */
import { describe, expect, test } from '@jest/globals';

import type { SpfResult } from '../../src/smtp/index.js';
import type { ForwarderLiteral, SettingsLiteral } from '../support/verdict-settings.js';
import { zone, type ZoneLiteral } from '../support/zone.js';
import { brief, CLIENT, Desk, replyLine, ZONE } from './desk.js';

const REVERSE = '1.2.0.192.in-addr.arpa';
const NAMES: ZoneLiteral = {
  ...ZONE,
  'forwarder.example': { TXT: [`v=spf1 ip4:${CLIENT} -all`] },
  'helo.forwarder.example': { TXT: ['v=spf1 exists:%{h}.yes.example -all'] },
  'pass.helo.example.yes.example': { A: ['127.0.0.2'] },
  'other.example': { TXT: ['v=spf1 -all'] },
  'ill.example': 'servfail',
  [REVERSE]: { PTR: ['out7.ptr.example'] },
  'out7.ptr.example': { A: [CLIENT] },
};

describe('who is one', () => {
  test.each<{ what: string; forwarder: Omit<ForwarderLiteral, 'name'>; recipient?: string; hit: boolean }>([
    { what: 'by network', forwarder: { networks: ['192.0.2.0/24'] }, hit: true },
    { what: 'by another network', forwarder: { networks: ['198.51.100.0/24'] }, hit: false },
    {
      what: 'by the record of a domain',
      forwarder: { spfOf: ['other.example', 'forwarder.example'] },
      hit: true,
    },
    { what: 'by a record that asks for HELO', forwarder: { spfOf: ['helo.forwarder.example'] }, hit: true },
    { what: 'not by a record that fails', forwarder: { spfOf: ['other.example'] }, hit: false },
    { what: 'not by a record that cannot be had', forwarder: { spfOf: ['ill.example'] }, hit: false },
    { what: 'not by a record that is not there', forwarder: { spfOf: ['gone.example'] }, hit: false },
    { what: 'by name', forwarder: { ptrDomains: ['ptr.example'] }, hit: true },
    { what: 'not by another name', forwarder: { ptrDomains: ['example.org'] }, hit: false },
    {
      what: 'for its recipient',
      forwarder: { networks: [CLIENT], recipients: ['me'] },
      recipient: 'me@x.example',
      hit: true,
    },
    {
      what: 'not for others',
      forwarder: { networks: [CLIENT], recipients: ['me'] },
      recipient: 'you@x.example',
      hit: false,
    },
    { what: 'not before there is one', forwarder: { networks: [CLIENT], recipients: ['me'] }, hit: false },
  ])('$what: $hit', async ({ forwarder, recipient = '', hit }) => {
    const settings: SettingsLiteral = { forwarders: [{ name: 'f', ...forwarder }] };
    const texts = { helo: 'pass.helo.example', sender: 'user@fail.from.example', recipient };
    const atOnce = new Desk(settings, zone(NAMES)).verdict(texts);
    expect(brief(atOnce)).toBe(hit ? 'm:fail' : 'Rm');
    expect(await new Desk(settings, zone(NAMES, { async: true })).later(texts)).toEqual(atOnce);
  });
});

describe('what it changes', () => {
  const settings: SettingsLiteral = {
    forwarders: [
      { name: 'nobody', networks: ['203.0.113.0/24'] },
      { name: 'alumni address', networks: [CLIENT] },
    ],
    actions: {
      helo: { softfail: 'defer', permerror: 'reject' },
      mailFrom: {
        softfail: { postfix: 'soft' },
        neutral: 'quarantine',
        permerror: 'reject',
        temperror: 'defer',
        none: 'reject',
      },
    },
    strictDomains: ['.strict.example'],
  };

  test.each<{ helo: SpfResult; mailFrom: SpfResult | null; does: string }>([
    { helo: 'pass', mailFrom: 'fail', does: 'm:fail' },
    { helo: 'pass', mailFrom: 'softfail', does: 'm:softfail' },
    { helo: 'pass', mailFrom: 'neutral', does: 'm:neutral' },
    { helo: 'pass', mailFrom: 'pass', does: 'm:pass' },
    { helo: 'pass', mailFrom: 'none', does: 'Rm' },
    { helo: 'pass', mailFrom: 'permerror', does: 'Rm' },
    { helo: 'pass', mailFrom: 'temperror', does: 'Dm' },
    { helo: 'fail', mailFrom: 'fail', does: 'm:fail' },
    { helo: 'fail', mailFrom: null, does: 'h:fail' },
    { helo: 'softfail', mailFrom: 'pass', does: 'm:pass' },
    { helo: 'permerror', mailFrom: 'fail', does: 'Rh' },
    { helo: 'fail', mailFrom: 'temperror', does: 'Dm' },
  ])('HELO $helo, MAIL FROM $mailFrom: $does', ({ helo, mailFrom, does }) => {
    expect(brief(new Desk(settings).of(helo, mailFrom))).toBe(does);
  });

  test('fields and log name it', () => {
    const verdict = new Desk(settings).of('pass', 'fail', { protocol: 'milter' });
    expect(verdict.why).toBe('mail-from fail (-all), forwarder alumni address');
    expect(verdict.fields).toEqual([
      'Authentication-Results: mx.example.net; spf=fail (forwarder alumni address) smtp.mailfrom=fail.from.example; ' +
        'spf=pass smtp.helo=pass.helo.example',
      expect.stringContaining('does not designate 192.0.2.1 as permitted sender, forwarder alumni address) '),
      expect.stringContaining('designates 192.0.2.1 as permitted sender, forwarder alumni address) '),
    ]);
  });

  test('nobody is named where nothing would have been stopped', () => {
    const verdict = new Desk(settings).of('pass', 'pass');
    expect([verdict.why, verdict.fields.join().includes('alumni')]).toEqual([
      'mail-from pass (ip4:192.0.2.1)',
      false,
    ]);
  });

  test('whatever its name is', () => {
    const desk = new Desk({ forwarders: [{ name: 'Bücher (a); b=c\r\nX: y', networks: [CLIENT] }] });
    const verdict = desk.of('pass', 'fail');
    expect(verdict.why).toMatch(/^[\x20-\x7e]+$/);
    expect(verdict.fields[0]).toMatch(/^[\x20-\x7e]+$/);
    expect(verdict.fields[0]).toContain('forwarder B?cher [a]? b?c X: y)');
  });
});

describe('what it costs', () => {
  const forwarders = [
    { name: 'f', spfOf: ['other.example', 'ill.example'], ptrDomains: ['other.example'] },
    { name: 'g', spfOf: ['forwarder.example'] },
  ];

  test.each(['pass', 'none', 'permerror', 'temperror'] as const)('nothing for %s', (result) => {
    const dns = zone(NAMES);
    new Desk(
      { forwarders, actions: { mailFrom: { permerror: 'reject', temperror: 'reject', none: 'reject' } } },
      dns,
    ).of('pass', result);
    expect(dns.asked).toEqual(['pass.helo.example TXT', `${result}.from.example TXT`]);
  });

  test.each(['softfail', 'neutral'] as const)('nothing for %s that is accepted anyway', (result) => {
    const dns = zone(NAMES);
    new Desk({ forwarders }, dns).of('pass', result);
    expect(dns.asked).toHaveLength(2);
  });

  test('nothing where only_no_mail_domains accepts', () => {
    const dns = zone({ ...NAMES, 'fail.from.example': { TXT: ['v=spf1 a:mail.example -all'] } });
    new Desk({ forwarders, onlyNoMailDomains: true }, dns).of('pass', 'fail');
    expect(dns.asked).toHaveLength(3);
  });

  test('nothing for MAIL FROM where HELO decides', () => {
    const dns = zone(NAMES);
    new Desk({ forwarders, checks: { heloDecides: ['pass'] } }, dns).of('pass', 'fail');
    expect(dns.asked).toHaveLength(2);
  });

  test('nothing where a network says it', () => {
    const dns = zone(NAMES);
    new Desk({ forwarders: [...forwarders, { name: 'h', networks: [CLIENT] }] }, dns).of('pass', 'fail');
    expect(dns.asked).toHaveLength(2);
  });

  test('all is asked at once, and the first proof is enough', async () => {
    const names = zone(NAMES);
    const asked: string[] = [];
    const desk = new Desk({ forwarders }, (name, type, deadline) => {
      asked.push(name);
      const isSlow = name === 'other.example';
      return isSlow ? new Promise(() => undefined) : Promise.resolve(names(name, type, deadline));
    });
    const verdict = await desk.later({ helo: 'localhost', sender: 'user@fail.from.example' });
    expect(verdict.why).toBe('mail-from fail (-all), forwarder g');
    expect(asked.slice(0, 5)).toEqual([
      'fail.from.example',
      'other.example',
      'ill.example',
      REVERSE,
      'forwarder.example',
    ]);
  });

  test('a bug fails the verdict', async () => {
    const names = zone(NAMES);
    const desk = new Desk({ forwarders }, (name, type, deadline) =>
      name === 'other.example' ? Promise.reject(new Error('a bug')) : names(name, type, deadline),
    );
    await expect(
      desk.later({ helo: 'localhost', sender: 'user@fail.from.example', client: '192.0.2.7' }),
    ).rejects.toThrow('a bug');
  });
});

test('in an outage a fail is softened as ever', () => {
  const desk = new Desk({
    outage: { windowMs: 60_000, minChecks: 1, ratio: 0.1 },
    forwarders: [{ name: 'f', networks: [CLIENT] }],
    actions: { mailFrom: { temperror: 'defer' } },
  });
  expect(brief(desk.of('pass', 'temperror'))).toBe('m:temperror');
  expect(brief(desk.of('temperror', 'fail'))).toBe('m:fail');
});

test('mail that is refused all the same does not speak of it', () => {
  const desk = new Desk({
    forwarders: [{ name: 'f', networks: [CLIENT] }],
    actions: { helo: { none: 'reject' } },
  });
  expect(replyLine(desk.of('none', 'fail'))).toBe(
    '550 5.7.23 SPF none: the HELO name none.helo.example has no SPF record',
  );
});
