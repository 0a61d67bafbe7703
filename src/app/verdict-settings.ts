/** What a configuration comes to for the judge. */
import { hostname } from 'node:os';

import type { Config, ConditionOption, ForwarderOption, RuleOption } from '../config/index.js';
import { authservId, type AuthservId } from '../header/index.js';
import { NetworkSet, type Network } from '../net/index.js';
import { AddressList, type AddressPattern, SPF_RESULTS, type SpfResult } from '../smtp/index.js';
import type { Limits } from '../spf/index.js';
import type {
  Action,
  Condition,
  Either,
  Forwarder,
  OutageSettings,
  Policy,
  ReplySettings,
  Rule,
  VerdictSettings,
} from '../verdict/index.js';

/** `system` is the name that the system has, for where the configuration names none. */
export function verdictSettings(config: Config, system = hostname()): VerdictSettings {
  const lists = new Lists();
  return {
    policy: policyOf(config, null, system, lists),
    rules: config.rules.map((rule) => ruleOf(rule, config, system, lists)),
    clientMap: config.client_map,
    prefetch: config['dns.prefetch'],
    outage: outageOf(config),
  };
}

/** The milter macros that somebody wants to know of, as mail servers write them. */
export function macrosOf({ policy, rules }: VerdictSettings): readonly string[] {
  const names = [policy.skip.macros, ...rules.map(({ when }) => when.macros)].flatMap((macros) =>
    macros === null ? [] : [...macros.keys()],
  );
  return [...new Set(names)].map((name) => (name.length === 1 ? name : `{${name}}`));
}

/** The limits of one check. */
export function limitsOf(config: Config): Limits {
  return {
    terms: config['limits.terms'],
    void: config['limits.void'],
    names: config['limits.names'],
    voidCounting: config['limits.void_counting'],
  };
}

/** Lists made of the values of options: one for each value, since rules have most of theirs in common, and a list can
 *  be long. */
class Lists {
  readonly #made = new Map<object, unknown>();

  addresses(patterns: readonly AddressPattern[]): AddressList {
    return this.#once(patterns, () => new AddressList(patterns));
  }

  networks(networks: readonly Network[]): NetworkSet {
    return this.#once(networks, () => new NetworkSet(networks));
  }

  names(names: readonly string[]): ReadonlySet<string> {
    return this.#once(names, () => new Set(names.map((name) => name.toLowerCase())));
  }

  forwarders(options: readonly ForwarderOption[]): readonly Forwarder[] {
    return this.#once(options, () => options.map((option) => forwarderOf(option, this)));
  }

  /** A value is always asked for as the same kind of list: it is that of one option. */
  #once<T>(value: object, make: () => T): T {
    const made = (this.#made.get(value) as T | undefined) ?? make();
    this.#made.set(value, made);
    return made;
  }
}

