/** Which rule applies, whom a client is taken for, and which recipients are judged alike. */
import { describe, expect, test } from '@jest/globals';

import type { Transaction } from '../../src/verdict/index.js';
import { octetsOfText } from '../../src/util/index.js';
import { transactionOf, type TransactionTexts } from '../support/transaction.js';
import type { ConditionLiteral, RuleLiteral, SettingsLiteral } from '../support/verdict-settings.js';
import { zone } from '../support/zone.js';
import { brief, Desk, ZONE } from './desk.js';

describe('when a rule applies', () => {
  const context = (text: string): Partial<Transaction> => ({ policyContext: octetsOfText(text) });

  test.each<{
    what: string;
    when: ConditionLiteral;
    texts?: TransactionTexts;
    more?: Partial<Transaction>;
    fits: boolean;
  }>([
    { what: 'always', when: {}, fits: true },
    { what: 'its client', when: { client: ['192.0.2.0/24'] }, fits: true },
    { what: 'one of its clients', when: { client: ['10.0.0.0/8', '192.0.2.1'] }, fits: true },
    { what: 'another client', when: { client: ['198.51.100.0/24'] }, fits: false },
    { what: 'not that client', when: { client: ['!192.0.2.1'] }, fits: false },
    { what: 'not another client', when: { client: ['!198.51.100.0/24'] }, fits: true },
    { what: 'a network but for a client', when: { client: ['192.0.2.0/24', '!192.0.2.1'] }, fits: false },
    { what: 'a network but for another', when: { client: ['192.0.2.0/24', '!192.0.2.2'] }, fits: true },
    { what: 'no known client', when: { client: ['0.0.0.0/0', '::/0'] }, texts: { client: '?' }, fits: false },
    {
      what: 'not a client, none known',
      when: { client: ['!10.0.0.0/8'] },
      texts: { client: '?' },
      fits: true,
    },
    { what: 'its sender', when: { sender: ['fail.from.example'] }, fits: true },
    { what: 'another sender', when: { sender: ['other@fail.from.example'] }, fits: false },
    { what: 'not that sender', when: { sender: ['!user@fail.from.example'] }, fits: false },
    { what: 'an expression', when: { sender: ['/^us.*@fail\\./'] }, fits: true },
    { what: 'a sender, but it is null', when: { sender: ['/.*/'] }, texts: { sender: '' }, fits: false },
    { what: 'not a sender, it is null', when: { sender: ['!/.*/'] }, texts: { sender: '' }, fits: true },
    { what: 'its HELO name', when: { helo: ['.helo.example'] }, fits: true },
    { what: 'another HELO name', when: { helo: ['helo.example'] }, fits: false },
    { what: 'not that HELO name', when: { helo: ['!fail.helo.example'] }, fits: false },
    { what: 'no HELO name', when: { helo: ['.helo.example'] }, texts: { helo: '' }, fits: false },
    {
      what: 'its recipient',
      when: { recipient: ['boss'] },
      texts: { recipient: 'boss@x.example' },
      fits: true,
    },
    {
      what: 'another recipient',
      when: { recipient: ['boss'] },
      texts: { recipient: 'joe@x.example' },
      fits: false,
    },
    { what: 'no recipient yet', when: { recipient: ['/.*/'] }, fits: false },
    { what: 'not a recipient, none yet', when: { recipient: ['!boss'] }, fits: true },
    { what: 'its listener', when: { listener: ['in', 'out'] }, more: { listener: 'out' }, fits: true },
    { what: 'another listener', when: { listener: ['in'] }, more: { listener: 'out' }, fits: false },
    { what: 'no listener name', when: { listener: ['in'] }, fits: false },
    { what: 'not a listener, no name', when: { listener: ['!in'] }, fits: true },
    { what: 'its context', when: { policyContext: ['submission'] }, more: context('submission'), fits: true },
    {
      what: 'a context that is not ASCII',
      when: { policyContext: ['österreich'] },
      more: context('österreich'),
      fits: true,
    },
    { what: 'another context', when: { policyContext: ['submission'] }, fits: false },
    { what: 'not a context', when: { policyContext: ['!submission'] }, fits: true },
    { what: 'authenticated', when: { authenticated: true }, more: { authenticated: true }, fits: true },
    { what: 'authenticated, but it is not', when: { authenticated: true }, fits: false },
    { what: 'not authenticated', when: { authenticated: false }, fits: true },
    { what: 'null sender', when: { nullSender: true }, texts: { sender: '' }, fits: true },
    { what: 'null sender, but it is not', when: { nullSender: true }, fits: false },
    { what: 'no null sender', when: { nullSender: false }, fits: true },
    { what: 'all that it asks for', when: { client: ['192.0.2.1'], nullSender: false }, fits: true },
    { what: 'all but one', when: { client: ['192.0.2.1'], nullSender: true }, fits: false },
  ])('$what: $fits', ({ when, texts = {}, more = {}, fits }) => {
    const desk = new Desk({ rules: [{ name: 'it', when, skip: true }] });
    const verdict = desk.verdict(
      { helo: 'fail.helo.example', sender: 'user@fail.from.example', ...texts },
      more,
    );
    expect(verdict.rule).toBe(fits ? 'it' : null);
  });
});

