/** The trace of a check: everything that happened, in order, however the answers come. */
import { expect, test } from '@jest/globals';

import { checkHost, type TraceEvent } from '../../src/spf/index.js';
import { argumentsOf, contextOf } from '../support/spf-client.js';
import { zone, type ZoneLiteral } from '../support/zone.js';

const REVERSE = '1.2.0.192.in-addr.arpa';

const sample: ZoneLiteral = {
  'example.com': {
    TXT: ['v=spf1 include:%{d1r}.inc.example -ip4:10.0.0.0/8 mx ptr redirect=r.example'],
    MX: [[10, 'mx.example']],
  },
  'example.inc.example': { TXT: ['v=spf1 a:gone.example ~all'] },
  'mx.example': { A: ['198.51.100.1'] },
  [REVERSE]: { PTR: ['forged.example.com'] },
  'forged.example.com': { A: ['198.51.100.2'] },
  'r.example': { TXT: ['v=spf1 -all exp=why.%{d}'] },
  'why.r.example': { TXT: ['%{i} is not %{o}'] },
};

/** One event as a line. */
function line(event: TraceEvent): string {
  const indent = '  '.repeat(event.depth);
  switch (event.kind) {
    case 'query':
      return `${indent}? ${event.name} ${event.type}: ${event.answer.kind} in ${event.durationMs} ms`;
    case 'record':
      return `${indent}record of ${event.domain}: ${event.text}`;
    case 'term':
      return `${indent}${event.term} begins at ${event.terms} terms, ${event.voids} voids`;
    case 'macro':
      return `${indent}${event.before} is ${event.after}`;
    case 'term-done':
      return `${indent}${event.term} ${event.matched ? 'matches' : 'does not'} at ${event.terms} terms, ${event.voids} voids`;
    case 'validated':
      return `${indent}${event.name} is ${event.valid ? '' : 'not '}validated`;
    case 'result':
      return `${indent}${event.domain}: ${event.result}`;
    case 'not-needed':
      return `${indent}${event.name} ${event.type} was not needed`;
    case 'explanation':
      return `${indent}${event.domain} explains: ${event.text ?? '(nothing)'}`;
  }
}

async function traceOf(literal: ZoneLiteral, isAsync: boolean, ip = '192.0.2.1'): Promise<string[]> {
  const lines: string[] = [];
  const context = contextOf(zone(literal, { async: isAsync }));
  await checkHost(argumentsOf({ ip }), { ...context, trace: (event) => lines.push(line(event)) });
  return lines;
}

const golden = [
  '? example.com TXT: records in 0 ms',
  'record of example.com: v=spf1 include:%{d1r}.inc.example -ip4:10.0.0.0/8 mx ptr redirect=r.example',
  'include:%{d1r}.inc.example begins at 0 terms, 0 voids',
  '%{d1r}.inc.example is example.inc.example',
  '  ? example.inc.example TXT: records in 0 ms',
  '  record of example.inc.example: v=spf1 a:gone.example ~all',
  '  a:gone.example begins at 1 terms, 0 voids',
  '  ? gone.example A: void in 0 ms',
  '  a:gone.example does not at 2 terms, 1 voids',
  '  ~all begins at 2 terms, 1 voids',
  '  ~all matches at 2 terms, 1 voids',
  '  example.inc.example: softfail',
  'include:%{d1r}.inc.example does not at 2 terms, 1 voids',
  '-ip4:10.0.0.0/8 begins at 2 terms, 1 voids',
  '-ip4:10.0.0.0/8 does not at 2 terms, 1 voids',
  'mx begins at 2 terms, 1 voids',
  '? example.com MX: records in 0 ms',
  '? mx.example A: records in 0 ms',
  'mx does not at 3 terms, 1 voids',
  'ptr begins at 3 terms, 1 voids',
  `? ${REVERSE} PTR: records in 0 ms`,
  '? forged.example.com A: records in 0 ms',
  'forged.example.com is not validated',
  'ptr does not at 4 terms, 1 voids',
  'redirect=r.example begins at 4 terms, 1 voids',
  '  ? r.example TXT: records in 0 ms',
  '  record of r.example: v=spf1 -all exp=why.%{d}',
  '  -all begins at 5 terms, 1 voids',
  '  -all matches at 5 terms, 1 voids',
  '  r.example: fail',
  'example.com: fail',
  'why.%{d} is why.r.example',
  '? why.r.example TXT: records in 0 ms',
  'why.r.example explains: 192.0.2.1 is not example.com',
];

test.each([
  { when: 'at once', isAsync: false },
  { when: 'later', isAsync: true },
])('is complete and in order when answers come $when', async ({ isAsync }) => {
  expect(await traceOf(sample, isAsync)).toEqual(golden);
});

test('ends with the error that ended the check', async () => {
  const literal = { 'example.com': { TXT: ['v=spf1 a +all'], A: 'servfail' as const } };
  const expected = [
    '? example.com TXT: records in 0 ms',
    'record of example.com: v=spf1 a +all',
    'a begins at 0 terms, 0 voids',
    '? example.com A: failed in 0 ms',
    'a does not at 1 terms, 0 voids',
    'example.com: temperror',
  ];
  expect(await traceOf(literal, false)).toEqual(expected);
  expect(await traceOf(literal, true)).toEqual(expected);
});

test('shows a record that cannot be read, and no term of it', async () => {
  expect(await traceOf({ 'example.com': { TXT: ['v=spf1 +all moo'] } }, false)).toEqual([
    '? example.com TXT: records in 0 ms',
    'record of example.com: v=spf1 +all moo',
    'example.com: permerror',
  ]);
});

test('without a domain to check there is nothing to trace', () => {
  const events: TraceEvent[] = [];
  const context = contextOf(zone({}));
  const args = argumentsOf({ sender: 'user@localhost' });
  void checkHost(args, { ...context, trace: (event) => events.push(event) });
  expect(events).toEqual([]);
});
