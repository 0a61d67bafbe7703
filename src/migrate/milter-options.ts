/** What pyspf-milter has beyond policyd-spf: its socket, its process, and which connections it leaves alone. */
import { printNetwork, withoutHostBits } from '../net/index.js';
import type { Draft, Item } from './draft.js';
import type { OldFiles } from './engine-users.js';
import { numberOf, type GivenOptions } from './engine-file.js';
import { headerKinds, valueOf } from './engine-policy.js';
import { domainOf, networkOf } from './lists.js';
import { isMap, type Plain, type PlainMap } from './plain.js';
import { isSocketPath, listenAddress } from './milter-socket.js';
import { shown } from './shown.js';
import { MAX_FILE_LENGTH } from './source-lines.js';

/** Adds to a draft that already has what both programs have in common. */
export function migrateMilterOptions(options: GivenOptions, files: OldFiles, draft: Draft): void {
  draft.set('listen.policy', 'off');
  writeSocket(options, draft);
  draft.comment(
    'checks.helo',
    'pyspf-milter took the name that reverse DNS has for the client as its HELO name; here it is what the client says.',
  );
  draft.set('actions.reject_at', 'mail');
  draft.set('headers.receiver', 'unknown');
  if (headerKinds('pyspf-milter', options).length > 0) {
    draft.set(
      'headers.strip_forged',
      false,
      "pyspf-milter let incoming Authentication-Results with this host's name pass. Better is true, unless another " +
        'filter in front adds them under the same name.',
    );
  }
  draft.set('headers.note_skipped', false, 'Connections of InternalHosts got no header field.');
  if (draft.settings.has('replies.temperror.text')) {
    draft.set('replies.temperror.code', 450);
  }
  writeInternalHosts(options, files, draft);
  writeMacroList(options, files, draft);
  adviseOnProcess(options, draft);
}

function writeSocket(options: GivenOptions, draft: Draft): void {
  const text = valueOf(options, 'Socket');
  const line = options.get('Socket')?.line ?? null;
  const tcp = /^(inet6?):(\d{1,5})(?:@(.*))?$/i.exec(text);
  if (tcp === null) {
    const path = text.replace(/^(?:local|unix):/i, '');
    if (!isSocketPath(path)) {
      draft.remark(line, `${shown(text)} cannot be read: write listen.milter yourself`);
      return;
    }
    draft.set('listen.milter', socketValue(path, options, draft));
    return;
  }
  const [, family = '', port = '', host] = tcp;
  const address = listenAddress(host ?? '', port, family.toLowerCase() === 'inet6');
  if (address === null) {
    draft.remark(
      line,
      `${shown(text)}: spfwarden listens on addresses with a port, not on names: write listen.milter yourself`,
    );
    return;
  }
  draft.set('listen.milter', address);
}

/** UMask was read as a decimal number: `0027` was 033 in octal. */
function socketValue(path: string, options: GivenOptions, draft: Draft): Plain {
  const umask = numberOf(valueOf(options, 'UMask')) ?? 7;
  const mode = (0o666 & ~umask).toString(8).padStart(4, '0');
  if (options.has('UMask')) {
    draft.comment(
      'listen.milter',
      `UMask = ${umask} was read as a decimal number, in octal it is 0${umask.toString(8)}; the mode here is what came ` +
        'of it. Who may write may connect.',
    );
  }
  return mode === '0660' ? `unix:${path}` : { socket: path, mode };
}

function adviseOnProcess(options: GivenOptions, draft: Draft): void {
  if (options.has('PidFile')) {
    draft.elsewhere.push(
      'PidFile: there is none; systemd knows the process, and so does "systemctl reload".',
    );
  }
  const user = options.get('UserID');
  if (user !== undefined) {
    const [name = '', group = name] = user.text.split(':');
    draft.elsewhere.push(
      `UserID: write User=${shown(name)} and Group=${shown(group)} into the systemd unit ("systemctl edit spfwarden"); ` +
        'the group of a unix socket is "group" of listen.milter.',
    );
  }
  if (options.has('UMask') && !/^(?:local:|unix:|\/)/i.test(valueOf(options, 'Socket'))) {
    draft.elsewhere.push(
      'UMask: nothing to do without a unix socket; with one it is "mode" of listen.milter.',
    );
  }
}