describe('what a rule does', () => {
  const RULES: readonly RuleLiteral[] = [
    { name: 'none', when: { client: ['198.51.100.0/24'] }, skip: true },
    {
      name: 'soft',
      when: { sender: ['softfail.from.example'] },
      then: { actions: { mailFrom: { softfail: 'defer' } } },
    },
    { name: 'also soft', when: { sender: ['softfail.from.example'] }, skip: true },
    { name: 'dry', when: { sender: ['fail.from.example'] }, then: { dryRun: true } },
  ];

  test.each([
    { sender: 'softfail', does: 'Dm', rule: 'soft', dryRun: false }, // the first that fits
    { sender: 'fail', does: 'Rm', rule: 'dry', dryRun: true }, // what it does not say is as for all
    { sender: 'none', does: 'm:none', rule: null, dryRun: false },
  ] as const)('$sender: $does by $rule', ({ sender, does, rule, dryRun }) => {
    const verdict = new Desk({ rules: RULES }).of('pass', sender);
    expect([brief(verdict), verdict.rule, verdict.dryRun]).toEqual([does, rule, dryRun]);
  });

  test.each([
    { sender: 'fail', logLevel: 'error' },
    { sender: 'softfail', logLevel: 'debug' }, // not checked, but the line is wanted
    { sender: 'none', logLevel: null },
    { sender: 'pass', logLevel: null }, // of a rule that does not say
  ] as const)('the level of the log for $sender: $logLevel', ({ sender, logLevel }) => {
    const desk = new Desk({
      rules: [
        { name: 'quiet', when: { sender: ['fail.from.example'] }, then: { logLevel: 'error' } },
        {
          name: 'loud',
          when: { sender: ['softfail.from.example'] },
          skip: true,
          then: { logLevel: 'debug' },
        },
        { name: 'other', when: { sender: ['pass.from.example'] }, then: { dryRun: true } },
      ],
    });
    expect(desk.of('pass', sender).logLevel).toBe(logLevel);
  });

  test('skip: true comes before everything else', () => {
    const desk = new Desk({ rules: [{ name: 'it', skip: true }] });
    for (const client of ['192.0.2.1', '127.0.0.1', 'unknown']) {
      expect(desk.verdict({ client })).toMatchObject({ decision: { do: 'skip', why: 'rule' }, rule: 'it' });
    }
  });

  test.each<{
    what: string;
    settings: SettingsLiteral;
    texts: TransactionTexts;
    more?: Partial<Transaction>;
  }>([
    { what: 'a network', settings: {}, texts: { client: '127.0.0.1' } },
    { what: 'a private client', settings: {}, texts: { client: '10.0.0.1' } },
    { what: 'an authenticated client', settings: {}, texts: {}, more: { authenticated: true } },
    { what: 'a sender', settings: { skip: { senders: ['.from.example'] } }, texts: {} },
    { what: 'a HELO name among the senders', settings: { skip: { senders: ['.helo.example'] } }, texts: {} },
    { what: 'a null sender', settings: { skip: { nullSender: true } }, texts: { sender: '' } },
    {
      what: 'a recipient',
      settings: { skip: { recipients: ['joe'] } },
      texts: { recipient: 'joe@x.example' },
    },
    { what: 'a HELO name', settings: { skip: { heloNames: ['fail.helo.example'] } }, texts: {} },
    { what: 'a name of the client', settings: { skip: { ptrDomains: ['example'] } }, texts: {} },
  ])('skip: false spares nobody: $what', ({ settings, texts, more = {} }) => {
    const dns = zone({
      ...ZONE,
      'fail.helo.example': { TXT: ['v=spf1 -all'], A: ['192.0.2.1'] },
      '1.2.0.192.in-addr.arpa': { PTR: ['fail.helo.example'] },
    });
    const asked: TransactionTexts = { helo: 'fail.helo.example', sender: 'user@none.from.example', ...texts };
    expect(brief(new Desk(settings, dns).verdict(asked, more))).not.toBe('Rh');
    const desk = new Desk({ ...settings, rules: [{ name: 'all', skip: false }] }, dns);
    expect(brief(desk.verdict(asked, more))).toBe('Rh');
    expect(desk.events).toEqual([]);
  });

  test('but a client must be known', () => {
    const desk = new Desk({ rules: [{ name: 'all', skip: false }] });
    expect(desk.verdict({ client: '?' }).decision).toEqual({ do: 'skip', why: 'client-unknown' });
  });
});

