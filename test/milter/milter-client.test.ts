/** The two sides against each other: the test client of the other tests, and a filter made of the session. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';

import {
  afterResponse,
  decodeCommand,
  encodeResponses,
  endOfConnection,
  macro,
  newSession,
  PacketReader,
  SMFIF,
  SMFIP,
  step,
  STEPS_WITHOUT_CONTENT,
  USUAL_MACROS,
  type Input,
  type Response,
  type Session,
  type Wants,
} from '../../src/milter/index.js';
import { replyText } from '../../src/smtp/index.js';
import type { Conversation, Converse, Octets, Wire } from '../../src/util/index.js';
import { MilterClient, toConversation, toSocket, type Dial } from '../support/milter-client.js';

const WANTS: Wants = { actions: SMFIF.ADDHDRS, steps: STEPS_WITHOUT_CONTENT, macros: USUAL_MACROS };

/** The smallest filter there can be: refuses the sender `bad`, adds a field to everything else. */
class Filter implements Conversation {
  readonly heard: string[] = [];
  readonly #wire: Wire;
  readonly #reader = new PacketReader(decodeCommand);
  #session: Session;

  constructor(wire: Wire, wants: Wants) {
    this.#wire = wire;
    this.#session = newSession(wants);
  }

  get isMidRequest(): boolean {
    return this.#reader.isMidPacket;
  }

  receive(chunk: Uint8Array): undefined {
    this.#reader.feed(chunk);
    for (let read = this.#reader.next(); read !== null; read = this.#reader.next()) {
      const stepped = read.ok ? step(this.#session, read.value) : read;
      if (!stepped.ok) {
        this.#wire.close();
        return;
      }
      const { session, inputs, isReplyDue } = stepped.value;
      this.#session = session;
      for (const input of inputs) this.heard.push(input.kind);
      const last = inputs.at(-1);
      if (last === undefined || !isReplyDue) continue;
      const responses = this.#respond(last);
      this.#wire.send(encodeResponses(responses));
      this.#session = afterResponse(session, last.kind, responses.at(-1) ?? { kind: 'continue' });
    }
  }

  end(): void {
    this.heard.push(...endOfConnection(this.#session).inputs.map(({ kind }) => kind));
  }

  #respond(input: Input): Response[] {
    if (input.kind === 'negotiate') return [{ ...input.agreement, kind: 'optneg' }];
    if (input.kind === 'end-of-message') {
      const value = macro(this.#session, 'i') ?? ('-' as Octets);
      return [
        { kind: 'progress' },
        { kind: 'insheader', index: 0, name: 'X-Seen' as Octets, value },
        { kind: 'continue' },
      ];
    }
    const isBad = input.kind === 'mail' && input.path.kind === 'mailbox' && input.path.localPart === 'bad';
    if (!isBad) return [{ kind: 'continue' }];
    return [{ kind: 'replycode', code: 550, status: '5.7.23', lines: [replyText('100% bad')] }];
  }
}

const filters: Filter[] = [];
const converse =
  (wants: Wants): Converse =>
  (wire) => {
    const filter = new Filter(wire, wants);
    filters.push(filter);
    return filter;
  };

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
  filters.length = 0;
});

async function dialOverTcp(): Promise<Dial> {
  const server = createServer((socket) => {
    const filter = converse(WANTS)({
      peer: 'a test',
      host: null,
      send: (bytes) => socket.write(bytes),
      close: () => socket.end(),
      hangUp: () => socket.destroy(),
    });
    socket.on('data', (chunk) => void filter.receive(chunk));
    socket.on('end', () => {
      filter.end(true);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  endings.push(() => {
    socket.destroy();
    server.close();
  });
  return toSocket(socket);
}

describe.each<[string, () => Promise<Dial>]>([
  ['in memory', () => Promise.resolve(toConversation(converse(WANTS)))],
  ['over TCP', dialOverTcp],
])('%s', (_name, dial) => {
  test('two messages, one refused', async () => {
    const client = new MilterClient(await dial());
    expect(await client.negotiate()).toEqual({
      kind: 'optneg',
      version: 6,
      actions: 0x101,
      steps: STEPS_WITHOUT_CONTENT,
      macros: USUAL_MACROS,
    });
    expect(await client.connect('192.0.2.10', 'mx.example.org', { j: 'mx.example.net' })).toEqual({
      kind: 'continue',
    });
    expect(await client.helo('mx.example.org')).toEqual({ kind: 'continue' });
    expect(await client.mail('<bad@example.com>', { i: 'A1' })).toEqual({
      kind: 'replycode',
      code: 550,
      status: '5.7.23',
      lines: ['100% bad'],
    });
    client.abort();
    expect(await client.mail('<good@example.com>', { i: 'A2' }, ['SIZE=1'])).toEqual({ kind: 'continue' });
    expect(await client.rcpt('<a@example.net>')).toEqual({ kind: 'continue' });
    expect(await client.data()).toEqual({ kind: 'continue' });
    expect(await client.header('Subject', 'test')).toBeNull(); // left out, as are the next two
    expect(await client.eoh({ i: 'A2' })).toBeNull();
    expect(await client.body('text')).toBeNull();
    expect(await client.unknown('HELP')).toBeNull();
    expect(await client.endOfMessage()).toEqual({
      modifications: [{ kind: 'progress' }, { kind: 'insheader', index: 0, name: 'X-Seen', value: 'A2' }],
      final: { kind: 'continue' },
    });
    expect(client.unasked).toEqual([]);
    const kinds = ['negotiate', 'connect', 'helo', 'mail', 'mail', 'rcpt', 'data', 'end-of-message'];
    expect(filters.map(({ heard }) => heard)).toEqual([kinds]);
  });
});

describe('in memory', () => {
  const dial = (wants: Partial<Wants> = {}): MilterClient =>
    new MilterClient(toConversation(converse({ ...WANTS, ...wants })));

  test('every step, and replies that are left out', async () => {
    const client = dial({ steps: SMFIP.NR_HELO | SMFIP.NR_HDR });
    await client.negotiate();
    expect(await client.connect(null, 'localhost')).toEqual({ kind: 'continue' });
    expect(await client.helo('x')).toBeNull();
    expect(await client.unknown('HELP')).toEqual({ kind: 'continue' });
    expect(await client.mail('<>')).toEqual({ kind: 'continue' });
    expect(await client.header('A', 'b')).toBeNull();
    expect(await client.eoh()).toEqual({ kind: 'continue' });
    expect(await client.body('x')).toEqual({ kind: 'continue' });
    client.newConnection();
    expect(await client.connect('2001:db8::1')).toEqual({ kind: 'continue' });
    client.quit();
    expect(client.unasked).toEqual([]);
  });

  test('a filter that ends the connection', async () => {
    const client = dial();
    await expect(client.negotiate({ version: 1 })).rejects.toThrow('ended');
    expect(client.isEnded).toBe(true);
    await expect(client.connect('192.0.2.1')).rejects.toThrow('ended');
  });

  test('hanging up in the middle of a message', async () => {
    const client = dial();
    await client.negotiate();
    await client.mail('<a@example.com>');
    client.hangUp();
    await Promise.resolve();
    expect(filters[0]?.heard).toEqual(['negotiate', 'mail', 'abort', 'quit']);
  });
});
