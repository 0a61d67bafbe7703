/** Who is not checked, and why. */
import { describe, expect, test } from '@jest/globals';

import type { SkipReason, Transaction } from '../../src/verdict/index.js';
import type { TransactionTexts } from '../support/transaction.js';
import type { SettingsLiteral, SkipLiteral } from '../support/verdict-settings.js';
import { zone, type ZoneLiteral } from '../support/zone.js';
import { brief, CLIENT, Desk, ZONE } from './desk.js';

const REVERSE = '1.2.0.192.in-addr.arpa';
const BAD = { helo: 'fail.helo.example', sender: 'user@fail.from.example' } as const;

describe('the client alone', () => {
  test.each<{ what: string; client: string; why: SkipReason | null }>([
    { what: 'unknown', client: 'unknown', why: 'client-unknown' },
    { what: 'IPv4 loopback', client: '127.0.0.1', why: 'network' },
    { what: 'all of 127/8', client: '127.255.255.255', why: 'network' },
    { what: 'IPv6 loopback', client: '::1', why: 'network' },
    { what: 'mapped loopback', client: '::ffff:127.0.0.1', why: 'network' },
    { what: '10/8', client: '10.255.0.1', why: 'private-client' },
    { what: '172.16/12', client: '172.31.255.255', why: 'private-client' },
    { what: '192.168/16', client: '192.168.0.1', why: 'private-client' },
    { what: '100.64/10', client: '100.127.255.255', why: 'private-client' },
    { what: '169.254/16', client: '169.254.1.1', why: 'private-client' },
    { what: 'fe80::/10', client: 'febf::1', why: 'private-client' },
    { what: 'fc00::/7', client: 'fdff::1', why: 'private-client' },
    { what: 'mapped 10/8', client: '::ffff:10.0.0.1', why: 'private-client' },
    { what: 'next to 172.16/12', client: '172.32.0.0', why: null },
    { what: 'next to 100.64/10', client: '100.128.0.0', why: null },
    { what: 'next to fe80::/10', client: 'fec0::1', why: null },
    { what: 'documentation', client: '198.51.100.1', why: null },
    { what: 'benchmarks', client: '198.18.0.1', why: null },
    { what: 'documentation, IPv6', client: '2001:db8::1', why: null },
  ])('$what: $why', ({ client, why }) => {
    const dns = zone(ZONE);
    const verdict = new Desk({}, dns).verdict({ ...BAD, client });
    if (why === null) {
      expect(verdict.decision.do).toBe('reject');
    } else {
      expect(verdict).toMatchObject({
        decision: { do: 'skip', why },
        helo: null,
        mailFrom: null,
        iprev: null,
      });
      expect(dns.asked).toEqual([]);
    }
  });

  test('loopback is spared only where it is listed', () => {
    expect(brief(new Desk({ skip: { networks: [] } }).verdict({ ...BAD, client: '127.0.0.1' }))).toBe('Rm');
  });

  test.each([
    { privateClients: 'warn', does: 'skip', events: 1 },
    { privateClients: 'skip', does: 'skip', events: 0 },
    { privateClients: 'check', does: 'Rm', events: 0 },
  ] as const)('private_clients: $privateClients', ({ privateClients, does, events }) => {
    const desk = new Desk({ skip: { privateClients } });
    expect(brief(desk.verdict({ ...BAD, client: '10.0.0.1' }))).toBe(does);
    expect(desk.events).toHaveLength(events);
  });

  test('a private client is reported at most once an hour', async () => {
    const desk = new Desk();
    const ask = (client: string): void => void desk.verdict({ client });
    ask('127.0.0.1');
    expect(desk.events).toEqual([]);
    ask('172.18.0.1');
    await desk.clock.advance(3_599_999);
    ask('172.18.0.2');
    expect(desk.events).toEqual([{ kind: 'private-client', client: '172.18.0.1' }]);
    await desk.clock.advance(1);
    ask('172.18.0.3');
    expect(desk.events.slice(1)).toEqual([{ kind: 'private-client', client: '172.18.0.3' }]);
  });
});

