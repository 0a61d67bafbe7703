/** Kinds of the `log` options: where lines go, and the name of the program in them. */
import { IpAddress } from '../net/index.js';
import { ok, type Result } from '../util/index.js';
import { choice, notScalar, refused, type Kind } from './kind.js';
import { itemsOf, listOf } from './list.js';
import type { ScalarNode } from './node.js';
import { absolutePath } from './path-kinds.js';
import { shown, type Remark } from './problem.js';
import { nearest } from './suggest.js';

/** `host` is an address. */
export type LogTarget =
  | { readonly kind: 'stderr' }
  | { readonly kind: 'syslog' }
  | { readonly kind: 'journal' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'udp' | 'tcp'; readonly host: string; readonly port: number };

/** The facilities of syslog, by the words of syslog.conf(5). */
const FACILITIES = [
  'auth',
  'authpriv',
  'cron',
  'daemon',
  'ftp',
  'kern',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
  'lpr',
  'mail',
  'news',
  'syslog',
  'user',
  'uucp',
] as const;

const facilities = choice(FACILITIES);

/** Without its words, which are more than a line of the sample file holds. */
export const facility: Kind<(typeof FACILITIES)[number]> = {
  takes: facilities.takes,
  schema: facilities.schema,
  read: (node, note) => facilities.read(node, note),
};

const WORDS = ['stderr', 'syslog', 'journal'] as const;

/** Of syslog over UDP (RFC 5426 §3.3). Over TCP there is none that all agree on. */
const UDP_PORT = 514;

const EXAMPLES =
  'examples: stderr, syslog, journal, /var/log/spfwarden.log, udp://192.0.2.1, "tcp://[2001:db8::1]:601"';

const target: Kind<readonly LogTarget[]> = {
  takes: 'stderr, syslog, journal, the path of a file, udp://ADDRESS, tcp://ADDRESS:PORT',
  schema: { type: 'string' },
  read(node, note) {
    if (node.kind !== 'scalar') return notScalar(node, 'where to log');
    const { place, text } = node;
    const word = WORDS.find((candidate) => candidate === text);
    if (word !== undefined) return ok([{ kind: word }]);
    if (text === 'auto') return refused(place, 'value', '"auto" stands alone, not in a list', null);
    if (text.startsWith('/')) {
      const path = absolutePath.read(node, note);
      return path.ok ? ok([{ kind: 'file', path: path.value }]) : path;
    }
    return readReceiver(node);
  },
};

const targets = listOf(target, { what: 'targets', most: 8 });

/** None at all is `auto`: standard error, or under spawn(8) syslog. */
export const logTargets: Kind<readonly LogTarget[]> = {
  takes: `auto | ${targets.takes}`,
  schema: targets.schema,
  read(node, note) {
    if (node.kind === 'scalar' && node.text === 'auto') return ok([]);
    if (itemsOf(node).length === 0) {
      return refused(node.place, 'value', 'nothing is named to log to', 'leave it out, or "auto"');
    }
    return targets.read(node, note);
  },
};

function readReceiver({ place, text }: ScalarNode): Result<readonly LogTarget[], readonly Remark[]> {
  const parts = /^(udp|tcp):\/\/(?:\[([0-9a-fA-F:.]{2,45})\]|([^:/[\]]{1,255}))(?::(\d{1,5}))?$/.exec(text);
  if (parts === null) {
    const near = nearest(text, WORDS);
    const hint = near === null ? EXAMPLES : `did you mean ${shown(near)}?`;
    return refused(place, 'value', `${shown(text)} is nowhere to log to`, hint);
  }
  const [, scheme, v6, v4, portText] = parts;
  const host = IpAddress.parse(v6 ?? v4 ?? '');
  if (host === null) {
    const hint = 'a name would have to be looked up by what the log reports on';
    return refused(place, 'value', `${shown(text)} has no IP address`, hint);
  }
  const kind = scheme === 'udp' ? 'udp' : 'tcp';
  const port = portText === undefined && kind === 'udp' ? UDP_PORT : Number(portText);
  if (port >= 1 && port <= 65_535) return ok([{ kind, host: host.toString(), port }]);
  const what = portText === undefined ? 'has no port' : 'has a port that is none';
  return refused(place, 'value', `${shown(text)} ${what}`, `example: ${kind}://192.0.2.1:${UDP_PORT}`);
}

/** The program's name, as syslog receivers take it. */
export const logTag: Kind<string> = {
  takes: '1 to 32 letters, digits and _ . / -',
  schema: { type: 'string', pattern: '^[A-Za-z0-9_./-]{1,32}$' },
  read(node) {
    if (node.kind !== 'scalar') return notScalar(node, 'a name');
    if (/^[A-Za-z0-9_./-]{1,32}$/.test(node.text)) return ok(node.text);
    return refused(
      node.place,
      'value',
      `${shown(node.text)} is not a name for log lines`,
      'example: spfwarden',
    );
  },
};

/** A value of a kind, or the word `all`. */
export function orAll<T>(kind: Kind<T>): Kind<T | 'all'> {
  return {
    takes: `all | ${kind.takes}`,
    schema: { anyOf: [{ const: 'all' }, kind.schema] },
    read(node, note) {
      return node.kind === 'scalar' && node.text === 'all' ? ok('all') : kind.read(node, note);
    },
  };
}
