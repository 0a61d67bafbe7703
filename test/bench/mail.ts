/** Generated mail for a generated DNS: who sends, from where, under which name, to how many. */
import { SeededRandom } from './random.js';
import type { SenderDomain, World } from './world.js';

export interface Mail {
  readonly client: string;
  readonly helo: string;
  /** Empty is the null sender. */
  readonly sender: string;
  readonly recipients: number;
}

const RECIPIENTS = [
  [1, 72],
  [2, 14],
  [3, 8],
  [5, 6],
] as const;

/** Draws mail: four fifths of it come from one fifth of the domains, and most of it from where it may. */
export function drawMail({ senders, heloNames }: World, count: number, seed: number): readonly Mail[] {
  const random = new SeededRandom(seed);
  const popular = senders.slice(0, senders.length / 5);
  const others = senders.slice(senders.length / 5);
  return Array.from({ length: count }, () => {
    const domain = random.pick(random.chance(0.8) ? popular : others);
    return {
      client: clientOf(domain, random),
      helo: random.pick(heloNames),
      sender: random.chance(0.03) ? '' : `${localPart(random)}@${domain.name}`,
      recipients: random.weighted<number>(RECIPIENTS),
    };
  });
}

function clientOf({ permitted }: SenderDomain, random: SeededRandom): string {
  if (permitted.length > 0 && random.chance(0.78)) return random.pick(permitted);
  if (random.chance(0.05)) return `2001:db8:ffff::${random.integer(1, 250).toString(16)}`;
  return `198.19.255.${random.integer(1, 250)}`; // in nobody's list
}

function localPart(random: SeededRandom): string {
  const user = `user${random.integer(1, 5000)}`;
  return random.chance(0.12) ? `bounce+${random.integer(1e8, 9e8)}=${user}=receiver.example` : user;
}
