/** A judge over a DNS from a literal, and what a test wants to know of its verdicts. */
import type { Lookup } from '../../src/dns/index.js';
import type { Event } from '../../src/events/index.js';
import { SPF_RESULTS, type SpfResult } from '../../src/smtp/index.js';
import { createJudge, Watch, type Judge, type Transaction, type Verdict } from '../../src/verdict/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { transactionOf, type TransactionTexts } from '../support/transaction.js';
import { verdictSettings, type SettingsLiteral } from '../support/verdict-settings.js';
import { zone, type OwnerLiteral, type ZoneLiteral } from '../support/zone.js';

export const CLIENT = '192.0.2.1';

/** A record for each result of that client. */
const RECORDS: Readonly<Record<SpfResult, OwnerLiteral>> = {
  pass: { TXT: [`v=spf1 ip4:${CLIENT} -all`] },
  none: { TXT: ['no record'] },
  neutral: { TXT: ['v=spf1 ?all'] },
  softfail: { TXT: ['v=spf1 ~all'] },
  fail: { TXT: ['v=spf1 -all'] },
  permerror: { TXT: ['v=spf1 moo'] },
  temperror: { TXT: 'servfail' },
};

/** `fail.helo.example`, `pass.from.example` and so on, for each result. */
export const ZONE: ZoneLiteral = Object.fromEntries(
  SPF_RESULTS.flatMap((result) => [
    [`${result}.helo.example`, RECORDS[result]],
    [`${result}.from.example`, RECORDS[result]],
  ]),
);

export class Desk {
  readonly events: Event[] = [];
  readonly clock: ManualClock;
  readonly judge: Judge;

  constructor(
    settings: SettingsLiteral = {},
    lookup: Lookup = zone(ZONE),
    clock: ManualClock = new ManualClock(5000),
  ) {
    this.clock = clock;
    const report = (event: Event): void => void this.events.push(event);
    this.judge = createJudge(verdictSettings(settings), { lookup, clock, watch: new Watch(clock, report) });
  }

  /** The verdict, which must come at once. */
  verdict(texts: TransactionTexts, more: Partial<Transaction> = {}): Verdict {
    const verdict = this.judge.judge(transactionOf(texts, more));
    if (verdict instanceof Promise) throw new Error('a promise, though every answer is at hand');
    return verdict;
  }

  prepare(texts: TransactionTexts): void {
    this.judge.prepare(transactionOf(texts));
  }

  /** The verdict, if it takes its time. */
  async later(texts: TransactionTexts, more: Partial<Transaction> = {}): Promise<Verdict> {
    const verdict = this.judge.judge(transactionOf(texts, more));
    if (!(verdict instanceof Promise)) throw new Error('at once, though answers take their time');
    return verdict;
  }

  /** HELO and MAIL FROM by the names of `ZONE`; null for the null sender. */
  of(helo: SpfResult, mailFrom: SpfResult | null, more: Partial<Transaction> = {}): Verdict {
    const sender = mailFrom === null ? '' : `user@${mailFrom}.from.example`;
    return this.verdict({ helo: `${helo}.helo.example`, sender }, more);
  }

  /** `brief` of a row: MAIL FROM pass, none, neutral, softfail, fail, permerror, temperror, null sender. */
  row(helo: SpfResult): string {
    return [...SPF_RESULTS, null].map((mailFrom) => brief(this.of(helo, mailFrom))).join(' ');
  }
}

/**
 * `m:pass` for mail that goes on with the result of MAIL FROM in its first field, `h:pass` with that of HELO; `Rm` and
 * `Rh` for a refusal because of either (`Ri`: iprev), `Dm` and `Dh` for one for now; `Qm:softfail` on hold, `Pm:pass`
 * with an answer of the administrator's own; `skip`.
 */
export function brief({ decision, fields }: Verdict): string {
  const field = /^Received-SPF: ([a-z]+) .*\bidentity=(helo|mailfrom);/.exec(fields[0] ?? '');
  const told = `${field?.[2]?.charAt(0) ?? '?'}:${field?.[1] ?? '?'}`;
  switch (decision.do) {
    case 'skip':
      return 'skip';
    case 'accept':
      return told;
    case 'hold':
      return `Q${told}`;
    case 'restrict':
      return `P${told}`;
    case 'reject':
    case 'defer':
      return (decision.do === 'reject' ? 'R' : 'D') + decision.of.charAt(0);
  }
}

/** The whole reply line of a refusal. */
export function replyLine({ decision }: Verdict): string {
  if (decision.do !== 'reject' && decision.do !== 'defer') throw new Error(decision.do);
  const { code, status, text } = decision.reply;
  return status === null ? `${code} ${text}` : `${code} ${status} ${text}`;
}
