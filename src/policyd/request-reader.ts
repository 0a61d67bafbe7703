/** Reads policy requests out of chunks that were cut anywhere. */
import { err, octets, ok, type Octets, type Result } from '../util/index.js';
import type { PolicyRequest, RequestProblem, Stage } from './request.js';

const LF = 0x0a;
const EQUALS = 0x3d;

/** Postfix sets no limits here; its own requests stay below 3 KiB, as its SMTP lines end at 2 KiB. */
const MAX_REQUEST_OCTETS = 64 * 1024;
const MAX_LINE_OCTETS = 8 * 1024;
const MAX_LINES = 1000;

const PROTOCOL = 'smtpd_access_policy';

const EMPTY = '' as Octets;
const NOTHING = new Uint8Array();

/** The attributes that are kept, and where. */
const SLOTS = {
  request: 0,
  protocol_state: 1,
  client_address: 2,
  helo_name: 3,
  sender: 4,
  recipient: 5,
  queue_id: 6,
  instance: 7,
  sasl_username: 8,
  policy_context: 9,
} as const;

interface KnownName {
  readonly octets: Uint8Array;
  readonly slot: number;
}

/** By length: most lines are told apart from all of these without looking at a letter of theirs. */
const KNOWN_NAMES: KnownName[][] = [];
for (const [name, slot] of Object.entries(SLOTS)) {
  (KNOWN_NAMES[name.length] ??= []).push({ octets: Buffer.from(name, 'latin1'), slot });
}

/**
 * Feed it a chunk, then take requests until there is none. Octets are looked at once and only the values
 * that somebody uses become strings: this is the greater part of what a warm answer costs. Of a chunk that
 * ends in the middle of a line, that begun line is copied and nothing else is kept.
 */
export class RequestReader {
  #chunk: Uint8Array = NOTHING;
  #at = 0;
  /** The beginning of a line whose end has not arrived. */
  #begun: Uint8Array = NOTHING;
  #begunOctets = 0;
  /** Of the request that is being read: octets of its whole lines, and their number. */
  #octets = 0;
  #lines = 0;
  #values: Octets[] = emptyValues();
  #seen = 0;
  #problem: RequestProblem | null = null;

  /** Whether a request has begun and is not whole. */
  get isMidRequest(): boolean {
    return this.#octets > 0 || this.#begunOctets > 0;
  }

