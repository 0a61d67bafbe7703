/** What is done about the results of both identities. */
import { describe, expect, test } from '@jest/globals';

import type { SpfResult } from '../../src/smtp/index.js';
import { PROFILES, type SettingsLiteral } from '../support/verdict-settings.js';
import { zone } from '../support/zone.js';
import { brief, CLIENT, Desk, ZONE } from './desk.js';

const USUAL = 'm:pass m:none m:neutral m:softfail Rm m:permerror m:temperror';
const ACCEPTED = 'm:pass m:none m:neutral m:softfail m:fail m:permerror m:temperror';

/** A row of `Desk.row` for each result of HELO. */
type Matrix = Readonly<Record<SpfResult, string>>;

const STANDARD: Matrix = {
  pass: `${USUAL} h:pass`,
  none: `${USUAL} h:none`,
  neutral: `${USUAL} h:neutral`,
  softfail: `${USUAL} h:softfail`,
  fail: 'Rh Rh Rh Rh Rm Rh Rh Rh',
  permerror: `${USUAL} h:permerror`,
  temperror: `${USUAL} h:temperror`,
};

/** All rows with these cells, whatever HELO comes to; the null sender has the HELO result. */
function whatever(cells: string, ofNull: (helo: SpfResult) => string = (helo) => `h:${helo}`): Matrix {
  const row = (helo: SpfResult): string => `${cells} ${ofNull(helo)}`;
  return {
    pass: row('pass'),
    none: row('none'),
    neutral: row('neutral'),
    softfail: row('softfail'),
    fail: row('fail'),
    permerror: row('permerror'),
    temperror: row('temperror'),
  };
}