describe('whom a client is taken for', () => {
  const dns = zone({
    'a.example': { TXT: ['v=spf1 ip4:203.0.113.5 -all exp=why.example'] },
    'why.example': { TXT: ['%{i}'] },
  });
  const OURS: TransactionTexts = { helo: 'localhost', sender: 'user@a.example', client: '10.0.0.1' };

  test.each<{
    what: string;
    settings: SettingsLiteral;
    client?: string;
    more?: Partial<Transaction>;
    does: string;
  }>([
    { what: 'itself', settings: {}, client: '203.0.113.5', does: 'm:pass' },
    { what: 'as mapped', settings: { clientMap: { '10.0.0.1': '203.0.113.5' } }, does: 'm:pass' },
    {
      what: 'mapped IPv4',
      settings: { clientMap: { '10.0.0.1': '203.0.113.5' } },
      client: '::ffff:10.0.0.1',
      does: 'm:pass',
    },
    { what: 'not as another is', settings: { clientMap: { '10.0.0.2': '203.0.113.5' } }, does: 'skip' },
    { what: 'mapped into a network', settings: { clientMap: { '10.0.0.1': '127.0.0.1' } }, does: 'skip' },
    {
      what: 'mapped, IPv6',
      settings: { clientMap: { '2001:db8::1': '203.0.113.5' } },
      client: '2001:DB8:0::1',
      does: 'm:pass',
    },
    { what: 'as all are', settings: { checkAs: '203.0.113.5' }, does: 'm:pass' },
    { what: 'as all are, which is no good', settings: { checkAs: '203.0.113.6' }, does: 'Rm' },
    {
      what: 'as all are, authenticated',
      settings: { checkAs: '203.0.113.6' },
      more: { authenticated: true },
      does: 'Rm',
    },
    { what: 'as all are, of a spared network', settings: { checkAs: '127.0.0.1' }, does: 'Rm' },
    { what: 'as all are, unknown', settings: { checkAs: '203.0.113.6' }, client: 'unknown', does: 'Rm' },
    {
      what: 'as all are, but skipped by sender',
      settings: { checkAs: '203.0.113.6', skip: { senders: ['a.example'] } },
      does: 'skip',
    },
    {
      what: 'as a rule has it, which goes by the client that there is',
      settings: {
        clientMap: { '10.0.0.1': '10.0.0.9' },
        rules: [
          {
            name: 'out',
            when: { client: ['10.0.0.9'], authenticated: true },
            then: { checkAs: '203.0.113.6' },
          },
        ],
      },
      more: { authenticated: true },
      does: 'Rm',
    },
    {
      what: 'not as a rule has it that is for others',
      settings: {
        rules: [{ name: 'out', when: { client: ['203.0.113.6'] }, then: { checkAs: '203.0.113.6' } }],
      },
      does: 'skip',
    },
  ])('$what: $does', ({ settings, client, more = {}, does }) => {
    const texts = client === undefined ? OURS : { ...OURS, client };
    expect(brief(new Desk(settings, dns).verdict(texts, more))).toBe(does);
  });

  test('the address that was checked is the one that is told', () => {
    const { decision } = new Desk({ checkAs: '203.0.113.6' }, dns).verdict(OURS);
    expect(decision).toMatchObject({ reply: { text: 'SPF fail: a.example explains: 203.0.113.6' } });
    const { fields } = new Desk({ checkAs: '203.0.113.5' }, dns).verdict(OURS);
    expect(fields[0]).toContain('client-ip=203.0.113.5;');
  });
});

