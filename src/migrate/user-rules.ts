/** What policyd-spf and pyspf-milter do differently with some mail, as rules. */
import type { Draft } from './draft.js';
import type { EngineName, EngineProgram, GivenOptions } from './engine-file.js';
import {
  listedDomains,
  policyOf,
  situations,
  valueOf,
  type Policy,
  type Situation,
} from './engine-policy.js';
import { domainList, networkList } from './lists.js';
import { isSame, nested, type Plain, type PlainMap } from './plain.js';
import type { UserGroup } from './per-user.js';
import { shown } from './shown.js';

/** Each recipient with settings of its own, and each kind of mail besides, takes one to some. */
const MAX_RULES = 1000;
const MOST_KINDS = 5;

/** A rule before its replies are known to be needed. */
export interface PlannedRule {
  readonly name: string;
  readonly when: PlainMap;
  readonly policy: Policy;
}

/** Rules for single recipients, then those for all, the more special first: the first that fits counts. */
export function planRules(
  program: EngineProgram,
  options: GivenOptions,
  users: readonly UserGroup[],
  draft: Draft,
): readonly PlannedRule[] {
  const forAll = situations(program, options).map((situation) => planned(program, options, situation, null));
  const general = forAll.slice(0, -1); // the last is what holds without a rule
  const base = policyOf(program, options);
  const rules: PlannedRule[] = [];
  for (const [index, user] of users.entries()) {
    if (rules.length > MAX_RULES - 2 * MOST_KINDS) {
      const left = `More than ${MAX_RULES} rules: the last ${users.length - index} kinds of recipients are left out.`;
      draft.remark(null, left);
      draft.comment('rules', left);
      break;
    }
    const own: GivenOptions = new Map([...options, ...user.options]);
    const ofUser = situations(program, own).map((situation) => planned(program, own, situation, user));
    rules.push(...skipRule(options, user));
    addForwarders(user, draft);
    if (isAlike(ofUser, forAll)) continue;
    const isLastIdle = general.length === 0 && !differs(ofUser.at(-1)?.policy ?? base, base);
    rules.push(...(isLastIdle ? ofUser.slice(0, -1) : ofUser));
  }
  return [...rules, ...general];
}

/** What a rule writes down: where it differs from what holds for all. One that changes nothing still keeps those
 *  below it away. */
export function thenOf(rule: PlannedRule, base: Policy, isNeeded: (key: string) => boolean): PlainMap {
  const different = [...rule.policy].filter(
    ([key, value]) => isNeeded(key) && !isSame(value, base.get(key) ?? null),
  );
  return nested(new Map(different));
}

function differs(policy: Policy, base: Policy): boolean {
  return (
    policy.size !== base.size || [...policy].some(([key, value]) => !isSame(value, base.get(key) ?? null))
  );
}

function isAlike(some: readonly PlannedRule[], others: readonly PlannedRule[]): boolean {
  if (some.length !== others.length) return false;
  return some.every((rule, i) => {
    const other = others[i];
    if (other === undefined || differs(rule.policy, other.policy)) return false;
    return isSame({ ...rule.when, recipient: null }, { recipient: null, ...other.when });
  });
}

function planned(
  program: EngineProgram,
  options: GivenOptions,
  situation: Situation,
  user: UserGroup | null,
): PlannedRule {
  const kind = situation.name;
  const domains = listedDomains(options).flatMap((domain) => [domain, `.${domain}`]);
  const when = new Map<string, Plain>([
    ...(user === null ? [] : ([['recipient', user.recipients]] as const)),
    ...(situation.isNullSender ? ([['null_sender', true]] as const) : []),
    ...(situation.listed.includes('mailFrom') ? ([['sender', domains]] as const) : []),
    ...(situation.listed.includes('helo') ? ([['helo', domains]] as const) : []),
  ]);
  return {
    name: [...(user === null ? [] : [nameOf(user)]), ...(kind === '' ? [] : [kind])].join(', '),
    when: Object.fromEntries(when),
    policy: policyOf(program, options, situation),
  };
}

/** Rules have names of at most 100 characters, no two alike. */
function nameOf({ line, recipients }: UserGroup): string {
  const [address = ''] = recipients;
  const first = address.length > 38 || /\p{C}/u.test(address) ? `recipient of line ${line}` : address;
  return recipients.length === 1 ? first : `${first} and ${recipients.length - 1} more`;
}

/** Networks from which these recipients take mail unchecked, beyond those from which all do. */
function skipRule(options: GivenOptions, user: UserGroup): readonly PlannedRule[] {
  const forAll = networkList(valueOf(options, 'skip_addresses')).items;
  const own = ['skip_addresses', 'Whitelist'] as const;
  const networks = own.flatMap((name) => networkList(user.options.get(name)?.text ?? '').items);
  const client = [...new Set(networks)].filter((item) => !forAll.includes(item));
  if (client.length === 0) return [];
  const when = { recipient: user.recipients, client };
  return [{ name: `${nameOf(user)}, not checked`, when, policy: new Map([['skip', true]]) }];
}

/** Lists of whitelisted domains hold for these recipients alone. */
function addForwarders(user: UserGroup, draft: Draft): void {
  const recipients = user.recipients;
  const spfOf = domainList(user.options.get('Domain_Whitelist')?.text ?? '', false).items;
  const ptrDomains = domainList(user.options.get('Domain_Whitelist_PTR')?.text ?? '', false).items;
  if (spfOf.length > 0) add('Domain_Whitelist', { spf_of: spfOf });
  if (ptrDomains.length > 0) add('Domain_Whitelist_PTR', { ptr_domains: ptrDomains });

  function add(option: string, what: PlainMap): void {
    draft.forwarders.push({
      value: { name: `${option} of ${nameOf(user)}`, ...what, recipients },
      comments: [],
    });
  }
}

/** Lists of a recipient took the place of the common ones; here they are added to them. */
export function remarkOnReplacedLists(
  options: GivenOptions,
  users: readonly UserGroup[],
  remark: (line: number, text: string) => void,
): void {
  const names = ['skip_addresses', 'Whitelist', 'Domain_Whitelist', 'Domain_Whitelist_PTR'] as const;
  for (const user of users) {
    for (const name of names) {
      const own = user.options.get(name);
      if (own === undefined || own.text === valueOf(options, name)) continue;
      const had = itemsOf(name, own.text);
      const lost = itemsOf(name, valueOf(options, name)).filter((item) => !had.includes(item));
      if (lost.length === 0) continue;
      remark(
        own.line,
        `${name} took the place of the common list here; now that holds too, so for ${shown(lost.join(','))}`,
      );
    }
  }
}

function itemsOf(name: EngineName, text: string): readonly string[] {
  return (name.startsWith('Domain') ? domainList(text, false) : networkList(text)).items;
}
