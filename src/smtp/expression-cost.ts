/** Tells regular expressions that would take long with some address from those that never do. */

/** What an expression must not have. */
export type ExpressionCost =
  /** A repetition without end of what can match in several ways: time that doubles with each octet. */
  | 'nested'
  /** More repetitions in a row than can be tried. */
  | 'repetitions'
  | 'back-reference'
  | 'lookbehind';

/** Addresses are matched up to here. */
const LONGEST = 320;

/** A second at worst, mostly far less. Four repetitions without end are more, and three where the beginning is open. */
const MOST_WAYS = 1e8;

/** So that products stay finite: infinite is what is nested. */
const MANY = 1e18;

/**
 * What makes an expression too costly to be used, or null. `source` is one that compiles (without flags but
 * `i`). It is judged by the ways in which it can match some text from some octet on, which is never less than
 * what is tried; that some of them exclude each other is not seen.
 */
export function expressionCost(source: string): ExpressionCost | null {
  const scan: Scan = { source, at: 0, refused: null };
  const ways = waysOfAlternatives(scan, true);
  if (scan.refused !== null) return scan.refused;
  if (ways === Infinity) return 'nested';
  return ways > MOST_WAYS ? 'repetitions' : null;
}

interface Scan {
  readonly source: string;
  at: number;
  refused: 'back-reference' | 'lookbehind' | null;
}

/** Up to a closing parenthesis, which is left, or to the end. */
function waysOfAlternatives(scan: Scan, isTop: boolean): number {
  let all = 0;
  for (;;) {
    const isAnchored = !isTop || scan.source[scan.at] === '^';
    const ways = waysOfSequence(scan);
    all += isAnchored ? ways : times(ways, LONGEST);
    if (scan.source[scan.at] !== '|') return all;
    scan.at++;
  }
}

function waysOfSequence(scan: Scan): number {
  let all = 1;
  while (scan.at < scan.source.length && !/[|)]/.test(scan.source.charAt(scan.at))) {
    const ways = waysOfAtom(scan);
    all = times(all, repeated(ways, quantifier(scan)));
  }
  return all;
}

/** A character, a class, an escape or a group. */
function waysOfAtom(scan: Scan): number {
  const { source } = scan;
  if (source[scan.at] === '(') return waysOfGroup(scan);
  const atom = /\[\^?(?:\\[^]|[^\]\\])*\]|\\[^]|[^]/y;
  const [text = ''] = matchAt(atom, scan) ?? [];
  if (/^\\[1-9k]/.test(text)) scan.refused = 'back-reference';
  return 1;
}

function waysOfGroup(scan: Scan): number {
  const [opening = ''] = matchAt(/\((?:\?(?:<?[=!]|<[^>]*>|[a-z-]*:))?/y, scan) ?? [];
  if (/^\(\?<[=!]/.test(opening)) scan.refused = 'lookbehind';
  const ways = waysOfAlternatives(scan, false);
  scan.at++;
  return ways;
}

/** How often, at least and at most; lazy ones try the same in another order. */
function quantifier(scan: Scan): readonly [least: number, most: number] {
  const [text, least, comma, most] = matchAt(/(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})\??/y, scan) ?? [];
  if (text === undefined) return [1, 1];
  if (least === undefined) return [text.startsWith('+') ? 1 : 0, text.startsWith('?') ? 1 : Infinity];
  if (comma === undefined) return [Number(least), Number(least)];
  return [Number(least), most === undefined || most === '' ? Infinity : Number(most)];
}

/** The ways of each count of times, added up. */
function repeated(ways: number, [least, most]: readonly [least: number, most: number]): number {
  if (ways > 1 && most === Infinity) return Infinity;
  let all = 0;
  let power = 1;
  for (let count = 0; count <= Math.min(most, LONGEST); count++) {
    if (count >= Math.min(least, LONGEST)) all += power;
    power = times(power, ways);
  }
  return all;
}

function times(a: number, b: number): number {
  const product = a * b;
  return product === Infinity ? Infinity : Math.min(product, MANY);
}

/** Matches a sticky expression where the scan is, and moves it behind. */
function matchAt(expression: RegExp, scan: Scan): RegExpExecArray | null {
  expression.lastIndex = scan.at;
  const match = expression.exec(scan.source);
  if (match !== null) scan.at = expression.lastIndex;
  return match;
}
