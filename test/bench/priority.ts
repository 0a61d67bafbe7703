/** Keeps what else the machine does out of times of a few milliseconds. */
import { spawnSync } from 'node:child_process';

/** Puts this process, and all that it starts from now on, before all others. False where that is not allowed. */
export function goFirst(): boolean {
  return schedule('--rr', 10);
}

/** Takes its turn like all others again, and so do those that it starts from now on. */
export function goInTurn(): void {
  schedule('--other', 0);
}

function schedule(policy: string, priority: number): boolean {
  const args = ['--all-tasks', policy, '--pid', String(priority), String(process.pid)];
  return spawnSync('chrt', args, { stdio: 'ignore' }).status === 0;
}
