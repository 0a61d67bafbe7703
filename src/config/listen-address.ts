/** The kind of the `listen` options: where a mail server connects, in its short and its long form. */
import { IpAddress, type Network } from '../net/index.js';
import { err, ok, type Result } from '../util/index.js';
import { readKeys } from './keys.js';
import { notScalar, refused, type Kind, type Note, type Schema } from './kind.js';
import { itemsOf } from './list.js';
import { networks } from './networks.js';
import type { ConfigNode, MapNode, Place, ScalarNode } from './node.js';
import { shown, type Remark } from './problem.js';

export type ListenAddress =
  | {
      readonly kind: 'tcp';
      readonly host: string;
      readonly port: number;
      /** Clients that may connect; null for all. */
      readonly allow: readonly Network[] | null;
      /** For rules; null without one. */
      readonly name: string | null;
    }
  | {
      readonly kind: 'unix';
      readonly path: string;
      /** Permission bits; whoever may write may connect. */
      readonly mode: number;
      /** A name or a number; null leaves it to the system. */
      readonly owner: string | null;
      readonly group: string | null;
      /** Never any: `mode` says who may connect. */
      readonly allow: null;
      readonly name: string | null;
    }
  | {
      readonly kind: 'systemd';
      /** FileDescriptorName= of the socket unit (systemd.socket(5)). */
      readonly socket: string;
      /** As over TCP; for an inet socket alone. */
      readonly allow: readonly Network[] | null;
      readonly name: string | null;
    };

type Refusal = readonly Remark[];

const MAX_LISTENERS = 32;

/** sun_path has 108 bytes on Linux, the last of them zero. */
const MAX_PATH_BYTES = 107;

/** For the mail server's group, through `group`; others cannot connect. */
const DEFAULT_MODE = 0o660;

const EXAMPLES = 'examples: 127.0.0.1:8895, "[::1]:8895", unix:/run/spfwarden/policy.sock';

/** What rules call a listener. */
export const listenerName: Kind<string> = {
  takes: '1 to 32 of a-z, 0-9, _ and -',
  schema: { type: 'string', pattern: '^[a-z0-9_-]{1,32}$' },
  read(node) {
    if (node.kind !== 'scalar') return notScalar(node, 'the name of a listener');
    if (/^[a-z0-9_-]{1,32}$/.test(node.text)) return ok(node.text);
    const hint = '1 to 32 of a-z, 0-9, _ and -';
    return refused(node.place, 'value', `${shown(node.text)} is not the name of a listener`, hint);
  },
};

/** What systemd takes for FileDescriptorName=: printable ASCII without the colon, which stands between two of them. */
const SOCKET_NAME = /^[ -9;-~]{1,255}$/;

const ADDRESS_SCHEMA: Schema = {
  anyOf: [
    { type: 'string' },
    {
      type: 'object',
      additionalProperties: false,
      required: ['tcp'],
      properties: { tcp: { type: 'string' }, allow: networks.schema, name: listenerName.schema },
    },
    {
      type: 'object',
      additionalProperties: false,
      required: ['socket'],
      properties: {
        socket: { type: 'string' },
        owner: { type: ['string', 'integer'] },
        group: { type: ['string', 'integer'] },
        mode: { type: ['string', 'integer'] },
        name: listenerName.schema,
      },
    },
    {
      type: 'object',
      additionalProperties: false,
      required: ['systemd'],
      properties: {
        systemd: { type: 'string', pattern: SOCKET_NAME.source },
        allow: networks.schema,
        name: listenerName.schema,
      },
    },
  ],
};

/** No address at all is `off`. */
export const listenAddresses: Kind<readonly ListenAddress[]> = {
  takes: 'off | an address or a list of them (127.0.0.1:8895, "[::1]:8895", unix:/path, or the long form)',
  schema: {
    anyOf: [
      { const: 'off' },
      ADDRESS_SCHEMA,
      { type: 'array', items: ADDRESS_SCHEMA, maxItems: MAX_LISTENERS },
    ],
  },
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
    const names = new Set<string>();
    for (const item of items) {
      const address = readAddress(item, note);
      if (!address.ok) {
        problems.push(...address.error);
        continue;
      }
      const { name } = address.value;
      if (name !== null && names.has(name)) problems.push(nameTwice(item, name));
      else if (name !== null) names.add(name);
      addresses.push(address.value);
    }
    return problems.length > 0 ? err(problems) : ok(addresses);
  },
};

