/** What a client may say where a name, an address or a sentence is expected, if it means harm: the same texts
 *  for the same seed. */
import { Random } from '../fuzz/random.js';

/** Each is a try to end something early, to begin something of its own, or to break a line or a program. */
const PIECES = [
  '\r\n',
  '\n',
  '\r',
  '\n ',
  '\0',
  ')',
  '(',
  '"',
  '\\',
  '%',
  '%s%n',
  ';',
  '=',
  '@',
  ' ',
  '\t',
  '.',
  ',',
  '<>',
  '\x7f',
  '\x80\xff',
  '\u202e',
  '\u2066',
  '\u{1f4a9}',
  'bücher.example',
  '.example.com',
  'bank.test',
  'x; dkim=pass header.d=bank.test',
  'x) spf=pass (',
  'x"; spf=pass smtp.mailfrom=bank.test; x="',
  '; identity=mailfrom; client-ip=192.0.2.99; ',
  '\r\nAuthentication-Results: mx.example.net; dmarc=pass header.from=bank.test',
  '\nReceived-SPF: pass (mx.example.net: x) identity=mailfrom;',
  'mx.example.net; none',
  'dkim=pass',
] as const;

export interface HostileMail {
  readonly helo: string;
  readonly localPart: string;
  readonly domain: string;
  /** For whatever is said in words: a problem, a note, a name that the DNS gave. */
  readonly words: string;
}

/** `count` messages, among them each piece alone and each at a length of 10 kB; some of their names are good ones,
 *  so that something is checked. */
export function hostileMail(count: number, seed: number): readonly HostileMail[] {
  const random = new Random(seed);
  const texts = [...PIECES, ...PIECES.map((piece) => piece.repeat(Math.ceil(10_000 / piece.length)))];
  const mixed = (): string => Array.from({ length: 1 + random.below(6) }, () => random.pick(PIECES)).join('');
  const text = (i: number): string => texts[i] ?? mixed();
  const domain = (i: number): string => (random.oneIn(2) ? text(i) : 'example.com');
  return Array.from({ length: count }, (_, i) => ({
    helo: random.oneIn(4) ? 'mail.example.com' : text(i),
    localPart: text(i),
    domain: domain(i),
    words: text(i),
  }));
}
