/** One check from the shell, or many. */
import type { Lookup } from '../dns/index.js';
import type { ReceivedSpfField } from '../header/index.js';
import { IpAddress } from '../net/index.js';
import { senderOfMailFrom, splitAddress, type SpfResult } from '../smtp/index.js';
import { checkHost, describeCause, matchedTerm, type Limits, type TraceEvent } from '../spf/index.js';
import { octetsOfText, type Clock } from '../util/index.js';
import { receivedSpfField } from '../verdict/index.js';

/** What is asked, as text of the command line or of a batch. */
export interface Query {
  readonly ip: IpAddress;
  /** An address; empty or `<>` for the null sender. */
  readonly sender: string;
  readonly helo: string;
  /** This host's name. */
  readonly receiver: string;
}

/** What a check found, ready to be printed. */
export interface QueryReport {
  readonly result: SpfResult;
  /** What was checked; null where the sender has no domain that could be. */
  readonly domain: string | null;
  /** The directive that decided. */
  readonly matched: string | null;
  /** Why there is no verdict of the domain's owner. */
  readonly problem: string | null;
  /** The domain's own text for a fail, expanded. */
  readonly explanation: string | null;
  readonly header: ReceivedSpfField;
  readonly queries: number;
  readonly durationMs: number;
  readonly trace: readonly TraceEvent[];
}

export interface QueryMeans {
  readonly lookup: Lookup;
  readonly clock: Clock;
  readonly limits: Limits;
  /** For one check. */
  readonly timeMs: number;
  /** Whether questions are asked before their term is reached. */
  readonly prefetch: boolean;
}

/** Checks MAIL FROM (RFC 7208 §2.4): for the null sender, postmaster at the HELO name. */
export async function query(asked: Query, means: QueryMeans): Promise<QueryReport> {
  const { lookup, clock, limits, timeMs, prefetch } = means;
  const helo = octetsOfText(asked.helo);
  const path = splitAddress(octetsOfText(asked.sender));
  const sender = senderOfMailFrom(path, helo);
  const trace: TraceEvent[] = [];
  const started = clock.now();
  const outcome = await checkHost(
    { ip: asked.ip, sender, helo, receiver: asked.receiver },
    { lookup, clock, limits, prefetch, deadline: started + timeMs, trace: (event) => trace.push(event) },
  );
  const durationMs = clock.now() - started;
  const finding = {
    transaction: { client: asked.ip, helo, sender: path, authenticated: false },
    client: asked.ip,
    identity: path.kind === 'null' ? ('helo' as const) : ('mailFrom' as const),
    sender,
    outcome,
  };
  return {
    result: outcome.result,
    domain: sender.domain.ok ? sender.domain.value : null,
    matched: matchedTerm(outcome),
    problem: describeCause(outcome) || null,
    explanation: outcome.result === 'fail' ? outcome.explanation : null,
    header: receivedSpfField(finding, asked.receiver),
    queries: trace.filter(isQuestion).length,
    durationMs,
    trace,
  };
}

/** Whether the DNS was asked, and not our own configuration in its place. */
function isQuestion(event: TraceEvent): boolean {
  return event.kind === 'query' && !(event.answer.kind === 'void' && event.answer.why === 'not-asked');
}

/** A line of a batch that cannot be asked. */
export interface BatchProblem {
  readonly id: unknown;
  readonly error: string;
}

/** Characters that a line of a batch may have. */
export const MAX_BATCH_LINE = 64 * 1024;

/** Reads one line of a batch: `{id, ip, helo, sender, receiver?}`. */
export function readBatchLine(line: string, receiver: string): { id: unknown; query: Query } | BatchProblem {
  if (line.length > MAX_BATCH_LINE) {
    return { id: null, error: `a line may have ${MAX_BATCH_LINE} characters` };
  }
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { id: null, error: 'not JSON' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { id: null, error: 'not a JSON object' };
  }
  const fields = new Map<string, unknown>(Object.entries(value));
  const id = fields.get('id') ?? null;
  const text = (key: string, absent: string | null): string | null => {
    const found = fields.get(key);
    return found === undefined ? absent : typeof found === 'string' ? found : null;
  };
  const address = text('ip', null);
  const ip = address === null ? null : IpAddress.parse(address);
  if (ip === null) return { id, error: '"ip" is not an address' };
  const helo = text('helo', '');
  const sender = text('sender', null);
  const named = text('receiver', receiver);
  if (sender === null) return { id, error: '"sender" is not text (the null sender is "")' };
  if (helo === null) return { id, error: '"helo" is not text' };
  if (named === null) return { id, error: '"receiver" is not text' };
  return { id, query: { ip, sender, helo, receiver: named } };
}

/** How many checks of a batch run at once. */
const BATCH_WIDTH = 64;

/**
 * Runs a batch: for each line one result, in the order of the lines. `answer` is called in that order; it
 * may return a promise to be waited for, when the reader is slower than the DNS.
 */
export async function queryBatch<T>(
  lines: AsyncIterable<string>,
  work: (line: string) => Promise<T>,
  answer: (result: T) => Promise<void> | undefined,
): Promise<void> {
  const running: Promise<T>[] = [];
  const finishFirst = async (): Promise<void> => {
    const first = running.shift();
    if (first !== undefined) await answer(await first);
  };
  for await (const line of lines) {
    if (line.trim() === '') continue;
    running.push(work(line));
    if (running.length >= BATCH_WIDTH) await finishFirst();
  }
  while (running.length > 0) await finishFirst();
}
