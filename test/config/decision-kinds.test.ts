import { describe, expect, test } from '@jest/globals';

import { reading, silentReading } from './reading.js';

const ACTION_WORDS =
  'one of accept | reject | defer | quarantine (or hold) | {postfix: an action of access(5)}';
const ACTION_EXAMPLES = 'examples: {postfix: permit_auth_destination}, {postfix: "PREPEND X-SPF: pass"}';

describe('actions', () => {
  test.each([
    ['accept', 'accept'],
    ['reject', 'reject'],
    ['defer', 'defer'],
    ['quarantine', 'quarantine'],
    ['hold', 'quarantine'],
    ['{postfix: permit_auth_destination}', { postfix: 'permit_auth_destination' }],
    ['{postfix: "PREPEND X-SPF: pass"}', { postfix: 'PREPEND X-SPF: pass' }],
    ['{postfix: "550 5.7.1 no: 100%"}', { postfix: '550 5.7.1 no: 100%' }],
    ['{postfix: "greylist, passed_spf"}', { postfix: 'greylist, passed_spf' }], // several restrictions
    [`{postfix: ${'a'.repeat(200)}}`, { postfix: 'a'.repeat(200) }],
  ])('%s', async (value, expected) => {
    const config = await silentReading(
      `listen: {milter: off}\nactions:\n  mail_from: {softfail: ${value}}\niprev: {check: true, actions: {pass: ${value}}}`,
    );
    expect(config['actions.mail_from.softfail']).toStrictEqual(expected);
    expect(config['iprev.actions.pass']).toStrictEqual(expected);
  });

  test.each([
    ['refuse', `1:26  actions.helo.fail: "refuse" is not an action; ${ACTION_WORDS}`],
    ['Reject', '1:26  actions.helo.fail: "Reject" is not an action; did you mean "reject"?'],
    ['rejcet', '1:26  actions.helo.fail: "rejcet" is not an action; did you mean "reject"?'],
    ['[reject]', `1:26  actions.helo.fail: expected an action, found a list; ${ACTION_WORDS}`],
    ['{postfx: foo}', '1:27  actions.helo.fail.postfx: unknown key; did you mean "postfix"?'],
    ['{milter: foo}', '1:27  actions.helo.fail.milter: unknown key; an action has: postfix'],
    ['{}', `1:26  actions.helo.fail: expected an action of access(5); ${ACTION_EXAMPLES}`],
    [
      '{postfix: [a]}',
      `1:36  actions.helo.fail.postfix: expected an action of access(5); ${ACTION_EXAMPLES}`,
    ],
    [
      '{postfix: ""}',
      `1:36  actions.helo.fail.postfix: "" is not an action of access(5); ${ACTION_EXAMPLES}`,
    ],
    ...['two words\\n', 'a\\r\\nb', ' foo', '-foo', 'foo(bar)', 'fö', 'a\\tb', 'a \\x7f'].map((text) => [
      `{postfix: "${text}"}`,
      /^1:36 {2}actions\.helo\.fail\.postfix: "[^\n]*" is not an action of access\(5\); examples: /,
    ]),
    ...['550', '5', '12 a', '250 2.0.0 fine', '450', '550 ', '550,a', '5500 a', '5x0 a', '55 a'].map(
      (text) => [
        `{postfix: "${text}"}`,
        `1:36  actions.helo.fail.postfix: "${text}" is not an action of access(5); after a code 4xx or 5xx there must be a text; digits alone would let the mail pass`,
      ],
    ),
    [
      `{postfix: ${'a'.repeat(201)}}`,
      '1:36  actions.helo.fail.postfix: an action has at most 200 characters',
    ],
  ])('not %s', async (value, expected) => {
    const { config, lines } = await reading(`actions: {helo: {  fail: ${value}}}`);
    expect(config).toBeNull();
    expect(lines).toHaveLength(1);
    if (typeof expected === 'string') expect(lines[0]).toBe(expected);
    else expect(lines[0]).toMatch(expected);
  });

  test('a result that there is not', async () => {
    expect((await reading('actions: {mail_from: {softfial: reject}}')).lines).toStrictEqual([
      '1:23  actions.mail_from.softfial: unknown key; did you mean "softfail"?',
    ]);
  });
});