  /** Gives it the next octets of the stream. `next` must have said null since the chunk before. */
  feed(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /** The next whole request, a problem (for ever, as there is no way to find the next request then), or
   *  null when more octets are needed. */
  next(): Result<PolicyRequest, RequestProblem> | null {
    if (this.#problem === null && this.#begunOctets > 0) this.#endBegunLine();
    const chunk = this.#chunk;
    const length = chunk.length;
    let start = this.#at;
    while (this.#problem === null && start < length) {
      let end = start;
      let octet = chunk[end];
      while (end < length && octet !== LF && octet !== EQUALS) octet = chunk[++end];
      const equals = octet === EQUALS ? end : -1;
      while (end < length && octet !== LF) octet = chunk[++end];
      if (this.#isTooLong(end - start)) break;
      if (end === length) {
        this.#keepBegunLine(start, end);
        return null;
      }
      this.#at = end + 1;
      if (end > start) this.#line(chunk, start, equals, end);
      else if (this.#octets > 0) return this.#request();
      start = end + 1;
    }
    return this.#problem === null ? null : err(this.#problem);
  }

  /** Looks for the end of the line that an earlier chunk began, and takes it in. */
  #endBegunLine(): void {
    const found = this.#chunk.indexOf(LF, this.#at);
    const end = found < 0 ? this.#chunk.length : found;
    if (this.#isTooLong(this.#begunOctets + end - this.#at)) return;
    this.#keepBegunLine(this.#at, end);
    if (found < 0) return;
    this.#at = end + 1;
    const length = this.#begunOctets;
    const line = this.#begun.subarray(0, length);
    this.#begun = NOTHING;
    this.#begunOctets = 0;
    this.#line(line, 0, line.indexOf(EQUALS), length);
  }

  #keepBegunLine(start: number, end: number): void {
    const octets = this.#begunOctets + end - start;
    if (octets > this.#begun.length) {
      const larger = Buffer.allocUnsafe(Math.max(256, 2 * octets));
      larger.set(this.#begun.subarray(0, this.#begunOctets));
      this.#begun = larger;
    }
    this.#begun.set(this.#chunk.subarray(start, end), this.#begunOctets);
    this.#begunOctets = octets;
    this.#at = end;
  }

  /** Whether a line of so many octets, its LF not counted, is over a limit: the one that it meets first, so
   *  that the problem does not depend on how the stream was cut. */
  #isTooLong(octets: number): boolean {
    const left = MAX_REQUEST_OCTETS - this.#octets - 1;
    if (octets <= MAX_LINE_OCTETS && octets <= left) return false;
    this.#refuse(left < MAX_LINE_OCTETS ? 'request-too-large' : 'line-too-long', this.#lines + 1);
    return true;
  }

  /** Takes in one line that is not empty. Without a `=` it says nothing (`equals` is -1). */
  #line(bytes: Uint8Array, start: number, equals: number, end: number): void {
    this.#octets += end - start + 1;
    if (++this.#lines > MAX_LINES) {
      this.#refuse('too-many-attributes');
      return;
    }
    const candidates = KNOWN_NAMES[equals - start];
    if (candidates === undefined) return;
    for (const { octets: name, slot } of candidates) {
      if (!startsWith(bytes, start, name)) continue;
      if ((this.#seen & (1 << slot)) === 0) {
        this.#seen |= 1 << slot;
        if (end > equals + 1) this.#values[slot] = octets(bytes, equals + 1, end);
        if (slot === SLOTS.request) this.#checkProtocol();
      }
      return;
    }
  }

  /** Postfix sends `request` first, so that a stranger is found at the first line. */
  #checkProtocol(): void {
    const value = this.#values[SLOTS.request];
    if (value === PROTOCOL) return;
    this.#refuse(value === `${PROTOCOL}\r` ? 'crlf-line-ends' : 'not-a-policy-request');
  }

  #refuse(code: RequestProblem['code'], line = this.#lines): RequestProblem {
    const problem = { code, line };
    this.#problem = problem;
    this.#chunk = NOTHING;
    this.#begun = NOTHING;
    this.#begunOctets = 0;
    this.#octets = 0;
    return problem;
  }

  #request(): Result<PolicyRequest, RequestProblem> {
    if ((this.#seen & (1 << SLOTS.request)) === 0) return err(this.#refuse('not-a-policy-request'));
    const values = this.#values;
    this.#values = emptyValues();
    this.#seen = 0;
    this.#octets = 0;
    this.#lines = 0;
    return ok({
      stage: stageOf(values[SLOTS.protocol_state]),
      clientAddress: values[SLOTS.client_address] ?? EMPTY,
      heloName: values[SLOTS.helo_name] ?? EMPTY,
      sender: values[SLOTS.sender] ?? EMPTY,
      recipient: values[SLOTS.recipient] ?? EMPTY,
      queueId: values[SLOTS.queue_id] ?? EMPTY,
      instance: values[SLOTS.instance] ?? EMPTY,
      isAuthenticated: values[SLOTS.sasl_username] !== EMPTY,
      policyContext: values[SLOTS.policy_context] ?? EMPTY,
    });
  }
}

function emptyValues(): Octets[] {
  return [EMPTY, EMPTY, EMPTY, EMPTY, EMPTY, EMPTY, EMPTY, EMPTY, EMPTY, EMPTY];
}

function startsWith(bytes: Uint8Array, start: number, name: Uint8Array): boolean {
  for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name[i]) return false;
  return true;
}

function stageOf(state: string | undefined): Stage | null {
  return state === 'RCPT' || state === 'DATA' || state === 'MAIL' ? state : null;
}
