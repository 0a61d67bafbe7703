/** Generators of records and zones for property tests. */
import * as fc from 'fast-check';

import type { FailureReason } from '../../src/dns/index.js';
import { IpAddress } from '../../src/net/index.js';
import type { Directive, Mechanism, SpfRecord } from '../../src/spf/index.js';
import type { Macro, MacroPart, MacroString } from '../../src/spf/record.js';
import type { OwnerLiteral, ZoneLiteral } from './zone.js';

const PRINTABLE = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i)).join('');
const ALPHANUMERIC = 'abcdefghijklmnopqrstuvwxyz0123456789ABCXYZ';

const textOf = (characters: string, minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from(characters)), minLength, maxLength });

const escape: fc.Arbitrary<MacroPart> = fc
  .constantFrom('%' as const, '_' as const, '-' as const)
  .map((of) => ({ kind: 'escape', of }));

const macro: fc.Arbitrary<Macro> = fc.record({
  kind: fc.constant('macro' as const),
  letter: fc.constantFrom('s', 'l', 'o', 'd', 'i', 'p', 'v', 'h'),
  escape: fc.boolean(),
  keep: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 9999 })),
  reverse: fc.boolean(),
  delimiters: fc.oneof(fc.constant('.'), textOf('.-+,/_=', 1, 4)),
});

const literal = (characters: string, maxLength: number): fc.Arbitrary<MacroPart> =>
  textOf(characters, 1, maxLength).map((text) => ({ kind: 'literal', text }));

/** Adjacent literals are one. */
function merged(parts: readonly MacroPart[]): MacroString {
  const result: MacroPart[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (part.kind === 'literal' && last?.kind === 'literal') {
      result.splice(-1, 1, { kind: 'literal', text: last.text + part.text });
    } else result.push(part);
  }
  return result;
}

const DOT: MacroPart = { kind: 'literal', text: '.' };
const topLabel = textOf('abcdefghijklmnopqrstuvwxyzAZ', 1, 10);

/** Labels of anything, and an end as §7.1 wants it. */
const domainSpec: fc.Arbitrary<MacroString> = fc
  .tuple(
    fc.array(fc.oneof(literal(PRINTABLE.replace(/[%.]/g, ''), 12), macro, escape), {
      minLength: 1,
      maxLength: 4,
    }),
    fc.oneof(
      macro.map((part): MacroPart[] => [part]),
      topLabel.map((text): MacroPart[] => [{ kind: 'literal', text }]),
      topLabel.map((text): MacroPart[] => [{ kind: 'literal', text: `${text}.` }]),
    ),
  )
  .map(([labels, end]) => merged([...labels.flatMap((part) => [part, DOT]), ...end]));

const macroString: fc.Arbitrary<MacroString> = fc
  .array(fc.oneof(literal(PRINTABLE.replace('%', ''), 12), macro, escape), { maxLength: 4 })
  .map(merged);

const ip4 = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => IpAddress.of(bytes));
const ip6 = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => IpAddress.of(bytes))
  .filter(({ family }) => family === 6);
const mapped = ip4.map((ip) => ({ family: 'mapped' as const, text: `::ffff:${ip.toString()}` }));

const cidr = fc.record({ ip4: fc.integer({ min: 0, max: 32 }), ip6: fc.integer({ min: 0, max: 128 }) });

const mechanism: fc.Arbitrary<Mechanism> = fc.oneof(
  fc.constant({ kind: 'all' as const }),
  fc.record({ kind: fc.constantFrom('include' as const, 'exists' as const), domain: domainSpec }),
  fc.record({ kind: fc.constantFrom('a' as const, 'mx' as const), domain: fc.option(domainSpec), cidr }),
  fc.record({ kind: fc.constant('ptr' as const), domain: fc.option(domainSpec) }),
  fc.record({ kind: fc.constant('ip4' as const), address: ip4, prefix: fc.integer({ min: 0, max: 32 }) }),
  fc.record({
    kind: fc.constant('ip6' as const),
    address: fc.oneof(ip6, mapped),
    prefix: fc.integer({ min: 0, max: 128 }),
  }),
);

const directive: fc.Arbitrary<Directive> = fc.record({
  qualifier: fc.constantFrom('pass', 'fail', 'softfail', 'neutral'),
  mechanism,
});

/** A valid record as a value. */
export const spfRecord: fc.Arbitrary<SpfRecord> = fc.record({
  directives: fc.array(directive, { maxLength: 8 }),
  redirect: fc.option(domainSpec),
  exp: fc.option(domainSpec),
  unknown: fc.array(
    fc.record({
      name: fc
        .tuple(textOf('abcXYZ', 1, 1), textOf(`${ALPHANUMERIC}-_.`, 0, 6))
        .map((parts) => parts.join(''))
        .filter((name) => !/^(?:redirect|exp)$/i.test(name)),
      value: macroString,
    }),
    { maxLength: 2 },
  ),
});

/** One small change of a text at a time, with what records are made of. */
export interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

const PIECES = [
  ...Array.from('%{}.:/=-+~? _09asldr\t\x7f\xff\0'),
  '%{d}',
  '%{L1r-}',
  '..',
  'all',
  'ip4:',
  'ip6:::',
  'redirect=',
  'exp=',
  'a:',
  '/24',
  '//64',
];

