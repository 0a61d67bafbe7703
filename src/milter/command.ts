/** What a mail server tells a filter, and its octets. */
import { err, octets, ok, type Octets, type Result } from '../util/index.js';
import { commandName, SMFIC } from './names.js';
import {
  bytesOf,
  packet,
  readOptions,
  readString,
  readStrings,
  readUint16,
  strings,
  uint16,
  writeOptions,
  type Options,
} from './packet.js';
import type { MilterProblem } from './problem.js';

export interface Macro {
  /** As it was sent: `i` or `{daemon_name}`. */
  readonly name: Octets;
  readonly value: Octets;
}

/** Kinds are the protocol's names in lower case. Texts are as the mail server sent them. */
export type Command =
  | ({ readonly kind: 'optneg' } & Options)
  /** `command` is the octet of the one they belong to. That comes next, or not at all if it is left out. */
  | { readonly kind: 'macro'; readonly command: Octets; readonly macros: readonly Macro[] }
  | {
      readonly kind: 'connect';
      readonly hostName: Octets;
      /** `4`, `6`, `L` (a unix socket) or `U` (unknown: there is no port and no address then). */
      readonly family: Octets;
      readonly port: number;
      readonly address: Octets;
    }
  /** HELO and EHLO alike. */
  | { readonly kind: 'helo'; readonly name: Octets }
  /** The path as the client typed it, and the parameters that followed it. */
  | { readonly kind: 'mail' | 'rcpt'; readonly path: Octets; readonly parameters: readonly Octets[] }
  | { readonly kind: 'data' }
  /** Lines of a folded value are parted by LF alone. */
  | { readonly kind: 'header'; readonly name: Octets; readonly value: Octets }
  | { readonly kind: 'eoh' }
  | { readonly kind: 'body'; readonly octets: Octets }
  /** The end of the message may bring the last piece of its body, but from no mail server that we know. */
  | { readonly kind: 'bodyeob'; readonly octets: Octets }
  | { readonly kind: 'unknown'; readonly line: Octets }
  | { readonly kind: 'abort' | 'quit' | 'quit-nc' };

/** Nobody sends a tenth of that. What is over is left out: these are for looking something up. */
const MAX_MACROS = 256;
const MAX_PARAMETERS = 256;

const EMPTY = '' as Octets;
const FAMILY_UNKNOWN = 'U' as Octets;

/**
 * Reads a packet, which lies from its command octet at `start` to `end`. Refuses only what says nothing at
 * all: an octet that is no command, and nothing where something must be. A string without its NUL ends with
 * the packet, one that is missing is empty, and a `connect` that is cut short comes from an unknown client: a
 * filter that is lost is lost for the whole SMTP session, so nothing that a mail client does may cause it.
 */
export function decodeCommand(
  bytes: Uint8Array,
  start = 0,
  end = bytes.length,
): Result<Command, MilterProblem> {
  const code = bytes[start] ?? 0;
  const data = octets(bytes, start + 1, end);
  const letter = String.fromCharCode(code);
  switch (letter) {
    case SMFIC.MACRO:
      return ok({ kind: 'macro', command: data.slice(0, 1) as Octets, macros: readMacros(data) });
    case SMFIC.DATA:
      return ok({ kind: 'data' });
    case SMFIC.EOH:
      return ok({ kind: 'eoh' });
    case SMFIC.ABORT:
      return ok({ kind: 'abort' });
    case SMFIC.QUIT:
      return ok({ kind: 'quit' });
    case SMFIC.QUIT_NC:
      return ok({ kind: 'quit-nc' });
    case SMFIC.BODY:
      return ok({ kind: 'body', octets: data });
    case SMFIC.BODYEOB:
      return ok({ kind: 'bodyeob', octets: data });
    case SMFIC.OPTNEG: {
      const options = readOptions(data);
      if (options === null) return tooShort(code, data);
      const { version, actions, steps } = options;
      return ok({ kind: 'optneg', version, actions, steps });
    }
    case SMFIC.CONNECT:
      return data === '' ? tooShort(code, data) : ok(readConnect(data));
    case SMFIC.HELO:
      return data === '' ? tooShort(code, data) : ok({ kind: 'helo', name: readString(data, 0) });
    case SMFIC.UNKNOWN:
      return data === '' ? tooShort(code, data) : ok({ kind: 'unknown', line: readString(data, 0) });
    case SMFIC.MAIL:
    case SMFIC.RCPT: {
      if (data === '') return tooShort(code, data);
      const path = readString(data, 0);
      const parameters = readStrings(data, path.length + 1, MAX_PARAMETERS);
      return ok({ kind: letter === SMFIC.MAIL ? 'mail' : 'rcpt', path, parameters });
    }
    case SMFIC.HEADER: {
      if (data === '') return tooShort(code, data);
      const name = readString(data, 0);
      return ok({ kind: 'header', name, value: readString(data, name.length + 1) });
    }
    default:
      return err({ code: 'unknown-command', detail: commandName(code) });
  }
}