describe('checks.helo_decides', () => {
  test.each([
    ['[]', []],
    ['fail', ['fail']],
    ['[pass, fail, softfail, temperror, permerror]', ['pass', 'fail', 'softfail', 'temperror', 'permerror']],
    ['[fail, fail]', ['fail']],
  ])('%s', async (value, expected) => {
    const config = await silentReading(`checks: {helo_decides: ${value}}`);
    expect([...config['checks.helo_decides']]).toStrictEqual(expected);
  });

  const ALL = 'one of pass, fail, softfail, temperror, permerror';

  test.each([
    [
      '[fail, sofftail]',
      '1:31  checks.helo_decides[1]: "sofftail" is not a result that can decide; did you mean "softfail"?',
    ],
    ['[none]', `1:25  checks.helo_decides[0]: "none" is not a result that can decide; ${ALL}`],
    ['neutral', `1:24  checks.helo_decides: "neutral" is not a result that can decide; ${ALL}`],
    ['[[fail]]', '1:25  checks.helo_decides[0]: expected a result that can decide, found a list'],
  ])('not %s', async (value, expected) => {
    expect((await reading(`checks: {helo_decides: ${value}}`)).lines).toStrictEqual([expected]);
  });
});

describe('replies', () => {
  test.each([
    ['code: 450, status: 4.7.24', 450, '4.7.24'],
    ['code: 459, status: 4.0.999', 459, '4.0.999'],
  ])('%s', async (text, code, status) => {
    const config = await silentReading(`replies: {temperror: {${text}}}`);
    expect(config['replies.temperror.code']).toBe(code);
    expect(config['replies.temperror.status']).toBe(status);
  });

  const CODE = 'is not the code of a refusal; 4xx refuses for now, 5xx for good; example: 550';
  const STATUS = 'is not an enhanced status code; example: 5.7.23';

  test.each([
    ...['250', '399', '600', '560', '5500', '55', '0550', '-550', '5x0', '550 5.7.1'].map((code) => [
      `code: ${code}`,
      `1:25  replies.none.code: "${code}" ${CODE}`,
    ]),
    ['code: [550]', '1:25  replies.none.code: expected a reply code, found a list'],
    ...['5.7', '2.7.1', '5.7.1.1', '5.07.1', '5.7.01', '5.1000.1', '5..1', '5.7.x', '" 5.7.1"'].map(
      (status) => [
        `status: ${status}`,
        `1:27  replies.none.status: "${status.replaceAll('"', '')}" ${STATUS}`,
      ],
    ),
    ['status: {a: b}', '1:27  replies.none.status: expected an enhanced status code, found keys'],
  ])('not %s', async (text, expected) => {
    const { config, lines } = await reading(`replies: {none:  {${text}}}`);
    expect(config).toBeNull();
    expect(lines).toStrictEqual([expected]);
  });
});

describe('the text of a reply', () => {
  test.each([
    'no',
    'x'.repeat(400),
    '%{c} %{d2r-} %{S} 100%% %_ %-',
    '%{domain}: %{result}, %{mechanism} of %{record}: %{reason}',
  ])('%s', async (text) => {
    const config = await silentReading(`replies: {softfail: {text: "${text}"}}`);
    expect(config['replies.softfail.text'].parts.length).toBeGreaterThan(0);
  });

  test('has the explanation only where there is one', async () => {
    const config = await silentReading('replies: {fail: {text_exp: "%{domain} says: %{exp}"}}');
    expect(JSON.stringify(config['replies.fail.text_exp'])).toContain('"exp"');
  });

  const TOKENS =
    'besides the macros of RFC 7208 there are %{mechanism} %{record} %{reason} %{result} %{domain}';
  const NO_REFERENCES = 'this version gives no references; leave it out';

  test.each([
    ['text: ""', '1:25  replies.fail.text: a reply needs a text'],
    ['text: "ä"', '1:25  replies.fail.text: a reply holds printable ASCII only'],
    ['text: "a\\nb"', '1:25  replies.fail.text: a reply holds printable ASCII only'],
    [
      `text: "${'x'.repeat(401)}"`,
      '1:25  replies.fail.text: the text has 401 characters, and a reply at most 400',
    ],
    ['text: "%{ref}"', `1:25  replies.fail.text: "%{ref}" is no macro; ${NO_REFERENCES}`],
    ['text: "%{c} %{why_url}"', `1:25  replies.fail.text: "%{why_url}" is no macro; ${NO_REFERENCES}`],
    ['text: "%{reasn}"', '1:25  replies.fail.text: "%{reasn}" is no macro; did you mean "%{reason}"?'],
    ['text: "%{client}"', `1:25  replies.fail.text: "%{client}" is no macro; ${TOKENS}`],
    ['text: "%{x}"', '1:25  replies.fail.text: "%{x}" is no macro'],
    ['text: "%{c"', '1:25  replies.fail.text: "%{c" is no macro'],
    ['text: "100%"', '1:25  replies.fail.text: "%" is no macro; a percent sign is written as two of them'],
    ['text: "%{exp}"', `1:25  replies.fail.text: "%{exp}" has no value in this text; ${TOKENS}`],
    ['text_exp: "%{exp} %{exp}"', '1:29  replies.fail.text_exp: "%{exp}" may stand in a text only once'],
    ['text: [a]', '1:25  replies.fail.text: expected a text, found a list'],
  ])('not %s', async (text, expected) => {
    const { config, lines } = await reading(`replies: {fail:  {${text}}}`);
    expect(config).toBeNull();
    expect(lines).toStrictEqual([expected]);
  });
});

