/** What the administrator decides, as values: what a configuration comes to, and all that a judge goes by. */
import type { LogLevel } from '../events/index.js';
import type { AuthservId } from '../header/index.js';
import type { IprevResult } from '../iprev/index.js';
import type { DomainName, IpAddress, NetworkSet } from '../net/index.js';
import type { AddressList, EnhancedStatus, SpfIdentity, SpfResult } from '../smtp/index.js';
import type { Limits } from '../spf/index.js';
import type { OutageSettings } from './outage-guard.js';
import type { ReplyTemplate } from './reply-template.js';

/** What is done with mail: let go on, held for somebody to look at, refused for now or for good. */
export type PlainAction = 'accept' | 'quarantine' | 'defer' | 'reject';

/** Over the policy protocol, let go on with this answer, which access(5) describes: `permit_auth_destination`,
 *  a restriction class. Elsewhere it is `accept`. */
export interface PostfixAction {
  readonly postfix: string;
}

export type Action = PlainAction | PostfixAction;

export type Actions = Readonly<Record<SpfIdentity, Readonly<Record<SpfResult, Action>>>>;

export type IprevActions = Readonly<Record<IprevResult, Action>>;

/** What a refused sender is told. `code` and `status` are those of a refusal of the kind that the
 *  administrator had in mind; where the action is of the other kind, its usual code takes their place. */
export interface ReplySettings {
  readonly code: number;
  readonly status: EnhancedStatus;
  readonly text: ReplyTemplate;
}

export interface Replies {
  readonly spf: Readonly<Record<SpfResult, ReplySettings>>;
  /** For a fail that the domain explains. */
  readonly failExplained: ReplyTemplate;
  readonly iprev: ReplySettings;
  /** Whether replies have an enhanced status code (RFC 3463). */
  readonly enhancedStatus: boolean;
}

export type HeaderKind = 'received-spf' | 'authentication-results';

export interface HeaderSettings {
  /** In the order in which they stand in the message, first on top. Null: what suits the protocol. */
  readonly add: readonly HeaderKind[] | null;
  readonly authservId: AuthservId;
  /** Whether the identity that did not decide is told as well. */
  readonly identities: 'both' | 'deciding';
  /** Whether `smtp.mailfrom` has the local part. */
  readonly localPart: boolean;
  /** Whether Authentication-Results fields of others that claim our authserv-id are deleted (RFC 8601 §5), where the
   *  protocol can. */
  readonly stripForged: boolean;
  /** Mail with these results has `subjectTag` in front of its subject, where the protocol can. */
  readonly tagSubject: ReadonlySet<SpfResult>;
  /** `%{result}` in it is the result. Printable ASCII. */
  readonly subjectTag: string;
  /** Whether mail that was not checked says so. */
  readonly noteSkipped: boolean;
}

export interface Checks {
  readonly helo: boolean;
  readonly mailFrom: boolean;
  /** With these results of HELO, MAIL FROM is not acted upon. */
  readonly heloDecides: ReadonlySet<SpfResult>;
}

/** Who is not checked. */
export interface SkipSettings {
  readonly networks: NetworkSet;
  readonly authenticated: boolean;
  readonly privateClients: 'warn' | 'skip' | 'check';
  readonly senders: AddressList;
  /** Whether `senders` are checked, and only a pass exempts them from what else would stop them. */
  readonly sendersOnlyIfPass: boolean;
  readonly recipients: AddressList;
  /** HELO names that count if the client has their address. Lower case. */
  readonly heloNames: ReadonlySet<string>;
  /** Names of the client, forward-confirmed: one of these, or below one. Lower case. */
  readonly ptrDomains: ReadonlySet<string>;
  readonly nullSender: boolean;
  readonly macros: MacroValues;
}

/** Macros by name, without braces: what they must be, or null for anything at all. */
export type MacroValues = ReadonlyMap<string, ReadonlySet<string> | null>;

/** Hosts that forward mail to here: their fail, softfail and neutral is not acted upon. */
export interface Forwarder {
  readonly name: string;
  readonly networks: NetworkSet;
  /** Hosts that pass the record of one of these domains. */
  readonly spfOf: readonly DomainName[];
  readonly ptrDomains: ReadonlySet<string>;
  /** Null: for all. */
  readonly recipients: AddressList | null;
}

export interface IprevSettings {
  readonly check: boolean;
  /** Whether the name must also be in the domain of the sender. */
  readonly matchSender: boolean;
  readonly actions: IprevActions;
  /** Whether Authentication-Results tells it. */
  readonly header: boolean;
}

/** One whole set of decisions: that of the configuration, and that of each rule, which is the same with the
 *  rule's own settings laid over it. */
export interface Policy {
  readonly checks: Checks;
  readonly actions: Actions;
  /** Domains (and all below them) whose softfail and neutral count as fail. */
  readonly strictDomains: AddressList;
  /** Whether a fail refuses only where the record says that the domain sends no mail at all. */
  readonly onlyNoMailDomains: boolean;
  readonly onInternalError: 'accept' | 'defer';
  readonly iprev: IprevSettings;
  readonly replies: Replies;
  readonly headers: HeaderSettings;
  readonly skip: SkipSettings;
  readonly forwarders: readonly Forwarder[];
  /** Judge everything as if this address had sent it. */
  readonly checkAs: IpAddress | null;
  /** Judge and log, and do nothing: no refusal, no field. */
  readonly dryRun: boolean;
  /** How talkative the log is about such mail; null: as about all. */
  readonly logLevel: LogLevel | null;
  /** This host's name, or `unknown`: `receiver=` in fields, and `%{r}`. */
  readonly receiver: string;
  readonly limits: Limits;
  /** How long one transaction may take, all checks together. */
  readonly timeMs: number;
}

/** Values of which one must be there; those with a `!` must not. */
export interface Either<T> {
  /** Null: whatever is not excluded. */
  readonly any: T | null;
  readonly none: T | null;
}

/** When a rule applies: where all that is not null fits. */
export interface Condition {
  readonly client: Either<NetworkSet> | null;
  readonly sender: Either<AddressList> | null;
  /** Domains only. */
  readonly helo: Either<AddressList> | null;
  readonly recipient: Either<AddressList> | null;
  /** Names of listeners. */
  readonly listener: Either<ReadonlySet<string>> | null;
  /** Postfix's `policy_context`, as `check_policy_service` is given it. */
  readonly policyContext: Either<ReadonlySet<string>> | null;
  readonly authenticated: boolean | null;
  readonly nullSender: boolean | null;
  /** All of them. */
  readonly macros: MacroValues | null;
}

export interface Rule {
  readonly name: string;
  readonly when: Condition;
  /** True: not checked. False: checked, whoever it is. Null: as `policy.skip` has it. */
  readonly skip: boolean | null;
  readonly policy: Policy;
}

/** All of it. */
export interface VerdictSettings {
  readonly policy: Policy;
  /** The first that fits. */
  readonly rules: readonly Rule[];
  /** Judge these clients as other ones: by address, in canonical form. */
  readonly clientMap: ReadonlyMap<string, IpAddress>;
  /** Whether questions are asked before their term is reached. */
  readonly prefetch: boolean;
  /** What an outage of the DNS is: in one, no temperror stops mail. Null: whatever happens, a temperror is
   *  what the actions make of it. */
  readonly outage: OutageSettings | null;
}
