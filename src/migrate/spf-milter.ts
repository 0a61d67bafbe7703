/** spf-milter.conf(5), version 0.7. */
import { parseNetwork, printNetwork } from '../net/index.js';
import { addressPattern, type SpfIdentity, type SpfResult } from '../smtp/index.js';
import { Draft } from './draft.js';
import { setAuthservId } from './authserv-id.js';
import { actionKey, type Key, type ReplyResult } from './keys.js';
import { domainOf, isLoopbackAlone } from './lists.js';
import { isSocketPath, listenAddress } from './milter-socket.js';
import { printable, replyProblem } from './reason-message.js';
import { shown } from './shown.js';
import type { SourceLine } from './source-lines.js';

export const SPF_MILTER_NAMES = [
  'authserv_id',
  'definitive_helo_results',
  'delete_incoming_authentication_results',
  'dry_run',
  'fail_reply_code',
  'fail_reply_text',
  'fail_reply_text_exp',
  'fail_status_code',
  'header',
  'hostname',
  'include_all_results',
  'include_mailfrom_local_part',
  'log_destination',
  'log_level',
  'max_lookups',
  'max_void_lookups',
  'permerror_reply_code',
  'permerror_reply_text',
  'permerror_status_code',
  'reject_helo_results',
  'reject_results',
  'skip_senders',
  'skip_senders_file',
  'socket',
  'softfail_reply_code',
  'softfail_reply_text',
  'softfail_status_code',
  'syslog_facility',
  'temperror_reply_code',
  'temperror_reply_text',
  'temperror_status_code',
  'timeout_secs',
  'trust_authenticated_senders',
  'trusted_networks',
  'verify_helo',
] as const;

type Name = (typeof SPF_MILTER_NAMES)[number];

/** Whatever spf-milter would have refused to start with. */
const REFUSED = 'spf-milter did not start with this';

/** The values of a file, each read as the program reads it, with remarks on those that it refuses. */
class Options {
  readonly #given = new Map<Name, { readonly text: string; readonly line: number }>();
  readonly #draft: Draft;

  constructor(lines: readonly SourceLine[], draft: Draft) {
    this.#draft = draft;
    for (const { number, text } of lines) this.#read(number, text.trim());
  }

  #read(line: number, text: string): void {
    if (text === '' || text.startsWith('#')) return;
    const equals = text.indexOf('=');
    const key = text.slice(0, Math.max(equals, 0)).trim();
    const name = SPF_MILTER_NAMES.find((known) => known === key);
    if (equals === -1) this.#refuse(line, `no "=": ${shown(text)}`);
    else if (name === undefined) this.#refuse(line, `there is no parameter ${shown(key)}`);
    else if (this.#given.has(name)) this.#refuse(line, `${name} comes twice; the first is taken`);
    else this.#given.set(name, { text: text.slice(equals + 1).trim(), line });
  }

  #refuse(line: number | null, why: string): void {
    this.#draft.remark(line, `${REFUSED}: ${why}`);
  }

  lineOf(name: Name): number | null {
    return this.#given.get(name)?.line ?? null;
  }

  /** The text as it stands; null where the parameter is not there. */
  text(name: Name): string | null {
    return this.#given.get(name)?.text ?? null;
  }

  /** Null where it is not there, and after a remark where it is not one of the words. */
  word<W extends string>(name: Name, words: readonly W[]): W | null {
    const text = this.text(name);
    const word = words.find((candidate) => candidate === text) ?? null;
    if (text !== null && word === null) this.#refuse(this.lineOf(name), `${name} cannot be ${shown(text)}`);
    return word;
  }

  isYes(name: Name, byDefault: boolean): boolean {
    const word = this.word(name, ['yes', 'true', 'no', 'false']);
    return word === null ? byDefault : word === 'yes' || word === 'true';
  }

  /** From 0 to `most`. */
  number(name: Name, byDefault: number, most: number): number {
    const text = this.text(name);
    if (text === null) return byDefault;
    if (/^\d{1,10}$/.test(text)) {
      if (Number(text) > most)
        this.#draft.remark(this.lineOf(name), `${name} is too large, ${most} is taken`);
      return Math.min(Number(text), most);
    }
    this.#refuse(this.lineOf(name), `${name} cannot be ${shown(text)}`);
    return byDefault;
  }

  /** Null where it is not there. Items that `read` gives null for are left out. */
  list(name: Name, read: (item: string) => string | null): readonly string[] | null {
    const text = this.text(name);
    if (text === null) return null;
    const items = text === '' ? [] : text.split(',').map((item) => item.trim());
    return [...new Set(items)].flatMap((item) => {
      const value = read(item);
      if (value === null) this.#refuse(this.lineOf(name), `${name} cannot have ${shown(item)}; left out`);
      return value === null ? [] : [value];
    });
  }
}

