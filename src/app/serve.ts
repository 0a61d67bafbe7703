/** The daemon: listens, answers, and stops when it is told to. */
import { loadConfig, printProblems, type Config, type Override } from '../config/index.js';
import { NetworkSet } from '../net/index.js';
import { listen, ListenError, type Listener, type ListenOptions } from '../server/index.js';
import { createLog, type Log } from '../telemetry/index.js';
import { systemClock } from '../util/index.js';
import { openDns, type Dns } from './dns.js';
import { areOfFlags } from './flag-problems.js';
import { collectEarly } from './heap.js';
import { inheritedSockets, socketsOf } from './inherited-sockets.js';
import { logSettings } from './log-settings.js';
import { createService, type Service } from './service.js';
import { catchBugs, catchHangUps, listenToSignals } from './signals.js';

/** How the daemon ended. `text` is for people, without a line break at the end. */
export type ServeOutcome =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'bad-usage' | 'bad-config' | 'cannot-listen' | 'not-permitted'; readonly text: string }
  | { readonly kind: 'bug' };

/** Runs until SIGTERM or SIGINT; a second one ends what is still being answered. SIGHUP has the configuration
 *  read anew. */
export async function serve(
  configPath: string | null,
  overrides: readonly Override[],
): Promise<ServeOutcome> {
  const hangUps = catchHangUps();
  const load = (): ReturnType<typeof loadConfig> =>
    loadConfig({ path: configPath, overrides, environment: process.env });
  const loaded = await load();
  if (!loaded.ok) {
    const kind = areOfFlags(loaded.error) ? 'bad-usage' : 'bad-config';
    return { kind, text: printProblems(loaded.error).trimEnd() };
  }
  const { config, remarks } = loaded.value;
  if (config['listen.policy'].length + config['listen.milter'].length === 0) {
    const text = 'there is nothing to listen on: listen.policy and listen.milter are off';
    return { kind: 'bad-config', text };
  }
  collectEarly();
  const log = await createLog(logSettings(config), systemClock);
  let dns: Dns | null = null;
  try {
    for (const remark of remarks)
      log.report({ kind: 'config-remark', text: printProblems([remark]).trimEnd() });
    dns = await openDns(config, systemClock, log.report);
    const service = createService(config, { load, dns, clock: systemClock, log });
    hangUps.handle(() => void service.reload());
    return await run(config, service, dns, log);
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    return { kind: error.code === 'not-permitted' ? 'not-permitted' : 'cannot-listen', text: error.message };
  } finally {
    dns?.close();
    await log.close();
  }
}

async function run(config: Config, service: Service, dns: Dns, log: Log): Promise<ServeOutcome> {
  const { report } = log;
  const signals = listenToSignals();
  const bugs = catchBugs(log);
  const inherited = inheritedSockets(process.env, process.pid);
  const listeners: Listener[] = [];
  const drainAll = async (limitMs: number): Promise<number> => {
    const abandoned = await Promise.all(listeners.map((listener) => listener.drain(limitMs)));
    return abandoned.reduce((sum, count) => sum + count, 0);
  };
  try {
    for (const protocol of ['policy', 'milter'] as const) {
      for (const address of config[`listen.${protocol}`]) {
        const options: ListenOptions = {
          service: protocol,
          clock: systemClock,
          report,
          allow: address.allow === null ? null : new NetworkSet(address.allow),
          maxConnections: config['server.max_connections'],
          ...TIMES[protocol],
        };
        const converse = service[protocol](address.name);
        for (const socket of socketsOf(address, inherited)) {
          listeners.push(await listen(socket, converse, options));
        }
      }
    }
    const why = await Promise.race([signals.first, bugs.first]);
    const connections = listeners.reduce((sum, listener) => sum + listener.connections, 0);
    report({ kind: 'stopping', signal: why, connections });
    const drained = drainAll(config['server.drain']);
    void signals.second.then(() => drainAll(0));
    const abandoned = await drained;
    if (dns.cache !== null) report({ kind: 'dns-cache-figures', ...dns.cache.figures });
    report({ kind: 'stopped', abandoned });
    return why === 'bug' ? { kind: 'bug' } : { kind: 'stopped' };
  } catch (error) {
    await drainAll(0);
    throw error;
  } finally {
    signals.forget();
    bugs.forget();
  }
}

/** Of a milter a request is a whole message, which takes as long as the sender of it; libmilter waits so long. */
const TIMES = { policy: {}, milter: { requestTimeMs: 7_210_000, idleTimeMs: 7_210_000 } } as const;
