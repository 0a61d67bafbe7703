/** Names of which the answers take their time, and where they are answered. */
import { fileURLToPath } from 'node:url';

import type { Lab } from './lab.js';
import { READY } from './resolvers.js';
import { until } from './until.js';
import { CLIENT } from './zone.js';

export const SLOW_PORT = 5302;

/** Settings of a daemon that asks there, and waits for every answer. */
export const SLOW_DNS = `dns: {servers: ["127.0.0.1:${SLOW_PORT}"], timeout: 15s, tries: 1}`;

const DELAYS_MS = [1_000, 5_000, 9_000, 11_000] as const;
export type Delay = (typeof DELAYS_MS)[number];

/** Whose SPF record is `v=spf1 -all`, or allows the client; every answer about it comes so late. */
export function slowName(result: 'pass' | 'fail', delayMs: Delay): string {
  return `${result}.after-${delayMs}.example`;
}

/** Null for a name that is none of these. */
export function delayOf(name: string): number | null {
  const delay = /\.after-([0-9]+)\.example$/.exec(name)?.[1];
  return delay === undefined ? null : Number(delay);
}

export const SLOW_ZONE = DELAYS_MS.map(
  (delayMs) => `${slowName('pass', delayMs)}: [{TXT: "v=spf1 ip4:${CLIENT} -all"}]
${slowName('fail', delayMs)}: [{TXT: "v=spf1 -all"}]
`,
).join('');

/** Starts the name server and waits until it listens. */
export async function startSlowResponder(lab: Lab): Promise<void> {
  const script = fileURLToPath(new URL('slow-responder.js', import.meta.url));
  const program = await lab.start('slow-responder', [process.execPath, script]);
  await until('the slow name server', () => program.output().endsWith(READY) || undefined, program.output);
}
