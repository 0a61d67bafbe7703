/** Reads resolv.conf(5), where the system says which name servers it uses. */
import { open } from 'node:fs/promises';

import { DNS_PORT, parseServer, type ServerAddress } from '../dns/index.js';
import { IpAddress } from '../net/index.js';

export interface ResolvConf {
  /** In order, three at most, and this machine if none is named. */
  readonly servers: readonly ServerAddress[];
  /** Of one question to one server; null where the file does not say. */
  readonly timeoutMs: number | null;
  /** Rounds through the servers; null where the file does not say. */
  readonly tries: number | null;
  readonly rotate: boolean;
  readonly problems: readonly ResolvConfProblem[];
}

/** A line that was passed over, or `unreadable`: the whole file was. */
export interface ResolvConfProblem {
  readonly code: 'nameserver' | 'option' | 'too-long' | 'unreadable';
  /** From 1; null for the whole file. */
  readonly line: number | null;
}

export const RESOLV_CONF = '/etc/resolv.conf';

/** Limits of resolv.conf(5): MAXNS, RES_MAXRETRANS, RES_MAXRETRY. */
const MAX_SERVERS = 3;
const MAX_TIMEOUT_SECONDS = 30;
const MAX_TRIES = 5;
/** Real files have some lines. */
const MAX_LENGTH = 65_536;
const MAX_PROBLEMS = 10;

/**
 * Reads the text of a resolv.conf as the C library does: a line it cannot use is passed over, numbers that
 * are too large are lowered. `search`, `domain` and `ndots` do not matter, since every name that SPF asks for
 * is absolute.
 */
export function parseResolvConf(text: string): ResolvConf {
  const servers: ServerAddress[] = [];
  const problems: ResolvConfProblem[] = [];
  let timeoutMs: number | null = null;
  let tries: number | null = null;
  let rotate = false;
  const refuse = (code: ResolvConfProblem['code'], line: number): void => {
    if (problems.length < MAX_PROBLEMS) problems.push({ code, line });
  };

  const lines = text.slice(0, MAX_LENGTH).split('\n');
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('#') || line.startsWith(';')) continue;
    const [keyword, ...values] = line.split(/[ \t\r]+/); // a keyword begins its line
    if (keyword === 'nameserver') {
      const server = serverOf(values[0] ?? '');
      if (server === null) refuse('nameserver', index + 1);
      else if (servers.length < MAX_SERVERS) servers.push(server);
    } else if (keyword === 'options') {
      for (const option of values) {
        const [name, value] = option.split(':', 2);
        if (name === 'rotate') rotate = true;
        if (name !== 'timeout' && name !== 'attempts') continue;
        if (value === undefined || !/^\d{1,9}$/.test(value)) refuse('option', index + 1);
        else if (name === 'timeout') timeoutMs = 1000 * between(1, Number(value), MAX_TIMEOUT_SECONDS);
        else tries = between(1, Number(value), MAX_TRIES);
      }
    }
  }
  if (text.length > MAX_LENGTH) refuse('too-long', lines.length);
  if (servers.length === 0) servers.push({ address: IpAddress.of([127, 0, 0, 1]), port: DNS_PORT });
  return { servers, timeoutMs, tries, rotate, problems };
}

/** Reads the file. That it does not exist is usual and means this machine's own server; so does, as a problem,
 *  that it cannot be read. */
export async function readResolvConf(path = RESOLV_CONF): Promise<ResolvConf> {
  let file;
  try {
    file = await open(path, 'r');
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? parseResolvConf('') : unreadable();
  }
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_LENGTH + 1), 0, MAX_LENGTH + 1, 0);
    return parseResolvConf(buffer.toString('latin1', 0, bytesRead));
  } catch {
    return unreadable();
  } finally {
    await file.close();
  }
}

function unreadable(): ResolvConf {
  return { ...parseResolvConf(''), problems: [{ code: 'unreadable', line: null }] };
}

/** An address without a port: a colon in this file always belongs to IPv6. */
function serverOf(text: string): ServerAddress | null {
  const isPlain = !/^(?:\[|tls:)/.test(text) && (text.match(/:/g)?.length ?? 0) !== 1;
  const server = isPlain ? parseServer(text) : null;
  return server?.ok === true ? server.value : null;
}

/** Of an error of the system. */
function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
}

function between(least: number, value: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