function policyOf(config: Config, logLevel: Policy['logLevel'], system: string, lists: Lists): Policy {
  const host = config.hostname ?? system;
  return {
    checks: {
      helo: config['checks.helo'],
      mailFrom: config['checks.mail_from'],
      heloDecides: config['checks.helo_decides'],
    },
    actions: {
      helo: byResult((result): Action => config[`actions.helo.${result}`]),
      mailFrom: byResult((result): Action => config[`actions.mail_from.${result}`]),
    },
    strictDomains: lists.addresses(config['actions.strict_domains']),
    onlyNoMailDomains: config['actions.only_no_mail_domains'],
    onInternalError: config['actions.on_internal_error'],
    iprev: {
      check: config['iprev.check'],
      matchSender: config['iprev.match_sender'],
      actions: {
        pass: config['iprev.actions.pass'],
        fail: config['iprev.actions.fail'],
        permerror: config['iprev.actions.permerror'],
        temperror: config['iprev.actions.temperror'],
      },
      header: config['iprev.header'],
    },
    replies: {
      spf: byResult((result) => replyOf(config, result)),
      failExplained: config['replies.fail.text_exp'],
      iprev: replyOf(config, 'iprev'),
      enhancedStatus: config['replies.enhanced_status'],
    },
    headers: {
      add: config['headers.add'],
      authservId: config['headers.authserv_id'] ?? authservIdOf(host),
      identities: config['headers.identities'],
      localPart: config['headers.local_part'],
      stripForged: config['headers.strip_forged'],
      tagSubject: config['headers.tag_subject'] ?? new Set(),
      subjectTag: config['headers.subject_tag'],
      noteSkipped: config['headers.note_skipped'],
    },
    skip: {
      networks: lists.networks(config['skip.networks']),
      authenticated: config['skip.authenticated'],
      privateClients: config['skip.private_clients'],
      senders: lists.addresses(config['skip.senders']),
      sendersOnlyIfPass: config['skip.senders_only_if_pass'],
      recipients: lists.addresses(config['skip.recipients']),
      heloNames: lists.names(config['skip.helo_names']),
      ptrDomains: lists.names(config['skip.ptr_domains']),
      nullSender: config['skip.null_sender'],
      macros: config['skip.macros'],
    },
    forwarders: lists.forwarders(config.forwarders),
    checkAs: config.check_as,
    dryRun: config.dry_run,
    logLevel,
    receiver: config['headers.receiver'] === 'unknown' ? 'unknown' : host,
    limits: limitsOf(config),
    timeMs: config['limits.time'],
  };
}

/** The name of a host is one nearly always; where it is not, it must not spoil a header field. */
function authservIdOf(host: string): AuthservId {
  for (const name of [host, 'localhost']) {
    const id = authservId(name);
    if (id.ok) return id.value;
  }
  throw new Error('localhost is no authserv-id');
}

function replyOf(config: Config, of: SpfResult | 'iprev'): ReplySettings {
  return {
    code: config[`replies.${of}.code`],
    status: config[`replies.${of}.status`],
    text: config[`replies.${of}.text`],
  };
}

function forwarderOf(
  { name, networks, spfOf, ptrDomains, recipients }: ForwarderOption,
  lists: Lists,
): Forwarder {
  return {
    name,
    networks: lists.networks(networks),
    spfOf,
    ptrDomains: lists.names(ptrDomains),
    recipients: recipients === null ? null : lists.addresses(recipients),
  };
}

function ruleOf({ name, when, skip, config }: RuleOption, base: Config, system: string, lists: Lists): Rule {
  const level = config['log.level'];
  const logLevel = level === base['log.level'] ? null : level;
  return { name, when: conditionOf(when), skip, policy: policyOf(config, logLevel, system, lists) };
}

function conditionOf(when: ConditionOption): Condition {
  const addresses = (patterns: readonly AddressPattern[]): AddressList => new AddressList(patterns);
  const words = (texts: readonly string[]): ReadonlySet<string> => new Set(texts);
  return {
    client: eitherOf(when.client, (networks) => new NetworkSet(networks)),
    sender: eitherOf(when.sender, addresses),
    helo: eitherOf(when.helo, addresses),
    recipient: eitherOf(when.recipient, addresses),
    listener: eitherOf(when.listener, words),
    policyContext: eitherOf(when.policyContext, words),
    authenticated: when.authenticated,
    nullSender: when.nullSender,
    macros: when.macros,
  };
}

function eitherOf<T, Set>(either: Either<T> | null, make: (value: T) => Set): Either<Set> | null {
  if (either === null) return null;
  const { any, none } = either;
  return { any: any === null ? null : make(any), none: none === null ? null : make(none) };
}

function outageOf(config: Config): OutageSettings | null {
  if (config['dns.outage_guard.then'] === 'off') return null;
  return {
    windowMs: config['dns.outage_guard.window'],
    minChecks: config['dns.outage_guard.min_checks'],
    ratio: config['dns.outage_guard.ratio'],
  };
}

function byResult<T>(of: (result: SpfResult) => T): Readonly<Record<SpfResult, T>> {
  return Object.fromEntries(SPF_RESULTS.map((result) => [result, of(result)])) as Record<SpfResult, T>;
}
