import type { SpfResult } from '../smtp/index.js';
import type { Octets } from '../util/index.js';

/**
 * What happened, in plain values. Whatever is typed `Octets` comes from outside and is encoded by the
 * reader that shows it. Log lines (and later metrics) are readers of this union.
 */
export type Event =
  /** One message was answered for; later requests of the same message repeat the answer and are no event. */
  | {
      readonly kind: 'message-judged';
      readonly frontend: 'policy';
      /** The queue id, or where the mail server has none yet, empty. */
      readonly queueId: Octets;
      readonly client: Octets;
      readonly helo: Octets;
      readonly sender: Octets;
      readonly heloResult: SpfResult | null;
      readonly mailFromResult: SpfResult | null;
      /** `accept`, `reject`, `defer`, or `skip` when nothing was checked. */
      readonly action: 'accept' | 'reject' | 'defer' | 'skip';
      /** The decision in few words: what matched, what went wrong, why it was skipped. */
      readonly why: string;
      /** Whether the action was only noted and not taken. */
      readonly dryRun: boolean;
      readonly durationMs: number;
    }
  | { readonly kind: 'private-client'; readonly client: string }
  | { readonly kind: 'listening'; readonly service: 'policy'; readonly address: string }
  | { readonly kind: 'connection-limit'; readonly service: 'policy'; readonly limit: number }
  | {
      readonly kind: 'protocol-error';
      readonly service: 'policy';
      readonly peer: string;
      readonly why: string;
    }
  | { readonly kind: 'peer-not-reading'; readonly service: 'policy'; readonly peer: string }
  | { readonly kind: 'internal-error'; readonly where: string; readonly error: Error }
  /** Spawn mode goes on with the built-in defaults; `problems` are lines for people. */
  | { readonly kind: 'config-refused'; readonly problems: string }
  | { readonly kind: 'resolv-conf-problem'; readonly path: string; readonly why: string }
  | { readonly kind: 'stopping'; readonly signal: string; readonly connections: number }
  | { readonly kind: 'stopped'; readonly abandoned: number };

export type Report = (event: Event) => void;
