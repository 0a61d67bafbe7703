/** The stream of a mail server to a milter: the same commands however it is cut, and what they mean. */
import { isDeepStrictEqual } from 'node:util';

import {
  afterResponse,
  decodeCommand,
  decodeResponse,
  encodeCommand,
  endOfConnection,
  macro,
  newSession,
  PacketReader,
  step,
  STEPS_WITHOUT_CONTENT,
  USUAL_MACROS,
  type Command,
  type MilterProblem,
  type Session,
} from '../../../src/milter/index.js';
import type { Result } from '../../../src/util/index.js';
import { hold, type Target } from '../target.js';

type Read = Result<Command, MilterProblem>;

const OFFER = '\0\0\0\x0dO\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff';
const CONNECT = '\0\0\0\x1cC[192.0.2.10]\x004\x8a\xb5192.0.2.10\0';
const HELO = '\0\0\0\x02DH\0\0\0\x10Hclient.example\0';
const MAIL = '\0\0\0\x21DM{mail_addr}\0a@example.com\0i\x00123\0\0\0\0\x18M<a@example.com>\0SIZE=100\0';
const RCPT = '\0\0\0\x14R"a b"@example.net\0\0';
const CONTENT = '\0\0\0\x07DTi\x001\0\0\0\0\x01T\0\0\0\x09LX\0a\n\tb\0\0\0\0\x01N\0\0\0\x04Bx\r\n\0\0\0\x01E';
const WANTS = { actions: 0x11, steps: STEPS_WITHOUT_CONTENT, macros: USUAL_MACROS };

export const target: Target = {
  name: 'milter-command',
  corpus: [
    OFFER + CONNECT + HELO + MAIL + RCPT + CONTENT + '\0\0\0\x01A\0\0\0\x01A\0\0\0\x01Q',
    OFFER + CONNECT + MAIL + RCPT + '\0\0\0\x01A' + HELO + '\0\0\0\x01A' + MAIL + '\0\0\0\x01K' + CONNECT,
    `${OFFER}\0\0\0\x29Cx\x006\xa5!IPv6:2001:db8:0:0:0:0:0:10\0\0\0\0\x0cClocalhost\0U\0\0\0\x06UHELP\0`,
    `${OFFER}\0\0\0\x22M<@a.example,@b.example:u@c.example>\0\0\0\0\x04M<>\0\0\0\0\x02M\0`,
    `${OFFER}\0\0\0\x00`,
    '\xff\xff\xff\xffO',
    'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
    '\0\0\0\x1ay550 5.7.23 100%% refused\0\0\0\0\x13i\0\0\0\0X-Milter\0seen\0\0\0\0\x01c',
  ],
  run(bytes) {
    const whole = read([bytes]);
    const size = 1 + (bytes.length % 7);
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );
    hold(isDeepStrictEqual(read(pieces), whole), 'the same commands, however the stream is cut');
    for (const one of whole) if (one.ok) checkWritten(one.value);
    checkSession(whole);
    readResponses(bytes);
  },
};

function read(chunks: readonly Buffer[]): readonly Read[] {
  const reader = new PacketReader(decodeCommand);
  const commands: Read[] = [];
  for (const chunk of chunks) {
    reader.feed(chunk);
    for (let one = reader.next(); one !== null; one = reader.next()) {
      commands.push(one);
      if (!one.ok) return commands; // it says so for ever
    }
  }
  return commands;
}

function checkWritten(command: Command): void {
  const again = decodeCommand(encodeCommand(command).subarray(4));
  hold(again.ok && isDeepStrictEqual(again.value, command), 'what was read is written as the same');
}

/** Every third reply is a refusal. */
function checkSession(commands: readonly Read[]): void {
  let session: Session = newSession(WANTS);
  for (const [i, one] of commands.entries()) {
    const stepped = one.ok ? step(session, one.value) : one;
    if (!stepped.ok) break;
    const { inputs, isReplyDue } = stepped.value;
    const last = inputs.at(-1);
    hold(inputs.length <= 2, 'at most two inputs');
    hold(!isReplyDue || last !== undefined, 'a reply is to something');
    hold(session.stage !== null || inputs.every(({ kind }) => kind !== 'abort'), 'no abort of nothing');
    session = stepped.value.session;
    macro(session, 'i');
    if (last !== undefined && isReplyDue) {
      session = afterResponse(session, last.kind, { kind: i % 3 === 0 ? 'reject' : 'continue' });
    }
  }
  hold(endOfConnection(session).session.isOver, 'the end is the end');
}

function readResponses(bytes: Buffer): void {
  const reader = new PacketReader(decodeResponse);
  reader.feed(bytes);
  for (let one = reader.next(); one?.ok === true; one = reader.next());
}
