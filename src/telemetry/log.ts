/** The log: a reader of events that writes one line for each that matters enough. */
import { hostname } from 'node:os';

import type { Report } from '../events/index.js';
import type { Clock } from '../util/index.js';
import { entriesOf, levelOf, linesLost, targetFailed, thresholdFor, type Entry } from './entry.js';
import { formatJson, formatText } from './format.js';
import type { Line, Origin } from './frame.js';
import { SEVERITY } from './level.js';
import { LineQueue } from './line-queue.js';
import { placeOf, type Place } from './place.js';
import type { ChangeableSettings, LogSettings, LogTarget } from './settings.js';
import { winstonLogger, type LineLogger } from './winston-logger.js';

export interface Log {
  /** Never throws and never waits. Does nothing once the log is closed. */
  readonly report: Report;
  /** From the next event on, other settings; where lines go stays as it is. */
  configure(settings: ChangeableSettings): void;
  /** Lets go of files that have been renamed, and of programs and connections: lines go to new ones. */
  reopen(): void;
  /** Writes what is left, for at most a second. */
  close(): Promise<void>;
}

const CLOSE_WITHIN_MS = 1000;

/**
 * Opens the log. Lines are collected and written in batches, to each place on its own: one that is slow or does
 * not work holds up neither the others nor mail. What does not find room is counted and told there by a later
 * line; that a place does not work is told on standard error, once each time that it begins.
 *
 * In spawn mode standard error is the policy conversation: nothing is ever written there, syslog takes its
 * place. It also does without winston: loading it takes longer than the conversation that it would log.
 */
export function createLog(
  settings: LogSettings,
  clock: Clock,
  mode: 'daemon' | 'spawn' = 'daemon',
): Promise<Log> {
  const open = mode === 'spawn' ? spawnPlaces : daemonPlaces;
  return openLog((origin) => open(settings.to, (target) => placeOf(target, clock, origin)), settings, clock);
}

/** Where everything goes. */
export interface Places {
  readonly lines: readonly Place[];
  /** For what is to be said about the others; may be one of them. */
  readonly troubles: Place | null;
  readonly openLogger: (push: (line: Line) => void) => LineLogger | Promise<LineLogger>;
}

function daemonPlaces(targets: readonly LogTarget[], open: (target: LogTarget) => Place): Places {
  const stderr = open({ kind: 'stderr' });
  const lines = targets.map((target) => (target.kind === 'stderr' ? stderr : open(target)));
  return { lines: lines.length === 0 ? [stderr] : lines, troubles: stderr, openLogger: winstonLogger };
}

function spawnPlaces(targets: readonly LogTarget[], open: (target: LogTarget) => Place): Places {
  const others = targets.filter(({ kind }) => kind !== 'stderr' && kind !== 'syslog');
  const wantsSyslog = targets.length === 0 || others.length < targets.length;
  const lines = [...others, ...(wantsSyslog ? [{ kind: 'syslog' } as const] : [])].map(open);
  return { lines, troubles: null, openLogger: plainLogger };
}

/** A place with what waits for it. */
interface Outlet {
  readonly queue: LineQueue;
  readonly push: (line: Line) => void;
}

/** Opens a log for places that the caller makes. */
export async function openLog(
  openPlaces: (origin: () => Origin) => Places,
  settings: ChangeableSettings,
  clock: Clock,
): Promise<Log> {
  let inForce = settings;
  const self = { hostname: hostToken(), pid: process.pid };
  const originOf = ({ facility, tag }: ChangeableSettings): Origin => ({ ...self, facility, tag });
  // Made anew when it changes, not for each line: a copy of an object with more in it costs as much as the line.
  let origin = originOf(settings);
  const lineOf = (entry: Entry): Line => {
    const wallMs = clock.wall();
    const format = inForce.format === 'json' ? formatJson : formatText;
    return { entry, wallMs, format, text: format(entry, wallMs) };
  };

  const outlet = ({ name, writer, frame }: Place, failed: (name: string, why: string) => void): Outlet => {
    const queue = new LineQueue(writer, {
      lossLine: (lost) => frame(lineOf(linesLost(lost)), origin),
      failed: (why) => {
        failed(name, why);
      },
    });
    return {
      queue,
      push: (line) => {
        queue.push(frame(line, origin));
      },
    };
  };
  const places = openPlaces(() => origin);
  // Of standard error that fails there is nobody left to tell.
  const troubles = places.troubles === null ? null : outlet(places.troubles, () => undefined);
  const tell = (name: string, why: string): void => troubles?.push(lineOf(targetFailed(name, why)));
  const outlets = places.lines.map((place) =>
    troubles !== null && place === places.troubles ? troubles : outlet(place, tell),
  );
  const logger = await places.openLogger((line) => {
    for (const { push } of outlets) push(line);
  });

  let isClosed = false;
  const reopen = (): void => {
    for (const { queue } of outlets) queue.reopen();
  };
  return {
    report(event) {
      if (isClosed || SEVERITY[levelOf(event)] > SEVERITY[thresholdFor(event, inForce)]) return;
      for (const entry of entriesOf(event, inForce)) logger.log(lineOf(entry));
    },
    configure(changed) {
      const isOtherOrigin = changed.tag !== inForce.tag || changed.facility !== inForce.facility;
      inForce = changed;
      if (isOtherOrigin) origin = originOf(changed);
      if (isOtherOrigin && !isClosed) reopen(); // logger(1) and the journal are told it when they begin
    },
    reopen() {
      if (!isClosed) reopen();
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      await logger.end();
      const others = outlets.filter((one) => one !== troubles);
      await Promise.all(others.map(({ queue }) => queue.close(CLOSE_WITHIN_MS)));
      await troubles?.queue.close(CLOSE_WITHIN_MS);
    },
  };
}

/** This host's name as one word (RFC 5424 §6.2.4). */
function hostToken(): string {
  const name = hostname()
    .replace(/[^\x21-\x7e]/g, '')
    .slice(0, 255);
  return name === '' ? '-' : name;
}

/** Passes lines on as they are. */
function plainLogger(push: (line: Line) => void): LineLogger {
  return { log: push, end: () => Promise.resolve() };
}