describe('lists and switches', () => {
  test.each<{
    what: string;
    skip: SkipLiteral;
    texts?: TransactionTexts;
    more?: Partial<Transaction>;
    why: SkipReason | null;
  }>([
    { what: 'a network', skip: { networks: ['192.0.2.0/24'] }, why: 'network' },
    { what: 'another network', skip: { networks: ['198.51.100.0/24'] }, why: null },
    { what: 'an authenticated client', skip: {}, more: { authenticated: true }, why: 'authenticated' },
    {
      what: 'an authenticated client that is to be checked',
      skip: { authenticated: false },
      more: { authenticated: true },
      why: null,
    },
    {
      what: 'a recipient',
      skip: { recipients: ['postmaster'] },
      texts: { recipient: 'postmaster@x.example' },
      why: 'recipient',
    },
    {
      what: 'the bare postmaster',
      skip: { recipients: ['postmaster'] },
      texts: { recipient: 'postmaster' },
      why: 'recipient',
    },
    {
      what: 'another recipient',
      skip: { recipients: ['postmaster'] },
      texts: { recipient: 'joe@x.example' },
      why: null,
    },
    { what: 'no recipient yet', skip: { recipients: ['postmaster'] }, why: null },
    { what: 'a null sender', skip: { nullSender: true }, texts: { sender: '' }, why: 'null-sender' },
    { what: 'a null sender, which is checked', skip: {}, texts: { sender: '' }, why: null },
    { what: 'a sender that is not null', skip: { nullSender: true }, why: null },
    { what: 'a sender', skip: { senders: ['user@fail.from.example'] }, why: 'sender' },
    { what: 'another sender', skip: { senders: ['other@fail.from.example'] }, why: null },
    { what: 'the domain of a sender', skip: { senders: ['fail.from.example'] }, why: 'sender' },
    { what: 'a domain above it', skip: { senders: ['from.example'] }, why: null },
    { what: 'all below a domain', skip: { senders: ['.from.example'] }, why: 'sender' },
    {
      what: 'the HELO name of a null sender',
      skip: { senders: ['fail.helo.example'] },
      texts: { sender: '' },
      why: 'sender',
    },
    {
      what: 'an address never matches a null sender',
      skip: { senders: ['postmaster@fail.helo.example'] },
      texts: { sender: '' },
      why: null,
    },
    // The reasons in their order: each row has all that come after it.
    {
      what: 'first networks',
      skip: { networks: ['10.0.0.0/8'], recipients: ['joe'], senders: ['fail.from.example'] },
      texts: { client: '10.0.0.1', recipient: 'joe@x.example' },
      more: { authenticated: true },
      why: 'network',
    },
    {
      what: 'then authentication',
      skip: { recipients: ['joe'], senders: ['fail.from.example'] },
      texts: { client: '10.0.0.1', recipient: 'joe@x.example' },
      more: { authenticated: true },
      why: 'authenticated',
    },
    {
      what: 'then private clients',
      skip: { recipients: ['joe'], senders: ['fail.from.example'] },
      texts: { client: '10.0.0.1', recipient: 'joe@x.example' },
      why: 'private-client',
    },
    {
      what: 'then recipients',
      skip: { recipients: ['joe'], nullSender: true, senders: ['fail.helo.example'] },
      texts: { sender: '', recipient: 'joe@x.example' },
      why: 'recipient',
    },
    {
      what: 'then the null sender',
      skip: { nullSender: true, senders: ['fail.helo.example'] },
      texts: { sender: '' },
      why: 'null-sender',
    },
  ])('$what: $why', ({ skip, texts = {}, more = {}, why }) => {
    const dns = zone(ZONE);
    const { decision } = new Desk({ skip }, dns).verdict({ ...BAD, ...texts }, more);
    expect(decision.do === 'skip' ? decision.why : null).toBe(why);
    expect(dns.asked.length === 0).toBe(why !== null);
  });

  test('no private client is reported that is authenticated', () => {
    const desk = new Desk();
    desk.verdict({ client: '10.0.0.1' }, { authenticated: true });
    expect(desk.events).toEqual([]);
  });
});

