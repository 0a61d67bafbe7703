/** The kind of the `listen` options: where a mail server connects, in its short and its long form. */
import { IpAddress } from '../net/index.js';
import { err, ok, type Result } from '../util/index.js';
import { notScalar, refused, type Kind, type Note } from './kind.js';
import type { ConfigNode, MapNode, Place, ScalarNode } from './node.js';
import { shown, type Remark } from './problem.js';
import { nearest } from './suggest.js';

export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | {
      readonly kind: 'unix';
      readonly path: string;
      /** Permission bits; whoever may write may connect. */
      readonly mode: number;
      /** A name or a number; null leaves it to the system. */
      readonly owner: string | null;
      readonly group: string | null;
    };

type Refusal = readonly Remark[];

const MAX_LISTENERS = 32;

/** sun_path has 108 bytes on Linux, the last of them zero. */
const MAX_PATH_BYTES = 107;

/** For the mail server's group, through `group`; others cannot connect. */
const DEFAULT_MODE = 0o660;

const EXAMPLES = 'examples: 127.0.0.1:8895, "[::1]:8895", unix:/run/spfwarden/policy.sock';

/** No address at all is `off`. */
export const listenAddresses: Kind<readonly ListenAddress[]> = {
  takes: 'off | an address or a list of them (127.0.0.1:8895, "[::1]:8895", unix:/path, or the long form)',
  read(node, note) {
    if (node.kind === 'scalar' && isOff(node, note)) return ok([]);
    const items = node.kind === 'list' ? node.items : [node];
    if (items.length > MAX_LISTENERS) {
      return refused(
        node.place,
        'range',
        `${items.length} addresses are too many`,
        `at most ${MAX_LISTENERS}`,
      );
    }
    const addresses: ListenAddress[] = [];
    const problems: Remark[] = [];
    for (const item of items) {
      const address = readAddress(item);
      if (address.ok) addresses.push(address.value);
      else problems.push(...address.error);
    }
    return problems.length > 0 ? err(problems) : ok(addresses);
  },
};

function isOff(node: ScalarNode, note: Note): boolean {
  if (node.text === 'off') return true;
  if (!/^(?:false|no|none)$/i.test(node.text)) return false;
  const message = `${shown(node.text)} is taken as off`;
  note({ place: node.place, code: 'spelling', message, hint: null });
  return true;
}

function readAddress(node: ConfigNode): Result<ListenAddress, Refusal> {
  if (node.kind === 'map' && !isAddressKey(node)) return readLongForm(node);
  if (node.kind !== 'scalar') return notScalar(node, 'an address');
  const { place, text } = node;
  if (text === 'off') return refused(place, 'value', '"off" stands alone, not in a list', null);
  if (!text.startsWith('/') && !text.startsWith('unix:')) return readTcp(place, text);
  const path = readPath(place, text.replace(/^unix:/, ''));
  return path.ok
    ? ok({ kind: 'unix', path: path.value, mode: DEFAULT_MODE, owner: null, group: null })
    : path;
}

/** An IPv6 address that YAML has taken for a key (`2001:db8::`). */
function isAddressKey(node: MapNode): boolean {
  return node.entries.length === 1 && node.entries[0]?.key.includes(':') === true;
}

function readTcp(place: Place, text: string): Result<ListenAddress, Refusal> {
  const [, v6, v4, portText] = /^(?:\[([0-9a-fA-F:.]{2,45})\]|([0-9.]{7,15})):(\d{1,5})$/.exec(text) ?? [];
  const address = IpAddress.parse(v6 ?? v4 ?? '');
  const port = Number(portText);
  if (address !== null && port <= 65_535) return ok({ kind: 'tcp', host: address.toString(), port });
  return refused(place, 'value', `${shown(text)} is not an address to listen on`, tcpHint(text));
}

