/** Keeps answers for as long as the servers said, within bounds. */
import {
  LABEL_DOT,
  nameKey,
  printName,
  type Answer,
  type Lookup,
  type QueryName,
  type RecordData,
  type RecordType,
} from '../dns/index.js';
import type { Report } from '../events/index.js';
import { RecentMap, type Clock } from '../util/index.js';
import { answerBytes } from './answer-bytes.js';
import { isCutShort } from './cut-short.js';
import { RECORD_TYPES } from './zone.js';

export interface CacheSettings {
  /** Most answers that are kept, at least one. */
  readonly entries: number;
  /** Most memory that they take, in bytes, as `answerBytes` reckons it. */
  readonly bytes: number;
  /** Records are kept no shorter and no longer than this, whatever their TTL. */
  readonly minTtlMs: number;
  readonly maxTtlMs: number;
  /** The most for an answer that there are no records (RFC 2308). */
  readonly negativeTtlMs: number;
  /** How long a failure of the servers is kept (RFC 9520); 0 for not at all. */
  readonly failureTtlMs: number;
  /** How long after their TTL records may be used when the servers fail (RFC 8767); 0 for not at all. */
  readonly serveStaleMs: number;
}

/** Counted since the beginning, but for the last two. */
export interface CacheFigures {
  /** Questions that were answered at once, ... */
  readonly hits: number;
  /** ... and those that were handed on. */
  readonly misses: number;
  /** Of both, those that were answered by records whose time is over. */
  readonly stale: number;
  /** Answers that had to make room. */
  readonly evicted: number;
  readonly entries: number;
  readonly bytes: number;
}

export interface AnswerCache {
  /** A hit comes at once, and is the very object that the server's answer was read into. */
  readonly lookup: Lookup;
  readonly figures: CacheFigures;
  /** Goes by other settings from now on. What is kept stays as long as it was to, and as far as there is
   *  room for it. */
  configure(settings: CacheSettings): void;
}

/** Makes a lookup of another one, which is asked for what is not known, or not any more. */
export function createCache(
  inner: Lookup,
  settings: CacheSettings,
  clock: Clock,
  report: Report,
): AnswerCache {
  return new Cache(inner, settings, clock, report);
}

interface Entry {
  answer: Answer<RecordData[RecordType]>;
  readonly bytes: number;
  /** When its own time is over. */
  readonly expiry: number;
  /** Until when it is handed out without a question: the expiry, or later once it is stale. */
  until: number;
  isStale: boolean;
  /** Which use it was: the order among entries of different types. */
  used: number;
}

/** RFC 8767 §5: how long an asker waits for servers that are slow before it gets what is stale, ... */
const PATIENCE_MS = 1800;
/** ... the TTL of what is stale, and how long the servers then are left alone. */
const STALE_TTL_S = 30;

/** No answer takes more than this part of the cache: a few huge ones would leave nothing of the rest. */
const LARGEST_PART = 1 / 32;

