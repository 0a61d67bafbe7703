/** The union of everything worth reporting. */
import type { SpfResult } from '../smtp/index.js';
import type { Octets } from '../util/index.js';

/** How much a log line matters. */
export type LogLevel = 'error' | 'warning' | 'notice' | 'info' | 'debug';

/** What a mail server connects to. */
type Service = 'policy' | 'milter';

/**
 * What happened, in plain values. Whatever is typed `Octets` comes from outside and is encoded by the
 * reader that shows it. Log lines (and later metrics) are readers of this union.
 */
export type Event =
  /** One message was answered for; later requests of the same message repeat the answer and are no event. */
  | {
      readonly kind: 'message-judged';
      readonly frontend: Service;
      /** The queue id, or where the mail server has none yet, empty. */
      readonly queueId: Octets;
      /** What all requests of the message share: with Postfix it begins with the process id of smtpd(8), in
       *  hexadecimal. May be empty. */
      readonly instance: Octets;
      readonly client: Octets;
      readonly helo: Octets;
      readonly sender: Octets;
      /** Of the request that was judged, where it named one; else empty. */
      readonly recipient: Octets;
      readonly heloResult: SpfResult | null;
      readonly mailFromResult: SpfResult | null;
      /** RFC 8601 §2.7.3, where it was asked for. */
      readonly iprevResult: 'pass' | 'fail' | 'permerror' | 'temperror' | null;
      /** `restrict` is an action of the administrator's own (Postfix access(5)); `skip`: nothing was checked. */
      readonly action: 'accept' | 'reject' | 'defer' | 'hold' | 'restrict' | 'skip';
      /** The name of the administrator's rule that applied. */
      readonly rule: string | null;
      /** How talkative the log is to be about this message; null: as about everything else. */
      readonly level: LogLevel | null;
      /** The decision in few words: what matched, what went wrong, why it was skipped. */
      readonly why: string;
      /** Whether the action was only noted and not taken. */
      readonly dryRun: boolean;
      readonly durationMs: number;
    }
  | { readonly kind: 'private-client'; readonly client: string }
  | { readonly kind: 'listening'; readonly service: Service; readonly address: string }
  | { readonly kind: 'connection-limit'; readonly service: Service; readonly limit: number }
  /** Somebody connected who may not. */
  | { readonly kind: 'connection-refused'; readonly service: Service; readonly peer: string }
  /** The system did not hand over a connection: above all, it has no descriptors left. */
  | { readonly kind: 'accept-failed'; readonly service: Service; readonly why: string }
  | {
      readonly kind: 'protocol-error';
      readonly service: Service;
      readonly peer: string;
      readonly why: string;
    }
  /** A mail server does not let a filter do what was to be done with a message (`SMFIF_` names). */
  | { readonly kind: 'actions-not-offered'; readonly peer: string; readonly actions: readonly string[] }
  | { readonly kind: 'peer-not-reading'; readonly service: Service; readonly peer: string }
  | { readonly kind: 'internal-error'; readonly where: string; readonly error: Error }
  /** Spawn mode goes on with the built-in defaults and refuses no mail; `problems` are lines for people. */
  | { readonly kind: 'config-refused'; readonly problems: string }
  /** What the configuration at start-up could do better: a warning or a note, for people. */
  | { readonly kind: 'config-remark'; readonly text: string }
  /** A new configuration is in force; there were so many remarks on it. */
  | { readonly kind: 'config-reloaded'; readonly file: string | null; readonly remarks: number }
  /** A new configuration was refused and the running one stays; `problems` are lines for people. */
  | { readonly kind: 'config-kept'; readonly problems: string }
  /** These options of the new configuration are other than those that are in force. */
  | { readonly kind: 'restart-needed'; readonly options: readonly string[] }
  /** Within the window of `dns.outage_guard`, `failed` of so many checks ended in temperror. */
  | {
      readonly kind: 'dns-outage-began';
      readonly checks: number;
      readonly failed: number;
      readonly windowMs: number;
    }
  | {
      readonly kind: 'dns-outage-ended';
      readonly checks: number;
      readonly failed: number;
      /** How long it was. */
      readonly durationMs: number;
    }
  /** Servers fail, so records are used whose time is over; `name` in printable ASCII. Told once for each time
   *  that they are put back into use, not for each use. */
  | {
      readonly kind: 'dns-cache-stale';
      readonly name: string;
      readonly type: string;
      readonly expiredMs: number;
    }
  /** How the cache did, told when the daemon stops. */
  | {
      readonly kind: 'dns-cache-figures';
      readonly hits: number;
      readonly misses: number;
      readonly stale: number;
      readonly evicted: number;
      readonly entries: number;
      readonly bytes: number;
    }
  /** It failed several times in a row, the last time as `why` says (words of ours, or an error's code). */
  | { readonly kind: 'dns-server-down'; readonly server: string; readonly why: string }
  /** It answers again. */
  | { readonly kind: 'dns-server-up'; readonly server: string; readonly downMs: number }
  /** So many questions found no place since this was told the last time, while others waited for one. Once a
   *  minute at most. */
  | { readonly kind: 'dns-queue-full'; readonly refused: number; readonly waiting: number }
  /** One question to one server is over; `name` in printable ASCII. `outcome` is what came (`records`,
   *  `nxdomain`, `nodata`, `alias`), or why nothing did. */
  | {
      readonly kind: 'dns-question';
      readonly name: string;
      readonly type: string;
      readonly server: string;
      readonly transport: 'udp' | 'tcp' | 'tls';
      readonly outcome: string;
      readonly durationMs: number;
    }
  | { readonly kind: 'resolv-conf-problem'; readonly path: string; readonly why: string }
  | { readonly kind: 'stopping'; readonly signal: string; readonly connections: number }
  | { readonly kind: 'stopped'; readonly abandoned: number };

export type Report = (event: Event) => void;