/** Reads the lines of spf-milter.conf. */
export function migrateSpfMilter(lines: readonly SourceLine[]): Draft {
  const draft = new Draft();
  const options = new Options(lines, draft);
  writeGeneral(options, draft);
  writeActions(options, draft);
  writeHeaders(options, draft);
  writeSkip(options, draft);
  writeLimits(options, draft);
  writeLog(options, draft);
  return draft;
}

function writeGeneral(options: Options, draft: Draft): void {
  if (options.isYes('dry_run', false)) draft.set('dry_run', true);
  const hostname = options.text('hostname');
  if (hostname !== null && domainOf(hostname) !== null) draft.set('hostname', hostname);
  else if (hostname !== null)
    draft.remark(options.lineOf('hostname'), `${shown(hostname)} is not a full host name, left out`);
  draft.set('listen.policy', 'off');
  writeSocket(options, draft);
  if (!options.isYes('verify_helo', true)) draft.set('checks.helo', false);
  const decides = options.list(
    'definitive_helo_results',
    among(['pass', 'fail', 'softfail', 'temperror', 'permerror']),
  );
  if (decides !== null && decides.length > 0) draft.set('checks.helo_decides', decides);
}

/** `inet:HOST:PORT` or `unix:PATH`; up to version 0.0 it was `inet:PORT@HOST`. */
function writeSocket(options: Options, draft: Draft): void {
  const text = options.text('socket');
  if (text === null) {
    draft.remark(null, `${REFUSED}: there is no parameter "socket"; listen.milter has its own default`);
    return;
  }
  if (text.startsWith('unix:') && isSocketPath(text.slice('unix:'.length))) {
    draft.set(
      'listen.milter',
      text,
      'Who may connect is up to "owner", "group" and "mode", not to the umask.',
    );
    return;
  }
  const [, hostBefore, portBehind] = /^inet:(.*):(\d{1,5})$/.exec(text) ?? [];
  const [, portBefore, hostBehind] = /^inet:(\d{1,5})@(.*)$/.exec(text) ?? [];
  const address = listenAddress(hostBefore ?? hostBehind ?? '?', portBehind ?? portBefore ?? '', false);
  if (address !== null) draft.set('listen.milter', address);
  else
    draft.remark(options.lineOf('socket'), `${shown(text)} is not an address: write listen.milter yourself`);
}

function among(words: readonly string[]): (item: string) => string | null {
  return (item) => (words.includes(item) ? item : null);
}

const REFUSABLE = ['softfail', 'fail', 'permerror', 'temperror'] as const satisfies readonly SpfResult[];
type Refusable = (typeof REFUSABLE)[number];

function writeActions(options: Options, draft: Draft): void {
  const results = among(REFUSABLE);
  const ofMailFrom = options.list('reject_results', results) ?? ['fail', 'temperror', 'permerror'];
  const ofHelo = options.list('reject_helo_results', results) ?? ofMailFrom;
  const refused = REFUSABLE.filter((result) => ofMailFrom.includes(result) || ofHelo.includes(result));
  for (const result of REFUSABLE) {
    const action = replyKind(options, result);
    setAction('mailFrom', result, ofMailFrom.includes(result) ? action : 'accept', draft);
    setAction('helo', result, ofHelo.includes(result) ? action : 'accept', draft);
    if (refused.includes(result)) writeReply(options, result, draft);
  }
  draft.set('actions.reject_at', 'mail', 'HELO was refused at HELO; here both identities are at MAIL.');
}

