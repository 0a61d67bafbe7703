/** What a log line says about each event, before it is written as text or as JSON. */
import type { Event } from '../events/index.js';
import { assertNever, textOf } from '../util/index.js';
import type { LogLevel } from './level.js';

type Value = string | number | boolean;

/** One line to be. Only the values can come from outside; the rest is ours. */
export interface Entry {
  readonly level: LogLevel;
  /** A name for programs: the kind of the event. */
  readonly event: string;
  /** For lines about one message: its queue id, or `NOQUEUE`. */
  readonly id: string | null;
  readonly words: string;
  /** What became of the message; it follows the words. */
  readonly action: string | null;
  readonly facts: readonly (readonly [name: string, value: Value])[];
}

/** Known before anything is made of the event, so that a line that is not written costs nothing. */
export function levelOf(event: Event): LogLevel {
  return LEVELS[event.kind];
}

const LEVELS: Readonly<Record<Event['kind'], LogLevel>> = {
  'message-judged': 'info',
  'private-client': 'warning',
  listening: 'notice',
  'connection-limit': 'warning',
  'accept-failed': 'warning',
  'protocol-error': 'warning',
  'peer-not-reading': 'warning',
  'internal-error': 'error',
  'config-refused': 'error',
  'dns-outage-began': 'warning',
  'dns-outage-ended': 'notice',
  'dns-cache-stale': 'info',
  'dns-cache-figures': 'info',
  'dns-server-down': 'warning',
  'dns-server-up': 'notice',
  'dns-queue-full': 'warning',
  'dns-question': 'debug',
  'resolv-conf-problem': 'warning',
  stopping: 'notice',
  stopped: 'notice',
};

export function entryOf(event: Event): Entry {
  if (event.kind === 'message-judged') return judged(event);
  const { words, facts } = describe(event);
  return { level: levelOf(event), event: event.kind, id: null, words, action: null, facts };
}

type Judged = Extract<Event, { readonly kind: 'message-judged' }>;

function judged(event: Judged): Entry {
  const facts: [string, Value][] = [
    ['client', textOf(event.client)],
    ['helo', textOf(event.helo)],
    ['sender', textOf(event.sender)],
  ];
  if (event.heloResult !== null) facts.push(['helo_result', event.heloResult]);
  if (event.mailFromResult !== null) facts.push(['mail_from', event.mailFromResult]);
  facts.push(['why', event.why]);
  if (event.queueId === '' && event.instance !== '') facts.push(['instance', textOf(event.instance)]);
  if (event.dryRun) facts.push(['dry_run', true]);
  facts.push(['ms', Math.round(event.durationMs * 10) / 10]);
  const id = event.queueId === '' ? 'NOQUEUE' : textOf(event.queueId);
  return { level: 'info', event: event.kind, id, words: 'spf', action: event.action, facts };
}

type Description = Pick<Entry, 'words' | 'facts'>;

function describe(event: Exclude<Event, Judged>): Description {
  switch (event.kind) {
    case 'private-client':
      return {
        words: 'not checked, the address is not public: usually NAT or a container hides the real client',
        facts: [['client', event.client]],
      };
    case 'listening':
      return {
        words: 'listening',
        facts: [
          ['service', event.service],
          ['address', event.address],
        ],
      };
    case 'connection-limit':
      return {
        words: 'connection refused, there are as many as server.max_connections allows',
        facts: [
          ['service', event.service],
          ['limit', event.limit],
        ],
      };
    case 'accept-failed':
      return {
        words: 'a connection could not be accepted',
        facts: [
          ['service', event.service],
          ['why', event.why],
        ],
      };
    case 'protocol-error':
      return {
        words: 'connection closed after a protocol error',
        facts: [
          ['service', event.service],
          ['peer', event.peer],
          ['why', event.why],
        ],
      };
    case 'peer-not-reading':
      return {
        words: 'connection closed, the peer does not read its answers',
        facts: [
          ['service', event.service],
          ['peer', event.peer],
        ],
      };
    case 'internal-error':
      return {
        words: 'a bug in spfwarden, please report it',
        facts: [
          ['where', event.where],
          ['error', event.error.stack ?? event.error.message],
        ],
      };
    case 'config-refused':
      return {
        words:
          'the configuration is refused, till it is good all mail passes and what would become of it is only logged',
        facts: [['problems', event.problems]],
      };
    case 'dns-outage-began':
      return {
        words:
          'the DNS is ill, too many checks end in temperror: till it is well no mail is refused or deferred for that',
        facts: [
          ['checks', event.checks],
          ['temperrors', event.failed],
          ['seconds', seconds(event.windowMs)],
        ],
      };
    case 'dns-outage-ended':
      return {
        words: 'the DNS is well again',
        facts: [
          ['checks', event.checks],
          ['temperrors', event.failed],
          ['after_seconds', seconds(event.durationMs)],
        ],
      };
    case 'dns-cache-stale':
      return {
        words: 'name servers fail, records are used whose time is over',
        facts: [
          ['name', event.name],
          ['type', event.type],
          ['expired_seconds', seconds(event.expiredMs)],
        ],
      };
    case 'dns-cache-figures':
      return {
        words: 'the DNS cache',
        facts: [
          ['hits', event.hits],
          ['misses', event.misses],
          ['stale', event.stale],
          ['evicted', event.evicted],
          ['entries', event.entries],
          ['bytes', event.bytes],
        ],
      };
    case 'dns-server-down':
      return {
        words: 'a name server does not answer',
        facts: [
          ['server', event.server],
          ['why', event.why],
        ],
      };
    case 'dns-server-up':
      return {
        words: 'a name server answers again',
        facts: [
          ['server', event.server],
          ['after_seconds', seconds(event.downMs)],
        ],
      };
    case 'dns-queue-full':
      return {
        words: 'DNS questions were not asked, too many are under way: their checks end in temperror',
        facts: [
          ['refused', event.refused],
          ['waiting', event.waiting],
        ],
      };
    case 'dns-question':
      return {
        words: 'DNS question',
        facts: [
          ['name', event.name],
          ['type', event.type],
          ['server', event.server],
          ['transport', event.transport],
          ['outcome', event.outcome],
          ['ms', Math.round(event.durationMs * 10) / 10],
        ],
      };
    case 'resolv-conf-problem':
      return {
        words: 'resolv.conf is not used as it stands',
        facts: [
          ['path', event.path],
          ['why', event.why],
        ],
      };
    case 'stopping':
      return {
        words: 'stopping',
        facts: [
          ['signal', event.signal],
          ['connections', event.connections],
        ],
      };
    case 'stopped':
      return { words: 'stopped', facts: [['abandoned', event.abandoned]] };
    default:
      return assertNever(event);
  }
}

function seconds(ms: number): number {
  return Math.round(ms / 1000);
}

/** Lines that could not be written, told as soon as lines can be written again. */
export function linesLost(count: number): Entry {
  return {
    level: 'warning',
    event: 'log-lines-lost',
    id: null,
    words: 'lines were lost, the log could not be written',
    action: null,
    facts: [['lines', count]],
  };
}