describe('HELO × MAIL FROM', () => {
  test.each<{ what: string; settings: SettingsLiteral; rows: Matrix }>([
    { what: 'standard', settings: PROFILES.standard, rows: STANDARD },
    {
      what: 'strict',
      settings: PROFILES.strict,
      rows: {
        ...whatever('m:pass m:none m:neutral Rm Rm Rm Dm'),
        softfail: 'Rh Rh Rh Rm Rm Rm Rh Rh', // reject is stronger than defer
        fail: 'Rh Rh Rh Rm Rm Rm Rh Rh',
      },
    },
    { what: 'dmarc', settings: PROFILES.dmarc, rows: whatever(ACCEPTED) },
    {
      what: 'HELO softfail is refused',
      settings: { actions: { helo: { softfail: 'reject' } } },
      rows: { ...STANDARD, softfail: 'Rh Rh Rh Rh Rm Rh Rh Rh' },
    },
    {
      what: 'HELO softfail and neutral are refused',
      settings: { actions: { helo: { softfail: 'reject', neutral: 'reject' } } },
      rows: { ...STANDARD, softfail: 'Rh Rh Rh Rh Rm Rh Rh Rh', neutral: 'Rh Rh Rh Rh Rm Rh Rh Rh' },
    },
    {
      what: 'HELO counts for the null sender alone',
      settings: {
        actions: { helo: { fail: 'accept' } },
        rules: [
          { name: 'bounces', when: { nullSender: true }, then: { actions: { helo: { fail: 'reject' } } } },
        ],
      },
      rows: { ...whatever(USUAL), fail: `${USUAL} Rh` },
    },
    {
      what: 'HELO never counts',
      settings: { actions: { helo: { fail: 'accept' } } },
      rows: whatever(USUAL),
    },
    {
      what: 'HELO is not checked: a null sender is MAIL FROM then',
      settings: { checks: { helo: false } },
      rows: whatever(USUAL, (helo) => (helo === 'fail' ? 'Rm' : `m:${helo}`)),
    },
    {
      what: 'MAIL FROM softfail is refused',
      settings: { actions: { mailFrom: { softfail: 'reject' } } },
      rows: {
        ...whatever('m:pass m:none m:neutral Rm Rm m:permerror m:temperror'),
        fail: 'Rh Rh Rh Rm Rm Rh Rh Rh',
      },
    },
    {
      what: 'MAIL FROM softfail and neutral are refused',
      settings: { actions: { mailFrom: { softfail: 'reject', neutral: 'reject' } } },
      rows: {
        ...whatever('m:pass m:none Rm Rm Rm m:permerror m:temperror'),
        fail: 'Rh Rh Rm Rm Rm Rh Rh Rh',
      },
    },
    {
      what: 'MAIL FROM fail is accepted',
      settings: { actions: { mailFrom: { fail: 'accept' } } },
      rows: { ...whatever(ACCEPTED), fail: 'Rh Rh Rh Rh Rh Rh Rh Rh' },
    },
    {
      what: 'MAIL FROM is not checked',
      settings: { checks: { mailFrom: false } },
      rows: {
        pass: Array(8).fill('h:pass').join(' '),
        none: Array(8).fill('h:none').join(' '),
        neutral: Array(8).fill('h:neutral').join(' '),
        softfail: Array(8).fill('h:softfail').join(' '),
        fail: Array(8).fill('Rh').join(' '),
        permerror: Array(8).fill('h:permerror').join(' '),
        temperror: Array(8).fill('h:temperror').join(' '),
      },
    },
    {
      what: 'neither is checked',
      settings: { checks: { helo: false, mailFrom: false } },
      rows: whatever(Array(7).fill('skip').join(' '), () => 'skip'),
    },
    {
      what: 'temperror is deferred',
      settings: { actions: { helo: { temperror: 'defer' }, mailFrom: { temperror: 'defer' } } },
      rows: {
        ...whatever('m:pass m:none m:neutral m:softfail Rm m:permerror Dm'),
        fail: 'Rh Rh Rh Rh Rm Rh Rh Rh',
        temperror: 'Dh Dh Dh Dh Rm Dh Dm Dh', // what is known for good is stronger
      },
    },
    {
      what: 'permerror is refused',
      settings: { actions: { helo: { permerror: 'reject' }, mailFrom: { permerror: 'reject' } } },
      rows: {
        ...whatever('m:pass m:none m:neutral m:softfail Rm Rm m:temperror'),
        fail: 'Rh Rh Rh Rh Rm Rm Rh Rh',
        permerror: 'Rh Rh Rh Rh Rm Rm Rh Rh',
      },
    },
    {
      what: 'none is refused',
      settings: { actions: { mailFrom: { none: 'reject' } } },
      rows: {
        ...whatever('m:pass Rm m:neutral m:softfail Rm m:permerror m:temperror'),
        fail: 'Rh Rm Rh Rh Rm Rh Rh Rh',
      },
    },
    {
      what: 'softfail is held',
      settings: { actions: { mailFrom: { softfail: 'quarantine' } } },
      rows: {
        ...whatever('m:pass m:none m:neutral Qm:softfail Rm m:permerror m:temperror'),
        fail: 'Rh Rh Rh Rh Rm Rh Rh Rh',
      },
    },
    {
      what: 'a pass of MAIL FROM is answered with a class',
      settings: { actions: { mailFrom: { pass: { postfix: 'passed_spf' } } } },
      rows: {
        ...whatever('Pm:pass m:none m:neutral m:softfail Rm m:permerror m:temperror'),
        fail: 'Rh Rh Rh Rh Rm Rh Rh Rh',
      },
    },
    {
      what: 'a pass of HELO is answered with a class, but a fail of MAIL FROM is not',
      settings: { actions: { helo: { pass: { postfix: 'passed_spf' } } } },
      rows: {
        ...STANDARD,
        pass: 'Pm:pass Pm:none Pm:neutral Pm:softfail Rm Pm:permerror Pm:temperror Ph:pass',
      },
    },
    {
      what: 'a fail of HELO decides', // words of HELO even where both are refused
      settings: { checks: { heloDecides: ['fail'] } },
      rows: { ...STANDARD, fail: 'Rh Rh Rh Rh Rh Rh Rh Rh' },
    },
    {
      what: 'a pass of HELO decides, and MAIL FROM is only told',
      settings: { checks: { heloDecides: ['pass', 'softfail'] } },
      rows: {
        ...STANDARD,
        pass: 'm:pass m:none m:neutral m:softfail m:fail m:permerror m:temperror h:pass',
        softfail: 'm:pass m:none m:neutral m:softfail m:fail m:permerror m:temperror h:softfail',
      },
    },
    {
      what: 'and nothing else is told, where that is wanted',
      settings: {
        checks: { heloDecides: ['pass', 'softfail'] },
        headers: { identities: 'deciding' },
      },
      rows: {
        ...STANDARD,
        pass: Array(8).fill('h:pass').join(' '),
        softfail: Array(8).fill('h:softfail').join(' '),
      },
    },
    {
      what: 'only domains that send no mail',
      settings: {
        onlyNoMailDomains: true,
        actions: { mailFrom: { softfail: 'reject', permerror: 'reject' } },
      },
      rows: {
        ...whatever('m:pass m:none m:neutral m:softfail Rm m:permerror m:temperror'),
        fail: 'Rh Rh Rh Rh Rm Rh Rh Rh',
      },
    },
  ])('$what', ({ settings, rows }) => {
    const desk = new Desk(settings);
    const found = Object.keys(rows).map((helo) => [helo, desk.row(helo as SpfResult)]);
    expect(Object.fromEntries(found)).toEqual(rows);
  });

  test('what was found is told of both, whatever is decided', () => {
    const verdict = new Desk({ checks: { heloDecides: ['fail'] } }).of('fail', 'none');
    expect([verdict.helo?.result, verdict.mailFrom?.result]).toEqual(['fail', 'none']);
  });
});

