/** Packets, cut anywhere. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { decodeCommand, PacketReader, type Command, type MilterProblem } from '../../src/milter/index.js';
import { SEED } from '../support/seed.js';

type Read = Command['kind'] | MilterProblem['code'];

const bytesOf = (octets: string): Buffer => Buffer.from(octets, 'latin1');

/** All that comes of a stream, in chunks that end at `cuts`. */
function read(bytes: Uint8Array, cuts: readonly number[] = []): Read[] {
  const reader = new PacketReader(decodeCommand);
  const found: Read[] = [];
  let start = 0;
  for (const end of [...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length]) {
    reader.feed(bytes.subarray(start, end));
    start = end;
    for (let one = reader.next(); one !== null; one = reader.next()) {
      found.push(one.ok ? one.value.kind : one.error.code);
      if (!one.ok) return found;
    }
  }
  return found;
}

const everywhere = (bytes: Uint8Array): number[] => Array.from(bytes, (_, at) => at + 1);

const length = (octets: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(octets);
  return bytes.toString('latin1');
};
const ABORT = '\0\0\0\x01A';
const HELO = '\0\0\0\x03Hx\0';

const streams: readonly { name: string; octets: string; found: readonly Read[] }[] = [
  { name: 'nothing, as a load balancer sends it', octets: '', found: [] },
  { name: 'one packet', octets: HELO, found: ['helo'] },
  { name: 'three in one read', octets: HELO + ABORT + HELO, found: ['helo', 'abort', 'helo'] },
  { name: 'half a length', octets: `${HELO}\0\0`, found: ['helo'] },
  { name: 'a length and nothing more', octets: `${HELO}\0\0\0\x05`, found: ['helo'] },
  { name: 'a packet that does not end', octets: `${HELO}\0\0\0\x05Hx\0`, found: ['helo'] },
  { name: 'a length of zero', octets: `${HELO}\0\0\0\0${HELO}`, found: ['helo', 'empty-packet'] },
  { name: '4 GiB', octets: `${HELO}\xff\xff\xff\xff`, found: ['helo', 'packet-too-long'] },
  { name: '2 GiB', octets: '\x80\0\0\0H', found: ['packet-too-long'] },
  { name: 'HTTP', octets: 'GET / HTTP/1.1\r\n\r\n', found: ['packet-too-long'] },
  { name: 'TLS', octets: '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03', found: ['packet-too-long'] },
  { name: 'SMTP', octets: 'EHLO x\r\n', found: ['packet-too-long'] },
  { name: 'no command of ours', octets: `${HELO}\0\0\0\x01S${HELO}`, found: ['helo', 'unknown-command'] },
  { name: 'a command without what it must have', octets: `\0\0\0\x01M${HELO}`, found: ['malformed-payload'] },
];

describe('a stream of packets', () => {
  test.each(streams)('$name', ({ octets, found }) => {
    const bytes = bytesOf(octets);
    expect(read(bytes)).toEqual(found);
    expect(read(bytes, everywhere(bytes))).toEqual(found);
  });

  test('the same packets and problems wherever it is cut', () => {
    const piece = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...streams.map(({ octets }) => octets)) },
      fc.constantFrom('\0', 'H', 'M', `${length(70_000)}L${'x'.repeat(69_999)}`, `${length(70_000)}M`),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.array(fc.nat(200), { maxLength: 12 }),
        (pieces, cuts) => {
          const bytes = bytesOf(pieces.join(''));
          expect(read(bytes, cuts)).toEqual(read(bytes));
        },
      ),
      { numRuns: 300, seed: SEED },
    );
  });

  test('no exception and at most one problem, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.array(fc.nat(400)), (noise, cuts) => {
        // A small length now and then, or nearly all noise is too long a packet.
        const bytes = noise.map((octet, at) => (at % 8 < 3 ? 0 : octet));
        const found = read(bytes, cuts);
        expect(found).toEqual(read(bytes));
        expect(found.filter((one) => one.includes('-') && one !== 'quit-nc').length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 500, seed: SEED },
    );
  });
});

describe('limits', () => {
  const packet = (code: string, octets: number): string =>
    `${length(octets)}${code}${'x'.repeat(octets - 1)}`;
  test.each<[string, string, readonly Read[]]>([
    ['64 KiB', packet('M', 65_536), ['mail']],
    ['one octet more', packet('M', 65_537), ['packet-too-long']],
    ['64 KiB of macros', packet('D', 65_536), ['macro']],
    ['more macros', packet('D', 65_537), ['packet-too-long']],
    ['a header of 100 KiB, as Postfix lets through', packet('L', 102_400), ['header']],
    ['1 MiB of body', packet('B', 1_048_577), ['body']],
    ['1 MiB of body at the end', packet('E', 1_048_577), ['bodyeob']],
    ['more body', packet('B', 1_048_578), ['packet-too-long']],
  ])('%s', (_name, octets, found) => {
    const bytes = bytesOf(octets + ABORT);
    const expected = found[0] === 'packet-too-long' ? found : [...found, 'abort'];
    expect(read(bytes)).toEqual(expected);
    expect(read(bytes, [1, 4, 5, 6, 1000, 65_535, 65_541, 70_000, 1_000_000])).toEqual(expected);
  });

  test('too long a packet is refused before it arrives', () => {
    expect(read(bytesOf(`${length(65_537)}M`))).toEqual(['packet-too-long']);
    expect(read(bytesOf(length(1_048_578)))).toEqual(['packet-too-long']);
    expect(read(bytesOf(length(65_537)))).toEqual([]); // that of a header may come
  });

  test('a problem says what it is, and stays', () => {
    const reader = new PacketReader(decodeCommand);
    reader.feed(bytesOf(`${length(65_537)}Mx`));
    const problem = {
      ok: false,
      error: { code: 'packet-too-long', detail: 'SMFIC_MAIL of length 65537' },
    };
    expect(reader.next()).toEqual(problem);
    reader.feed(bytesOf(HELO));
    expect(reader.next()).toEqual(problem);
    expect(reader.isMidPacket).toBe(false);
  });

  test('a long packet octet by octet takes time in proportion to its length', () => {
    const bytes = bytesOf(packet('B', 1_048_577));
    const started = process.cpuUsage();
    expect(read(bytes, everywhere(bytes))).toEqual(['body']);
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000).toBeLessThan(5_000); // half a TB to copy, were it begun anew each time
  });
});

test.each([
  { after: '', isMidPacket: false },
  { after: '\0', isMidPacket: true },
  { after: '\0\0\0\x03', isMidPacket: true },
  { after: '\0\0\0\x03Hx', isMidPacket: true },
  { after: HELO, isMidPacket: false },
  { after: `${HELO}\0\0`, isMidPacket: true },
])('in the middle of a packet after $after: $isMidPacket', ({ after, isMidPacket }) => {
  const reader = new PacketReader(decodeCommand);
  reader.feed(bytesOf(after));
  while (reader.next() !== null);
  expect(reader.isMidPacket).toBe(isMidPacket);
});