describe('headers', () => {
  test.each([
    ['add: auto', { 'headers.add': null }],
    ['add: []', { 'headers.add': [] }],
    ['add: received-spf', { 'headers.add': ['received-spf'] }],
    [
      'add: [received-spf, authentication-results]',
      { 'headers.add': ['received-spf', 'authentication-results'] },
    ],
    [
      'add: [authentication-results, received-spf]',
      { 'headers.add': ['authentication-results', 'received-spf'] },
    ],
    ['authserv_id: auto', { 'headers.authserv_id': null }],
    ['authserv_id: mx.example.net.', { 'headers.authserv_id': 'mx.example.net' }],
    ['authserv_id: bücher.example', { 'headers.authserv_id': 'xn--bcher-kva.example' }],
    ['authserv_id: our_mail!', { 'headers.authserv_id': 'our_mail!' }],
    ['identities: deciding', { 'headers.identities': 'deciding' }],
    ['local_part: true, receiver: unknown', { 'headers.local_part': true, 'headers.receiver': 'unknown' }],
    ['note_skipped: false', { 'headers.note_skipped': false }],
  ])('%s', async (text, expected) => {
    expect(await silentReading(`listen: {policy: off}\nheaders: {${text}}`)).toMatchObject(expected);
  });

  const ID = 'example: mx.example.net';

  test.each([
    [
      'add: [received-spf, authentication-result]',
      '1:31  headers.add[1]: "authentication-result" is not a header field; did you mean "authentication-results"?',
    ],
    [
      'add: [none]',
      '1:17  headers.add[0]: "none" is not a header field; one of received-spf, authentication-results',
    ],
    [
      'add: [received-spf, received-spf]',
      '1:31  headers.add[1]: received-spf is named twice; remove one of them',
    ],
    [
      'add: [auto]',
      '1:17  headers.add[0]: "auto" is not a header field; one of received-spf, authentication-results',
    ],
    [
      'authserv_id: "two words"',
      `1:24  headers.authserv_id: "two words" is not an authserv-id: it has a character that would need quotes; ${ID}`,
    ],
    ['authserv_id: ""', `1:24  headers.authserv_id: "" is not an authserv-id: it is empty; ${ID}`],
    [
      'authserv_id: a..b',
      `1:24  headers.authserv_id: "a..b" is not an authserv-id: it has a dot too many; ${ID}`,
    ],
    [
      `authserv_id: ${'a'.repeat(256)}`,
      `1:24  headers.authserv_id: "${'a'.repeat(57)}..." is not an authserv-id: it is longer than 255 characters; ${ID}`,
    ],
    ['authserv_id: [a]', '1:24  headers.authserv_id: expected a name, found a list'],
    ['receiver: hidden', '1:21  headers.receiver: "hidden" is not known here; one of hostname, unknown'],
  ])('not %s', async (text, expected) => {
    expect((await reading(`headers: {${text}}`)).lines).toStrictEqual([expected]);
  });
});