test.each([
  { actions: ['accept', 'quarantine'], wins: 'Qm' },
  { actions: ['quarantine', 'defer'], wins: 'Dm' },
  { actions: ['defer', 'reject'], wins: 'Rm' },
  { actions: [{ postfix: 'x' }, 'quarantine'], wins: 'Qm' },
  { actions: ['accept', { postfix: 'x' }], wins: 'Pm' },
] as const)('$actions.1 is stronger than $actions.0', ({ actions: [weaker, stronger], wins }) => {
  const mailFromFirst = new Desk({ actions: { helo: { pass: weaker }, mailFrom: { pass: stronger } } });
  expect(brief(mailFromFirst.of('pass', 'pass')).slice(0, 2)).toBe(wins);
  const heloFirst = new Desk({ actions: { helo: { pass: stronger }, mailFrom: { pass: weaker } } });
  const { decision } = heloFirst.of('pass', 'pass');
  expect('of' in decision ? decision.of : 'helo').toBe('helo');
  expect(brief(heloFirst.of('pass', 'pass')).charAt(0)).toBe(wins.charAt(0));
});

describe('strict domains', () => {
  test.each([
    { result: 'softfail', listed: ['softfail.from.example'], does: 'Rm' },
    { result: 'neutral', listed: ['neutral.from.example'], does: 'Rm' },
    { result: 'softfail', listed: ['.from.example'], does: 'Rm' },
    { result: 'softfail', listed: ['SOFTFAIL.from.example'], does: 'Rm' },
    { result: 'softfail', listed: ['from.example'], does: 'm:softfail' }, // the list has both forms where both are meant
    { result: 'softfail', listed: ['x.softfail.from.example'], does: 'm:softfail' },
    { result: 'none', listed: ['none.from.example'], does: 'm:none' },
    { result: 'permerror', listed: ['permerror.from.example'], does: 'm:permerror' },
    { result: 'temperror', listed: ['temperror.from.example'], does: 'm:temperror' },
  ] as const)('MAIL FROM $result, $listed: $does', ({ result, listed, does }) => {
    expect(brief(new Desk({ strictDomains: listed }).of('pass', result))).toBe(does);
  });

  test('HELO has its own action and its own name', () => {
    const desk = new Desk({ strictDomains: ['.helo.example'], actions: { helo: { fail: 'defer' } } });
    expect(brief(desk.of('softfail', 'softfail'))).toBe('Dh');
  });

  test('where a fail is accepted, nothing is stricter', () => {
    const desk = new Desk({ strictDomains: ['.from.example'], actions: { mailFrom: { fail: 'accept' } } });
    expect(brief(desk.of('pass', 'softfail'))).toBe('m:softfail');
  });

  test('with only_no_mail_domains a softfail stops nothing', () => {
    const desk = new Desk({ strictDomains: ['.from.example'], onlyNoMailDomains: true });
    expect(brief(desk.of('pass', 'softfail'))).toBe('m:softfail');
  });
});

