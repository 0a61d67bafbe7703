/** Reading Authentication-Results fields, other programs' too (RFC 8601 §2.2, Appendix B). */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
  parseAuthenticationResults,
  type ParsedAuthenticationResults,
  type ParsedMethodResult,
} from '../../src/header/index.js';
import { SEED } from '../support/seed.js';

function read(text: string): unknown {
  const parsed = parseAuthenticationResults(`Authentication-Results: ${text}`);
  return parsed.ok ? parsed.value : parsed.error;
}

const FIELD: ParsedAuthenticationResults = {
  authservId: 'mx.example',
  version: null,
  results: [],
  comments: [],
};

function result(text: string, other: Partial<ParsedMethodResult> = {}): ParsedMethodResult {
  const [method = '', word = ''] = text.split('=');
  return { method, result: word, version: null, reason: null, properties: [], comments: [], ...other };
}

describe('reads', () => {
  test.each([
    { what: 'no result', text: 'mx.example; none', field: {} }, // B.2
    {
      what: 'a version and comments',
      text: '(a) mx.example (b (c)) 1 (d\\)); NONE (e)',
      field: { version: 1, comments: ['a', 'b (c)', 'd)', 'e'] },
    },
    {
      what: 'a service that was performed', // B.3
      text: 'mx.example;\r\n           spf=pass smtp.mailfrom=example.net\r\n',
      field: {
        results: [
          result('spf=pass', { properties: [{ type: 'smtp', name: 'mailfrom', value: 'example.net' }] }),
        ],
      },
    },
    {
      what: 'several of them', // B.4
      text:
        'mx.example;\r\n\tauth=pass (cram-md5) smtp.auth=sender@example.net;\n\tspf=pass smtp.mailfrom=example.net;' +
        '\n sender-id=fail header.from=@example.com',
      field: {
        results: [
          result('auth=pass', {
            comments: ['cram-md5'],
            properties: [{ type: 'smtp', name: 'auth', value: 'sender@example.net' }],
          }),
          result('spf=pass', { properties: [{ type: 'smtp', name: 'mailfrom', value: 'example.net' }] }),
          result('sender-id=fail', { properties: [{ type: 'header', name: 'from', value: '@example.com' }] }),
        ],
      },
    },
    {
      what: 'comments everywhere', // B.6
      text:
        'mx.example (foobar) 1 (baz);\n dkim (Because I like it) / 1 (One yay) = (wait for it) fail\n' +
        " policy (A dot can go here) . (like that) expired (this surprised me) = (as I wasn't expecting it) 1362471462",
      field: {
        version: 1,
        comments: ['foobar', 'baz'],
        results: [
          result('dkim=fail', {
            version: 1,
            comments: [
              'Because I like it',
              'One yay',
              'wait for it',
              'A dot can go here',
              'like that',
              'this surprised me',
              "as I wasn't expecting it",
            ],
            properties: [{ type: 'policy', name: 'expired', value: '1362471462' }],
          }),
        ],
      },
    },
    {
      what: 'quoted-strings, a reason, two properties without a blank between',
      text: '"mx.\\example";DMARC=Fail Reason="a\\"; b" policy.iprev="2001:db8::1"(x)SMTP.RemoteIP=192.0.2.1',
      field: {
        results: [
          result('dmarc=fail', {
            reason: 'a"; b',
            comments: ['x'],
            properties: [
              { type: 'policy', name: 'iprev', value: '2001:db8::1' },
              { type: 'smtp', name: 'remoteip', value: '192.0.2.1' },
            ],
          }),
        ],
      },
    },
    {
      what: 'local parts',
      text: 'mx.example; spf=pass smtp.mailfrom="john \\"doe\\""@example.com smtp.x=a=b/c+d@example.com smtp.y=""',
      field: {
        results: [
          result('spf=pass', {
            properties: [
              { type: 'smtp', name: 'mailfrom', value: 'john "doe"@example.com' },
              { type: 'smtp', name: 'x', value: 'a=b/c+d@example.com' },
              { type: 'smtp', name: 'y', value: '' },
            ],
          }),
        ],
      },
    },
  ])('$what', ({ text, field }) => {
    expect(read(text)).toEqual({ ...FIELD, ...field });
  });

  test('in any case, without a blank', () => {
    expect(parseAuthenticationResults('AUTHENTICATION-results:mx.example;none')).toEqual({
      ok: true,
      value: FIELD,
    });
  });
});