class Cache implements AnswerCache {
  readonly #inner: Lookup;
  #settings: CacheSettings;
  readonly #clock: Clock;
  readonly #report: Report;
  /** By the `nameKey`. A map for each type spares each question a longer key, made only to be looked for. */
  readonly #kept: Readonly<Record<RecordType, RecentMap<string, Entry>>> = {
    A: new RecentMap(),
    AAAA: new RecentMap(),
    MX: new RecentMap(),
    PTR: new RecentMap(),
    TXT: new RecentMap(),
  };
  #entries = 0;
  #bytes = 0;
  #uses = 0;
  #hits = 0;
  #misses = 0;
  #stale = 0;
  #evicted = 0;

  constructor(inner: Lookup, settings: CacheSettings, clock: Clock, report: Report) {
    this.#inner = inner;
    this.#settings = checked(settings);
    this.#clock = clock;
    this.#report = report;
  }

  configure(settings: CacheSettings): void {
    this.#settings = checked(settings);
    this.#makeRoom();
  }

  get figures(): CacheFigures {
    return {
      hits: this.#hits,
      misses: this.#misses,
      stale: this.#stale,
      evicted: this.#evicted,
      entries: this.#entries,
      bytes: this.#bytes,
    };
  }

  readonly lookup = <T extends RecordType>(
    name: QueryName,
    type: T,
    deadline: number,
  ): Answer<RecordData[T]> | Promise<Answer<RecordData[T]>> => {
    const entry = this.#find(name, type);
    if (entry !== undefined && this.#clock.now() < entry.until) {
      this.#hits++;
      return this.#handOut(entry);
    }
    this.#misses++;
    const reply = this.#inner(name, type, deadline);
    if (!(reply instanceof Promise)) return this.#received(name, type, deadline, reply);
    if (entry !== undefined && this.#isUsable(entry)) {
      return this.#receivedOrStale(name, type, deadline, reply, entry);
    }
    return reply.then((answer) => this.#received(name, type, deadline, answer));
  };

  #find(name: QueryName, type: RecordType): Entry | undefined {
    const kept = this.#kept[type];
    let entry = kept.get(name); // names mostly come in lower case
    if (entry === undefined) {
      const key = nameKey(name);
      if (key !== name) entry = kept.get(key);
    }
    if (entry !== undefined) entry.used = ++this.#uses;
    return entry;
  }

  #handOut<T extends RecordType>(entry: Entry): Answer<RecordData[T]> {
    if (entry.isStale) this.#stale++;
    return entry.answer as Answer<RecordData[T]>; // it was stored under this type
  }

  /** What an asker gets when the inner lookup has answered. Askers who shared a question come here one
   *  after the other with the same answer, and the first of them stores it. */
  #received<T extends RecordType>(
    name: QueryName,
    type: T,
    deadline: number,
    answer: Answer<RecordData[T]>,
  ): Answer<RecordData[T]> {
    const now = this.#clock.now();
    const entry = this.#find(name, type);
    if (entry !== undefined && now < entry.until) {
      if (entry.answer === answer) return answer;
      if (answer.kind === 'failed') return this.#handOut(entry); // somebody else had more luck
    }
    if (entry !== undefined && answer.kind === 'failed' && this.#isUsable(entry)) {
      return this.#revive<T>(name, type, entry);
    }
    const keepMs = isCutShort(answer, deadline, now) ? 0 : this.#keepMs(answer);
    if (keepMs > 0) this.#store(nameKey(name), type, answer, now + keepMs);
    else if (answer.kind !== 'failed') this.#remove(nameKey(name), type); // what was known is not so any more
    return answer;
  }

  #keepMs(answer: Answer<unknown>): number {
    const { minTtlMs, maxTtlMs, negativeTtlMs, failureTtlMs } = this.#settings;
    switch (answer.kind) {
      case 'records':
        return Math.min(Math.max(answer.ttl * 1000, minTtlMs), maxTtlMs);
      case 'void':
        return Math.min(answer.ttl * 1000, negativeTtlMs);
      case 'failed':
        // To learn of our own bound, or of a refusing network, costs no server anything; and either may be
        // over in a moment, as when the resolver on this host is restarted.
        return answer.why === 'busy' || answer.why === 'unreachable' ? 0 : failureTtlMs;
    }
  }

  /** As `#received`, but an asker need not wait for the end of it: slow servers fail, too. */
  #receivedOrStale<T extends RecordType>(
    name: QueryName,
    type: T,
    deadline: number,
    reply: Promise<Answer<RecordData[T]>>,
    entry: Entry,
  ): Promise<Answer<RecordData[T]>> {
    return new Promise((settle) => {
      let isTooLate = false;
      const cancel = this.#clock.after(PATIENCE_MS, () => {
        isTooLate = true;
        // Somebody else may have had an answer, or been told the same, just before.
        const found = this.#find(name, type) ?? entry;
        const isGood = this.#clock.now() < found.until;
        settle(isGood ? this.#handOut<T>(found) : this.#revive<T>(name, type, entry));
      });
      void reply.then((answer) => {
        cancel();
        if (isTooLate && answer.kind === 'failed') return; // what was to be done then has been done
        settle(this.#received(name, type, deadline, answer));
      });
    });
  }

  /** Whether an entry whose time is over may be used when the servers fail. Only records: that there is
   *  nothing, or that nobody knew, is no use to anybody. */
  #isUsable({ answer, expiry }: Entry): boolean {
    return answer.kind === 'records' && this.#clock.now() < expiry + this.#settings.serveStaleMs;
  }

  /** Makes a usable entry one that is handed out at once for a while. */
  #revive<T extends RecordType>(name: QueryName, type: T, entry: Entry): Answer<RecordData[T]> {
    const now = this.#clock.now();
    if (entry.answer.kind === 'records' && !entry.isStale) {
      entry.isStale = true;
      entry.answer = { ...entry.answer, ttl: STALE_TTL_S };
    }
    entry.until = Math.min(now + STALE_TTL_S * 1000, entry.expiry + this.#settings.serveStaleMs);
    this.#report({
      kind: 'dns-cache-stale',
      name: printName(name),
      type,
      expiredMs: Math.round(now - entry.expiry),
    });
    return this.#handOut(entry);
  }

  #store(key: string, type: RecordType, answer: Entry['answer'], expiry: number): void {
    this.#remove(key, type);
    const bytes = answerBytes(key, type, answer);
    if (bytes > this.#settings.bytes * LARGEST_PART) return;
    this.#kept[type].set(copyOf(key), {
      answer,
      bytes,
      expiry,
      until: expiry,
      isStale: false,
      used: ++this.#uses,
    });
    this.#entries++;
    this.#bytes += bytes;
    this.#makeRoom();
  }

  #makeRoom(): void {
    const { entries, bytes } = this.#settings;
    while (this.#entries > entries || this.#bytes > bytes) this.#evict();
  }

  #remove(key: string, type: RecordType): void {
    const entry = this.#kept[type].peek(key);
    if (entry === undefined) return;
    this.#kept[type].delete(key);
    this.#entries--;
    this.#bytes -= entry.bytes;
  }

  /** Removes what was used least recently: the oldest of the oldest of each type. */
  #evict(): void {
    let oldest: { readonly key: string; readonly type: RecordType; readonly used: number } | null = null;
    for (const type of RECORD_TYPES) {
      const candidate = this.#kept[type].oldest;
      if (candidate !== null && (oldest === null || candidate.value.used < oldest.used)) {
        oldest = { key: candidate.key, type, used: candidate.value.used };
      }
    }
    if (oldest === null) return;
    this.#remove(oldest.key, oldest.type);
    this.#evicted++;
  }
}

/** Settings are checked where they are read; what arrives here wrong is a bug. */
function checked(settings: CacheSettings): CacheSettings {
  const isRight = settings.entries >= 1 && settings.minTtlMs <= settings.maxTtlMs;
  if (!isRight) throw new Error('settings of a cache out of range');
  return settings;
}

/** The same text in memory of its own. A name is often a part of something longer, a request or a record,
 *  which would be kept as long as its part is. */
function copyOf(key: string): string {
  const encoding = key.includes(LABEL_DOT) ? 'utf16le' : 'latin1';
  return Buffer.from(key, encoding).toString(encoding);
}
