/** policyd-spf.conf and pyspf-milter.conf: the settings that both programs have. */
import { setAuthservId } from './authserv-id.js';
import { Draft } from './draft.js';
import { commentOnPolicy } from './engine-comments.js';
import { numberOf, readEngineFile, type EngineProgram, type GivenOptions } from './engine-file.js';
import { headerKinds, policyOf, valueOf, type Policy } from './engine-policy.js';
import { checkUsers, userGroups, type OldFiles } from './engine-users.js';
import { checkValues } from './engine-values.js';
import { REPLY_RESULTS, RESULTS, actionKey, type Key, type ReplyResult } from './keys.js';
import { domainList, isLoopbackAlone, networkList } from './lists.js';
import { migrateMilterOptions } from './milter-options.js';
import { readUserFile } from './per-user.js';
import type { Plain } from './plain.js';
import { migratePolicyServerOptions } from './policy-server-options.js';
import type { SourceLine } from './source-lines.js';
import { planRules, thenOf, type PlannedRule } from './user-rules.js';

/** Reads the lines of a configuration file, and the files that it names. */
export function migrateEngine(program: EngineProgram, lines: readonly SourceLine[], files: OldFiles): Draft {
  const draft = new Draft();
  const options = readEngineFile(program, lines, draft);
  checkValues(program, options, (line, text) => {
    draft.remark(line, text);
  });
  const users = program === 'policyd-spf' ? userGroups(options, files, draft) : [];
  const base = policyOf(program, options);
  writePolicy(base, planRules(program, options, users, draft), draft);
  writeCommon(program, options, draft);
  writeLists(options, draft);
  commentOnPolicy(program, options, draft);
  if (program === 'pyspf-milter') migrateMilterOptions(options, files, draft);
  else migratePolicyServerOptions(options, draft);
  return draft;
}

/** A file of `Per_User` alone: its rules, over what policyd-spf does without a configuration file. */
export function migrateUserFile(lines: readonly SourceLine[]): Draft {
  const draft = new Draft();
  const users = readUserFile(lines, (line, text) => {
    draft.remark(line, text);
  });
  checkUsers(users, '', draft);
  const rules = planRules('policyd-spf', new Map(), users, draft);
  const base = policyOf('policyd-spf', new Map());
  const needed = neededReplies([base, ...rules.map(({ policy }) => policy)]);
  for (const result of REPLY_RESULTS) {
    if (result !== 'fail' && needed.has(result)) setReply(result, base, draft);
  }
  writeRules(rules, base, needed, draft);
  return draft;
}

/** What our file says without being told, of the keys that a policy has. */
const OURS: ReadonlyMap<string, Plain> = new Map<string, Plain>([
  ['dry_run', false],
  ['checks.helo', true],
  ['checks.mail_from', true],
  ...(['mailFrom', 'helo'] as const).flatMap((identity) =>
    RESULTS.map((result) => [actionKey(identity, result), result === 'fail' ? 'reject' : 'accept'] as const),
  ),
  ['actions.only_no_mail_domains', false],
  ['replies.enhanced_status', true],
  ['headers.note_skipped', true],
  ['check_as', null],
  ['limits.void', 2],
  ['limits.time', '20s'],
]);

function writePolicy(base: Policy, rules: readonly PlannedRule[], draft: Draft): void {
  for (const [key, value] of OURS) {
    const ours = base.get(key) ?? null;
    if (ours !== value) draft.set(key as Key, ours);
  }
  draft.set('headers.add', base.get('headers.add') ?? []);
  const strict = base.get('actions.strict_domains') ?? [];
  if (!isEmptyList(strict)) draft.set('actions.strict_domains', strict);
  const needed = neededReplies([base, ...rules.map(({ policy }) => policy)]);
  for (const result of REPLY_RESULTS) {
    if (needed.has(result)) setReply(result, base, draft);
  }
  writeRules(rules, base, needed, draft);
}

function setReply(result: ReplyResult, base: Policy, draft: Draft): void {
  draft.set(`replies.${result}.text`, base.get(`replies.${result}.text`) ?? '');
  if (result === 'fail') draft.set('replies.fail.text_exp', base.get('replies.fail.text_exp') ?? '');
}

function isEmptyList(value: Plain | undefined): boolean {
  return !Array.isArray(value) || value.length === 0;
}

/** Results that some mail is refused for. */
function neededReplies(policies: readonly Policy[]): ReadonlySet<string> {
  const needed = new Set<string>();
  for (const policy of policies) {
    for (const result of REPLY_RESULTS) {
      const actions = [policy.get(actionKey('helo', result)), policy.get(actionKey('mailFrom', result))];
      if (actions.some((action) => action === 'reject' || action === 'defer')) needed.add(result);
    }
    if (!isEmptyList(policy.get('actions.strict_domains'))) {
      needed.add('softfail');
      needed.add('neutral');
    }
  }
  return needed;
}

