/** Recorded conversations of real mail servers: what is understood, when a reply is due, the same octets again. */
import { describe, expect, test } from '@jest/globals';

import {
  afterResponse,
  decodeCommand,
  decodeResponse,
  encodeCommand,
  encodeResponse,
  isModification,
  macro,
  newSession,
  PacketReader,
  step,
  type Input,
  type Response,
  type Wants,
} from '../../src/milter/index.js';
import type { Octets } from '../../src/util/index.js';
import { TRANSCRIPTS, type Transcript } from './transcripts.js';

const BEGIN = ['negotiate 6', 'connect 192.0.2.10'];
const SECOND_AND_THIRD = [
  'mail john doe at example.com SIZE=100 BODY=8BITMIME',
  'rcpt a at example.net',
  'rcpt b at example.net',
  'data',
  'end-of-message',
  'mail null',
  'rcpt a at example.net',
  'data',
  'end-of-message',
  'quit',
];
const silent = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => (/^(connect|helo|data)/.test(line) ? `${line} (no reply)` : line));

/** A line for each input, the same for both mail servers. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'every step, two recipients, IPv6, a header field inserted': [
    'negotiate 6',
    'connect 2001:db8::10',
    'helo client.example',
    'mail sender at example.com',
    'rcpt a at example.net',
    'rcpt b at example.net',
    'data',
    'header From: "<sender@example.com>"',
    'header To: "<a@example.net>"',
    'header Subject: "lab test"',
    'header X-Two: " two blanks"',
    'header X-Tab: "\\ttab"',
    'header X-Empty: ""',
    'header X-Fold: "first\\n\\tsecond line\\n  third line"',
    'header Message-ID: "<lab.1@client.example>"',
    'header Date: "Thu, 01 Jan 2026 00:00:00 +0000"',
    'eoh',
    'body 12',
    'end-of-message',
    'quit',
  ],
  'RSET, a second EHLO, two messages': [
    ...BEGIN,
    'helo one.example',
    'mail first at example.com',
    'rcpt a at example.net',
    'abort',
    'helo two.example',
    ...SECOND_AND_THIRD,
  ],
  'the same, with replies left out': silent([
    ...BEGIN,
    'helo one.example',
    'mail first at example.com',
    'rcpt a at example.net',
    'abort',
    'helo two.example',
    ...SECOND_AND_THIRD,
  ]),
  'the client leaves in the middle of a message': [
    ...BEGIN,
    'helo gone.example',
    'mail sender at example.com',
    'rcpt a at example.net',
    'abort', // Postfix says so, Sendmail only quits
    'quit',
  ],
  'no HELO, null sender': [
    ...BEGIN,
    'mail null',
    'rcpt rcpt at example.net',
    'data',
    'end-of-message',
    'quit',
  ],
  'refused at MAIL': [...BEGIN, 'helo client.example', 'mail sender at example.com', 'quit'],
  'empty macro lists': [
    ...BEGIN,
    'helo client.example',
    'mail sender at example.com',
    'rcpt a at example.net',
    'rcpt b at example.net',
    'data',
    'end-of-message',
    'quit',
  ],
  'a message from standard input': [
    'negotiate 6',
    'connect nobody',
    'helo client.example',
    'mail sender at example.com',
    'rcpt rcpt at example.net',
    'data',
    'end-of-message',
    'quit',
  ],
  'a message from the sendmail command': [
    'negotiate 6',
    'connect 127.0.0.1',
    'helo localhost',
    'mail sender at example.com',
    'rcpt rcpt at example.net',
    'data',
    'end-of-message',
    'quit',
  ],
};

function packetsOf<T>(reader: PacketReader<T>, octets: string): T[] {
  const found: T[] = [];
  reader.feed(Buffer.from(octets, 'latin1'));
  for (let read = reader.next(); read !== null; read = reader.next()) {
    if (!read.ok) throw new Error(read.error.code);
    found.push(read.value);
  }
  return found;
}

function describeInput(input: Input): string {
  switch (input.kind) {
    case 'negotiate':
      return `negotiate ${input.agreement.version}`;
    case 'connect':
      return `connect ${input.client.address?.toString() ?? 'nobody'}`;
    case 'helo':
      return `helo ${input.name}`;
    case 'mail':
    case 'rcpt': {
      const { kind, path, parameters } = input;
      const who = path.kind === 'null' ? 'null' : `${path.localPart} at ${path.domain}`;
      return [kind, who, ...parameters].join(' ');
    }
    case 'header':
      return `header ${input.name}: ${JSON.stringify(input.value)}`;
    case 'body':
      return `body ${input.octets.length}`;
    case 'data':
    case 'eoh':
    case 'unknown':
    case 'end-of-message':
    case 'abort':
    case 'new-connection':
    case 'quit':
      return input.kind;
  }
}

/** What the recorder asked for. */
function wantsOf({ chunks }: Transcript): Wants {
  const answer = chunks.find((chunk) => chunk.startsWith('<')) ?? '';
  const [response] = packetsOf(new PacketReader(decodeResponse), answer.slice(1));
  if (response?.kind !== 'optneg') throw new Error('no answer to the offer');
  return response;
}

