/** The header fields of a message that somebody here wants to know of. */
import { isForged, type AuthservId } from '../header/index.js';
import type { Response } from '../milter/index.js';
import type { Octets } from '../util/index.js';

const AUTHENTICATION_RESULTS = 'Authentication-Results' as Octets;
const SUBJECT = 'Subject' as Octets;

/** So many deletions a mail server takes in its stride. */
const MAX_FORGED = 200;

export class MilterFields {
  readonly #ours: AuthservId;
  #authenticationResults = 0;
  /** Counted from 1, among the fields of that name. */
  readonly #forged: number[] = [];
  /** Of the first one: mail programs show that. */
  #subject: Octets | null = null;

  /** `ours` is the name by which our own results are known. */
  constructor(ours: AuthservId) {
    this.#ours = ours;
  }

  /** Takes the next field of the message. */
  add(name: Octets, value: Octets): void {
    switch (name.toLowerCase()) {
      case 'authentication-results':
        this.#authenticationResults++;
        if (this.#forged.length <= MAX_FORGED && isForged(value, this.#ours)) {
          this.#forged.push(this.#authenticationResults);
        }
        return;
      case 'subject':
        this.#subject ??= value;
        return;
    }
  }

  /** Whether there are more that claim to be ours than can be deleted. */
  get isFlooded(): boolean {
    return this.#forged.length > MAX_FORGED;
  }

  /** Deletes the Authentication-Results fields that claim to be ours (RFC 8601 §5): the last first, because
   *  those behind a deleted one move up. */
  deletions(): Response[] {
    return [...this.#forged].reverse().map((index): Response => ({
      kind: 'chgheader',
      index,
      name: AUTHENTICATION_RESULTS,
      value: '' as Octets,
    }));
  }

  /** Puts a tag in front of the subject, unless it is there. */
  tagSubject(tag: string): Response[] {
    const subject = this.#subject;
    if (subject === null) return [{ kind: 'addheader', name: SUBJECT, value: tag as Octets }];
    if (subject.trimStart().startsWith(tag)) return [];
    const value = `${tag} ${subject.trimStart()}` as Octets;
    return [{ kind: 'chgheader', index: 1, name: SUBJECT, value }];
  }
}