describe('refuses', () => {
  const start = 'Authentication-Results: '.length;
  test.each([
    { what: 'no id', text: '; none', code: 'bad-value', at: 0 },
    { what: 'an id that is no token', text: 'mx/1; none', code: 'rubbish-behind', at: 2 },
    { what: 'an id alone', text: 'mx', code: 'no-result', at: 2 },
    { what: 'a version that is none', text: 'mx x; none', code: 'rubbish-behind', at: 3 },
    { what: 'a version right behind the id', text: '"mx"1; none', code: 'rubbish-behind', at: 4 },
    { what: 'a semicolon at the end', text: 'mx; spf=pass;', code: 'bad-method', at: 13 },
    { what: 'an empty result', text: 'mx;; spf=pass', code: 'bad-method', at: 3 },
    { what: 'something behind none', text: 'mx; none; spf=pass', code: 'rubbish-behind', at: 8 },
    { what: 'none behind something', text: 'mx; spf=pass; none', code: 'bad-method', at: 18 },
    { what: 'a method alone', text: 'mx; spf', code: 'bad-method', at: 7 },
    { what: 'a method with an underscore', text: 'mx; s_f=pass', code: 'bad-method', at: 5 },
    { what: 'a version that is no number', text: 'mx; spf/x=pass', code: 'bad-method', at: 8 },
    { what: 'a result that is none', text: 'mx; spf="pass"', code: 'bad-result', at: 8 },
    { what: 'a property without a name', text: 'mx; spf=pass smtp=x', code: 'bad-property', at: 17 },
    { what: 'a property without a type', text: 'mx; spf=pass .x=y', code: 'bad-property', at: 13 },
    { what: 'a property without a value', text: 'mx; spf=pass smtp.x', code: 'bad-property', at: 19 },
    { what: 'an empty value', text: 'mx; spf=pass smtp.x=', code: 'bad-value', at: 20 },
    { what: 'a bare IPv6 address', text: 'mx; spf=pass a.b=2001:db8::1', code: 'bad-property', at: 21 },
    { what: 'a bare pair as a value', text: 'mx; spf=pass a.b=c=d', code: 'bad-value', at: 17 },
    { what: 'a local part with two dots', text: 'mx; spf=pass a.b=c..d@e.f', code: 'bad-value', at: 17 },
    { what: 'two at signs', text: 'mx; spf=pass a.b=c@d@e.f', code: 'bad-value', at: 19 },
    { what: 'a domain of one label', text: 'mx; spf=pass a.b=c@d', code: 'bad-value', at: 19 },
    { what: 'a domain with an underscore', text: 'mx; spf=pass a.b=c@d_.e', code: 'bad-value', at: 19 },
    { what: 'a reason behind a property', text: 'mx; spf=pass a.b=c reason=d', code: 'bad-property', at: 19 },
    {
      what: 'a property right behind the reason',
      text: 'mx; spf=pass reason="d"a.b=c',
      code: 'blank-missing',
      at: 23,
    },
    { what: 'a comment without an end', text: 'mx; none (', code: 'open-comment', at: 10 },
    { what: 'a quote without an end', text: '"mx; none', code: 'open-quote', at: 9 },
    { what: 'NUL', text: 'mx; none (\0)', code: 'bad-character', at: 10 },
    { what: '8-bit', text: 'mx; none (\xfc)', code: 'bad-character', at: 10 },
    { what: 'a second field behind it', text: 'mx; none\r\nX: y', code: 'rubbish-behind', at: 8 },
    { what: 'too much', text: `mx; none (${'x'.repeat(8192)})`, code: 'too-long', at: 8192 - start },
  ])('$what', ({ text, code, at }) => {
    expect(read(text)).toEqual({ code, offset: start + at });
  });

  test('another field', () => {
    const parsed = parseAuthenticationResults('Received-SPF: pass');
    expect(parsed).toEqual({ ok: false, error: { code: 'not-authentication-results', offset: 0 } });
  });
});

test('whatever is read raises no exception', () => {
  const piece = fc.constantFrom(
    '(',
    ')',
    '"',
    '\\',
    ';',
    '=',
    ' ',
    '\r\n ',
    '@',
    'a',
    'a.b',
    'none',
    '1',
    '\0',
    '\xff',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      parseAuthenticationResults(`Authentication-Results: mx; ${pieces.join('')}`);
    }),
    { seed: SEED, numRuns: 5000 },
  );
});

test.each(['(', '"', '\\', ' ', '\r\n ', 'a.', 'a-', '();', 'a=b;', 'a=b c.d=e ', 'a.b=', '-'])(
  '8 KiB of %j are read in time',
  (piece) => {
    const text = `Authentication-Results: mx; a=b ${piece.repeat(Math.floor(8000 / piece.length))}`;
    expect(parseAuthenticationResults(text)).toBeDefined();
  },
);
