/** Who asks the engine, and what it may use: the arguments of a check, for tests. */
import { IpAddress } from '../../src/net/index.js';
import { senderOfMailFrom, splitAddress } from '../../src/smtp/index.js';
import { DEFAULT_LIMITS, type CheckArguments, type CheckContext, type Limits } from '../../src/spf/index.js';
import { octetsOfText } from '../../src/util/index.js';
import { ManualClock } from './manual-clock.js';

/** Who is checked; what is left out does not matter to the row. */
export interface Client {
  /** The client's address. */
  readonly ip?: string;
  /** The reverse-path; empty for the null sender. Unicode text, which goes over the wire as UTF-8. */
  readonly sender?: string;
  readonly helo?: string;
}

/** The clock's wall time in every row: 2023-11-14 22:13:20 UTC. */
export const WALL_SECONDS = 1_700_000_000;

/** The arguments of check_host() for the MAIL FROM identity of a client. */
export function argumentsOf({
  ip = '192.0.2.1',
  sender = 'user@example.com',
  helo = 'mta.example.org',
}: Client): CheckArguments {
  const address = IpAddress.parse(ip);
  if (address === null) throw new Error(`not an address: ${ip}`);
  const heloName = octetsOfText(helo);
  return {
    ip: address,
    sender: senderOfMailFrom(splitAddress(octetsOfText(sender)), heloName),
    helo: heloName,
    receiver: 'mx.example.net',
  };
}

/** What a check may use when nothing is to go wrong with time. */
export function contextOf(
  lookup: CheckContext['lookup'],
  limits: Partial<Limits> = {},
): Omit<CheckContext, 'trace'> {
  const clock = new ManualClock(0, WALL_SECONDS * 1000);
  return { lookup, clock, limits: { ...DEFAULT_LIMITS, ...limits }, deadline: 20_000 };
}
