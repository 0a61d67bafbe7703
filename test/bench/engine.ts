/** How many checks a second the engine does on one thread, with all of the DNS in memory. */
import { nameKey, queryName, type Lookup, type QueryName, type RecordType } from '../../src/dns/index.js';
import { IpAddress } from '../../src/net/index.js';
import { zoneLookup, type ZoneOwner } from '../../src/resolver/index.js';
import { senderOfMailFrom, splitAddress, type SpfResult } from '../../src/smtp/index.js';
import { checkHost, DEFAULT_LIMITS, type CheckContext } from '../../src/spf/index.js';
import { systemClock, type Octets } from '../../src/util/index.js';
import { ownerOf } from '../support/zone.js';
import { drawMail, type Mail } from './mail.js';
import { median } from './statistics.js';
import type { World } from './world.js';

export interface EngineFigures {
  readonly name: string;
  readonly checksPerSecond: number;
  /** The same by the time of the processor, which others on the machine disturb less. */
  readonly checksPerCpuSecond: number;
}

export interface EngineReport {
  readonly figures: readonly EngineFigures[];
  /** How often each result came in one pass over the mail. */
  readonly results: ReadonlyMap<SpfResult, number>;
}

const MAIL = 4000;
/** Between two looks at the clock. */
const BATCH = 64;

/** Measures `repetitions` times for `seconds` each, with parsed records kept and with every record parsed anew. */
export function measureEngine(world: World, seconds: number, repetitions: number): EngineReport {
  const mail = drawMail(world, MAIL, 1).filter(({ sender }) => sender !== '');
  const kept = inMemory(world);
  const engines = [
    { name: 'parsed records kept', context: contextOf(kept) },
    { name: 'parsed each time', context: contextOf(withFreshAnswers(kept)) },
  ].map((engine) => ({ ...engine, walls: [] as number[], cpus: [] as number[] }));
  const results = engines.map(({ context }) => onePass(mail, context))[0] ?? new Map<SpfResult, number>();
  for (let i = 0; i < repetitions; i++) {
    for (const { context, walls, cpus } of engines) {
      const rates = checkFor(seconds, mail, context);
      walls.push(rates.perSecond);
      cpus.push(rates.perCpuSecond);
    }
  }
  return {
    figures: engines.map(({ name, walls, cpus }) => ({
      name,
      checksPerSecond: median(walls),
      checksPerCpuSecond: median(cpus),
    })),
    results,
  };
}

/** One check of a MAIL FROM identity, from the texts of a request to the result. */
function check({ client, helo, sender }: Mail, context: CheckContext): SpfResult {
  const ip = IpAddress.parse(client);
  if (ip === null) throw new Error(`not an address: ${client}`);
  const heloName = helo as Octets;
  const identity = senderOfMailFrom(splitAddress(sender as Octets), heloName);
  const outcome = checkHost({ ip, sender: identity, helo: heloName, receiver: 'mx.example' }, context);
  if (outcome instanceof Promise) throw new Error('a promise, though every answer is at hand');
  return outcome.result;
}

function onePass(mail: readonly Mail[], context: CheckContext): Map<SpfResult, number> {
  const results = new Map<SpfResult, number>();
  for (const one of mail) {
    const result = check(one, context);
    results.set(result, (results.get(result) ?? 0) + 1);
  }
  return results;
}

function checkFor(
  seconds: number,
  mail: readonly Mail[],
  context: CheckContext,
): { readonly perSecond: number; readonly perCpuSecond: number } {
  const cpuBefore = process.cpuUsage();
  const startMs = performance.now();
  const endMs = startMs + seconds * 1000;
  let nowMs = startMs;
  let checks = 0;
  for (; nowMs < endMs; nowMs = performance.now()) {
    for (let i = 0; i < BATCH; i++) {
      const one = mail[checks++ % mail.length];
      if (one !== undefined) check(one, context);
    }
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    perSecond: (checks / (nowMs - startMs)) * 1000,
    perCpuSecond: (checks / (user + system)) * 1e6,
  };
}

function contextOf(lookup: Lookup): CheckContext {
  return { lookup, clock: systemClock, limits: DEFAULT_LIMITS, deadline: Infinity };
}

function inMemory(world: World): Lookup {
  const zone = new Map<string, ZoneOwner>();
  for (const [text, at] of world.zone) {
    const name = queryName(text);
    zone.set(nameKey(name), ownerOf(name, at));
  }
  return zoneLookup(zone);
}

/** Hands out a new answer each time, so that nothing that was kept along with one is found again. */
function withFreshAnswers(lookup: Lookup): Lookup {
  return <T extends RecordType>(name: QueryName, type: T, deadline: number) => {
    const answer = lookup(name, type, deadline);
    return answer instanceof Promise ? answer : { ...answer };
  };
}
