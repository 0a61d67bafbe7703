/** Reading Received-SPF fields, other programs' too (RFC 7208 §9.1, erratum 5436). */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { parseReceivedSpf } from '../../src/header/index.js';

function read(text: string): unknown {
  const parsed = parseReceivedSpf(text);
  return parsed.ok ? { ...parsed.value, pairs: Object.fromEntries(parsed.value.pairs) } : parsed.error;
}

describe('reads', () => {
  test.each([
    { what: 'a result alone', text: 'Received-SPF: pass', result: 'pass', comment: null, pairs: {} },
    { what: 'in any case', text: 'received-spf:SoftFail', result: 'softfail', comment: null, pairs: {} },
    { what: 'a comment alone', text: 'Received-SPF: none (a b)', result: 'none', comment: 'a b', pairs: {} }, // 5436
    {
      what: 'pairs without a comment', // erratum 5436
      text: 'Received-SPF: fail client-ip=192.0.2.1; identity=helo',
      result: 'fail',
      comment: null,
      pairs: { 'client-ip': '192.0.2.1', identity: 'helo' },
    },
    {
      what: 'the first example of §9.1, folded, with a semicolon at its end',
      text:
        'Received-SPF: pass (mybox.example.org: domain of\r\n myname@example.com designates 192.0.2.1 as\r\n' +
        '\tpermitted sender)\r\n   receiver=mybox.example.org; client-ip=192.0.2.1;\r\n' +
        '   envelope-from="myname@example.com"; helo=foo.example.com;\r\n',
      result: 'pass',
      comment: 'mybox.example.org: domain of myname@example.com designates 192.0.2.1 as\tpermitted sender',
      pairs: {
        receiver: 'mybox.example.org',
        'client-ip': '192.0.2.1',
        'envelope-from': 'myname@example.com',
        helo: 'foo.example.com',
      },
    },
    {
      what: 'folding by LF alone, as a milter sees it',
      text: 'Received-SPF: pass\n\tidentity=mailfrom;\n helo=a.example\n',
      result: 'pass',
      comment: null,
      pairs: { identity: 'mailfrom', helo: 'a.example' },
    },
    {
      what: 'comments in every place for one, and one in another',
      text: 'Received-SPF: (c) pass (a (b\\) c) d) Key (c)=(c) "v" (c); (c) other=x.y(c)',
      result: 'pass',
      comment: 'a (b) c) d',
      pairs: { key: 'v', other: 'x.y' },
    },
    {
      what: 'quoted-pairs, the empty string, blanks kept',
      text: 'Received-SPF: neutral a="x\\"\\\\\\; y"; b=""; c=" "',
      result: 'neutral',
      comment: null,
      pairs: { a: 'x"\\; y', b: '', c: ' ' },
    },
    {
      what: 'white space at the end', // policyd-spf writes one
      text: 'Received-SPF: pass (x) identity=mailfrom; receiver=mx.example ',
      result: 'pass',
      comment: 'x',
      pairs: { identity: 'mailfrom', receiver: 'mx.example' },
    },
    {
      what: 'an atom of odd characters',
      text: "Received-SPF: pass x=a=b!#$%&'*+-/?^_`{|}~",
      result: 'pass',
      comment: null,
      pairs: { x: "a=b!#$%&'*+-/?^_`{|}~" },
    },
  ])('$what', ({ text, result, comment, pairs }) => {
    expect(read(text)).toEqual({ result, comment, pairs });
  });
});

describe('refuses', () => {
  test.each([
    { what: 'another field', text: 'Authentication-Results: x', code: 'not-received-spf', offset: 0 },
    { what: 'an unknown result', text: 'Received-SPF: passed', code: 'bad-result', offset: 14 },
    { what: 'no result', text: 'Received-SPF: ', code: 'bad-result', offset: 14 },
    { what: 'no blank before the comment', text: 'Received-SPF: pass(x)', code: 'blank-missing', offset: 18 },
    {
      what: 'no blank before the pairs',
      text: 'Received-SPF: pass (x)a=b',
      code: 'blank-missing',
      offset: 22,
    },
    { what: 'a comment without an end', text: 'Received-SPF: pass (x (y)', code: 'open-comment', offset: 25 },
    { what: 'a key that is none', text: 'Received-SPF: pass =x', code: 'bad-key', offset: 19 },
    { what: 'a key without a value', text: 'Received-SPF: pass a; b=c', code: 'bad-key', offset: 20 },
    { what: 'an empty value', text: 'Received-SPF: pass a=; b=c', code: 'bad-value', offset: 21 },
    { what: 'a bare address', text: 'Received-SPF: pass a=u@x.example', code: 'rubbish-behind', offset: 22 },
    { what: 'a quote without an end', text: 'Received-SPF: pass a="x', code: 'open-quote', offset: 23 },
    { what: 'a backslash at the end', text: 'Received-SPF: pass a="x\\', code: 'open-quote', offset: 24 },
    { what: 'a key twice', text: 'Received-SPF: pass a=x; A=y', code: 'repeated-key', offset: 24 },
    { what: 'a line end in a value', text: 'Received-SPF: pass a="x\ny"', code: 'bad-character', offset: 23 },
    { what: 'NUL', text: 'Received-SPF: pass (\0)', code: 'bad-character', offset: 20 },
    { what: '8-bit', text: 'Received-SPF: pass (\xfc)', code: 'bad-character', offset: 20 },
    {
      what: 'a second field behind it',
      text: 'Received-SPF: pass\r\nX: y',
      code: 'blank-missing',
      offset: 18,
    },
    { what: 'too much', text: `Received-SPF: pass (${'x'.repeat(8192)})`, code: 'too-long', offset: 8192 },
  ])('$what', ({ text, code, offset }) => {
    expect(read(text)).toEqual({ code, offset });
  });
});

test('whatever is read raises no exception', () => {
  const piece = fc.constantFrom('(', ')', '"', '\\', ';', '=', ' ', '\r\n ', '\n', 'a', 'a.b', '\0', '\xff');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      parseReceivedSpf(`Received-SPF: pass ${pieces.join('')}`);
    }),
    { numRuns: 5000 },
  );
});

test.each(['(', '"', '\\', ' ', '\r\n ', 'a.', '();', 'a=b;', 'a="'])(
  '8 KiB of %j are read in time',
  (piece) => {
    const text = `Received-SPF: pass ${piece.repeat(Math.floor(8000 / piece.length))}`;
    expect(parseReceivedSpf(text)).toBeDefined();
  },
);