describe('recipients that are judged alike', () => {
  const variants = (
    settings: SettingsLiteral,
    recipients: readonly string[],
    texts: TransactionTexts = {},
  ): string[] => {
    const { judge } = new Desk(settings);
    return recipients.map((recipient) => judge.variantOf(transactionOf({ ...texts, recipient })));
  };
  const ALL = ['', 'boss@a.example', 'joe@a.example', 'postmaster@b.example', 'joe@b.example'];

  test.each<{ what: string; settings: SettingsLiteral }>([
    { what: 'nothing', settings: {} },
    {
      what: 'rules without recipients',
      settings: { rules: [{ name: 'x', when: { sender: ['example.org'] } }] },
    },
    { what: 'forwarders for all', settings: { forwarders: [{ name: 'x', networks: ['192.0.2.0/24'] }] } },
  ])('$what: no recipient makes a difference', ({ settings }) => {
    expect(new Set(variants(settings, ALL)).size).toBe(1);
  });

  test.each([{ policyContext: octetsOfText('lax') }, { listener: 'lax' }])(
    'services that rules tell apart are: %j',
    (more) => {
      const name = 'listener' in more ? { listener: ['lax'] } : { policyContext: ['lax'] };
      const { judge } = new Desk({ rules: [{ name: 'x', when: name }] });
      expect(judge.variantOf(transactionOf({}, more))).not.toBe(judge.variantOf(transactionOf({})));
      expect(judge.tellsRecipientsApart).toBe(false);
    },
  );

  test.each<{ what: string; settings: SettingsLiteral; alike: string; texts?: TransactionTexts }>([
    { what: 'a rule', settings: { rules: [{ name: 'x', when: { recipient: ['boss'] } }] }, alike: 'ABAAA' },
    {
      what: 'a rule for others',
      settings: { rules: [{ name: 'x', when: { recipient: ['!boss'] } }] },
      alike: 'ABAAA',
    },
    {
      what: 'a rule that skips',
      settings: { rules: [{ name: 'x', when: { recipient: ['boss'] }, skip: true }] },
      alike: 'ABAAA',
    },
    {
      what: 'two rules',
      settings: {
        rules: [
          { name: 'x', when: { recipient: ['boss'] } },
          { name: 'y', when: { recipient: ['b.example'] } },
        ],
      },
      alike: 'ABACC',
    },
    { what: 'exempt recipients', settings: { skip: { recipients: ['postmaster', 'boss'] } }, alike: 'ABABA' },
    {
      what: 'exempt recipients of a rule',
      settings: {
        rules: [{ name: 'x', when: { sender: ['example.org'] }, then: { skip: { recipients: ['boss'] } } }],
      },
      alike: 'ABAAA',
    },
    {
      what: 'exempt recipients whom a rule spares not',
      settings: { skip: { recipients: ['postmaster', 'boss'] }, rules: [{ name: 'x', skip: false }] },
      alike: 'AAAAA',
    },
    {
      what: 'forwarders for some',
      settings: {
        forwarders: [
          { name: 'x', recipients: ['a.example'] },
          { name: 'y', recipients: ['joe'] },
          { name: 'z' },
        ],
      },
      alike: 'ABCAD',
    },
  ])('$what: $alike', ({ settings, alike, texts }) => {
    const found = variants(settings, ALL, texts);
    const letters = new Map<string, string>();
    for (const variant of found) {
      expect(variant).not.toBe(''); // recipients do make a difference
      expect(variant.length).toBeLessThan(20);
      if (!letters.has(variant)) letters.set(variant, 'ABCDE'.charAt(letters.size));
    }
    expect(found.map((variant) => letters.get(variant)).join('')).toBe(alike);
  });

  test('alike is alike: equal variants have equal verdicts', () => {
    const desk = new Desk({
      rules: [
        {
          name: 'boss',
          when: { recipient: ['boss'] },
          then: { actions: { mailFrom: { softfail: 'reject' } } },
        },
        { name: 'staff', when: { recipient: ['staff@a.example'], client: ['!192.0.2.9'] }, skip: true },
        { name: 'open', when: { recipient: ['b.example'] }, skip: false },
      ],
      skip: { recipients: ['postmaster'] },
      forwarders: [
        { name: 'f', networks: ['192.0.2.1'], recipients: ['joe@a.example', 'boss'] },
        { name: 'g', networks: ['192.0.2.2'], recipients: ['joe'] },
      ],
    });
    const seen = new Map<string, unknown>();
    for (const client of ['192.0.2.1', '192.0.2.2', '192.0.2.9']) {
      for (const local of ['boss', 'staff', 'joe', 'postmaster', 'ann']) {
        for (const domain of ['a.example', 'b.example', 'c.example']) {
          const texts = { client, recipient: `${local}@${domain}`, sender: 'user@softfail.from.example' };
          const key = `${client} ${desk.judge.variantOf(transactionOf(texts))}`;
          const verdict = desk.verdict(texts);
          if (seen.has(key)) expect(verdict).toEqual(seen.get(key));
          seen.set(key, verdict);
        }
      }
    }
    expect(seen.size).toBeGreaterThan(12);
    expect(seen.size).toBeLessThan(45);
  });
});
