/** Packets of mail servers by one letter each: what Postfix and Sendmail send, and near misses of it. */

const MANY = 300;
const ONE_KIB = 'x'.repeat(1023);

/** The octet of the command and its data. Capital letters are the protocol's own. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  O: [
    'O\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff', // what both offer today
    'O\0\0\0\x06\0\0\x01\x01\0\x1f\xff\xff', // fields may be added, not changed
    'O\0\0\0\x02\0\0\0\0\0\0\0\0', // an old one that offers nothing
    'O\0\0\0\x01\0\0\0\x0f\0\0\0\x3f',
    'O\0\0\0\x06\0\0\0\xff\0\0\0\x3f', // neither macro lists nor silence
    'O\0\0\0\x06\0\0\x01\x2f\0\x1f\xff\xff', // fields may not be changed
    'O\0\0\0\x06\0\0\x01\xff\0\0\xf0\x3f', // no reply to CONNECT, HELO, MAIL and RCPT
    'O\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff',
    'O\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff\0\0\0\0i j\0',
    'O\0\0\0\x06\0\0\x01',
  ],
  C: [
    'C[192.0.2.10]\x004\x8a\xb5192.0.2.10\0',
    'C[IPv6:2001:db8:0:0:0:0:0:10]\x006\xa5!IPv6:2001:db8:0:0:0:0:0:10\0',
    'Cunknown\x004\0\0unknown\0',
    'Clocalhost\0U',
    'Clocalhost\x004\0\x19127.0.0.1\0',
    'Cintern\x004\x8a\xb510.1.2.3\0',
    'Clocalhost\0L\0\0/run/smtp.sock\0',
    'Cmail.pass.example\x006\x8a\xb5::ffff:192.0.2.10\0',
    'C\0',
    'C',
  ],
  H: [
    'Hmail.pass.example\0',
    'Hmail.fail.example\0',
    'Htemp.example\0',
    'H[192.0.2.10]\0',
    'Hslow.example\0',
    'Hlocalhost\0',
    'H\xff <\r\n>"\x01%s\0',
    'H\0',
    'H',
    `H${ONE_KIB}`,
  ],
  M: [
    'M<user@pass.example>\0SIZE=100\0BODY=8BITMIME\0',
    'M<user@fail.example>\0',
    'M<user@soft.example>\0',
    'M<user@temp.example>\0',
    'M<>\0',
    'M<user@deep.example>\0SIZE=1\0',
    'M<@relay.example,@b.example:"john doe"@perm.example>\0',
    'Muser@none.example\0',
    'M\0',
    'M<j\xc3\xb6rg\x01"@b\xc3\xbccher.example> SIZE=1',
    'M',
    `M<${ONE_KIB}@pass.example>\0${'X=Y\0'.repeat(MANY)}`,
  ],
  R: [
    'R<one@rcpt.example>\0',
    'R<boss@rcpt.example>\0',
    'R<exempt@rcpt.example>\0NOTIFY=NEVER\0',
    'R<"a b"@rcpt.example>\0',
    'Rpostmaster\0',
    'R\0',
    'R',
  ],
  T: ['T', 'Tx'],
  L: [
    'LFrom\0<user@pass.example>\0',
    'LAuthentication-Results\0mx.example.net; spf=pass smtp.mailfrom=bank.example\0',
    'LAUTHENTICATION-results\0 (x) "MX.example.net." 1; dkim=pass\0',
    'LAuthentication-Results\0other.example; spf=pass\0',
    'LAuthentication-Results\0mx.\n\texample.net;\n spf=pass\0',
    'LSubject\0first\n\tsecond line\0',
    'LSubject\0 [SPF:fail] tagged\r\n\0',
    'LReceived-SPF\0pass (mx.example.net: x)\0',
    'LAuthentication-Results\0other.lab.test; none\0',
    'L\0\0',
    'LSubject',
    'L',
    `LX-Long\0${ONE_KIB.repeat(100)}\0`,
    `LAuthentication-Results\0${'('.repeat(5_000)}mx.example.net\0`,
  ],
  N: ['N'],
  B: ['Btext\r\n', 'B', `B${'octets\r\n'.repeat(8_000)}`],
  E: ['E', 'Elast\r\n'],
  U: ['UHELP me\0', 'U', 'U\0'],
  A: ['A', 'Ax'],
  K: ['K'],
  Q: ['Q'],
  X: ['Xnobody knows\0', 'D', '\0', '\xff'],
};

/** The values of macros, in the forms in which they come. */
const MACROS = [
  'j\0mx.lab.test\0{daemon_name}\0mx.lab.test\0{daemon_addr}\x00127.0.0.1\0v\0Postfix 3.7.11\0_\0unknown [192.0.2.10]\0',
  'i\x006AO9U4Nf000085\0{mail_mailer}\0capture\0{mail_host}\0lab\0{mail_addr}\0first@example.com\0',
  'i\0A837B232853\0',
  '',
  '{auth_authen}\0somebody\0{auth_type}\0PLAIN\0',
  'j\0other.lab.test\0i\0\0',
  'j\0\r\n\0{i}\0"\n\xff\0{daemon_name}',
  'no value',
  'x\0y\0'.repeat(MANY),
  `{verify}\0OK\0i\0${ONE_KIB}\0`,
];

/** Letters that stand for a packet. A small one stands for the macros of the command with the capital one. */
export const LETTERS = `${Object.keys(COMMANDS).join('')}chmrtlnbe`;

/** A whole packet, its length included; null for a letter that stands for none. Any `variant` will do. */
export function packetOf(letter: string, variant: number): Buffer | null {
  const known = Object.hasOwn(COMMANDS, letter) ? COMMANDS[letter] : undefined;
  const texts = known ?? (LETTERS.includes(letter) ? MACROS : []);
  const text = texts[variant % texts.length];
  if (text === undefined) return null;
  return withLength(known === undefined ? `D${letter.toUpperCase()}${text}` : text);
}

function withLength(text: string): Buffer {
  const packet = Buffer.allocUnsafe(4 + text.length);
  packet.writeUInt32BE(text.length);
  packet.write(text, 4, 'latin1');
  return packet;
}
