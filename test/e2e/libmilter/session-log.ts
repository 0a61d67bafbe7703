/** Our session, played a conversation and writing down what stages.c does. */
import {
  afterResponse,
  decodeCommand,
  endOfConnection,
  macro,
  newSession,
  PacketReader,
  step,
  type Input,
  type Response,
  type Session,
} from '../../../src/milter/index.js';

export interface Played {
  /** What was called, with its arguments and the macro `i`. */
  readonly lines: readonly string[];
  /** The kinds of all responses, in order. */
  readonly replies: readonly string[];
}

/** A conversation from its first packet to its end. `steps` are the protocol flags to ask for. */
export function playSession(packets: readonly Uint8Array[], steps: number): Played {
  const reader = new PacketReader(decodeCommand);
  const lines: string[] = [];
  const replies: string[] = [];
  let session = newSession({ actions: 0x1ff, steps, macros: {} });
  reader.feed(Buffer.concat(packets));
  for (let read = reader.next(); read !== null && !session.isOver; read = reader.next()) {
    const stepped = read.ok ? step(session, read.value) : read;
    if (!stepped.ok) break;
    const { inputs, isReplyDue } = stepped.value;
    const before = session;
    session = stepped.value.session;
    for (const input of inputs) lines.push(...linesOf(input, input.kind === 'abort' ? before : session));
    const last = inputs.at(-1);
    if (last === undefined) continue;
    const response = answerTo(last);
    if (isReplyDue) {
      replies.push(response.kind);
      session = afterResponse(session, last.kind, response);
    }
  }
  for (const input of endOfConnection(session).inputs) lines.push(...linesOf(input, session));
  return { lines, replies };
}

const VERDICTS = { refuse: 'reject', later: 'tempfail', accept: 'accept', discard: 'discard' } as const;
const WORDS = Object.keys(VERDICTS) as (keyof typeof VERDICTS)[];

function answerTo(input: Input): Response {
  if (input.kind === 'negotiate') return { kind: 'optneg', ...input.agreement };
  const said = verdictPlace(input).replace(/^</, '');
  const word = WORDS.find((one) => said.startsWith(one));
  return { kind: word === undefined ? 'continue' : VERDICTS[word] };
}

/** Where stages.c looks for the verdict that it is to give. */
function verdictPlace(input: Input): string {
  switch (input.kind) {
    case 'connect':
      return input.client.hostName;
    case 'helo':
      return input.name;
    case 'mail':
    case 'rcpt':
      return input.text;
    case 'header':
      return input.value;
    case 'body':
      return input.octets;
    case 'unknown':
      return input.line;
    case 'negotiate':
    case 'data':
    case 'eoh':
    case 'end-of-message':
    case 'abort':
    case 'new-connection':
    case 'quit':
      return '';
  }
}

function linesOf(input: Input, session: Session): readonly string[] {
  if (input.kind === 'negotiate') return [];
  if (input.kind === 'quit' || input.kind === 'new-connection') return ['close']; // one callback for both
  const words = [input.kind, ...textsOf(input).map(quoted), `i=${macro(session, 'i') ?? '-'}`];
  return [words.join(' ')];
}

function textsOf(input: Input): readonly string[] {
  switch (input.kind) {
    case 'connect':
      return [input.client.hostName, input.client.address?.toString() ?? 'nobody'];
    case 'mail':
    case 'rcpt':
      return [input.text, ...input.parameters];
    case 'header':
      return [input.name, input.value];
    case 'helo':
    case 'body':
    case 'unknown':
      return [verdictPlace(input)];
    case 'negotiate':
    case 'data':
    case 'eoh':
    case 'end-of-message':
    case 'abort':
    case 'new-connection':
    case 'quit':
      return [];
  }
}

function quoted(text: string): string {
  const safe = text.replace(
    /[^ -~]|["\\]/g,
    (octet) => `\\x${octet.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `"${safe}"`;
}