function nameTwice(node: ConfigNode, name: string): Remark {
  const entry = node.kind === 'map' ? node.entries.find(({ key }) => key === 'name') : undefined;
  const place = entry?.value.place ?? node.place;
  const message = `${shown(name)} is the name of another listener too`;
  return { place, code: 'conflict', message, hint: 'rules tell listeners by their names' };
}

function isOff(node: ScalarNode, note: Note): boolean {
  if (node.text === 'off') return true;
  if (!/^(?:false|no|none)$/i.test(node.text)) return false;
  const message = `${shown(node.text)} is taken as off`;
  note({ place: node.place, code: 'spelling', message, hint: null });
  return true;
}

function readAddress(node: ConfigNode, note: Note): Result<ListenAddress, Refusal> {
  if (node.kind === 'map' && !isAddressKey(node)) return readLongForm(node, note);
  if (node.kind !== 'scalar') return notScalar(node, 'an address');
  const { place, text } = node;
  if (text === 'off') return refused(place, 'value', '"off" stands alone, not in a list', null);
  if (!text.startsWith('/') && !text.startsWith('unix:')) return readTcp(place, text, UNNAMED);
  const path = readPath(place, text.replace(/^unix:/, ''));
  return path.ok
    ? ok({ kind: 'unix', path: path.value, mode: DEFAULT_MODE, owner: null, group: null, ...UNNAMED })
    : path;
}

/** An IPv6 address that YAML has taken for a key (`2001:db8::`). */
function isAddressKey(node: MapNode): boolean {
  return node.entries.length === 1 && node.entries[0]?.key.includes(':') === true;
}

/** The short form says no more than the address. */
const UNNAMED = { name: null, allow: null };

function readTcp(
  place: Place,
  text: string,
  more: { readonly name: string | null; readonly allow: readonly Network[] | null },
): Result<ListenAddress, Refusal> {
  const [, v6, v4, portText] = /^(?:\[([0-9a-fA-F:.]{2,45})\]|([0-9.]{7,15})):(\d{1,5})$/.exec(text) ?? [];
  const address = IpAddress.parse(v6 ?? v4 ?? '');
  const port = Number(portText);
  if (address !== null && port <= 65_535) {
    return ok({ kind: 'tcp', host: address.toString(), port, ...more });
  }
  return refused(place, 'value', `${shown(text)} is not an address to listen on`, tcpHint(text));
}

/** What is written where an address belongs, mostly: a port alone, a name, the form of Postfix or of libmilter
 *  (`inet:8894@localhost`, `local:/path`), no brackets. */
