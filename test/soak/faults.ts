/** A name server that is ill at random: what it does instead of answering, for a share of all questions. */
import {
  encodeMessage,
  optRecord,
  QR,
  RA,
  RD,
  TC,
  textRdata,
  TYPES,
  type Query,
} from '../support/dns-message.js';
import { framed, type Reaction, type ResponderOptions } from '../support/dns-responder.js';
import type { SeededRandom } from '../bench/random.js';

const FAULTS = ['servfail', 'refused', 'drop', 'truncated', 'garbage'] as const;

/** For each question: the fault that it meets, or none. */
export function faulty(share: number, random: SeededRandom): NonNullable<ResponderOptions['react']> {
  return (query, usual) => {
    if (!random.chance(share)) return 'usual';
    switch (random.pick(FAULTS)) {
      case 'servfail':
        return { messages: [bare(query, 2)] };
      case 'refused':
        return { messages: [bare(query, 5)] };
      case 'drop':
        return query.transport === 'udp' ? 'drop' : random.pick(['drop', 'reset', 'end']);
      case 'truncated':
        return truncated(query, usual, random);
      case 'garbage':
        return { messages: [garbage(query, usual, random)] };
    }
  };
}

/** The question, a response code, and nothing else. */
function bare(query: Query, flags: number): Buffer {
  return encodeMessage({
    id: query.id,
    flags: QR | RD | RA | flags,
    questions: [query],
    additional: query.edns === null ? [] : [optRecord(1232)],
  });
}

/** Over UDP one that says so, over TCP a connection that ends in the middle. */
function truncated(query: Query, usual: Buffer | null, random: SeededRandom): Reaction {
  if (query.transport === 'udp') return { messages: [bare(query, TC)] };
  const whole = framed(usual ?? bare(query, 0));
  return { octets: whole.subarray(0, random.integer(0, whole.length - 1)) };
}

/** Nothing that could be taken for an answer to the question by who looks closely. */
function garbage(query: Query, usual: Buffer | null, random: SeededRandom): Buffer {
  switch (random.integer(0, 3)) {
    case 0: {
      const octets = Buffer.from(
        Array.from({ length: random.integer(0, 600) }, () => random.integer(0, 255)),
      );
      if (octets.length > 1 && octets.readUInt16BE(0) === query.id) octets.writeUInt16BE(query.id ^ 1, 0);
      return octets;
    }
    case 1: {
      const message = usual ?? bare(query, 0);
      return message.subarray(0, random.integer(0, message.length - 1));
    }
    case 2:
      return forged({ ...query, id: (query.id + random.integer(1, 0xffff)) & 0xffff });
    default:
      return forged({ ...query, name: `not-${query.name}`.slice(0, 60) });
  }
}

/** Lets everybody pass, if it is believed. */
function forged({ id, name, type }: Pick<Query, 'id' | 'type'> & { readonly name: string }): Buffer {
  const rdata =
    type === TYPES['TXT']
      ? textRdata(['v=spf1 +all'])
      : Buffer.from(type === TYPES['A'] ? [127, 0, 0, 2] : []);
  return encodeMessage({
    id,
    flags: QR | RD | RA,
    questions: [{ name, type }],
    answers: [{ name, type, ttl: 60, rdata: [rdata] }],
  });
}
