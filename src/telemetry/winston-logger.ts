/** The winston logger: the only file that knows winston, which is loaded when a log is opened. */
import { once } from 'node:events';
import { Writable } from 'node:stream';

import type { Line } from './frame.js';
import { SEVERITY } from './level.js';

export interface LineLogger {
  log(line: Line): void;
  /** Settles when all lines have been passed on. Nothing may be logged after it. */
  end(): Promise<void>;
}

/**
 * A logger that passes finished lines on to `push`. What is logged at all has been decided before, and lines
 * are not formatted twice, so winston's own level and format let everything pass.
 */
export async function winstonLogger(push: (line: Line) => void): Promise<LineLogger> {
  const { default: winston } = await import('winston');
  const logger = winston.createLogger({
    levels: SEVERITY,
    level: 'debug',
    format: winston.format((info) => info)(),
  });
  // Takes everything at once: a sink that made winston wait would have it keep lines without a bound.
  const sink = new Writable({
    objectMode: true,
    write({ line }: { readonly line: Line }, _encoding, done) {
      push(line);
      done();
    },
  });
  logger.pipe(sink);
  return {
    log(line) {
      logger.log({ level: line.entry.level, message: line.text, line });
    },
    async end() {
      const finished = once(sink, 'finish');
      logger.end();
      await finished;
    },
  };
}
