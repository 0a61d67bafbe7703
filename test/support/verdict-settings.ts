/** What an administrator decides, as short as a test can say it: what is not said is as with an empty configuration
 *  file. */
import { authservId, type AuthservId } from '../../src/header/index.js';
import { domainName, IpAddress, NetworkSet, parseNetwork } from '../../src/net/index.js';
import {
  AddressList,
  addressPattern,
  SPF_RESULTS,
  type SpfIdentity,
  type SpfResult,
} from '../../src/smtp/index.js';
import { DEFAULT_LIMITS } from '../../src/spf/index.js';
import { octetsOfText, type Result } from '../../src/util/index.js';
import {
  DEFAULT_REPLY_TEXTS,
  parseReplyTemplate,
  type Action,
  type Actions,
  type Checks,
  type Condition,
  type Either,
  type Forwarder,
  type HeaderSettings,
  type IprevSettings,
  type Policy,
  type Replies,
  type ReplySettings,
  type ReplyTemplate,
  type Rule,
  type SkipSettings,
  type VerdictSettings,
} from '../../src/verdict/index.js';

type Texts = readonly string[];

export interface SkipLiteral {
  readonly networks?: Texts;
  readonly authenticated?: boolean;
  readonly privateClients?: SkipSettings['privateClients'];
  readonly senders?: Texts;
  readonly sendersOnlyIfPass?: boolean;
  readonly recipients?: Texts;
  readonly heloNames?: Texts;
  readonly ptrDomains?: Texts;
  readonly nullSender?: boolean;
  readonly macros?: SkipSettings['macros'];
}

export interface ForwarderLiteral {
  readonly name: string;
  readonly networks?: Texts;
  readonly spfOf?: Texts;
  readonly ptrDomains?: Texts;
  readonly recipients?: Texts;
}

export interface ReplyLiteral {
  readonly code?: number;
  readonly status?: ReplySettings['status'];
  readonly text?: string;
}

export interface PolicyLiteral {
  readonly checks?: {
    readonly helo?: boolean;
    readonly mailFrom?: boolean;
    readonly heloDecides?: readonly SpfResult[];
  };
  readonly actions?: { readonly [I in SpfIdentity]?: Partial<Actions[I]> };
  readonly strictDomains?: Texts;
  readonly onlyNoMailDomains?: boolean;
  readonly onInternalError?: Policy['onInternalError'];
  readonly iprev?: Partial<Omit<IprevSettings, 'actions'>> & {
    readonly actions?: Partial<IprevSettings['actions']>;
  };
  readonly replies?: Readonly<Partial<Record<SpfResult | 'iprev', ReplyLiteral>>> & {
    readonly failExplained?: string;
    readonly enhancedStatus?: boolean;
  };
  readonly headers?: Partial<HeaderSettings>;
  readonly skip?: SkipLiteral;
  readonly forwarders?: readonly ForwarderLiteral[];
  readonly checkAs?: string;
  readonly dryRun?: boolean;
  readonly logLevel?: Policy['logLevel'];
  readonly receiver?: string;
  readonly limits?: Partial<Policy['limits']>;
  readonly timeMs?: number;
}

/** `!x` is what must not be. */
export interface ConditionLiteral {
  readonly client?: Texts;
  readonly sender?: Texts;
  readonly helo?: Texts;
  readonly recipient?: Texts;
  readonly listener?: Texts;
  readonly policyContext?: Texts;
  readonly authenticated?: boolean;
  readonly nullSender?: boolean;
  readonly macros?: Condition['macros'];
}

export interface RuleLiteral {
  readonly name: string;
  readonly when?: ConditionLiteral;
  readonly skip?: boolean;
  /** Laid over what is said for all, section by section. */
  readonly then?: PolicyLiteral;
}

export interface SettingsLiteral extends PolicyLiteral {
  readonly rules?: readonly RuleLiteral[];
  readonly clientMap?: Readonly<Record<string, string>>;
  readonly prefetch?: boolean;
  readonly outage?: VerdictSettings['outage'];
}

