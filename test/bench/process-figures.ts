/** What the kernel tells of processes and of the machine (proc(5)). */
import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ, which is 100 on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

interface Stat {
  readonly parent: number;
  /** Of itself and of those children that have ended, in seconds. */
  readonly cpu: number;
}

/** Null for a process that is gone. */
function statOf(pid: number): Stat | null {
  const text = readOrNull(`/proc/${pid}/stat`);
  if (text === null) return null;
  // The name, in parentheses, may hold anything; behind it come the state, the parent and numbers.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [user, system, childrenUser, childrenSystem] = fields.slice(11, 15).map(Number);
  const ticks = (user ?? 0) + (system ?? 0) + (childrenUser ?? 0) + (childrenSystem ?? 0);
  return { parent: Number(fields[1]), cpu: ticks / TICKS_PER_SECOND };
}

/** The process and all that descend from it. */
export function family(root: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    const stat = Number.isInteger(pid) ? statOf(pid) : null;
    if (stat === null) continue;
    const siblings = children.get(stat.parent);
    if (siblings === undefined) children.set(stat.parent, [pid]);
    else siblings.push(pid);
  }
  const found = [root];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

/** Seconds of the processor that these have used since they began. */
export function cpuSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (statOf(pid)?.cpu ?? 0), 0);
}

/** Resident memory in MiB, pages that several share counted in part for each (PSS). */
export function residentMiB(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const rollup = readOrNull(`/proc/${pid}/smaps_rollup`) ?? '';
    return sum + Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) / 1024;
  }, 0);
}

/** Memory in MiB that programs could still get. */
export function availableMiB(): number {
  return Number(/^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? 0) / 1024;
}

/** How many processors' worth of work others did on this machine since it was made. */
export class ForeignCpu {
  readonly #startMs = performance.now();
  readonly #busy = busySeconds();
  readonly #own = cpuSeconds(family(process.pid));

  /** On average, in processors. Coarse: the kernel counts in hundredths of a second. */
  get cores(): number {
    const seconds = (performance.now() - this.#startMs) / 1000;
    const own = cpuSeconds(family(process.pid)) - this.#own;
    return Math.max(0, (busySeconds() - this.#busy - own) / seconds);
  }
}

/** Of all processors together; time that a hypervisor took away is busy as well. */
function busySeconds(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND;
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null; // it ended meanwhile
  }
}
