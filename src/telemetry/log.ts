/** The log: a reader of events that writes one line for each that matters enough. */
import type { Report } from '../events/index.js';
import type { Clock } from '../util/index.js';
import { entryOf, levelOf, linesLost, type Entry } from './entry.js';
import { formatJson, formatText } from './format.js';
import { isJournal } from './journal.js';
import { SEVERITY, type LogLevel } from './level.js';
import { LineQueue, type LineWriter } from './line-queue.js';
import { streamWriter } from './stream-writer.js';
import { syslogWriter } from './syslog-writer.js';
import { winstonLogger, type LineLogger } from './winston-logger.js';

export interface LogSettings {
  /** Events of this level and of more important ones are written. */
  readonly level: LogLevel;
  readonly format: 'text' | 'json';
  /** `syslog` never touches the standard streams, for spawn mode. */
  readonly to: 'stderr' | 'syslog';
}

export interface Log {
  /** Never throws and never waits. Does nothing once the log is closed. */
  readonly report: Report;
  /** Writes what is left, for at most a second. */
  close(): Promise<void>;
}

const CLOSE_WITHIN_MS = 1000;

/**
 * Opens the log. Lines are collected and written in batches. When they cannot be written mail goes on, and
 * what was lost is counted and told by a later line.
 *
 * Spawn mode does without winston: loading it takes longer than the conversation that it would log.
 */
export function createLog(settings: LogSettings, clock: Clock): Promise<Log> {
  const target: Target =
    settings.to === 'syslog'
      ? { writer: syslogWriter(), prefixed: true, openLogger: plainLogger }
      : {
          writer: streamWriter(process.stderr),
          prefixed: isJournal(STDERR, process.env),
          openLogger: winstonLogger,
        };
  return openLog(target, settings, clock);
}

const STDERR = 2;

/** Where lines go, and in what form. */
export interface Target {
  readonly writer: LineWriter;
  /** Whether a line begins with its severity (`<6>`), which journal and logger(1) take off again. */
  readonly prefixed: boolean;
  readonly openLogger: (push: (line: string) => void) => LineLogger | Promise<LineLogger>;
}

/** Opens a log for one target. */
export async function openLog(
  target: Target,
  settings: Pick<LogSettings, 'level' | 'format'>,
  clock: Clock,
): Promise<Log> {
  const leastSeverity = SEVERITY[settings.level];
  const format = settings.format === 'json' ? formatJson : formatText;
  const print = (entry: Entry): string => {
    const line = format(entry, clock.wall());
    return target.prefixed ? `<${SEVERITY[entry.level]}>${line}` : line;
  };
  const queue = new LineQueue(target.writer, (lost) => `${print(linesLost(lost))}\n`);
  const logger = await target.openLogger((line) => {
    queue.push(line);
  });
  let isClosed = false;
  return {
    report(event) {
      const level = levelOf(event);
      if (isClosed || SEVERITY[level] > leastSeverity) return;
      logger.log(level, print(entryOf(event)));
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      await logger.end();
      await queue.close(CLOSE_WITHIN_MS);
    },
  };
}

/** Passes lines on as they are. */
function plainLogger(push: (line: string) => void): LineLogger {
  return {
    log(_level, line) {
      push(`${line}\n`);
    },
    end: () => Promise.resolve(),
  };
}
