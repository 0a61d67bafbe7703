/** The places where lines go, each with its way of writing and its form of a line. */
import type { Clock } from '../util/index.js';
import { fileWriter } from './file-writer.js';
import {
  bareFrame,
  countedFrame,
  datagramFrame,
  fileFrame,
  prefixedFrame,
  type Frame,
  type Origin,
} from './frame.js';
import { isJournal, JOURNAL_SOCKET, journalPreamble } from './journal.js';
import type { LineWriter } from './line-writer.js';
import type { LogTarget } from './settings.js';
import { socketWriter } from './socket-writer.js';
import { streamWriter } from './stream-writer.js';
import { loggerCommand, syslogWriter } from './syslog-writer.js';
import { udpWriter } from './udp-writer.js';

export interface Place {
  /** For people. */
  readonly name: string;
  readonly writer: LineWriter;
  readonly frame: Frame;
}

const STDERR = 2;

/** Opens nothing yet: that is done with the first line. `origin` is asked each time that something is opened. */
export function placeOf(target: LogTarget, clock: Clock, origin: () => Origin): Place {
  switch (target.kind) {
    case 'stderr': {
      const frame = isJournal(STDERR, process.env) ? prefixedFrame : bareFrame;
      return { name: 'stderr', writer: streamWriter(process.stderr), frame };
    }
    case 'syslog': {
      const writer = syslogWriter(() => loggerCommand(origin()), clock);
      return { name: 'syslog', writer, frame: prefixedFrame };
    }
    case 'journal': {
      const preamble = (): string => journalPreamble(origin());
      const writer = socketWriter({ address: { path: JOURNAL_SOCKET }, preamble }, clock);
      return { name: 'journal', writer, frame: prefixedFrame };
    }
    case 'file':
      return { name: target.path, writer: fileWriter(target.path), frame: fileFrame };
    case 'udp':
      return { name: url(target), writer: udpWriter(target.host, target.port), frame: datagramFrame };
    case 'tcp': {
      const { host, port } = target;
      const writer = socketWriter({ address: { host, port }, preamble: () => '' }, clock);
      return { name: url(target), writer, frame: countedFrame };
    }
  }
}

function url({ kind, host, port }: Extract<LogTarget, { readonly kind: 'udp' | 'tcp' }>): string {
  return `${kind}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