export const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.record({ at: fc.nat(), remove: fc.nat({ max: 3 }), insert: fc.constantFrom('', ...PIECES) }),
  { minLength: 1, maxLength: 2 },
);

export function edited(text: string, changes: readonly Edit[]): string {
  return changes.reduce((now, { at, remove, insert }) => {
    const start = at % (now.length + 1);
    return now.slice(0, start) + insert + now.slice(start + remove);
  }, text);
}

/** What a generated zone may hold. */
export interface ZoneShape {
  /** Whether records may depend on the names of the client: `ptr` and `%{p}`. */
  readonly withClientNames: boolean;
  /** Whether questions may fail. */
  readonly withFailures: boolean;
}

const NAMES = Array.from({ length: 30 }, (_, i) => `n${i}.example`);
/** The addresses of generated clients, and some others near them. */
export const CLIENTS = ['192.0.2.1', '198.51.100.1', '2001:db8::1'] as const;
const REVERSE = [
  '1.2.0.192.in-addr.arpa',
  '1.100.51.198.in-addr.arpa',
  '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa',
];

function recordText({ withClientNames }: ZoneShape): fc.Arbitrary<string> {
  const name = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...NAMES) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('%{d}', '%{o}', 'n%{l}.example', '%{d1r}.example', '%{ir}.example'),
    },
    ...(withClientNames ? [{ weight: 1, arbitrary: fc.constantFrom('%{p}', '%{p2}') }] : []),
  );
  const qualifier = fc.constantFrom('', '', '-', '~', '?');
  const kinds = ['a', 'mx', 'include', 'include', 'exists', ...(withClientNames ? ['ptr'] : [])];
  const term = fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(qualifier, fc.constantFrom(...kinds), name)
        .map(([sign, kind, target]) => `${sign}${kind}:${target}`),
    },
    { weight: 1, arbitrary: fc.constantFrom('a', 'mx', '?a/24', 'mx//32', '-ip6:2001:db8::/32', 'x=y') },
  );
  const modifier = (prefix: string) =>
    fc.oneof(fc.constant(''), name).map((target) => (target === '' ? '' : prefix + target));
  const last = fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom('', '-all', '~all', '?all', '+all') },
    { weight: 1, arbitrary: fc.constantFrom('moo', 'a:%{z}') },
  );
  return fc
    .tuple(fc.array(term, { maxLength: 8 }), modifier('redirect='), modifier('exp='), last)
    .map(([terms, ...rest]) => ['v=spf1', ...terms, ...rest].join(' '));
}

function ownerOf(shape: ZoneShape): fc.Arbitrary<OwnerLiteral> {
  const failing = fc.constantFrom('timeout' as const, 'servfail' as const);
  const maybe = <T>(weight: number, value: fc.Arbitrary<T>) =>
    fc.oneof(
      { weight: 10, arbitrary: fc.constant(undefined) },
      { weight, arbitrary: value },
      ...(shape.withFailures ? [{ weight: 1, arbitrary: failing }] : []),
    );
  const policy = recordText(shape).map((text) => [text]);
  const txt = fc.oneof(
    { weight: 12, arbitrary: policy },
    { weight: 1, arbitrary: fc.constantFrom(['because %{i}'], ['v=spf1', 'v=spf1 -all']) },
  );
  const mx = fc.tuple(fc.nat({ max: 5 }), fc.constantFrom(...NAMES, '.'));
  return fc
    .record({
      TXT: maybe(60, txt),
      A: maybe(
        10,
        fc.array(fc.constantFrom('192.0.2.1', '192.0.2.9', '198.51.100.1'), { minLength: 1, maxLength: 3 }),
      ),
      AAAA: maybe(
        10,
        fc.array(fc.constantFrom('2001:db8::1', '2001:db8::9'), { minLength: 1, maxLength: 3 }),
      ),
      MX: maybe(10, fc.array(mx, { minLength: 1, maxLength: 12 })),
    })
    .map((records) => Object.fromEntries(Object.entries(records).filter(([, at]) => at !== undefined)));
}

/** A DNS of up to 30 names that refer to each other, with the clients' reverse names. */
export function zoneLiteral(shape: ZoneShape): fc.Arbitrary<ZoneLiteral> {
  const alias = fc.constantFrom(...NAMES).map((CNAME) => ({ CNAME }));
  const owner = fc.oneof({ weight: 12, arbitrary: ownerOf(shape) }, { weight: 1, arbitrary: alias });
  const reverse = fc.oneof(
    fc
      .array(fc.constantFrom(...NAMES, 'sub.n0.example'), { minLength: 1, maxLength: 12 })
      .map((PTR) => ({ PTR })),
    fc.constant(shape.withFailures ? ('servfail' as const) : {}),
  );
  return fc
    .tuple(fc.array(owner, { minLength: 8, maxLength: NAMES.length }), fc.tuple(reverse, reverse, reverse))
    .map(([owners, pointers]) => {
      const entries: (readonly [string, OwnerLiteral | FailureReason])[] = [];
      owners.forEach((at, i) => entries.push([NAMES[i] ?? '', at]));
      pointers.forEach((at, i) => entries.push([REVERSE[i] ?? '', at]));
      return Object.fromEntries(entries);
    });
}
