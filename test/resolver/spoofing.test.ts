/**
 * Answers that somebody else sends while the true one is on its way (RFC 5452): another id, another question, or
 * another port. Some thousand here; SPFWARDEN_FORGERIES=100000 is the long form.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

import { afterEach, expect, test } from '@jest/globals';

import { queryName } from '../../src/dns/index.js';
import { systemClock } from '../../src/util/index.js';
import { QR, textRdata, type MessageParts, type Query } from '../support/dns-message.js';
import { Closing, forged } from './asking.js';

const closing = new Closing();
afterEach(() => closing.close());

const FORGERIES = Number(process.env['SPFWARDEN_FORGERIES'] ?? 5000);
/** For each question, before the true answer comes. */
const PER_QUESTION = 50;

function randomBelow(limit: number): number {
  return Math.floor(Math.random() * limit);
}

/** What is wrong with each kind; the rest of it is as it should be. */
const KINDS: readonly ((query: Query) => Partial<MessageParts>)[] = [
  (query) => ({ id: (query.id + 1 + randomBelow(0xffff)) & 0xffff }),
  (query) => ({ questions: [{ name: `x${query.name}`, type: query.type }] }),
  (query) => ({ questions: [{ name: query.name, type: 1 }] }),
  (query) => ({ questions: [{ name: query.name, type: query.type, class: 3 }] }),
  (query) => ({ questions: [query, query] }),
  () => ({ questions: [] }),
  (query) => ({ flags: 0, questions: [query] }), // a query
  (query) => ({ flags: QR | 0x2800, questions: [query] }), // an update
];

async function otherSocket(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  closing.add(socket);
  return socket;
}

test(`of ${FORGERIES} forged answers none is taken`, async () => {
  const other = await otherSocket();
  let sent = 0;
  const { server } = await closing.responder('', {
    keepsQueries: false,
    react: (query) => {
      const messages: Buffer[] = [];
      for (let i = 0; i < PER_QUESTION; i++, sent++) {
        const kind = KINDS[i % (KINDS.length + 1)];
        // The last kind is right in everything, but comes from another port.
        if (kind === undefined) other.send(forged(query), query.port, '127.0.0.1');
        else messages.push(forged(query, kind(query)));
      }
      const answers = [{ name: query.name, type: query.type, rdata: [textRdata([`true ${query.name}`])] }];
      return { messages: [...messages, forged(query, { answers })] };
    },
  });
  const resolver = closing.resolver([server], { timeoutMs: 1000, tries: 5 });
  const counts = { right: 0, forged: 0, failed: 0 };
  const questions = FORGERIES / PER_QUESTION;
  const ask = async (first: number): Promise<void> => {
    for (let i = first; i < questions; i += 4) {
      const name = queryName(`d${i}.example`);
      const answer = await resolver.lookup(name, 'TXT', systemClock.now() + 10_000);
      if (answer.kind !== 'records') counts.failed++;
      else if (answer.records.join() === `true ${name}`) counts.right++;
      else counts.forged++;
    }
  };
  await Promise.all([0, 1, 2, 3].map(ask));
  expect(sent).toBeGreaterThanOrEqual(FORGERIES);
  expect(counts).toEqual({ right: questions, forged: 0, failed: 0 });
}, 300_000);