/** A whole packet: what a mail server would send. */
export function encodeCommand(command: Command): Uint8Array {
  return bytesOf(commandPacket(command));
}

function commandPacket(command: Command): string {
  switch (command.kind) {
    case 'optneg':
      return packet(SMFIC.OPTNEG, writeOptions(command));
    case 'macro': {
      const values = command.macros.flatMap(({ name, value }) => [name, value]);
      return packet(SMFIC.MACRO, command.command + strings(...values));
    }
    case 'connect': {
      const { hostName, family, port, address } = command;
      const rest = family === FAMILY_UNKNOWN ? '' : uint16(port) + strings(address);
      return packet(SMFIC.CONNECT, strings(hostName) + family + rest);
    }
    case 'helo':
      return packet(SMFIC.HELO, strings(command.name));
    case 'mail':
      return packet(SMFIC.MAIL, strings(command.path, ...command.parameters));
    case 'rcpt':
      return packet(SMFIC.RCPT, strings(command.path, ...command.parameters));
    case 'data':
      return packet(SMFIC.DATA);
    case 'header':
      return packet(SMFIC.HEADER, strings(command.name, command.value));
    case 'eoh':
      return packet(SMFIC.EOH);
    case 'body':
      return packet(SMFIC.BODY, command.octets);
    case 'bodyeob':
      return packet(SMFIC.BODYEOB, command.octets);
    case 'unknown':
      return packet(SMFIC.UNKNOWN, strings(command.line));
    case 'abort':
      return packet(SMFIC.ABORT);
    case 'quit':
      return packet(SMFIC.QUIT);
    case 'quit-nc':
      return packet(SMFIC.QUIT_NC);
  }
}

function tooShort(code: number, data: Octets): Result<never, MilterProblem> {
  return err({
    code: 'malformed-payload',
    detail: `${commandName(code)} with ${data.length} octets of data`,
  });
}

/** Macros are best effort: a name without a value at the end says nothing. */
function readMacros(data: Octets): readonly Macro[] {
  const macros: Macro[] = [];
  for (let at = 1; macros.length < MAX_MACROS;) {
    const name = readString(data, at);
    const valueAt = at + name.length + 1;
    if (valueAt >= data.length) break;
    const value = readString(data, valueAt);
    macros.push({ name, value });
    at = valueAt + value.length + 1;
  }
  return macros;
}

function readConnect(data: Octets): Command {
  const hostName = readString(data, 0);
  const at = hostName.length + 1;
  const family = (data.charAt(at) || FAMILY_UNKNOWN) as Octets;
  const hasPort = family !== FAMILY_UNKNOWN && data.length >= at + 3;
  const port = hasPort ? readUint16(data, at + 1) : 0;
  const address = hasPort ? readString(data, at + 3) : EMPTY;
  return { kind: 'connect', hostName, family, port, address };
}