interface Played {
  readonly lines: readonly string[];
  /** Of each message: its queue id and the mail server's own name. */
  readonly messages: readonly (readonly [Octets | null, Octets | null])[];
}

/** Goes through a transcript and holds that a response was due where the recorder gave one, and nowhere else. */
function play(transcript: Transcript): Played {
  const commands = new PacketReader(decodeCommand);
  const responses = new PacketReader(decodeResponse);
  let session = newSession(wantsOf(transcript));
  let due: Input | null = null;
  const lines: string[] = [];
  const messages: [Octets | null, Octets | null][] = [];
  for (const chunk of transcript.chunks) {
    if (chunk.startsWith('<')) {
      for (const response of packetsOf(responses, chunk.slice(1))) {
        if (due === null) throw new Error(`${response.kind}, and nothing was due`);
        if (isModification(response)) continue;
        session = afterResponse(session, due.kind, response);
        due = null;
      }
      continue;
    }
    for (const command of packetsOf(commands, chunk.slice(1))) {
      if (due !== null) throw new Error(`${command.kind} instead of a response to ${due.kind}`);
      const stepped = step(session, command);
      if (!stepped.ok) throw new Error(stepped.error.code);
      const { inputs, isReplyDue } = stepped.value;
      session = stepped.value.session;
      due = isReplyDue ? (inputs.at(-1) ?? null) : null;
      for (const input of inputs) {
        const isSilent = input !== due && input.kind !== 'abort' && input.kind !== 'quit';
        lines.push(describeInput(input) + (isSilent ? ' (no reply)' : ''));
        if (input.kind === 'end-of-message') messages.push([macro(session, 'i'), macro(session, 'j')]);
      }
    }
  }
  expect(due).toBeNull();
  return { lines, messages };
}

describe.each(TRANSCRIPTS)('$mailServer: $what', (transcript) => {
  test('is understood', () => {
    const { lines, messages } = play(transcript);
    expect(lines).toEqual(EXPECTED[transcript.what]);
    for (const [queueId, ownName] of messages) {
      expect(queueId).toMatch(/^[0-9A-Za-z]{10,}$/);
      expect(ownName).toBe('mx.lab.test');
    }
    expect(new Set(messages.map(([queueId]) => queueId)).size).toBe(messages.length);
  });

  test('is written again as it was', () => {
    const responsesOf = (octets: string): Response[] => packetsOf(new PacketReader(decodeResponse), octets);
    for (const chunk of transcript.chunks) {
      const octets = chunk.slice(1);
      const again = chunk.startsWith('<')
        ? responsesOf(octets).map(encodeResponse)
        : packetsOf(new PacketReader(decodeCommand), octets).map(encodeCommand);
      // The recorder sent its macro lists in an order of its own.
      if (octets.startsWith('O', 4) && octets.length > 17) continue;
      expect(Buffer.concat(again).toString('latin1')).toBe(octets);
    }
  });
});
