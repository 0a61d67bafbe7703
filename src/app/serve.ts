/** The daemon: listens, answers, and stops when it is told to. */
import { loadConfig, printProblems, type LoadedConfig, type Override } from '../config/index.js';
import { listen, ListenError, type Listener } from '../server/index.js';
import { createLog, type Log } from '../telemetry/index.js';
import { systemClock } from '../util/index.js';
import { openDns, type Dns } from './dns.js';
import { areOfFlags } from './flag-problems.js';
import { collectEarly } from './heap.js';
import { policyService } from './policy-service.js';

/** How the daemon ended. `text` is for people, without a line break at the end. */
export type ServeOutcome =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'bad-usage' | 'bad-config' | 'cannot-listen' | 'not-permitted'; readonly text: string }
  | { readonly kind: 'bug' };

/** Runs until SIGTERM or SIGINT; a second one ends what is still being answered. Problems of the
 *  configuration that do not stop it are given to `remark`. */
export async function serve(
  configPath: string | null,
  overrides: readonly Override[],
  remark: (text: string) => void,
): Promise<ServeOutcome> {
  const loaded = await loadConfig(configPath, overrides);
  if (!loaded.ok) {
    const kind = areOfFlags(loaded.error) ? 'bad-usage' : 'bad-config';
    return { kind, text: printProblems(loaded.error).trimEnd() };
  }
  if (loaded.value.remarks.length > 0) remark(printProblems(loaded.value.remarks).trimEnd());
  const { config } = loaded.value;
  if (config['listen.policy'].length === 0) {
    return { kind: 'bad-config', text: 'there is nothing to listen on: listen.policy is off' };
  }
  collectEarly();
  const log = await createLog(
    { level: config['log.level'], format: config['log.format'], to: 'stderr' },
    systemClock,
  );
  const dns = await openDns(config, systemClock, log.report);
  try {
    return await run(loaded.value, dns, log);
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    return { kind: error.code === 'not-permitted' ? 'not-permitted' : 'cannot-listen', text: error.message };
  } finally {
    dns.close();
    await log.close();
  }
}

async function run({ config }: LoadedConfig, dns: Dns, log: Log): Promise<ServeOutcome> {
  const { report } = log;
  const converse = policyService(config, dns.lookup, systemClock, report);
  const listeners: Listener[] = [];
  const drainAll = async (limitMs: number): Promise<number> => {
    const abandoned = await Promise.all(listeners.map((listener) => listener.drain(limitMs)));
    return abandoned.reduce((sum, count) => sum + count, 0);
  };
  try {
    for (const address of config['listen.policy']) {
      const options = {
        service: 'policy',
        clock: systemClock,
        report,
        maxConnections: config['server.max_connections'],
      } as const;
      listeners.push(await listen(address, converse, options));
    }
  } catch (error) {
    await drainAll(0);
    throw error;
  }

  const bugs = catchBugs(log);
  const stop = stopSignals();
  const why = await Promise.race([stop.first, bugs.first]);
  const connections = listeners.reduce((sum, listener) => sum + listener.connections, 0);
  report({ kind: 'stopping', signal: why, connections });
  const drained = drainAll(config['server.drain']);
  void stop.second.then(() => drainAll(0));
  const abandoned = await drained;
  if (dns.cache !== null) report({ kind: 'dns-cache-figures', ...dns.cache.figures });
  report({ kind: 'stopped', abandoned });
  stop.forget();
  bugs.forget();
  return why === 'bug' ? { kind: 'bug' } : { kind: 'stopped' };
}

interface StopSignals {
  readonly first: Promise<string>;
  readonly second: Promise<void>;
  forget(): void;
}

/** SIGHUP is not among them, and does not end the daemon: whoever sends it wants it to go on. */
function stopSignals(): StopSignals {
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
  process.on('SIGTERM', onStop).on('SIGINT', onStop).on('SIGHUP', ignore);
  return {
    first,
    second,
    forget: () => process.off('SIGTERM', onStop).off('SIGINT', onStop).off('SIGHUP', ignore),
  };
}

interface Bugs {
  readonly first: Promise<'bug'>;
  forget(): void;
}

/** An exception that nobody has caught leaves the program in a state that nobody knows: what is in progress
 *  is finished, and a new process begins anew. */
function catchBugs({ report }: Log): Bugs {
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