function tcpHint(text: string): string {
  const path = /^local:(\/[\w/.-]{1,100})$/.exec(text)?.[1];
  if (path !== undefined) return `write unix:${path}`;
  const inPostfixOrder = text.replace(/^inet6?:(\d{1,5})@\[?([^[\]]{1,45})\]?$/, 'inet:$2:$1');
  const [, prefix, host = '', port = ''] = /^(inet:)?(.{0,45}?):?(\d{1,5})$/.exec(inPostfixOrder) ?? [];
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

const LONG_FORM_KEYS = ['socket', 'owner', 'group', 'mode', 'tcp', 'systemd', 'allow', 'name'] as const;
type Values = ReadonlyMap<(typeof LONG_FORM_KEYS)[number], ConfigNode>;

/** `{socket: /path, owner: …, group: …, mode: "0660"}`, `{tcp: "address:port", allow: […]}` or
 *  `{systemd: socket, allow: […]}`, each with a name. */
function readLongForm(node: MapNode, note: Note): Result<ListenAddress, Refusal> {
  const { values, problems } = readKeys(node, LONG_FORM_KEYS, 'a listener');
  if (problems.length > 0) return err(problems);
  const socket = values.get('socket');
  const tcp = values.get('tcp');
  const systemd = values.get('systemd');
  const isOne = [socket, tcp, systemd].filter((form) => form !== undefined).length === 1;
  if (isOne && socket !== undefined) return readSocket(socket, values, note);
  if (isOne && tcp !== undefined) return readTcpForm(tcp, values, note);
  if (isOne && systemd !== undefined) return readSystemd(systemd, values, note);
  return refused(node.place, 'value', 'a listener has one of "socket", "tcp" and "systemd"', null);
}

function readTcpForm(tcp: ConfigNode, values: Values, note: Note): Result<ListenAddress, Refusal> {
  const misplaced = misplacedKeys(values, ['owner', 'group', 'mode'], 'only a socket has it, not "tcp"');
  const name = readName(values, note);
  const allowed = values.get('allow');
  const allow = allowed === undefined ? ok(null) : readAllowed(allowed, note);
  const text = textOf(tcp);
  const more = name.ok && allow.ok ? { name: name.value, allow: allow.value } : UNNAMED;
  const address = text.ok ? readTcp(tcp.place, text.value, more) : text;
  const parts = [name, allow, address].flatMap((part) => (part.ok ? [] : part.error));
  return misplaced.length + parts.length > 0 ? err([...misplaced, ...parts]) : address;
}

function readSystemd(systemd: ConfigNode, values: Values, note: Note): Result<ListenAddress, Refusal> {
  const theirs = 'the unit of systemd says it, not "systemd"';
  const misplaced = misplacedKeys(values, ['owner', 'group', 'mode'], theirs);
  const name = readName(values, note);
  const allowed = values.get('allow');
  const allow = allowed === undefined ? ok(null) : readAllowed(allowed, note);
  const socket = readSocketName(systemd);
  const refusals = [name, allow, socket].flatMap((part) => (part.ok ? [] : part.error));
  if (misplaced.length > 0 || !name.ok || !allow.ok || !socket.ok) return err([...misplaced, ...refusals]);
  return ok({ kind: 'systemd', socket: socket.value, allow: allow.value, name: name.value });
}

function readSocketName(node: ConfigNode): Result<string, Refusal> {
  const text = textOf(node);
  if (!text.ok || SOCKET_NAME.test(text.value)) return text;
  const hint = 'FileDescriptorName= of the socket unit: at most 255 printable characters and no colon';
  return refused(node.place, 'value', `${shown(text.value)} is not the name of a socket of systemd`, hint);
}

/** Nobody at all would be a listener for nothing. */
function readAllowed(node: ConfigNode, note: Note): Result<readonly Network[], Refusal> {
  if (itemsOf(node).length > 0) return networks.read(node, note);
  return refused(node.place, 'value', 'nobody could connect', 'name a network, or leave it out');
}

function readSocket(socket: ConfigNode, values: Values, note: Note): Result<ListenAddress, Refusal> {
  const misplaced = misplacedKeys(values, ['allow'], 'only "tcp" has it; "mode" says who may connect');
  const name = readName(values, note);
  const mode = readMode(values.get('mode'));
  const owner = readAccount(values.get('owner'));
  const group = readAccount(values.get('group'));
  const text = textOf(socket);
  const path = text.ok ? readPath(socket.place, text.value) : text;
  const refusals = [name, mode, owner, group, path].flatMap((part) => (part.ok ? [] : part.error));
  if (misplaced.length > 0 || !name.ok || !mode.ok || !owner.ok || !group.ok || !path.ok) {
    return err([...misplaced, ...refusals]);
  }
  return ok({
    kind: 'unix',
    path: path.value,
    mode: mode.value,
    owner: owner.value,
    group: group.value,
    allow: null,
    name: name.value,
  });
}

function misplacedKeys(
  values: Values,
  keys: readonly (typeof LONG_FORM_KEYS)[number][],
  message: string,
): readonly Remark[] {
  return keys.flatMap((key) => {
    const node = values.get(key);
    return node === undefined ? [] : [{ place: node.place, code: 'conflict', message, hint: null }];
  });
}

function readName(values: Values, note: Note): Result<string | null, Refusal> {
  const node = values.get('name');
  return node === undefined ? ok(null) : listenerName.read(node, note);
}

function textOf(node: ConfigNode): Result<string, Refusal> {
  return node.kind === 'scalar' ? ok(node.text) : notScalar(node, 'a value');
}

/** Octal as chmod(1) takes it. The text counts: to YAML the plain value `0660` is the number 660. */
function readMode(node: ConfigNode | undefined): Result<number, Refusal> {
  if (node === undefined) return ok(DEFAULT_MODE);
  if (node.kind !== 'scalar') return notScalar(node, 'a value');
  if (/^(?:0o?)?[0-7]{3}$/.test(node.text)) return ok(Number.parseInt(node.text.slice(-3), 8));
  return refused(node.place, 'value', `${shown(node.text)} is not a file mode`, 'example: "0660"');
}

function readAccount(node: ConfigNode | undefined): Result<string | null, Refusal> {
  if (node === undefined) return ok(null);
  if (node.kind !== 'scalar') return notScalar(node, 'a value');
  if (/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}$/.test(node.text)) return ok(node.text);
  return refused(node.place, 'value', `${shown(node.text)} is not the name of a user or group`, null);
}