interface InternalHosts {
  readonly networks: readonly string[];
  readonly excluded: readonly string[];
  readonly names: readonly string[];
}

function writeInternalHosts(options: GivenOptions, files: OldFiles, draft: Draft): void {
  const given = options.get('InternalHosts');
  const items = datasetItems(valueOf(options, 'InternalHosts'), given?.line ?? null, files, draft);
  const { networks, excluded, names } = sorted(items, given?.line ?? null, draft);
  const before = draft.settings.get('skip.networks') ?? ['loopback'];
  const all = Array.isArray(before) ? before.map(String) : [];
  const more = networks.filter(
    (network) => !all.includes(network) && !(all.includes('loopback') && isLoopback(network)),
  );
  if (more.length > 0) draft.set('skip.networks', [...all, ...more]);
  if (excluded.length > 0) {
    draft.comment('skip.networks', 'The "!" items of InternalHosts are the rule "not internal".');
    excludeFromSkip(excluded, draft);
  }
  if (names.length === 0) return;
  draft.set(
    'skip.ptr_domains',
    names,
    'Names in InternalHosts were never looked at behind an address, and before one they made pyspf-milter answer 451. ' +
      'Here they are names that reverse DNS has for the client and that lead back to it.',
  );
}

/** The first rule that fits counts, so each rule there is gets a twin for these clients, in front. */
function excludeFromSkip(client: readonly string[], draft: Draft): void {
  const twins = draft.rules.map(({ value: { name, when, then } }): Item => {
    const value = {
      name: `${typeof name === 'string' ? name : ''}, not internal`,
      when: { ...mapOf(when), client },
      then: { skip: false, ...mapOf(then) },
    };
    return { value, comments: [] };
  });
  const all = { name: 'not internal', when: { client }, then: { skip: false } };
  draft.rules.unshift(...twins, { value: all, comments: [] });
}

function mapOf(value: Plain | undefined): PlainMap {
  return value !== undefined && isMap(value) ? value : {};
}

function isLoopback(network: string): boolean {
  return network.startsWith('127.') || network === '::1';
}

function sorted(items: readonly string[], line: number | null, draft: Draft): InternalHosts {
  const networks: string[] = [];
  const excluded: string[] = [];
  const names: string[] = [];
  for (const item of items) {
    const bare = item.replace(/^\[/, '').replace(/\]$/, '');
    const isExcluded = bare.startsWith('!');
    const host = isExcluded ? bare.slice(1) : bare;
    const network = networkOf(host);
    const name = domainOf(host.replace(/^\./, ''));
    if (network !== null) {
      const printed = printNetwork(withoutHostBits(network));
      (isExcluded ? excluded : networks).push(printed);
      if (printed !== printNetwork(network)) draft.remark(line, badItem(host, `taken as ${printed}`));
    } else if (name !== null && !isExcluded) {
      names.push(name);
      draft.remark(
        line,
        `${shown(host)} in InternalHosts had no effect behind an address; now it is in skip.ptr_domains`,
      );
    } else {
      draft.remark(line, badItem(item, 'left out'));
    }
  }
  return { networks: [...new Set(networks)], excluded: [...new Set(excluded)], names: [...new Set(names)] };
}

function badItem(item: string, what: string): string {
  return `because of ${shown(item)} pyspf-milter had no internal hosts at all; ${what}`;
}

