/** One message that is being judged: what is known of it, and what it may cost. */
import { checkIprev, type IprevOutcome } from '../iprev/index.js';
import type { IpAddress } from '../net/index.js';
import type { CheckContext } from '../spf/index.js';
import type { Policy, Rule, SkipSettings } from './settings.js';
import type { Transaction } from './transaction.js';

export class Matter {
  readonly transaction: Transaction;
  /** Who the client is taken for. */
  readonly client: IpAddress;
  readonly rule: Rule | null;
  readonly policy: Policy;
  /** Null where a rule says that nobody is spared. */
  readonly skip: SkipSettings | null;
  /** For everything that is asked about this message, under one deadline. */
  readonly context: CheckContext;
  #hosts: IprevOutcome | Promise<IprevOutcome> | null = null;

  constructor(
    transaction: Transaction,
    client: IpAddress,
    rule: Rule | null,
    policy: Policy,
    context: CheckContext,
  ) {
    this.transaction = transaction;
    this.client = client;
    this.rule = rule;
    this.policy = policy;
    this.skip = rule?.skip === false ? null : policy.skip;
    this.context = context;
  }

  /** The names of the client, which are asked for once, and only if somebody wants them. */
  hosts(): IprevOutcome | Promise<IprevOutcome> {
    return (this.#hosts ??= checkIprev({ ip: this.client }, iprevContext(this.context)));
  }
}

function iprevContext({ lookup, clock, deadline, limits }: CheckContext): Parameters<typeof checkIprev>[1] {
  return { lookup, clock, deadline, names: limits.names };
}
