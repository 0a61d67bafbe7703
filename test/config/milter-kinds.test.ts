import { describe, expect, test } from '@jest/globals';

import { reading, silentReading } from './reading.js';

const EXAMPLE = 'example: {daemon_name: [ORIGINATING], auth_type: any}';
const LENGTH = 'the value of a macro has 1 to 200 characters; "any" for any at all';

describe('skip.macros', () => {
  test.each<readonly [value: string, expected: readonly (readonly [string, readonly string[] | null])[]]>([
    ['{}', []],
    ['{daemon_name: ORIGINATING}', [['daemon_name', ['ORIGINATING']]]],
    ['{daemon_name: [ORIGINATING, submission]}', [['daemon_name', ['ORIGINATING', 'submission']]]],
    ['{daemon_name: [a, a]}', [['daemon_name', ['a']]]],
    ['{auth_type: any}', [['auth_type', null]]],
    ['{auth_type: [any]}', [['auth_type', ['any']]]], // in a list it is a value
    [
      '{"{daemon_name}": in, i: any}', // as mail servers write them
      [
        ['daemon_name', ['in']],
        ['i', null],
      ],
    ],
    ['{_: "mx.example [192.0.2.1]"}', [['_', ['mx.example [192.0.2.1]']]]],
    ['{client_name: "[192.0.2.1]"}', [['client_name', ['[192.0.2.1]']]]], // no list
    ['{auth_ssf: [128, 256]}', [['auth_ssf', ['128', '256']]]],
    ['{tls: true}', [['tls', ['true']]]],
    ['{null: "null"}', [['null', ['null']]]],
    [`{${'a'.repeat(63)}: ${'b'.repeat(200)}}`, [['a'.repeat(63), ['b'.repeat(200)]]]],
  ])('%s', async (value, expected) => {
    const macros = (await silentReading(`skip: {macros: ${value}}`))['skip.macros'];
    expect([...macros].map(([name, values]) => [name, values && [...values]])).toStrictEqual(expected);
  });

  const many = (count: number): string => Array.from({ length: count }, (_, i) => `m${i}`).join(', ');
  const macros = (count: number): string => `{${many(count).replace(/m\d+/g, '$&: any')}}`;

  test('can be twenty, with a hundred values', async () => {
    expect((await silentReading(`skip: {macros: ${macros(20)}}`))['skip.macros'].size).toBe(20);
    const { 'skip.macros': read } = await silentReading(`skip: {macros: {j: [${many(100)}]}}`);
    expect(read.get('j')?.size).toBe(100);
  });

  test.each([
    ['j', `1:16  skip.macros: expected macros with their values, found a value; ${EXAMPLE}`],
    ['[j]', `1:16  skip.macros: expected macros with their values, found a list; ${EXAMPLE}`],
    [macros(21), '1:16  skip.macros: 21 macros are too many; at most 20'],
    ...['"{j"', '"j}"', '"{}"', '"{{j}}"', '""', 'daemon-name', '1j', 'ä'].map((name) => {
      const key = name.replaceAll('"', '');
      const path = /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
      return [`{${name}: any}`, `1:17  skip.macros.${path}: "${key}" is not the name of a macro; ${EXAMPLE}`];
    }),
    [
      `{${'a'.repeat(64)}: any}`,
      `1:17  skip.macros.${'a'.repeat(64)}: "${'a'.repeat(57)}..." is not the name of a macro; ${EXAMPLE}`,
    ],
    ['{j: a, "{j}": b}', '1:23  skip.macros."{j}": j is named twice; remove one of them'],
    ['{j: []}', '1:20  skip.macros.j: 0 values; 1 to 100 values, or "any"'],
    [`{j: [${many(101)}]}`, '1:20  skip.macros.j: 101 values; 1 to 100 values, or "any"'],
    ['{j: }', `1:20  skip.macros.j: ${LENGTH}`],
    ['{j: ~}', `1:20  skip.macros.j: ${LENGTH}`],
    ['{j: ""}', `1:20  skip.macros.j: ${LENGTH}`],
    ['{j: [a, ""]}', `1:24  skip.macros.j[1]: ${LENGTH}`],
    [`{j: ${'b'.repeat(201)}}`, `1:20  skip.macros.j: ${LENGTH}`],
    ['{j: {a: b}}', '1:20  skip.macros.j: expected the value of a macro, found keys'],
    ['{j: [[a]]}', '1:21  skip.macros.j[0]: expected the value of a macro, found a list'],
  ])('not %s', async (value, expected) => {
    const { config, lines } = await reading(`skip: {macros: ${value}}`);
    expect(config).toBeNull();
    expect(lines).toStrictEqual([expected]);
  });

  test('every problem is named', async () => {
    const { lines } = await reading('skip: {macros: {a-b: [], j: {}}}');
    expect(lines.map((line) => line.split(' ', 3).join(' '))).toStrictEqual([
      '1:17  skip.macros.a-b:',
      '1:22  skip.macros.a-b:',
      '1:29  skip.macros.j:',
    ]);
  });
});

