/** What policyd-spf and pyspf-milter do with mail, as our keys: for all mail, or for one kind of it. */
import { IpAddress } from '../net/index.js';
import type { SpfIdentity, SpfResult } from '../smtp/index.js';
import { numberOf, type EngineName, type EngineProgram, type GivenOptions } from './engine-file.js';
import { actionKey, REPLY_RESULTS, RESULTS } from './keys.js';
import { domainList } from './lists.js';
import type { Plain } from './plain.js';
import { DEFAULT_REASON, DEFAULT_URL, reasonTexts } from './reason-message.js';

/** Keys of our file, with values: what a rule can say. */
export type Policy = ReadonlyMap<string, Plain>;

/** A kind of mail that the old program treats in its own way. */
export interface Situation {
  readonly name: string;
  readonly isNullSender: boolean;
  /** Identities whose domain is in Reject_Not_Pass_Domains, and which that alone makes refusable. */
  readonly listed: readonly SpfIdentity[];
}

const USUAL: Situation = { name: '', isNullSender: false, listed: [] };

const DEFAULTS: Partial<Record<EngineName, string>> = {
  debugLevel: '1',
  TestOnly: '1',
  HELO_reject: 'Fail',
  Mail_From_reject: 'Fail',
  skip_addresses: '127.0.0.0/8,::ffff:127.0.0.0/104,::1',
  SPF_Enhanced_Status_Codes: 'Yes',
  Header_Type: 'SPF',
  Hide_Receiver: 'No',
  Authserv_Id: 'HOSTNAME',
  Lookup_Time: '20',
  Void_Limit: '2',
  Reason_Message: DEFAULT_REASON,
  Reason_URL: DEFAULT_URL,
  Socket: 'local:/run/pyspf-milter/pyspf-milter.sock',
  UMask: '7',
  InternalHosts: '127.0.0.1',
};

/** The value that is in force; empty for an option that is off unless given. */
export function valueOf(options: GivenOptions, name: EngineName): string {
  return options.get(name)?.text ?? DEFAULTS[name] ?? '';
}

/** Both of these compare with one spelling only. */
export function isOn(
  options: GivenOptions,
  name: 'PermError_reject' | 'TempError_Defer' | 'No_Mail',
): boolean {
  return valueOf(options, name) === 'True';
}

export function isTestOnly(options: GivenOptions): boolean {
  return numberOf(valueOf(options, 'TestOnly')) === 0;
}

/** `check_as`: the address of Prospective, where it is one. */
export function prospective(options: GivenOptions): string | null {
  return IpAddress.parse(valueOf(options, 'Prospective'))?.toString() ?? null;
}

/** Void look-ups, within what our file takes. */
function voidLimit(options: GivenOptions): number {
  const limit = numberOf(valueOf(options, 'Void_Limit')) ?? 2;
  return limit < 0 ? 2 : Math.min(limit, 100);
}

/** Seconds for a transaction. Postfix waits 100 for an answer, Sendmail 10 to 30 for a milter. */
export function lookupSeconds(options: GivenOptions): number {
  const seconds = numberOf(valueOf(options, 'Lookup_Time')) ?? 20;
  if (seconds < 0) return 20;
  return seconds === 0 ? 90 : Math.min(seconds, 90);
}

export function headerKinds(program: EngineProgram, options: GivenOptions): readonly string[] {
  const type = valueOf(options, 'Header_Type');
  if (type.includes('None')) return [];
  if (program === 'pyspf-milter') return ['authentication-results'];
  if (prospective(options) !== null) return [];
  if (!type.includes('AR')) return ['received-spf'];
  return type.includes('SPF') ? ['received-spf', 'authentication-results'] : ['authentication-results'];
}

/** Reject_Not_Pass_Domains, as far as `actions.strict_domains` can stand for it. */
export function listedDomains(options: GivenOptions): readonly string[] {
  return domainList(valueOf(options, 'Reject_Not_Pass_Domains'), false).items;
}

/** All that a rule can say; every key is there, whatever its value. */
export function policyOf(
  program: EngineProgram,
  options: GivenOptions,
  situation: Situation = USUAL,
): Policy {
  const helo = valueOf(options, 'HELO_reject');
  const mailFrom = valueOf(options, 'Mail_From_reject');
  const texts = reasonTexts(valueOf(options, 'Reason_Message'), valueOf(options, 'Reason_URL'));
  const ofHelo = actionsOf(program, options, 'helo', situation);
  const ofMailFrom = actionsOf(program, options, 'mailFrom', situation);
  const strict = strictIdentities(program, options).length > 0 ? listedDomains(options) : [];
  return new Map<string, Plain>([
    ['dry_run', isTestOnly(options) && headerKinds(program, options).length === 0],
    ['checks.helo', helo !== 'No_Check'],
    ['checks.mail_from', mailFrom !== 'No_Check'],
    ...RESULTS.map((result) => [actionKey('mailFrom', result), ofMailFrom[result]] as const),
    ...RESULTS.map((result) => [actionKey('helo', result), ofHelo[result]] as const),
    ['actions.strict_domains', strict],
    ['actions.only_no_mail_domains', isOn(options, 'No_Mail')],
    ...REPLY_RESULTS.map((result) => [`replies.${result}.text`, texts.texts[result]] as const),
    ['replies.fail.text_exp', texts.failExplained],
    ['replies.enhanced_status', valueOf(options, 'SPF_Enhanced_Status_Codes') !== 'No'],
    ['headers.add', headerKinds(program, options)],
    ['headers.note_skipped', helo !== 'No_Check' || mailFrom !== 'No_Check'],
    ['check_as', prospective(options)],
    ['limits.void', voidLimit(options)],
    ['limits.time', `${lookupSeconds(options)}s`],
  ]);
}