export function verdictSettings(literal: SettingsLiteral = {}): VerdictSettings {
  const { rules = [], clientMap = {}, prefetch = false, outage = null, ...all } = literal;
  return {
    policy: policyOf(all),
    rules: rules.map(({ name, when = {}, skip = null, then = {} }): Rule => {
      return { name, when: conditionOf(when), skip, policy: policyOf(laidOver(all, then)) };
    }),
    clientMap: new Map(Object.entries(clientMap).map(([from, to]) => [from, addressOf(to)])),
    prefetch,
    outage,
  };
}

/** What each profile does: the deltas to an empty configuration. */
export const PROFILES = {
  standard: {},
  dmarc: { actions: { helo: { fail: 'accept' }, mailFrom: { fail: 'accept' } } },
  strict: {
    actions: {
      helo: { softfail: 'reject' },
      mailFrom: { softfail: 'reject', permerror: 'reject', temperror: 'defer' },
    },
  },
} as const satisfies Readonly<Record<string, PolicyLiteral>>;

/** The same action whatever the result. */
export function always(action: Action): NonNullable<PolicyLiteral['actions']> {
  return { helo: byResult(() => action), mailFrom: byResult(() => action) };
}

function laidOver(all: PolicyLiteral, then: PolicyLiteral): PolicyLiteral {
  return {
    ...all,
    ...then,
    checks: { ...all.checks, ...then.checks },
    actions: {
      helo: { ...all.actions?.helo, ...then.actions?.helo },
      mailFrom: { ...all.actions?.mailFrom, ...then.actions?.mailFrom },
    },
    skip: { ...all.skip, ...then.skip },
    headers: { ...all.headers, ...then.headers },
  };
}

function policyOf(literal: PolicyLiteral): Policy {
  return {
    checks: checksOf(literal.checks),
    actions: {
      helo: { ...byResult((result) => (result === 'fail' ? 'reject' : 'accept')), ...literal.actions?.helo },
      mailFrom: {
        ...byResult((result) => (result === 'fail' ? 'reject' : 'accept')),
        ...literal.actions?.mailFrom,
      },
    },
    strictDomains: listOf(literal.strictDomains),
    onlyNoMailDomains: literal.onlyNoMailDomains ?? false,
    onInternalError: literal.onInternalError ?? 'accept',
    iprev: {
      check: false,
      matchSender: false,
      header: true,
      ...literal.iprev,
      actions: {
        pass: 'accept',
        fail: 'accept',
        permerror: 'accept',
        temperror: 'accept',
        ...literal.iprev?.actions,
      },
    },
    replies: repliesOf(literal.replies),
    headers: {
      add: null,
      authservId: idOf('mx.example.net'),
      identities: 'both',
      localPart: false,
      noteSkipped: true,
      stripForged: true,
      tagSubject: new Set(),
      subjectTag: '[SPF:%{result}]',
      ...literal.headers,
    },
    skip: skipOf(literal.skip),
    forwarders: (literal.forwarders ?? []).map(forwarderOf),
    checkAs: literal.checkAs === undefined ? null : addressOf(literal.checkAs),
    dryRun: literal.dryRun ?? false,
    logLevel: literal.logLevel ?? null,
    receiver: literal.receiver ?? 'mx.example.net',
    limits: { ...DEFAULT_LIMITS, ...literal.limits },
    timeMs: literal.timeMs ?? 20_000,
  };
}

function checksOf({ helo = true, mailFrom = true, heloDecides = [] }: PolicyLiteral['checks'] = {}): Checks {
  return { helo, mailFrom, heloDecides: new Set(heloDecides) };
}

