/** A process without sockets: conversations, what they share, and what was said and reported. */
import { expect } from '@jest/globals';

import type { Event } from '../../src/events/index.js';
import { policyConversation, type PolicySettings } from '../../src/frontend/index.js';
import type { ReceivedSpfField } from '../../src/header/index.js';
import { Correlation } from '../../src/policyd/index.js';
import { replyText, type SmtpReply } from '../../src/smtp/index.js';
import type { Outcome } from '../../src/spf/index.js';
import type { Conversation, Wire } from '../../src/util/index.js';
import type { Decision, Judge, Transaction, Verdict } from '../../src/verdict/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { bytesOf, requestText } from '../support/policy-request.js';

export type Attributes = Parameters<typeof requestText>[0];

export const FIELD = 'Received-SPF: pass (x) identity=mailfrom;' as ReceivedSpfField;
export const PREPEND = `action=PREPEND ${FIELD}\n\n`;
export const DUNNO = 'action=DUNNO\n\n';
export const REJECT = 'action=550 5.7.23 not permitted\n\n';
export const DEFER = 'action=DEFER_IF_PERMIT 4.7.24 later\n\n';

export const smtp = (code: number, status: SmtpReply['status'], text: string): SmtpReply => ({
  code,
  status,
  text: replyText(text),
});
export const accept = { do: 'accept' } satisfies Decision;
export const reject = {
  do: 'reject',
  of: 'mailFrom',
  reply: smtp(550, '5.7.23', 'not permitted'),
} satisfies Decision;
export const defer = {
  do: 'defer',
  of: 'helo',
  reply: smtp(451, '4.7.24', 'later'),
} satisfies Decision;

/** A verdict of an ordinary message; its fields are for what is not refused. */
export function verdict(decision: Decision, more: Partial<Verdict> = {}): Verdict {
  const none: Outcome = { result: 'none', cause: { kind: 'no-record' } };
  const isRefused = decision.do === 'reject' || decision.do === 'defer';
  return {
    helo: none,
    mailFrom: none,
    iprev: null,
    decision,
    fields: isRefused || decision.do === 'skip' ? [] : [FIELD],
    stripsForged: true,
    subjectTag: null,
    why: `because ${decision.do}`,
    rule: null,
    dryRun: false,
    logLevel: null,
    ...more,
  };
}

export type JudgeOne = Judge['judge'];

/** A judge to whom recipients make no difference, unless it says which. */
export function judgeOf(judge: JudgeOne, more: Partial<Judge> = {}): Judge {
  return {
    variantOf: () => '',
    tellsRecipientsApart: false,
    prepare: () => undefined,
    judge,
    onInternalError: 'accept',
    ...more,
  };
}

/** Whom the domain of a sender is judged like, so that a row shows what it expects. */
export const byDomain: JudgeOne = ({ sender }) => {
  const domain = sender.kind === 'null' ? '' : sender.domain;
  return verdict(domain === 'fail.example' ? reject : domain === 'temp.example' ? defer : accept);
};

/** A process: what its conversations share, and what was reported. */
export class Scene {
  readonly clock = new ManualClock();
  readonly events: Event[] = [];
  readonly asked: Transaction[] = [];
  readonly settings: PolicySettings;

  /** What new messages are judged by; to be changed at any time. */
  judge: Judge;

  constructor(judge: JudgeOne | Judge = byDomain, listener: string | null = null) {
    this.judge = typeof judge === 'function' ? judgeOf(judge) : judge;
    this.settings = {
      judge: () => {
        const now = this.judge;
        return {
          ...now,
          judge: (transaction) => {
            this.asked.push(transaction);
            return now.judge(transaction);
          },
        };
      },
      listener,
      correlation: new Correlation(),
      clock: this.clock,
      report: (event) => this.events.push(event),
    };
  }

  connect(): Peer {
    return new Peer(this.settings);
  }

  get judged(): string[] {
    return this.events.flatMap((event) => (event.kind === 'message-judged' ? [event.action] : []));
  }
}

export class Peer implements Wire {
  readonly peer = 'a test';
  readonly host = null;
  readonly writes: string[] = [];
  isClosed = false;
  readonly conversation: Conversation;

  constructor(settings: PolicySettings) {
    this.conversation = policyConversation(settings)(this);
  }

  send(bytes: Uint8Array): void {
    this.writes.push(Buffer.from(bytes).toString('latin1'));
  }

  close(): void {
    this.isClosed = true;
  }

  hangUp(): void {
    this.close();
  }

  get got(): string {
    return this.writes.join('');
  }

  /** What a request is answered, all being warm. */
  ask(attributes: Attributes = {}): string {
    const before = this.writes.length;
    expect(this.conversation.receive(bytesOf(requestText(attributes)))).toBeUndefined();
    return this.writes.slice(before).join('');
  }
}

/** A judge that answers when told to. */
export class Waiting {
  readonly #resolves: ((verdict: Verdict) => void)[] = [];
  readonly #rejects: ((error: unknown) => void)[] = [];
  readonly judge: JudgeOne = () =>
    new Promise((resolve, reject) => {
      this.#resolves.push(resolve);
      this.#rejects.push(reject);
    });

  answer(decision: Decision): void {
    this.#resolves.shift()?.(verdict(decision));
    this.#rejects.shift();
  }

  fail(error: unknown): void {
    this.#rejects.shift()?.(error);
    this.#resolves.shift();
  }
}