function writeRules(
  rules: readonly PlannedRule[],
  base: Policy,
  needed: ReadonlySet<string>,
  draft: Draft,
): void {
  const isNeeded = (key: string): boolean => {
    const [, result] = /^replies\.(.*)\.text/.exec(key) ?? [];
    return result === undefined || needed.has(result);
  };
  for (const rule of rules) {
    const { name, when } = rule;
    draft.rules.push({ value: { name, when, then: thenOf(rule, base, isNeeded) }, comments: [] });
  }
}

/** What neither a rule nor an identity has a say in. */
function writeCommon(program: EngineProgram, options: GivenOptions, draft: Draft): void {
  draft.set('headers.identities', 'deciding', `${program} told one result, as a rule that of MAIL FROM.`);
  draft.set(
    'skip.private_clients',
    'check',
    `${program} judged clients with private addresses like all others.`,
  );
  draft.set(
    'limits.void_counting',
    'query',
    `${program} counted each host of "mx" without an address of the client's kind; "term" is kinder to IPv6 clients.`,
  );
  const isHeloUnchecked = valueOf(options, 'HELO_reject') === 'No_Check';
  if (isHeloUnchecked && valueOf(options, 'Mail_From_reject') !== 'No_Check') {
    draft.set(
      'skip.null_sender',
      true,
      `With No_Check ${program} did not check mail with the null sender at all, and told nobody; here its header field ` +
        'says that it was not checked.',
    );
  }
  draft.set('log.to', 'syslog');
  const debugLevel = numberOf(valueOf(options, 'debugLevel')) ?? 1;
  if (debugLevel < 1) draft.set('log.level', 'error');
  if (debugLevel > 3) draft.set('log.level', 'debug');
  writeAuthservId(program, options, draft);
}

function writeAuthservId(program: EngineProgram, options: GivenOptions, draft: Draft): void {
  const id = valueOf(options, 'Authserv_Id');
  const isUsed = headerKinds(program, options).includes('authentication-results');
  if (id === 'HOSTNAME' || id === '') {
    if (isUsed) {
      draft.comment(
        'headers.authserv_id',
        `With HOSTNAME ${program} took the bare name that the system has. Here authserv_id is "hostname"; it must be ` +
          'what DMARC software trusts.',
      );
    }
  } else if (id !== 'HEADER') {
    setAuthservId(id, options.get('Authserv_Id')?.line ?? null, draft);
  } else if (isUsed) {
    draft.set(
      'headers.authserv_id',
      id,
      '"HEADER" is from a sample file, which had it by mistake; it was used as it stands. Better is the name of this host.',
    );
  } else {
    draft.remark(
      options.get('Authserv_Id')?.line ?? null,
      '"HEADER" is from a sample file, and not in use; left out',
    );
  }
}

/** Lists of hosts that are not judged. */
function writeLists(options: GivenOptions, draft: Draft): void {
  const networks = networkList(valueOf(options, 'skip_addresses')).items;
  if (!isLoopbackAlone(networks)) draft.set('skip.networks', networks);
  const heloNames = domainList(valueOf(options, 'HELO_Whitelist'), true).items;
  if (heloNames.length > 0) draft.set('skip.helo_names', heloNames);

  const whitelist = networkList(valueOf(options, 'Whitelist')).items;
  const domains = domainList(valueOf(options, 'Domain_Whitelist'), false).items;
  const ptrDomains = domainList(valueOf(options, 'Domain_Whitelist_PTR'), true).items;
  if (whitelist.length + domains.length + ptrDomains.length > 0) {
    draft.comment(
      'forwarders',
      'Mail from these hosts was not checked at all. Here it is, so that its header field tells the result, and fail, ' +
        'softfail and neutral stop nothing; permerror and temperror do what "actions" says. Where hosts are to be left ' +
        'unchecked, write them into skip.networks.',
    );
  }
  if (whitelist.length > 0)
    draft.forwarders.unshift({ value: { name: 'Whitelist', networks: whitelist }, comments: [] });
  if (domains.length > 0)
    draft.forwarders.push({ value: { name: 'Domain_Whitelist', spf_of: domains }, comments: [] });
  if (ptrDomains.length === 0) return;
  draft.forwarders.push({
    value: { name: 'Domain_Whitelist_PTR', ptr_domains: ptrDomains },
    comments: [
      'The name of the client counted as it stood in reverse DNS, which belongs to whoever has the address, and by its ' +
        'last letters ("example.com" let in "notexample.com"). Here the name must lead back to the client, and be the ' +
        'domain or below it.',
    ],
  });
}
