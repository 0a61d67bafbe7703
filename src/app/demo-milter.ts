/** The milter's half of the demonstration: one message as a mail server would hand it over. */
import type { Socket } from 'node:net';

import {
  decodeResponse,
  encodeCommand,
  isModification,
  PacketReader,
  type Command,
  type Response,
} from '../milter/index.js';
import type { Octets } from '../util/index.js';

/** What Postfix offers. */
const OFFER: Command = { kind: 'optneg', version: 6, actions: 0x1ff, steps: 0x1fffff };

const text = (value: string): Octets => value as Octets;

/** A message that passes, and brings a result of its own that claims to be ours. */
const SESSION: readonly (readonly [what: string, command: Command])[] = [
  ['options', OFFER],
  [
    'client 198.51.100.25',
    {
      kind: 'connect',
      hostName: text('mail.pass.example'),
      family: text('4'),
      port: 25_000,
      address: text('198.51.100.25'),
    },
  ],
  ['HELO mail.pass.example', { kind: 'helo', name: text('mail.pass.example') }],
  ['MAIL FROM:<alice@pass.example>', { kind: 'mail', path: text('<alice@pass.example>'), parameters: [] }],
  ['RCPT TO:<bob@receiver.example>', { kind: 'rcpt', path: text('<bob@receiver.example>'), parameters: [] }],
  ['DATA', { kind: 'data' }],
  [
    'Authentication-Results: mx.receiver.example; dkim=pass',
    {
      kind: 'header',
      name: text('Authentication-Results'),
      value: text('mx.receiver.example; dkim=pass'),
    },
  ],
  ['the end of the message', { kind: 'bodyeob', octets: text('') }],
];

/** Plays it over a connected socket; `print` gets the lines. */
export async function playMilter(socket: Socket, print: (line: string) => void): Promise<void> {
  const responses = responsesOf(socket);
  for (const [what, command] of SESSION) {
    socket.write(encodeCommand(command));
    print(`   ${what}`);
    for (let isLast = false; !isLast;) {
      const { value: response } = await responses.next();
      if (response === undefined) throw new Error('the milter has closed the connection');
      isLast = !isModification(response);
      print(`     ${described(response)}`);
    }
  }
}

async function* responsesOf(socket: Socket): AsyncGenerator<Response, undefined> {
  const reader = new PacketReader(decodeResponse);
  for await (const chunk of socket) {
    reader.feed(chunk as Buffer);
    for (let read = reader.next(); read !== null; read = reader.next()) {
      if (!read.ok) throw new Error(`the milter said ${read.error.detail}`);
      yield read.value;
    }
  }
  return undefined;
}

function described(response: Response): string {
  if (response.kind === 'insheader') {
    return `insert on top: ${response.name}: ${response.value.replaceAll('\n', '')}`;
  }
  if (response.kind === 'chgheader') return `delete: ${response.name}, number ${response.index}`;
  return response.kind;
}
