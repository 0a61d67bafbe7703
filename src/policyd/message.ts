/** One message, about which a request or many were asked. */
import type { Octets } from '../util/index.js';
import { DUNNO, type PolicyReply } from './action.js';
import { HEADER_OWED, headerStep, type HeaderState } from './header-once.js';
import type { PolicyRequest } from './request.js';

/** What the requests about a message are told. */
export interface MessageAnswer {
  /** To every recipient. */
  readonly reply: PolicyReply;
  /** Header fields, each of which goes with one request; none for a refusal. */
  readonly fields: readonly PolicyReply[];
  /** Whether the fields wait for DATA: what they say is of this recipient only, and another may have more to tell. */
  readonly isNote: boolean;
}

export const NO_OPINION: MessageAnswer = { reply: DUNNO, fields: [], isNote: true };

/** `context` is what its first request was answered under (the configuration of that time), which holds for
 *  all of them. */
export interface Message<Context> {
  readonly context: Context;
  readonly clientAddress: Octets;
  readonly heloName: Octets;
  readonly sender: Octets;
  readonly isAuthenticated: boolean;
  /** By what makes a difference between its recipients; promises while it is being checked, so that no
   *  request checks it twice. */
  readonly answers: Map<string, MessageAnswer | Promise<MessageAnswer>>;
  /** What a recipient was told last that was not refused; null before there was one. */
  accepted: MessageAnswer | null;
  /** Whether a recipient was asked about. */
  hasRecipients: boolean;
  /** Of each field: where it is. */
  readonly headers: HeaderState[];
  /** When it was last asked about, in monotonic milliseconds. */
  usedMs: number;
}

/** Answers that are remembered for one message: there are as many as rules that tell recipients apart. */
const MAX_ANSWERS = 20;

/** A message that the request begins. */
export function newMessage<Context>(
  request: PolicyRequest,
  context: Context,
  nowMs: number,
): Message<Context> {
  const { clientAddress, heloName, sender, isAuthenticated } = request;
  return {
    context,
    clientAddress,
    heloName,
    sender,
    isAuthenticated,
    answers: new Map(),
    accepted: null,
    hasRecipients: false,
    headers: [HEADER_OWED],
    usedMs: nowMs,
  };
}

/** Whether a message is one that the request could be about, `instance` aside. */
export function isAbout(message: Message<unknown>, request: PolicyRequest): boolean {
  return (
    message.sender === request.sender &&
    message.clientAddress === request.clientAddress &&
    message.heloName === request.heloName &&
    message.isAuthenticated === request.isAuthenticated
  );
}

/** Remembers an answer, unless there are too many; the others are made anew each time. */
export function rememberAnswer(
  message: Message<unknown>,
  variant: string,
  answer: MessageAnswer | Promise<MessageAnswer>,
): void {
  if (message.answers.size < MAX_ANSWERS || message.answers.has(variant))
    message.answers.set(variant, answer);
}

/**
 * Which of its fields goes with the answer to a request, by index; null for none. The first goes with the
 * first request that may have one, the second with a DATA request after that: there PREPEND puts it below.
 */
export function dueField(
  message: Message<unknown>,
  request: PolicyRequest,
  fields: number,
  conversation: number,
  hasPeerEnded: boolean,
): number | null {
  const { stage, recipient } = request;
  if (stage === null) return null;
  const by = { stage, recipient, conversation };
  const last = stage === 'DATA' ? fields : Math.min(fields, 1);
  for (let i = 0; i < last; i++) {
    const [next, isDue] = headerStep(message.headers[i] ?? HEADER_OWED, { kind: 'asked', by, hasPeerEnded });
    message.headers[i] = next;
    if (isDue) return i;
  }
  return null;
}

/** The conversation over which a field went out last broke: it may not have arrived. */
export function fieldLost(message: Message<unknown>, conversation: number): void {
  for (const [i, state] of message.headers.entries()) {
    [message.headers[i]] = headerStep(state, { kind: 'broke', conversation });
  }
}
