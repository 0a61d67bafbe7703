/** What is asked of a mail server: the fewer commands, replies and macros, the fewer turns a message takes; and
 *  what is remembered of it for that. */
import { SMFIF, SMFIP, STEPS_WITHOUT_CONTENT, USUAL_MACROS, type Wants } from '../milter/index.js';
import { RecentMap, type Octets } from '../util/index.js';
import type { MilterRules, RejectAt } from './milter-rules.js';

/**
 * How a mail server writes. Over TCP, one that writes twice without a reply between waits up to 40 ms for the
 * acknowledgement of the first (Nagle's algorithm), which a reply would have brought.
 */
type Writing =
  /** Over a unix socket nobody waits for an acknowledgement. */
  | 'local'
  /** Postfix keeps commands that get no reply until one comes that does, or the message changes hands. */
  | 'gathered'
  /** Sendmail, and whoever is not known, writes each by itself. */
  | 'apart';

const ACTIONS = SMFIF.ADDHDRS | SMFIF.CHGHDRS | SMFIF.QUARANTINE;

/** Headers are looked at for fields that claim to be ours, bodies are not. */
const STEPS = STEPS_WITHOUT_CONTENT & ~SMFIP.NOHDRS;

/** So many mail servers ask one filter, and more. */
const MAX_HOSTS = 1024;

/** What is remembered of the host that a mail server comes from. Who is taken for something else than it is
 *  waits; nothing is lost. */
interface Host {
  readonly isPostfix: boolean;
  /** The `SMFIF` flags that it did not offer. */
  readonly missingActions: number;
}

const STRANGER: Host = { isPostfix: false, missingActions: 0 };

/** The mail servers that come to a listener: what is asked of them goes by what they said the last time. */
export class MailServers {
  readonly #isLocal: boolean;
  readonly #hosts = new RecentMap<string, Host>();
  #rules: MilterRules | null = null;
  readonly #made = new Map<Writing, Wants>();

  /** `isLocal` says that they come over a unix socket. */
  constructor(isLocal: boolean) {
    this.#isLocal = isLocal;
  }

  /** What is asked of the one that comes now. `peer` is where from, as `192.0.2.1:4711`. */
  wantsOf(peer: string, rules: MilterRules): Wants {
    if (rules !== this.#rules) {
      this.#rules = rules;
      this.#made.clear();
    }
    const writing = this.#writingOf(peer);
    const known = this.#made.get(writing);
    if (known !== undefined) return known;
    const wants = make(rules, writing);
    this.#made.set(writing, wants);
    return wants;
  }

  /** Takes the version that a mail server gave (macro `v`); null where it gave none. */
  met(peer: string, version: Octets | null): void {
    if (this.#isLocal) return;
    const isPostfix = version?.startsWith('Postfix') ?? false;
    const host = this.#hostOf(peer);
    if (host.isPostfix !== isPostfix) this.#remember(peer, { ...host, isPostfix });
  }

  /** Takes the `SMFIF` flags that a mail server did not offer; says whether that is news. */
  lacks(peer: string, missingActions: number): boolean {
    const host = this.#hostOf(peer);
    if (host.missingActions === missingActions) return false;
    this.#remember(peer, { ...host, missingActions });
    return missingActions !== 0;
  }

  #writingOf(peer: string): Writing {
    if (this.#isLocal) return 'local';
    return this.#hostOf(peer).isPostfix ? 'gathered' : 'apart';
  }

  #hostOf(peer: string): Host {
    return this.#hosts.peek(withoutPort(peer)) ?? STRANGER;
  }

  #remember(peer: string, host: Host): void {
    this.#hosts.set(withoutPort(peer), host);
    const { oldest } = this.#hosts;
    if (this.#hosts.size > MAX_HOSTS && oldest !== null) this.#hosts.delete(oldest.key);
  }
}

function make({ rejectAt, readsHeaders, macros }: MilterRules, writing: Writing): Wants {
  const steps = readsHeaders ? STEPS : STEPS_WITHOUT_CONTENT;
  const names = [...new Set([...(USUAL_MACROS.mail ?? []), ...macros])];
  // Where HELO is judged, what may exempt a connection has to be known before.
  const early = rejectAt === 'helo' ? { connect: [...names, 'v'] } : {};
  return {
    actions: ACTIONS,
    steps: steps | withoutReplies(rejectAt, writing),
    macros: { ...USUAL_MACROS, ...early, mail: names },
  };
}

/** Replies that say nothing, and cost a turn each. That to MAIL stays: with NR_MAIL, Sendmail tells of no RSET, and
 *  Postfix keeps the command until RCPT, when the DNS could have been asked long before. */
function withoutReplies(rejectAt: RejectAt, writing: Writing): number {
  const { NR_CONN, NR_HELO, NR_DATA, NR_HDR } = SMFIP;
  const early = NR_CONN | (rejectAt === 'helo' ? 0 : NR_HELO);
  switch (writing) {
    case 'local':
      return early | NR_DATA | NR_HDR;
    case 'gathered': // after DATA another process of Postfix goes on, with a write of its own
      return early | NR_HDR;
    case 'apart':
      return 0;
  }
}

function withoutPort(peer: string): string {
  return peer.replace(/:\d+$/, '');
}
