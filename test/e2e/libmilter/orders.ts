/** Conversations as words of one letter each, and as the packets that they stand for. */
import fc from 'fast-check';

/** The octets of commands; small letters are answered by something else than that it may go on. */
const PACKETS: Readonly<Record<string, string>> = {
  O: 'O\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff',
  C: 'Cmx.example.org\x004\0\x19192.0.2.1\0',
  S: 'C[IPv6:2001:db8:0:0:0:0:0:25]\x006\0\x19IPv6:2001:db8:0:0:0:0:0:25\0', // as Sendmail has it
  P: 'Cunknown\x004\0\0unknown\0', // as Postfix has it
  X: 'Clocalhost\0U',
  c: 'Crefuse\x004\0\x19192.0.2.1\0',
  H: 'Hmx.example.org\0',
  h: 'Hrefuse\0',
  g: 'Haccept\0',
  M: 'M<user@example.com>\0SIZE=1\0BODY=8BITMIME\0',
  m: 'M<refuse@example.com>\0',
  n: 'M<accept@example.com>\0',
  R: 'R<"a b"@ex\xe4mple.net>\0NOTIFY=NEVER\0',
  r: 'R<refuse@example.net>\0',
  s: 'R<accept@example.net>\0',
  d: 'R<discard@example.net>\0',
  T: 'T',
  L: 'LSubject\0one\n\ttwo\0',
  l: 'LX-Test\0later\0',
  p: 'LX-Test\0accept\0',
  N: 'N',
  B: 'Btext\r\n',
  b: 'Brefuse\r\n',
  E: 'E',
  e: 'Elast\r\n',
  U: 'UHELP me\0',
  u: 'Urefuse\0',
  A: 'A',
  Q: 'Q',
  K: 'K',
};

/** With macros, each command that may have some has an `i` of its own. */
export function packetsOf(order: string, hasMacros: boolean): readonly Uint8Array[] {
  return order.split('').flatMap((letter, place) => {
    const packet = PACKETS[letter] ?? '';
    const macros =
      hasMacros && !'OAQK'.includes(letter) ? [`D${packet.charAt(0)}i\0${place}${letter}\0`] : [];
    return [...macros, packet].map(withLength);
  });
}

function withLength(packet: string): Uint8Array {
  const octets = Buffer.alloc(4 + packet.length);
  octets.writeUInt32BE(packet.length);
  octets.write(packet, 4, 'latin1');
  return octets;
}

/** What may follow: the next commands, an end to the message, and what has no place there. Stages are those of a message
 *  by their letters, `-` for none, `=` for none after an unknown command, `+` for none after an abort. Unknown commands
 *  within a message are left out: libmilter forgets the message over them. So is what has no place after an abort: it
 *  takes that for a message if some steps are left out. */
const FOLLOWING: Readonly<Record<string, string>> = {
  '-': 'HhgMMMMMMnm' + 'RTLNBE' + 'Uu',
  '=': 'HhgMMMMMMnmUu',
  '+': 'HhgMMMMMMnm',
  M: 'RRRRrsd' + 'AHM',
  R: 'RRrsdTTTTTLN' + 'AHM',
  T: 'LLLLlpNN' + 'AHM' + 'RT',
  L: 'LLlpNNNN' + 'AHM' + 'RT',
  N: 'BBbEEEe' + 'AHM' + 'RTLN',
  B: 'BBbEEEe' + 'AHM' + 'RTLN',
};

/** After these no message is there, whatever was before. */
const ENDS = 'HhgEemnslpb';

/** Orders in which no step is skipped that was not left out by agreement. `isLeftOut` is for letters. */
export function anyOrder(isLeftOut: (letter: string) => boolean): fc.Arbitrary<string> {
  const next = (stage: string): string[] =>
    (FOLLOWING[stage] ?? '').split('').filter((letter) => !isLeftOut(letter));
  return fc.array(fc.nat(1000), { minLength: 1, maxLength: 25 }).map((picks) => {
    let order = 'OC';
    let stage = '-';
    for (const pick of picks) {
      const letters = next(stage);
      const letter = letters[pick % letters.length] ?? '';
      order += letter;
      stage = stageAfter(stage, letter);
    }
    return order;
  });
}

function stageAfter(stage: string, letter: string): string {
  if (letter === 'A') return '+';
  if (ENDS.includes(letter)) return '-';
  const upper = letter === 'd' ? 'R' : letter.toUpperCase(); // it is no end of the message
  if (upper === 'U') return '=';
  if (upper === 'M') return 'M';
  const places = 'MRTLNB';
  if (!places.includes(stage)) return stage;
  const forward = places.indexOf(upper) - places.indexOf(stage);
  return forward > 0 || (forward === 0 && 'RLB'.includes(upper)) ? upper : '-';
}
