/** Texts of replies as they are read, and how long they get. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { fillTemplate, parseReplyTemplate, type ReplyToken } from '../../src/verdict/reply-template.js';
import { DEFAULT_REPLY_TEXTS, trialLength } from '../../src/verdict/index.js';
import { SEED } from '../support/seed.js';
import { templateOf } from '../support/verdict-settings.js';

describe('what is refused', () => {
  test.each<{ text: string; tokens?: readonly ReplyToken[]; problem: string }>([
    { text: '', problem: 'a reply needs a text' },
    { text: '  ', problem: 'a reply needs a text' },
    { text: 'x'.repeat(1001), problem: 'a reply has at most 1000 characters' },
    { text: 'größer', problem: 'a reply holds printable ASCII only' },
    { text: 'a\nb', problem: 'a reply holds printable ASCII only' },
    { text: 'a\tb', problem: 'a reply holds printable ASCII only' },
    { text: '%{x}', problem: '"%{x}" is no macro' },
    { text: 'a %{d b', problem: '"%{d b" is no macro' },
    { text: '%{d0}', problem: '"%{d0}" is no macro' },
    { text: '%{}', problem: '"%{}" is no macro' },
    { text: '100% wrong', problem: '"% " is no macro' },
    { text: 'wrong %', problem: '"%" is no macro' },
    { text: '%{d%{o}}', problem: '"%{d" is no macro' },
    { text: '%{Reason}', tokens: ['reason'], problem: '"%{Reason}" is no macro' },
    { text: '%{reason2}', tokens: ['reason'], problem: '"%{reason2}" is no macro' },
    { text: '%{reason}', problem: '"%{reason}" has no value in this text' },
    { text: '%{exp}', tokens: ['reason'], problem: '"%{exp}" has no value in this text' },
    { text: '%{exp} %{exp}', tokens: ['exp'], problem: '"%{exp}" may stand in a text only once' },
  ])('$text', ({ text, tokens = [], problem }) => {
    expect(parseReplyTemplate(text, tokens)).toEqual({ ok: false, error: problem });
  });
});

/** A text with its tokens in brackets, and its macros as a number of parts. */
function filled(text: string): string | Promise<string> {
  const expand = (parts: readonly unknown[]): string => `<${parts.length}>`;
  return fillTemplate(templateOf(text), (token) => `[${token}]`, expand);
}

describe('what is read', () => {
  test.each([
    { text: 'just words', gives: 'just words' },
    { text: '%{reason}', gives: '[reason]' },
    { text: 'a %{reason} b %{reason}.', gives: 'a [reason] b [reason].' },
    {
      text: '%{result}%{domain}%{record}%{mechanism}%{exp}',
      gives: '[result][domain][record][mechanism][exp]',
    },
    { text: '%{o} is %{d2r-}', gives: '<3>' },
    { text: '%{o} is %{reason}', gives: '<2>[reason]' },
    { text: '%{c}: %{C} %{c1}', gives: '[c]<4>' },
    { text: '100%% {of} %{reason}', gives: '<3>[reason]' },
    { text: '%%{exp}', gives: '<2>' }, // a percent sign, and then words
    { text: '{exp}', gives: '{exp}' },
  ])('$text', ({ text, gives }) => {
    expect(filled(text)).toBe(gives);
  });

  test('values are taken as they are', () => {
    const text = fillTemplate(
      templateOf('%{domain}: %{exp}'),
      (token) => `%{${token}} %{c}%`,
      () => 'expanded',
    );
    expect(text).toBe('%{domain} %{c}%: %{exp} %{c}%');
  });

  test('pieces that take their time keep their places', async () => {
    const text = fillTemplate(
      templateOf('%{p} a %{result} %{d} b'),
      () => 'R',
      async ([first]) => Promise.resolve(`${first?.kind}`),
    );
    expect(text).toBeInstanceOf(Promise);
    expect(await text).toBe('macroRliteral');
  });

  test('whatever somebody writes is read or refused', () => {
    const pieces = [
      '%',
      '{',
      '}',
      'd',
      'p',
      '%{d}',
      '%{exp}',
      '%{reason}',
      '%%',
      '%_',
      '2r',
      '-',
      ' ',
      'ü',
      '\n',
    ];
    const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 12 });
    fc.assert(
      fc.property(texts, (chosen) => {
        const read = parseReplyTemplate(chosen.join(''), ['exp', 'reason']);
        if (read.ok)
          expect(
            typeof fillTemplate(
              read.value,
              () => 'x',
              () => 'y',
            ),
          ).toBe('string');
        else expect(read.error).not.toBe('');
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });
});

describe('how long a reply gets', () => {
  test.each([
    { text: 'x', length: 21 },
    { text: 'x'.repeat(430), length: 450 },
    { text: 'x'.repeat(431), length: 451 },
    { text: '%{c}', length: 31 },
    { text: '%{s}', length: 40 },
    { text: '%{p}', length: 27 },
    { text: '%{result}', length: 29 },
  ])('$text', ({ text, length }) => {
    expect(trialLength(templateOf(text))).toBe(length);
  });

  test.each(Object.entries(DEFAULT_REPLY_TEXTS))('the usual text for %s fits', (_, text) => {
    expect(trialLength(templateOf(text))).toBeLessThanOrEqual(250);
  });

  test('is told of a text with everything in it', () => {
    const text = '%{exp} %{reason} %{mechanism} %{record} %{result} %{domain}';
    expect(trialLength(templateOf(`${text} ${text.replace('%{exp} ', '')}`))).toBeGreaterThan(450);
  });
});