function skipOf(literal: SkipLiteral = {}): SkipSettings {
  return {
    networks: networksOf(literal.networks ?? ['127.0.0.0/8', '::1']),
    authenticated: literal.authenticated ?? true,
    privateClients: literal.privateClients ?? 'warn',
    senders: listOf(literal.senders),
    sendersOnlyIfPass: literal.sendersOnlyIfPass ?? false,
    recipients: listOf(literal.recipients),
    heloNames: new Set(literal.heloNames),
    ptrDomains: new Set(literal.ptrDomains),
    nullSender: literal.nullSender ?? false,
    macros: literal.macros ?? new Map(),
  };
}

function forwarderOf({ name, networks, spfOf = [], ptrDomains, recipients }: ForwarderLiteral): Forwarder {
  return {
    name,
    networks: networksOf(networks),
    spfOf: spfOf.map((text) => good(domainName(octetsOfText(text)))),
    ptrDomains: new Set(ptrDomains),
    recipients: recipients === undefined ? null : listOf(recipients),
  };
}

const ANY_TOKEN = ['exp', 'reason', 'mechanism', 'record', 'result', 'domain'] as const;

/** A text that may say anything. */
export function templateOf(text: string): ReplyTemplate {
  return good(parseReplyTemplate(text, ANY_TOKEN));
}

function repliesOf(literal: PolicyLiteral['replies'] = {}): Replies {
  const reply = (of: SpfResult | 'iprev', code: number, status: ReplySettings['status']): ReplySettings => ({
    code: literal[of]?.code ?? code,
    status: literal[of]?.status ?? status,
    text: templateOf(literal[of]?.text ?? DEFAULT_REPLY_TEXTS[of]),
  });
  return {
    spf: byResult((result) => {
      if (result === 'temperror') return reply(result, 451, '4.7.24');
      return reply(result, 550, result === 'permerror' ? '5.7.24' : '5.7.23');
    }),
    failExplained: templateOf(literal.failExplained ?? DEFAULT_REPLY_TEXTS.failExplained),
    iprev: reply('iprev', 550, '5.7.25'),
    enhancedStatus: literal.enhancedStatus ?? true,
  };
}

function conditionOf(literal: ConditionLiteral): Condition {
  return {
    client: eitherOf(literal.client, networksOf),
    sender: eitherOf(literal.sender, listOf),
    helo: eitherOf(literal.helo, listOf),
    recipient: eitherOf(literal.recipient, listOf),
    listener: eitherOf(literal.listener, (texts) => new Set(texts)),
    policyContext: eitherOf(literal.policyContext, (texts) => new Set(texts)),
    authenticated: literal.authenticated ?? null,
    nullSender: literal.nullSender ?? null,
    macros: literal.macros ?? null,
  };
}

function eitherOf<T>(texts: Texts | undefined, make: (texts: Texts) => T): Either<T> | null {
  if (texts === undefined) return null;
  const any = texts.filter((text) => !text.startsWith('!'));
  const none = texts.filter((text) => text.startsWith('!')).map((text) => text.slice(1));
  return { any: any.length === 0 ? null : make(any), none: none.length === 0 ? null : make(none) };
}

function byResult<T>(of: (result: SpfResult) => T): Readonly<Record<SpfResult, T>> {
  return Object.fromEntries(SPF_RESULTS.map((result) => [result, of(result)])) as Record<SpfResult, T>;
}

function listOf(texts: Texts = []): AddressList {
  return new AddressList(texts.map((text) => good(addressPattern(text))));
}

function networksOf(texts: Texts = []): NetworkSet {
  return new NetworkSet(
    texts.map((text) => {
      const network = parseNetwork(text);
      if (network === null) throw new Error(`not a network: ${text}`);
      return network;
    }),
  );
}

function idOf(text: string): AuthservId {
  return good(authservId(text));
}

function addressOf(text: string): IpAddress {
  const address = IpAddress.parse(text);
  if (address === null) throw new Error(`not an address: ${text}`);
  return address;
}

function good<T>(read: Result<T, unknown>): T {
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value;
}