describe('only domains that send no mail', () => {
  test.each([
    { record: 'v=spf1 -all', action: 'reject', does: 'Rm' },
    { record: 'v=spf1  -ALL ', action: 'reject', does: 'Rm' },
    { record: 'v=spf1 -all', action: 'quarantine', does: 'Qm:fail' },
    { record: 'v=spf1 redirect=none.example', action: 'reject', does: 'Rm' },
    { record: 'v=spf1 ip4:198.51.100.1 -all', action: 'reject', does: 'm:fail' },
    { record: 'v=spf1 ip4:198.51.100.1 -all', action: 'quarantine', does: 'm:fail' },
    { record: 'v=spf1 ip4:198.51.100.1 -all', action: 'defer', does: 'Dm' },
  ] as const)('$record, $action: $does', ({ record, action, does }) => {
    const dns = zone({ 'a.example': { TXT: [record] }, 'none.example': { TXT: ['v=spf1 -all'] } });
    const desk = new Desk({ onlyNoMailDomains: true, actions: { mailFrom: { fail: action } } }, dns);
    expect(brief(desk.verdict({ sender: 'user@a.example', helo: 'localhost' }))).toBe(does);
  });
});

describe('senders only if they pass', () => {
  const settings = {
    skip: { senders: ['.from.example', '.helo.example'], sendersOnlyIfPass: true },
    actions: { helo: { fail: 'reject' }, mailFrom: { pass: { postfix: 'class' } } },
  } as const satisfies SettingsLiteral;

  test.each([
    {
      helo: 'fail',
      mailFrom: 'pass',
      does: 'm:pass',
      why: 'mail-from pass (ip4:192.0.2.1), the sender is in skip.senders',
    },
    { helo: 'pass', mailFrom: 'fail', does: 'Rm', why: 'mail-from fail (-all)' },
    { helo: 'fail', mailFrom: null, does: 'Rh', why: 'helo fail (-all)' },
    {
      helo: 'pass',
      mailFrom: null,
      does: 'h:pass',
      why: 'helo pass (ip4:192.0.2.1), the sender is in skip.senders',
    },
  ] as const)('HELO $helo, MAIL FROM $mailFrom: $does', ({ helo, mailFrom, does, why }) => {
    const verdict = new Desk(settings).of(helo, mailFrom);
    expect([brief(verdict), verdict.why]).toEqual([does, why]);
  });

  test('not those of other lists', () => {
    const desk = new Desk({ ...settings, skip: { senders: ['other.example'], sendersOnlyIfPass: true } });
    expect(brief(desk.of('fail', 'pass'))).toBe('Rh');
  });

  test('not where a rule spares nobody', () => {
    const desk = new Desk({ ...settings, rules: [{ name: 'all', skip: false }] });
    expect(brief(desk.of('fail', 'pass'))).toBe('Rh');
  });

  test('nor does iprev stop them', () => {
    const desk = new Desk({ ...settings, iprev: { check: true, actions: { permerror: 'reject' } } });
    expect(brief(desk.of('pass', 'pass'))).toBe('m:pass');
    expect(brief(desk.of('none', 'none'))).toBe('Ri');
  });
});

