/** Programs of their own that use the modules under test. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** The address of a module under test, for a program of its own. */
export function moduleUrl(name: string): string {
  return JSON.stringify(new URL(`../../src/telemetry/${name}.js`, import.meta.url).href);
}

/** Runs a program, if need be under another one; returns its exit status and what it wrote to standard output. */
export async function run(
  source: string,
  onStart: (stderr: Readable) => void = () => undefined,
  under: readonly string[] = [],
): Promise<{ readonly status: number | null; readonly output: string }> {
  const command = [...under, process.execPath, '--input-type=module', '-e', source];
  const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
  onStart(child.stderr);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [[status]] = (await Promise.all([once(child, 'exit'), once(child.stdout, 'end')])) as [
    [number | null],
    unknown,
  ];
  child.stderr.destroy();
  return { status, output };
}