function setAction(identity: SpfIdentity, result: Refusable, action: string, draft: Draft): void {
  if (action !== (result === 'fail' ? 'reject' : 'accept')) draft.set(actionKey(identity, result), action);
}

const CODES: Readonly<Record<Refusable, { readonly code: number; readonly status: string }>> = {
  softfail: { code: 550, status: '5.7.23' },
  fail: { code: 550, status: '5.7.23' },
  permerror: { code: 550, status: '5.7.24' },
  temperror: { code: 451, status: '4.7.24' },
};

function codesOf(options: Options, result: Refusable): { readonly code: string; readonly status: string } {
  return {
    code: options.text(`${result}_reply_code`) ?? String(CODES[result].code),
    status: options.text(`${result}_status_code`) ?? CODES[result].status,
  };
}

function areCodes(code: string, status: string): boolean {
  return (
    /^[45][0-5][0-9]$/.test(code) &&
    /^[45](?:\.(?:0|[1-9]\d{0,2})){2}$/.test(status) &&
    status.startsWith(code.slice(0, 1))
  );
}

/** A reply code of 4xx makes a refusal one for now. */
function replyKind(options: Options, result: Refusable): 'reject' | 'defer' {
  const { code, status } = codesOf(options, result);
  const kind = areCodes(code, status) ? code : String(CODES[result].code);
  return kind.startsWith('4') ? 'defer' : 'reject';
}

const TEXTS: Readonly<Record<Refusable, string>> = {
  softfail: 'SPF validation failed',
  fail: 'SPF validation failed',
  permerror: 'SPF validation error: %{reason}',
  temperror: 'SPF validation error: %{reason}',
};

function writeReply(options: Options, result: Refusable & ReplyResult, draft: Draft): void {
  const { code, status } = codesOf(options, result);
  if (!areCodes(code, status)) {
    const line = options.lineOf(`${result}_reply_code`) ?? options.lineOf(`${result}_status_code`);
    draft.remark(line, `${REFUSED}: ${shown(code)} and ${shown(status)} do not go together; left out`);
  } else {
    if (Number(code) !== CODES[result].code) draft.set(`replies.${result}.code`, Number(code));
    if (status !== CODES[result].status) draft.set(`replies.${result}.status`, status);
  }
  const tokens = result === 'permerror' || result === 'temperror' ? (['reason'] as const) : [];
  setText(`replies.${result}.text`, `${result}_reply_text`, TEXTS[result]);
  if (result === 'fail') {
    setText('replies.fail.text_exp', 'fail_reply_text_exp', 'SPF validation failed: %{o} explains: %{exp}');
  }

  function setText(key: Key, name: Name, byDefault: string): void {
    const text = options.text(name) ?? byDefault;
    const ascii = printable(text);
    if (ascii !== text)
      draft.remark(options.lineOf(name), 'a reply can hold printable ASCII only; the rest becomes "?"');
    const problem = replyProblem(ascii, name === 'fail_reply_text_exp' ? ['exp'] : tokens);
    if (problem !== null) draft.remark(options.lineOf(name), `${REFUSED}: ${problem}; left out`);
    draft.set(key, problem === null ? ascii : byDefault);
  }
}

const HEADERS: ReadonlyMap<string, string> = new Map([
  ['Received-SPF', 'received-spf'],
  ['Authentication-Results', 'authentication-results'],
]);

