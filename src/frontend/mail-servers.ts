/** The mail servers that come to a listener: what is asked of each, and what is remembered of it for that. */
import { SMFIF, SMFIP, STEPS_WITHOUT_CONTENT, USUAL_MACROS, type Wants } from '../milter/index.js';
import { RecentMap, type Octets } from '../util/index.js';
import type { MilterRules, RejectAt } from './milter-rules.js';

/** How a mail server writes, which says what the reply to a command is worth: see `STEPS_WITHOUT_CONTENT`. */
type Writing =
  /** Over a unix socket nobody waits for an acknowledgement. */
  | 'local'
  /** Postfix keeps commands that get no reply until there is one that does, its buffer is full, or the message
   *  goes to another of its processes. */
  | 'gathered'
  /** Sendmail, and whoever is not known, writes each by itself. */
  | 'apart';

const ACTIONS = SMFIF.ADDHDRS | SMFIF.CHGHDRS | SMFIF.QUARANTINE;

/** Headers are looked at for fields that claim to be ours, bodies are not. */
const STEPS = STEPS_WITHOUT_CONTENT & ~SMFIP.NOHDRS;

/** A listener that is open to more than its own mail servers is not to remember all the world. */
const MAX_HOSTS = 1024;

interface Host {
  /** Whether its last connection was one of Postfix. If the next is not, it is slower, and that is all. */
  readonly isPostfix: boolean;
  /** The `SMFIF` flags whose lack was told. */
  readonly told: number;
}

const STRANGER: Host = { isPostfix: false, told: 0 };

/** Hosts are named by their address; null is the other end of a unix socket. */
export class MailServers {
  readonly #hosts = new RecentMap<string | null, Host>();
  #rules: MilterRules | null = null;
  /** By these rules. */
  readonly #wants = new Map<Writing, Wants>();

  /** What is asked of the one that comes now. */
  wantsFor(host: string | null, rules: MilterRules): Wants {
    if (rules !== this.#rules) {
      this.#rules = rules;
      this.#wants.clear();
    }
    const writing = this.#writingOf(host);
    let wants = this.#wants.get(writing);
    if (wants === undefined) {
      wants = wantsOf(rules, writing);
      this.#wants.set(writing, wants);
    }
    return wants;
  }

  /** Takes the version that a mail server gives (macro `v`); null where it gives none. */
  noteVersion(host: string | null, version: Octets | null): void {
    if (host === null) return; // what it is makes no difference there
    const isPostfix = version?.startsWith('Postfix') ?? false;
    const known = this.#hostOf(host);
    if (known.isPostfix !== isPostfix) this.#remember(host, { ...known, isPostfix });
  }

  /** Takes `SMFIF` flags that were needed and not offered; those of them that were not told before. */
  noteMissing(host: string | null, actions: number): number {
    const known = this.#hostOf(host);
    const news = actions & ~known.told;
    if (news !== 0) this.#remember(host, { ...known, told: known.told | news });
    return news;
  }

  #writingOf(host: string | null): Writing {
    if (host === null) return 'local';
    return this.#hostOf(host).isPostfix ? 'gathered' : 'apart';
  }

  #hostOf(host: string | null): Host {
    return this.#hosts.get(host) ?? STRANGER;
  }

  #remember(host: string | null, known: Host): void {
    this.#hosts.set(host, known);
    const { oldest } = this.#hosts;
    if (this.#hosts.size > MAX_HOSTS && oldest !== null) this.#hosts.delete(oldest.key);
  }
}

function wantsOf({ rejectAt, readsHeaders, macros }: MilterRules, writing: Writing): Wants {
  const steps = readsHeaders ? STEPS : STEPS_WITHOUT_CONTENT;
  const names = [...new Set([...(USUAL_MACROS.mail ?? []), ...macros])];
  // Where HELO is judged, what may exempt a connection has to be known before.
  const early = rejectAt === 'helo' ? { connect: writing === 'local' ? names : [...names, 'v'] } : {};
  return {
    actions: ACTIONS,
    steps: steps | withoutReplies(rejectAt, writing),
    macros: { ...USUAL_MACROS, ...early, mail: names },
  };
}

/**
 * Replies that say nothing, and cost a turn each. Without one, Postfix keeps the command until the next that gets
 * one, and the DNS is asked that much later. For MAIL that would be at RCPT, which waits for the verdict; so
 * its reply stays (with NR_MAIL Sendmail would tell of no RSET besides). For HELO it is at MAIL, beside whose
 * own questions, mostly more, those about HELO cost no time; so its reply can be spared.
 */
function withoutReplies(rejectAt: RejectAt, writing: Writing): number {
  const { NR_CONN, NR_HELO, NR_DATA, NR_HDR } = SMFIP;
  const early = rejectAt === 'helo' ? NR_CONN : NR_CONN | NR_HELO;
  switch (writing) {
    case 'local':
      return early | NR_DATA | NR_HDR;
    case 'gathered': // after DATA another process of Postfix goes on, with a write of its own
      return early | NR_HDR;
    case 'apart':
      return 0;
  }
}