describe('a HELO name among the senders', () => {
  const settings: SettingsLiteral = { skip: { senders: ['fail.helo.example'] } };

  test('is not checked, but MAIL FROM is', () => {
    const desk = new Desk(settings);
    expect(desk.of('fail', 'softfail')).toMatchObject({ helo: null, mailFrom: { result: 'softfail' } });
    expect(brief(desk.of('fail', 'fail'))).toBe('Rm');
  });

  test('is checked where the list is for those that pass', () => {
    const desk = new Desk({ skip: { senders: ['fail.helo.example'], sendersOnlyIfPass: true } });
    expect(brief(desk.of('fail', 'softfail'))).toBe('Rh');
  });

  test('leaves nothing where MAIL FROM is not checked', () => {
    const { decision } = new Desk({ ...settings, checks: { mailFrom: false } }).of('fail', 'fail');
    expect(decision).toEqual({ do: 'skip', why: 'sender' });
  });
});

describe('nothing to check', () => {
  const nothing = { do: 'skip', why: 'nothing-to-check' };

  test.each([
    { checks: { helo: false, mailFrom: false }, mailFrom: 'fail', does: nothing },
    { checks: { helo: false }, mailFrom: null, does: { do: 'reject', of: 'mailFrom' } },
    { checks: { mailFrom: false }, mailFrom: null, does: { do: 'reject', of: 'helo' } },
    { checks: { helo: false }, mailFrom: 'fail', does: { do: 'reject', of: 'mailFrom' } },
  ] as const)('$checks, MAIL FROM $mailFrom', ({ checks, mailFrom, does }) => {
    expect(new Desk({ checks }).of('fail', mailFrom).decision).toMatchObject(does);
  });

  test('but reverse names', () => {
    const desk = new Desk({ checks: { helo: false, mailFrom: false }, iprev: { check: true } });
    expect(desk.of('fail', 'fail')).toMatchObject({
      decision: { do: 'accept' },
      iprev: { result: 'permerror' },
      why: 'iprev permerror (no reverse name (PTR record))',
    });
  });
});

