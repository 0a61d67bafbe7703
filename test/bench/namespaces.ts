/** Runs the benchmark in private network, mount and process namespaces, where the resolver can have port 53. */
import { spawn, spawnSync } from 'node:child_process';
import { realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const UNSHARE = ['--mount', '--net', '--pid', '--fork', '--kill-child=KILL', '--mount-proc', '--'] as const;

/** Set inside: the folder for files, which who is outside removes. */
const INSIDE = 'SPFWARDEN_BENCH_INSIDE';

/** The folder to be used inside; null outside, where the namespaces are still to be made. */
export function insideFolder(): string | null {
  return process.env[INSIDE] ?? null;
}

/** Why it cannot be done here; null if it can. */
export function whyNoNamespaces(): string | null {
  if (process.getuid?.() !== 0) return 'only root may make namespaces';
  if (spawnSync('unshare', [...UNSHARE, 'ip', 'link', 'set', 'lo', 'up']).status !== 0) {
    return 'unshare(1) or ip(8) failed';
  }
  return null;
}

/** Runs this program again, inside. Its exit status. The kernel ends all that it has started with it. */
export function runInside(folder: string): Promise<number> {
  const [, script = '', ...args] = process.argv;
  const child = spawn('unshare', [...UNSHARE, process.execPath, script, ...args], {
    stdio: 'inherit',
    env: { ...process.env, [INSIDE]: folder },
  });
  const end = (): void => {
    child.kill('SIGKILL'); // unshare(1) itself is deaf to anything less
  };
  process.on('SIGINT', end).on('SIGTERM', end).on('exit', end);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (status) => {
      resolve(status ?? 1);
    });
  });
}

/** Brings the loopback up and names 127.0.0.1 in resolv.conf. Nobody outside sees any of it. */
export function furnish(folder: string): void {
  const resolvConf = join(folder, 'resolv.conf');
  writeFileSync(resolvConf, 'nameserver 127.0.0.1\n', { mode: 0o644 });
  for (const [program, ...args] of [
    ['ip', 'link', 'set', 'lo', 'up'],
    ['mount', '--bind', resolvConf, realpathSync('/etc/resolv.conf')],
  ] as const) {
    const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${program} failed: ${stderr}`);
  }
}