describe('headers.subject_tag', () => {
  test.each(['[SPF:%{result}]', '***', 'x', '100% spam:', '%{result} %{result}', 'x'.repeat(60)])(
    '%j',
    async (text) => {
      const config = await silentReading(`headers: {subject_tag: "${text}"}`);
      expect(config['headers.subject_tag']).toBe(text);
    },
  );

  const PRINTABLE = '1 to 60 characters of printable ASCII, no blank at either end';

  test.each([
    ...['', ' a', 'a ', 'a\\nb', 'a\\tb', 'ä', '\\x7f', 'x'.repeat(61)].map((text) => [
      `"${text}"`,
      /^1:24 {2}headers\.subject_tag: ".*" cannot be put in front of a subject; /,
    ]),
    ['" "', `1:24  headers.subject_tag: " " cannot be put in front of a subject; ${PRINTABLE}`],
    ['"%{s}"', '1:24  headers.subject_tag: "%{s}" is no macro here; there is %{result}'],
    ['"%{result} %{Result}"', '1:24  headers.subject_tag: "%{Result}" is no macro here; there is %{result}'],
    ['"[%{result]"', '1:24  headers.subject_tag: "%{result]" is no macro here; there is %{result}'],
    ['{a: b}', '1:24  headers.subject_tag: expected a text, found keys'],
    [
      '[SPF]',
      '1:24  headers.subject_tag: expected a text, found a list; put a text that begins with a bracket in quotes: "[SPF]"',
    ],
  ])('not %s', async (value, expected) => {
    const { config, lines } = await reading(`headers: {subject_tag: ${value}}`);
    expect(config).toBeNull();
    expect(lines).toStrictEqual([typeof expected === 'string' ? expected : expect.stringMatching(expected)]);
  });
});

describe('headers.tag_subject', () => {
  test.each([
    ['off', null],
    ['[]', []],
    ['fail', ['fail']],
    [
      '[pass, none, neutral, softfail, fail, permerror, temperror]',
      ['pass', 'none', 'neutral', 'softfail', 'fail', 'permerror', 'temperror'],
    ],
  ])('%s', async (value, expected) => {
    const { 'headers.tag_subject': read } = await silentReading(`headers: {tag_subject: ${value}}`);
    expect(read && [...read]).toStrictEqual(expected);
  });

  test.each([
    ['true', '1:24  headers.tag_subject: "true" is not a result; '],
    ['[off]', '1:25  headers.tag_subject[0]: "off" is not a result; '],
    ['[fial]', '1:25  headers.tag_subject[0]: "fial" is not a result; did you mean "fail"?'],
  ])('not %s', async (value, expected) => {
    const { config, lines } = await reading(`headers: {tag_subject: ${value}}`);
    expect(config).toBeNull();
    expect(lines).toStrictEqual([expect.stringContaining(expected)]);
  });
});