/** What is written where an address belongs, mostly: a port alone, a name, Postfix's form, no brackets. */
function tcpHint(text: string): string {
  const [, prefix, host = '', port = ''] = /^(inet:)?(.{0,45}?):?(\d{1,5})$/.exec(text) ?? [];
  if (port !== '' && (host === '' || host === 'localhost')) return `write 127.0.0.1:${port}`;
  if (port !== '' && host === '*') return `for all addresses write "[::]:${port}"`;
  const address = IpAddress.parse(host);
  if (address?.family === 6) return `write "[${host}]:${port}"`;
  if (address !== null && prefix !== undefined) return `write ${host}:${port}`;
  const portless = IpAddress.parse(text);
  if (portless === null) return EXAMPLES;
  return `with a port: ${portless.family === 6 ? `"[${text}]:8895"` : `${text}:8895`}`;
}

function readPath(place: Place, path: string): Result<string, Refusal> {
  if (!path.startsWith('/')) {
    const hint = 'write it from the root; what Postfix calls unix:spf/policy is below /var/spool/postfix';
    return refused(place, 'value', `${shown(path)} is not an absolute path`, hint);
  }
  if (path.includes('\0')) return refused(place, 'value', 'a path cannot hold a zero octet', null);
  const bytes = Buffer.byteLength(path);
  if (bytes > MAX_PATH_BYTES) {
    const message = `the path has ${bytes} bytes, and the path of a socket at most ${MAX_PATH_BYTES}`;
    return refused(place, 'range', message, null);
  }
  return ok(path);
}

const LONG_FORM_KEYS = ['socket', 'owner', 'group', 'mode', 'tcp'] as const;
type LongFormKey = (typeof LONG_FORM_KEYS)[number];

/** `{socket: /path, owner: …, group: …, mode: "0660"}` or `{tcp: "address:port"}`. */
function readLongForm(node: MapNode): Result<ListenAddress, Refusal> {
  const problems: Remark[] = [];
  const values = new Map<LongFormKey, ScalarNode>();
  for (const { key, place, value } of node.entries) {
    const known = LONG_FORM_KEYS.find((candidate) => candidate === key);
    if (known === undefined) problems.push(unknownKey(place, key));
    else if (value.kind === 'scalar') values.set(known, value);
    else problems.push(...notScalar(value, 'a value').error);
  }
  if (problems.length > 0) return err(problems);

  const socket = values.get('socket');
  const tcp = values.get('tcp');
  if (socket !== undefined && tcp === undefined) return readSocket(socket, values);
  if (socket !== undefined || tcp === undefined) {
    return refused(node.place, 'value', 'a listener has either "socket" or "tcp"', null);
  }
  for (const [key, { place }] of values) {
    if (key !== 'tcp') return refused(place, 'conflict', 'only a socket has it, not "tcp"', null);
  }
  return readTcp(tcp.place, tcp.text);
}

function readSocket(
  socket: ScalarNode,
  values: ReadonlyMap<LongFormKey, ScalarNode>,
): Result<ListenAddress, Refusal> {
  const mode = readMode(values.get('mode'));
  const owner = readAccount(values.get('owner'));
  const group = readAccount(values.get('group'));
  const path = readPath(socket.place, socket.text);
  const refusals = [mode, owner, group, path].flatMap((part) => (part.ok ? [] : part.error));
  if (!mode.ok || !owner.ok || !group.ok || !path.ok) return err(refusals);
  return ok({ kind: 'unix', path: path.value, mode: mode.value, owner: owner.value, group: group.value });
}

function unknownKey(place: Place, key: string): Remark {
  const near = nearest(key, LONG_FORM_KEYS);
  const hint = near === null ? `a listener has: ${LONG_FORM_KEYS.join(', ')}` : `did you mean "${near}"?`;
  return { place, code: 'unknown-key', message: 'unknown key', hint };
}

/** Octal as chmod(1) takes it. The text counts: to YAML the plain value `0660` is the number 660. */
function readMode(node: ScalarNode | undefined): Result<number, Refusal> {
  if (node === undefined) return ok(DEFAULT_MODE);
  if (/^(?:0o?)?[0-7]{3}$/.test(node.text)) return ok(Number.parseInt(node.text.slice(-3), 8));
  return refused(node.place, 'value', `${shown(node.text)} is not a file mode`, 'example: "0660"');
}

function readAccount(node: ScalarNode | undefined): Result<string | null, Refusal> {
  if (node === undefined) return ok(null);
  if (/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}$/.test(node.text)) return ok(node.text);
  return refused(node.place, 'value', `${shown(node.text)} is not the name of a user or group`, null);
}