type Actions = Readonly<Record<SpfResult, Plain>>;

/** In the test that keeps header fields, no action is anything else than accept. */
function isAcceptingAll(program: EngineProgram, options: GivenOptions): boolean {
  return isTestOnly(options) && headerKinds(program, options).length > 0;
}

function actionsOf(
  program: EngineProgram,
  options: GivenOptions,
  identity: SpfIdentity,
  situation: Situation,
): Actions {
  const refused = refusedResults(options, identity, situation);
  const restriction = valueOf(
    options,
    identity === 'helo' ? 'HELO_pass_restriction' : 'Mail_From_pass_restriction',
  );
  const isRestricted = isRestriction(restriction) && program === 'policyd-spf';
  const isTest = isAcceptingAll(program, options);
  const actions = RESULTS.map((result): readonly [SpfResult, Plain] => {
    if (isTest || policyFor(options, identity) === 'No_Check') return [result, 'accept'];
    if (result === 'pass' && isRestricted) return [result, { postfix: restriction }];
    if (!refused.has(result)) return [result, 'accept'];
    return [result, result === 'temperror' ? 'defer' : 'reject'];
  });
  return Object.fromEntries(actions) as Record<SpfResult, Plain>;
}

/** Whether Postfix could take it for an action, or for names of restrictions (access(5)). Digits are the code of a
 *  refusal, with a text; other ones it took for OK. */
export function isRestriction(text: string): boolean {
  if (/^\d/.test(text) && !/^[45]\d\d +[^ ]/.test(text)) return false;
  return text.length <= 200 && /^\w[\w:.-]*(?:[ ,][\x20-\x7e]*)?$/.test(text);
}

function policyFor(options: GivenOptions, identity: SpfIdentity): string {
  return valueOf(options, identity === 'helo' ? 'HELO_reject' : 'Mail_From_reject');
}

/** With `Null` HELO acts for the null sender alone; whatever else is no known word refuses errors at most. */
function refusedResults(
  options: GivenOptions,
  identity: SpfIdentity,
  situation: Situation,
): ReadonlySet<SpfResult> {
  const policy = policyFor(options, identity);
  const isNull = identity === 'helo' && policy === 'Null';
  if (policy === 'No_Check' || (isNull && !situation.isNullSender)) return new Set();
  const refused = new Set<SpfResult>();
  const isListed = situation.listed.includes(identity);
  if (isListed || isNull || REFUSES_FAIL.has(policy)) refused.add('fail');
  if (isListed || policy === 'Softfail' || policy === 'SPF_Not_Pass') refused.add('softfail');
  if (isListed || policy === 'SPF_Not_Pass') refused.add('neutral');
  if (policy === 'False' && !isListed) return refused;
  // A record that is in error is never the one that No_Mail asks for.
  if (isOn(options, 'PermError_reject') && !isOn(options, 'No_Mail')) refused.add('permerror');
  if (isOn(options, 'TempError_Defer')) refused.add('temperror');
  return refused;
}

const REFUSES_FAIL: ReadonlySet<string> = new Set(['Fail', 'Softfail', 'SPF_Not_Pass']);

/** Identities that refuse a fail, so that `actions.strict_domains` works for them. */
function strictIdentities(program: EngineProgram, options: GivenOptions): readonly SpfIdentity[] {
  if (listedDomains(options).length === 0 || isAcceptingAll(program, options)) return [];
  return IDENTITIES.filter((identity) => {
    const isNull = identity === 'helo' && policyFor(options, identity) === 'Null';
    return isNull || actionsOf(program, options, identity, USUAL).fail === 'reject';
  });
}

const IDENTITIES: readonly SpfIdentity[] = ['helo', 'mailFrom'];

/** Identities that refuse nothing but for the domains listed: rules must say it. */
function laxIdentities(program: EngineProgram, options: GivenOptions): readonly SpfIdentity[] {
  if (listedDomains(options).length === 0 || isAcceptingAll(program, options)) return [];
  const strict = strictIdentities(program, options);
  return IDENTITIES.filter((each) => !strict.includes(each) && policyFor(options, each) !== 'No_Check');
}

/** The kinds of mail that need a rule, the more special first; the usual kind is the last. */
export function situations(program: EngineProgram, options: GivenOptions): readonly Situation[] {
  const lax = laxIdentities(program, options);
  const bounces: Situation = { name: 'null sender', isNullSender: true, listed: [] };
  const listed = (...identities: readonly SpfIdentity[]): Situation => ({
    name: `${identities.map((each) => (each === 'helo' ? 'HELO' : 'sender')).join(' and ')} of a domain that must pass`,
    isNullSender: false,
    listed: identities,
  });
  return [
    ...(isForBouncesAlone(program, options) ? [bounces] : []),
    ...(lax.length === 2 ? [listed('mailFrom', 'helo')] : []),
    ...(lax.includes('mailFrom') ? [listed('mailFrom')] : []),
    ...(lax.includes('helo') ? [listed('helo')] : []),
    USUAL,
  ];
}

/** Whether HELO decides for mail with the null sender, and for no other. */
function isForBouncesAlone(program: EngineProgram, options: GivenOptions): boolean {
  return policyFor(options, 'helo') === 'Null' && !isAcceptingAll(program, options);
}
