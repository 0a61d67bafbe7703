/** Which of the requests about one message gets a header field: a value and its step. */
import type { Octets } from '../util/index.js';
import type { Stage } from './request.js';

/**
 * Every recipient is a request of its own, and every PREPEND adds a field that stays even if that recipient
 * is refused by somebody else, so only one request of a message may get it. But a reply can be lost with its
 * connection; then Postfix asks again for the same recipient over a new one, and the field is due again.
 */
export type HeaderState =
  | { readonly at: 'owed' }
  /** Sent with the answer to this request, over this conversation. */
  | { readonly at: 'given'; readonly to: Asked }
  /** Sent, but that conversation broke before its peer asked again, or had ended before. */
  | { readonly at: 'doubtful'; readonly to: Asked };

/** Which request it was. */
export interface Asked {
  readonly stage: Stage;
  readonly recipient: Octets;
  readonly conversation: number;
}

export type HeaderInput =
  /** A request is about to be answered, and the field could go with it. */
  | {
      readonly kind: 'asked';
      readonly by: Asked;
      /** Whether the peer has ended its side already: it may be gone, or it may only have closed one half. */
      readonly hasPeerEnded: boolean;
    }
  /** This conversation broke, and the last that was sent over it carried the field. */
  | { readonly kind: 'broke'; readonly conversation: number };

export const HEADER_OWED: HeaderState = { at: 'owed' };

/** The next state, and whether the field goes with the answer. */
export function headerStep(state: HeaderState, input: HeaderInput): readonly [HeaderState, boolean] {
  if (input.kind === 'broke') {
    const isOurs = state.at === 'given' && state.to.conversation === input.conversation;
    return [isOurs ? { ...state, at: 'doubtful' } : state, false];
  }
  const { by, hasPeerEnded } = input;
  // The repeat comes over another conversation: replies have an order, so whoever reads this one has read
  // the one before. And it is the same request: for the next one, the doubt is that of a reply that was
  // read and of a connection that broke later, and a second field would be wrong more often than none.
  const isRepeat = state.at === 'doubtful' && isRepeatOf(state.to, by);
  if (state.at !== 'owed' && !isRepeat) return [state, false];
  return [{ at: hasPeerEnded ? 'doubtful' : 'given', to: by }, true];
}

function isRepeatOf(first: Asked, again: Asked): boolean {
  const isSame = first.stage === again.stage && first.recipient === again.recipient;
  return isSame && first.conversation !== again.conversation;
}