/** A list, `csl:` and a list, or a file with an item on each line. */
function datasetItems(text: string, line: number | null, files: OldFiles, draft: Draft): readonly string[] {
  const [, path] = /^(?:re)?file:(.*)$/.exec(text) ?? (text.startsWith('/') ? [text, text] : []);
  if (path === undefined) {
    const list = text.replace(/^csl:/, '').split(',');
    return list.map((item) => item.trim()).filter((item) => item !== '');
  }
  const content = files.read(path);
  if (content === null || content.length > MAX_FILE_LENGTH) {
    draft.remark(line, `${shown(path)} ${content === null ? 'cannot be read' : 'is too large'}; left out`);
    return [];
  }
  if (/^(?!#).*:/m.test(content)) {
    draft.remark(line, `IPv6 addresses in ${shown(path)} were cut at their colons; here they are whole`);
  }
  return content
    .split(/\r\n|\r|\n/)
    .filter((item) => !item.startsWith('#'))
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** As many different ones as all rules may name; each stands in each of the rules, a thousand in all. */
const MAX_MACROS = 40;

/** MacroList named what is to be checked; everything else was left alone, mail going out above all. */
function writeMacroList(options: GivenOptions, files: OldFiles, draft: Draft): void {
  draft.comment(
    'skip.authenticated',
    'Authenticated senders are not checked; pyspf-milter before 3.1.0 checked them.',
  );
  const given = options.get('MacroList');
  if (given === undefined) return;
  const conditions = macroConditions(datasetItems(given.text, given.line, files, draft), given.line, draft);
  if (conditions.length === 0) {
    draft.remark(
      given.line,
      'nothing in MacroList was ever known, so no connection was checked at all; here all are',
    );
    return;
  }
  draft.remark(given.line, 'MacroList named what is checked, not what is not, as with OpenDKIM; see "rules"');
  draft.comment(
    'rules',
    `MacroList = ${shown(given.text)} meant: check these connections and no other ones. So do the rules here.`,
  );
  const all = [...draft.rules, { value: { when: {}, then: {} }, comments: [] }];
  const rules = conditions.flatMap((macros, i) => all.map((rule) => withMacros(rule, macros, i + 1)));
  const others = { name: 'not in MacroList', then: { skip: true } };
  draft.rules.splice(0, Infinity, ...rules, { value: others, comments: [] });
}

function withMacros({ value: { name, when, then = {} } }: Item, macros: PlainMap, number: number): Item {
  const whose = typeof name === 'string' ? `${name}, ` : '';
  const value = { name: `${whose}MacroList ${number}`, when: { ...mapOf(when), macros }, then };
  return { value, comments: [] };
}

/** `name` or `name|value|value`, as far as a connection can have them. */
function macroConditions(items: readonly string[], line: number | null, draft: Draft): readonly PlainMap[] {
  const conditions: PlainMap[] = [];
  for (const item of items) {
    const [name = '', ...given] = item.split('|');
    const values = [...new Set(given.map((value) => value.trim()))].filter((value) => value !== '');
    const problem = macroProblem(name, values) ?? (conditions.length < MAX_MACROS ? null : 'is one too many');
    if (problem === null) conditions.push({ [name]: values.length > 0 ? values : 'any' });
    else draft.remark(line, `${shown(item)} in MacroList ${problem}; left out`);
  }
  return conditions;
}

function macroProblem(name: string, values: readonly string[]): string | null {
  if (!/^[A-Za-z_]\w{1,62}$/.test(name)) return 'is no macro with a name of its own, so it never matched';
  if (LATER.test(name)) return 'is not known yet when a client connects, so it never matched';
  const isFine = values.length <= 100 && values.every((value) => /^[\x20-\x7e]{1,200}$/.test(value));
  return isFine ? null : 'has values that no macro has';
}

/** Macros that mail servers send with HELO or later. */
const LATER = /^(?:(?:auth|mail|rcpt|tls|cert|cipher|msg)_.*|cipher|verify)$/;