function writeHeaders(options: Options, draft: Draft): void {
  const add = options.list('header', (item) => HEADERS.get(item) ?? null) ?? ['received-spf'];
  draft.set('headers.add', add);
  const id = options.text('authserv_id');
  if (id !== null && id !== '') setAuthservId(id, options.lineOf('authserv_id'), draft);
  if (!options.isYes('include_all_results', false)) draft.set('headers.identities', 'deciding');
  if (options.isYes('include_mailfrom_local_part', false)) draft.set('headers.local_part', true);
  const hasResults = add.includes('authentication-results');
  if (!options.isYes('delete_incoming_authentication_results', hasResults))
    draft.set('headers.strip_forged', false);
  draft.set('headers.note_skipped', false, 'spf-milter added no header field to mail that it did not check.');
}

function writeSkip(options: Options, draft: Draft): void {
  const networks = options.list('trusted_networks', trustedNetwork) ?? ['loopback'];
  if (!isLoopbackAlone(networks)) draft.set('skip.networks', networks);
  const onlyMailFrom =
    'spf-milter went by this for MAIL FROM alone and checked HELO all the same; here neither is checked.';
  if (options.isYes('trust_authenticated_senders', true))
    draft.comment('skip.authenticated', `Authenticated senders: ${onlyMailFrom}`);
  else draft.set('skip.authenticated', false);
  draft.set(
    'skip.private_clients',
    'check',
    'spf-milter judged clients with private addresses like all others.',
  );

  const senders =
    options.list('skip_senders', (item) => (addressPattern(item).ok && item.includes('.') ? item : null)) ??
    [];
  const file = options.text('skip_senders_file');
  if (senders.length > 0) draft.set('skip.senders', senders);
  const isFile = file !== null && /^\/.*[^/]$/.test(file);
  if (isFile) draft.set('skip.senders_file', file);
  else if (file !== null)
    draft.remark(options.lineOf('skip_senders_file'), `${shown(file)} is no whole path of a file`);
  if (senders.length === 0 && !isFile) return;
  draft.comment(
    senders.length > 0 ? 'skip.senders' : 'skip.senders_file',
    'spf-milter compared HELO names with these as well. ".example.com" is every domain below it, without itself.',
  );
}

function trustedNetwork(item: string): string | null {
  if (item === 'loopback') return item;
  const network = parseNetwork(item);
  return network === null ? null : printNetwork(network);
}

/** Sendmail gives a milter ten seconds where it is not told otherwise, Postfix thirty. */
const MOST_SECONDS = 28;

function writeLimits(options: Options, draft: Draft): void {
  const terms = options.number('max_lookups', 10, 100);
  if (terms !== 10) draft.set('limits.terms', Math.max(terms, 1));
  const voids = options.number('max_void_lookups', 2, 100);
  if (voids !== 2) draft.set('limits.void', voids);
  draft.set(
    'limits.void_counting',
    'query',
    'spf-milter counted each host of "mx" without an address of the client\'s kind.',
  );
  const each = Math.max(options.number('timeout_secs', 20, 600), 1);
  const all = Math.min(options.isYes('verify_helo', true) ? 2 * each : each, MOST_SECONDS);
  if (all === 20) return;
  draft.set(
    'limits.time',
    `${all}s`,
    `timeout_secs (${each}) was for HELO and for MAIL FROM each; this is for both together.`,
  );
}

const LEVELS: ReadonlyMap<string, string> = new Map([
  ['error', 'error'],
  ['warn', 'warning'],
  ['info', 'info'],
  ['debug', 'debug'],
]);

const FACILITIES =
  'auth authpriv cron daemon ftp kern local0 local1 local2 local3 local4 local5 local6 local7 lpr mail news syslog user uucp';

function writeLog(options: Options, draft: Draft): void {
  draft.set('log.to', options.word('log_destination', ['syslog', 'stderr']) ?? 'syslog');
  const level = LEVELS.get(options.word('log_level', [...LEVELS.keys()]) ?? 'info');
  if (level !== undefined && level !== 'info') draft.set('log.level', level);
  const facility = options.word('syslog_facility', FACILITIES.split(' '));
  if (facility !== null && facility !== 'mail') draft.set('log.facility', facility);
}
