/** What happens to the process from outside, and what nobody has caught inside of it. */
import type { Log } from '../telemetry/index.js';

export interface StopSignals {
  readonly first: Promise<string>;
  readonly second: Promise<void>;
  forget(): void;
}

/** SIGTERM and SIGINT, the first and the next one. */
export function listenToSignals(): StopSignals {
  const ignore = (): void => undefined;
  let count = 0;
  let stopFirst: (signal: string) => void = ignore;
  let stopSecond: () => void = ignore;
  const first = new Promise<string>((resolve) => (stopFirst = resolve));
  const second = new Promise<void>((resolve) => (stopSecond = resolve));
  const onStop = (signal: string): void => {
    if (++count === 1) stopFirst(signal);
    else stopSecond();
  };
  process.on('SIGTERM', onStop).on('SIGINT', onStop);
  return { first, second, forget: () => process.off('SIGTERM', onStop).off('SIGINT', onStop) };
}

export interface HangUps {
  /** Calls this for each SIGHUP from now on, and now if there was one before. */
  handle(onHangUp: () => void): void;
}

/**
 * SIGHUP must not end the daemon, neither before there is anything to reload nor while it stops: whoever sends it
 * wants it to go on. What has changed when it comes during the start may have been read already or not.
 */
export function catchHangUps(): HangUps {
  let isOwed = false;
  let onHangUp = (): void => {
    isOwed = true;
  };
  process.on('SIGHUP', () => {
    onHangUp();
  });
  return {
    handle(next) {
      onHangUp = next;
      if (isOwed) next();
    },
  };
}

export interface Bugs {
  readonly first: Promise<'bug'>;
  forget(): void;
}

/** An exception that nobody has caught leaves the program in a state that nobody knows: what is in progress
 *  is finished, and a new process begins anew. */
export function catchBugs({ report }: Log): Bugs {
  let found: (bug: 'bug') => void = () => undefined;
  const first = new Promise<'bug'>((resolve) => (found = resolve));
  const onBug = (cause: unknown): void => {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    report({ kind: 'internal-error', where: 'nowhere that it was expected', error });
    found('bug');
  };
  process.on('uncaughtException', onBug).on('unhandledRejection', onBug);
  return { first, forget: () => process.off('uncaughtException', onBug).off('unhandledRejection', onBug) };
}