describe('names that the DNS must confirm', () => {
  const NAMES: ZoneLiteral = {
    ...ZONE,
    'fail.helo.example': { TXT: ['v=spf1 -all'], A: [CLIENT], AAAA: ['2001:db8::1'] },
    [REVERSE]: { PTR: ['mail.ptr.example', 'forged.example'] },
    'mail.ptr.example': { A: [CLIENT] },
    'forged.example': { A: ['198.51.100.1'] },
  };

  test.each<{
    what: string;
    skip: SkipLiteral;
    texts?: TransactionTexts;
    dns?: ZoneLiteral;
    why: SkipReason | null;
  }>([
    { what: 'a HELO name', skip: { heloNames: ['fail.helo.example'] }, why: 'helo-name' },
    {
      what: 'a HELO name in another spelling',
      skip: { heloNames: ['fail.helo.example'] },
      texts: { helo: 'FAIL.Helo.Example.' },
      why: 'helo-name',
    },
    {
      what: 'a HELO name, IPv6',
      skip: { heloNames: ['fail.helo.example'] },
      texts: { client: '2001:db8::1' },
      why: 'helo-name',
    },
    { what: 'another HELO name', skip: { heloNames: ['helo.example'] }, why: null },
    {
      what: 'a HELO name that is somebody else',
      skip: { heloNames: ['fail.helo.example'] },
      texts: { client: '192.0.2.2' },
      why: null,
    },
    {
      what: 'a HELO name that cannot be looked up',
      skip: { heloNames: ['fail.helo.example'] },
      dns: { ...NAMES, 'fail.helo.example': { TXT: ['v=spf1 -all'], A: 'servfail' } },
      why: null,
    },
    { what: 'a name of the client', skip: { ptrDomains: ['mail.ptr.example'] }, why: 'ptr-domain' },
    { what: 'a domain above it', skip: { ptrDomains: ['ptr.example'] }, why: 'ptr-domain' },
    { what: 'the end of a label', skip: { ptrDomains: ['tr.example'] }, why: null },
    { what: 'a name that does not lead back', skip: { ptrDomains: ['forged.example'] }, why: null },
    {
      what: 'names that cannot be looked up',
      skip: { ptrDomains: ['ptr.example'] },
      dns: { ...NAMES, [REVERSE]: 'timeout' },
      why: null,
    },
    {
      what: 'HELO before the others',
      skip: { heloNames: ['fail.helo.example'], ptrDomains: ['ptr.example'] },
      why: 'helo-name',
    },
    {
      what: 'one is enough',
      skip: { heloNames: ['other.example'], ptrDomains: ['ptr.example'] },
      why: 'ptr-domain',
    },
  ])('$what: $why', async ({ skip, texts = {}, dns = NAMES, why }) => {
    const atOnce = new Desk({ skip }, zone(dns)).verdict({ ...BAD, ...texts });
    const later = await new Desk({ skip }, zone(dns, { async: true })).later({ ...BAD, ...texts });
    expect(later).toEqual(atOnce);
    const { decision, helo, mailFrom } = atOnce;
    expect(decision.do === 'skip' ? decision.why : null).toBe(why);
    if (why === null) expect(decision.do).toBe('reject');
    else expect([helo, mailFrom]).toEqual([null, null]);
  });

  test('are asked for while SPF is', () => {
    const dns = zone(NAMES, { async: true });
    const desk = new Desk({ skip: { heloNames: ['fail.helo.example'], ptrDomains: ['x.example'] } }, dns);
    void desk.later(BAD);
    expect(dns.asked).toEqual([
      'fail.helo.example A',
      `${REVERSE} PTR`,
      'fail.helo.example TXT',
      'fail.from.example TXT',
    ]);
  });

  test('the names of the client are asked for once', () => {
    const dns = zone(NAMES);
    const settings: SettingsLiteral = {
      skip: { ptrDomains: ['x.example'] },
      iprev: { check: true },
      forwarders: [{ name: 'f', ptrDomains: ['y.example'] }],
    };
    new Desk(settings, dns).verdict(BAD);
    expect(dns.asked.filter((question) => question === `${REVERSE} PTR`)).toHaveLength(1);
  });

  test('who is spared early waits for nothing else', async () => {
    const names = zone(NAMES);
    const desk = new Desk({ skip: { heloNames: ['fail.helo.example'] } }, (name, type, deadline) =>
      type === 'TXT' ? new Promise(() => undefined) : Promise.resolve(names(name, type, deadline)),
    );
    expect((await desk.later(BAD)).decision).toEqual({ do: 'skip', why: 'helo-name' });
  });

  test('a bug while they are asked for is one failed verdict, and no more', async () => {
    const names = zone(NAMES, { async: true });
    const desk = new Desk({ skip: { heloNames: ['fail.helo.example'] } }, (name, type, deadline) => {
      if (type === 'TXT') return Promise.reject(new Error('a bug'));
      return type === 'A'
        ? Promise.resolve({ kind: 'void', why: 'nodata', ttl: 0 })
        : names(name, type, deadline);
    });
    await expect(desk.later(BAD)).rejects.toThrow('a bug');
  });
});

test.each<{ why: SkipReason; settings: SettingsLiteral; says: string }>([
  { why: 'network', settings: { skip: { networks: ['192.0.2.0/24'] } }, says: 'client is in skip.networks' },
  { why: 'sender', settings: { skip: { senders: ['.from.example'] } }, says: 'sender is in skip.senders' },
  { why: 'rule', settings: { rules: [{ name: 'x', skip: true }] }, says: 'the rule says so' },
])('the log says which setting it is: $says', ({ why, settings, says }) => {
  expect(new Desk(settings).of('fail', 'fail')).toMatchObject({ decision: { why }, why: says });
});
