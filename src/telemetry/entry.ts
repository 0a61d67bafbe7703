/** What a log line says about each event, before it is written as text or as JSON. */
import type { Event, LogLevel } from '../events/index.js';
import { assertNever } from '../util/index.js';
import { given, type Fact } from './fact.js';
import { isWanted, messageEntry } from './message-entry.js';
import type { ChangeableSettings } from './settings.js';

/** One line to be. Only the values can come from outside; the rest is ours. */
export interface Entry {
  readonly level: LogLevel;
  /** A name for programs: the kind of the event. */
  readonly event: string;
  /** For lines about one message: its queue id, or `NOQUEUE`, if that is to be shown. */
  readonly id: string | null;
  readonly words: string;
  /** What became of the message; it follows the words. */
  readonly action: string | null;
  /** `null` where an event has nothing to say. */
  readonly facts: readonly (Fact | null)[];
}

/** Known before anything is made of the event, so that a line that is not written costs nothing. */
export function levelOf(event: Event): LogLevel {
  return LEVELS[event.kind];
}

/** What a line must weigh to be written: the level of the settings, where the event does not bring its own. */
export function thresholdFor(event: Event, settings: ChangeableSettings): LogLevel {
  return (event.kind === 'message-judged' ? event.level : null) ?? settings.level;
}

const LEVELS: Readonly<Record<Event['kind'], LogLevel>> = {
  'message-judged': 'info',
  'private-client': 'warning',
  listening: 'notice',
  'connection-limit': 'warning',
  'connection-refused': 'warning',
  'accept-failed': 'warning',
  'protocol-error': 'warning',
  'actions-not-offered': 'warning',
  'peer-not-reading': 'warning',
  'internal-error': 'error',
  'config-refused': 'error',
  'config-remark': 'warning',
  'config-reloaded': 'notice',
  'config-kept': 'error',
  'restart-needed': 'warning',
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

/** The lines of an event: one as a rule, none for a message that the settings leave out. */
export function entriesOf(event: Event, settings: ChangeableSettings): readonly Entry[] {
  if (event.kind === 'message-judged') {
    return isWanted(event, settings) ? [messageEntry(event, settings)] : [];
  }
  const level = levelOf(event);
  const descriptions = event.kind === 'config-kept' ? describeKept(event.problems) : [describe(event)];
  return descriptions.map(({ words, facts }) => {
    return { level, event: event.kind, id: null, words, action: null, facts };
  });
}

type Description = Pick<Entry, 'words' | 'facts'>;

/** Of a configuration that is quite wrong the first problems are enough. */
const MAX_PROBLEMS = 50;

/** A line for each problem: each has its place in the file, and together they would be cut. */
function describeKept(problems: string): readonly Description[] {
  const words = 'the new configuration is refused, the one that is in force stays';
  const lines = problems.split('\n').filter((line) => line.trim() !== '');
  const descriptions = lines.slice(0, MAX_PROBLEMS).map((line): Description => {
    return { words, facts: [['problem', line]] };
  });
  const more = lines.length - descriptions.length;
  return more === 0 ? descriptions : [...descriptions, { words, facts: [['more_problems', more]] }];
}

function describe(event: Exclude<Event, { readonly kind: 'message-judged' | 'config-kept' }>): Description {
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
    case 'connection-refused':
      return {
        words: 'connection refused, the listener does not allow its address',
        facts: [
          ['service', event.service],
          ['peer', event.peer],
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
    case 'actions-not-offered':
      return {
        words: 'the mail server does not let a milter make these changes, so they are left out',
        facts: [
          ['peer', event.peer],
          ['actions', event.actions.join(' ')],
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
    case 'config-remark':
      return { words: 'a remark on the configuration', facts: [['remark', event.text]] };
    case 'config-reloaded':
      return {
        words: 'the configuration is read anew and in force',
        facts: [given('file', event.file), ['remarks', event.remarks]],
      };
    case 'restart-needed':
      return {
        words: 'changed options keep their old values till a restart',
        facts: [['options', event.options.join(' ')]],
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

/** A place that takes no lines, told on standard error. */
export function targetFailed(target: string, why: string): Entry {
  return {
    level: 'error',
    event: 'log-target-failed',
    id: null,
    words: 'the log cannot be written, it is tried again and lines that find no room till then are lost',
    action: null,
    facts: [
      ['target', target],
      ['why', why],
    ],
  };
}
