/** What is done about the names of the client (RFC 8601 §3). */
import { describe, expect, test } from '@jest/globals';

import type { SettingsLiteral } from '../support/verdict-settings.js';
import { zone, type OwnerLiteral, type ZoneLiteral } from '../support/zone.js';
import { brief, CLIENT, Desk, replyLine, ZONE } from './desk.js';

const NAMED: ZoneLiteral = {
  ...ZONE,
  '1.2.0.192.in-addr.arpa': { PTR: ['mail.pass.from.example', 'host.other.example'] },
  'mail.pass.from.example': { A: [CLIENT] },
  'host.other.example': { A: [CLIENT] },
};

function dnsWith(at: OwnerLiteral): ReturnType<typeof zone> {
  return zone({ ...NAMED, '1.2.0.192.in-addr.arpa': at });
}

describe('actions', () => {
  const ptr = (...names: readonly string[]): OwnerLiteral => ({ PTR: names });

  test.each<{ result: 'pass' | 'fail' | 'permerror' | 'temperror'; at: OwnerLiteral; says: string }>([
    { result: 'pass', at: ptr('host.other.example'), says: 'host.other.example leads back to it' },
    { result: 'fail', at: ptr('gone.example'), says: 'none of its names leads back to it' },
    {
      result: 'fail',
      at: ptr('x y.example'),
      says: 'its reverse name (PTR record) is not the name of a host',
    },
    { result: 'permerror', at: {}, says: 'no reverse name (PTR record)' },
    {
      result: 'temperror',
      at: { PTR: 'servfail' },
      says: 'DNS failed with SERVFAIL for PTR of 1.2.0.192.in-addr.arpa',
    },
  ])('$result: $says', ({ result, at, says }) => {
    const desk = new Desk({ iprev: { check: true, actions: { [result]: 'reject' } } }, dnsWith(at));
    const verdict = desk.of('pass', 'pass');
    expect(verdict).toMatchObject({ decision: { do: 'reject', of: 'iprev' }, iprev: { result } });
    expect(replyLine(verdict)).toBe(`550 5.7.25 Reverse DNS of 192.0.2.1 does not fit: ${says}`);
    expect(verdict.why).toBe(`iprev ${result} (${says})`);
    const accepting = new Desk({ iprev: { check: true } }, dnsWith(at)).of('pass', 'pass');
    expect(accepting).toMatchObject({ decision: { do: 'accept' }, iprev: { result } });
    expect(accepting.why).toBe('mail-from pass (ip4:192.0.2.1)');
  });

  test('nothing is asked where it is not checked', () => {
    const dns = zone(NAMED);
    expect(new Desk({ iprev: { actions: { pass: 'reject' } } }, dns).of('pass', 'pass').iprev).toBeNull();
    expect(dns.asked).toHaveLength(2);
  });

  test.each([
    { iprev: 'defer', mailFrom: 'accept', does: 'Di' },
    { iprev: 'defer', mailFrom: 'defer', does: 'Dm' },
    { iprev: 'reject', mailFrom: 'defer', does: 'Ri' },
    { iprev: 'quarantine', mailFrom: 'defer', does: 'Dm' },
    { iprev: 'quarantine', mailFrom: { postfix: 'x' }, does: 'Qm:pass' },
    { iprev: { postfix: 'x' }, mailFrom: 'accept', does: 'Pm:pass' },
  ] as const)('iprev $iprev, MAIL FROM $mailFrom: $does', ({ iprev, mailFrom, does }) => {
    const settings: SettingsLiteral = {
      iprev: { check: true, actions: { pass: iprev } },
      actions: { mailFrom: { pass: mailFrom } },
    };
    expect(brief(new Desk(settings, zone(NAMED)).of('pass', 'pass'))).toBe(does);
  });

  test('HELO comes before it', () => {
    const settings: SettingsLiteral = {
      iprev: { check: true, actions: { pass: 'reject' } },
      actions: { helo: { pass: 'reject' } },
    };
    expect(brief(new Desk(settings, zone(NAMED)).of('pass', 'pass'))).toBe('Rh');
  });

  test('a HELO that decides leaves it as it is', () => {
    const settings: SettingsLiteral = {
      checks: { heloDecides: ['pass'] },
      iprev: { check: true, actions: { pass: 'defer' } },
    };
    expect(brief(new Desk(settings, zone(NAMED)).of('pass', 'fail'))).toBe('Di');
  });
});

describe('names in the domain of the sender', () => {
  const settings: SettingsLiteral = {
    iprev: { check: true, matchSender: true, actions: { fail: 'reject' } },
    actions: { helo: { fail: 'accept' }, mailFrom: { fail: 'accept' } },
  };

  test.each([
    { what: 'below it', sender: 'user@pass.from.example', does: 'accept' },
    { what: 'equal to it', sender: 'user@HOST.other.example', does: 'accept' },
    { what: 'above it', sender: 'user@x.host.other.example', does: 'reject' },
    { what: 'with the same end', sender: 'user@ther.example', does: 'reject' },
    { what: 'elsewhere', sender: 'user@fail.from.example', does: 'reject' },
    { what: 'of a sender without a domain', sender: 'user@[192.0.2.1]', does: 'reject' },
  ])('$what: $does', ({ sender, does }) => {
    expect(new Desk(settings, zone(NAMED)).verdict({ sender }).decision.do).toBe(does);
  });

  test('of a null sender it is the HELO name', () => {
    const desk = new Desk(settings, zone(NAMED));
    expect(desk.verdict({ sender: '', helo: 'host.other.example' }).decision.do).toBe('accept');
    expect(desk.verdict({ sender: '', helo: 'pass.helo.example' }).decision.do).toBe('reject');
  });

  test('the reply and the log say so; the field says what iprev found', () => {
    const texts = { sender: 'user@fail.from.example' };
    const verdict = new Desk(settings, zone(NAMED)).verdict(texts);
    const says = 'no name of it is in the domain of the sender';
    expect(replyLine(verdict)).toBe(`550 5.7.25 Reverse DNS of 192.0.2.1 does not fit: ${says}`);
    expect(verdict).toMatchObject({ why: `iprev fail (${says})`, iprev: { result: 'pass' } });
    const accepting = new Desk({ ...settings, iprev: { check: true, matchSender: true } }, zone(NAMED));
    const { fields } = accepting.verdict(texts, { protocol: 'milter' });
    expect(fields[0]).toContain('; iprev=pass policy.iprev=192.0.2.1 (mail.pass.from.example)');
  });

  test('other results stay what they are', () => {
    const { decision } = new Desk(settings, dnsWith({})).verdict({ sender: 'user@fail.from.example' });
    expect(decision.do).toBe('accept'); // permerror
  });
});