describe('which checks are made', () => {
  test.each([
    {
      what: 'both identities',
      helo: 'pass.helo.example',
      sender: 'user@pass.from.example',
      asked: ['pass.helo.example TXT', 'pass.from.example TXT'],
    },
    {
      what: 'one for a null sender',
      helo: 'pass.helo.example',
      sender: '',
      asked: ['pass.helo.example TXT'],
    },
    {
      what: 'none for a HELO name that is no full domain name', // RFC 7208 §2.3
      helo: 'localhost',
      sender: 'user@pass.from.example',
      asked: ['pass.from.example TXT'],
    },
    { what: 'none for address literals', helo: '[192.0.2.1]', sender: 'user@[192.0.2.1]', asked: [] },
    { what: 'none without HELO and sender', helo: '', sender: '', asked: [] },
  ])('$what', ({ helo, sender, asked }) => {
    const dns = zone(ZONE);
    new Desk({}, dns).verdict({ helo, sender });
    expect(dns.asked).toEqual(asked);
  });

  test('all begin at once, and the verdict is the same when answers take their time', async () => {
    const settings: SettingsLiteral = { iprev: { check: true } };
    const dns = zone(ZONE, { async: true });
    const texts = { helo: 'softfail.helo.example', sender: 'user@fail.from.example' };
    const verdict = new Desk(settings, dns).later(texts);
    expect(dns.asked).toEqual([
      'softfail.helo.example TXT',
      'fail.from.example TXT',
      '1.2.0.192.in-addr.arpa PTR',
    ]);
    expect(await verdict).toEqual(new Desk(settings).verdict(texts));
  });

  test('one deadline is handed to all', () => {
    const deadlines: number[] = [];
    const dns = zone(ZONE);
    const desk = new Desk(
      {
        timeMs: 300,
        iprev: { check: true },
        skip: { heloNames: ['pass.helo.example'] },
        forwarders: [{ name: 'f', spfOf: ['none.from.example'] }],
      },
      (name, type, deadline) => {
        deadlines.push(deadline);
        return dns(name, type, deadline);
      },
    );
    desk.of('pass', 'fail');
    expect(dns.asked).toHaveLength(5);
    expect(new Set(deadlines)).toEqual(new Set([5300]));
  });

  test('limits are handed down', () => {
    const dns = zone({ 'a.example': { TXT: ['v=spf1 a mx -all'], A: ['192.0.2.9'] } });
    const desk = new Desk({ limits: { terms: 1 } }, dns);
    expect(brief(desk.verdict({ helo: 'localhost', sender: 'user@a.example' }))).toBe('m:permerror');
  });
});

test.each([true, false])('dryRun %j is told of every verdict', (dryRun) => {
  const desk = new Desk({ dryRun });
  expect(desk.of('pass', 'fail')).toMatchObject({ decision: { do: 'reject' }, dryRun });
  expect(desk.verdict({}, { client: null }).dryRun).toBe(dryRun);
});

test.each(['accept', 'defer'] as const)('what becomes of mail where judging fails: %s', (onInternalError) => {
  expect(new Desk({ onInternalError }).judge.onInternalError).toBe(onInternalError);
});

test.each([
  {
    settings: { actions: { mailFrom: { fail: 'quarantine' } } },
    helo: 'pass',
    text: 'SPF fail of fail.from.example',
  },
  {
    settings: { actions: { helo: { softfail: 'quarantine' }, mailFrom: { fail: 'accept' } } },
    helo: 'softfail',
    text: 'SPF softfail of the HELO name softfail.helo.example',
  },
  {
    settings: {
      iprev: { check: true, actions: { permerror: 'quarantine' } },
      actions: { mailFrom: { fail: 'accept' } },
    },
    helo: 'pass',
    text: `iprev permerror of ${CLIENT}`,
  },
] as const satisfies readonly { settings: SettingsLiteral; helo: SpfResult; text: string }[])(
  'on hold: $text',
  ({ settings, helo, text }) => {
    expect(new Desk(settings).of(helo, 'fail').decision).toEqual({ do: 'hold', text });
  },
);

test('an answer of the administrator is passed on as it is', () => {
  const desk = new Desk({ actions: { mailFrom: { pass: { postfix: 'permit_auth_destination' } } } });
  expect(desk.of('pass', 'pass').decision).toEqual({ do: 'restrict', postfix: 'permit_auth_destination' });
});
