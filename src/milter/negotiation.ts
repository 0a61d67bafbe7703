/** Option negotiation: what a mail server offers, what a filter wants, what both then do. */
import { err, ok, type Result } from '../util/index.js';
import type { MacroLists } from './macros.js';
import { SMFIF, SMFIP } from './names.js';
import type { Options } from './packet.js';
import type { MilterProblem } from './problem.js';

/** The latest version, since Sendmail 8.14 and Postfix 2.6; and the oldest that anybody spoke. */
const VERSION = 6;
const OLDEST_VERSION = 2;

/** What mail servers can do that offer nothing at all, because they are older than the offer. */
const OLDEST_ACTIONS = 0x0f;
const OLDEST_STEPS = 0x3f;

export interface Wants {
  /** `SMFIF` flags. SETSYMLIST is added by itself where there are macro lists. */
  readonly actions: number;
  /** `SMFIP` flags. */
  readonly steps: number;
  readonly macros: MacroLists;
}

/** What the answer says, and with it both sides from then on. */
export interface Agreement extends Options {
  readonly macros: MacroLists;
  /** `SMFIF` flags that were wanted and not offered: what they allow must not be done. */
  readonly missingActions: number;
}

/**
 * Steps for a filter that reads neither headers nor body.
 *
 * With these alone, every command that is left gets its reply. Over TCP a mail server that writes twice
 * without a reply in between waits 40 ms for the acknowledgement of the first (Nagle's algorithm, RFC 1122
 * §4.2.3.4), which a reply would have brought: Postfix does so after a DATA that is left out or gets no reply,
 * Sendmail after each header that gets none. With NOMAIL or NR_MAIL Sendmail would send no SMFIC_ABORT.
 */
export const STEPS_WITHOUT_CONTENT = SMFIP.NOBODY | SMFIP.NOHDRS | SMFIP.NOEOH | SMFIP.NOUNKNOWN;

/**
 * The mail server's own name, the port, the queue id, authentication: all of it at MAIL.
 *
 * Sendmail writes macros and their command separately, which over TCP is again a wait of 40 ms, for each stage
 * that has any, so there is one. To Postfix an empty list means its own, and that is where its queue id comes
 * from, as it does not know it at MAIL.
 */
export const USUAL_MACROS: MacroLists = {
  connect: [],
  helo: [],
  mail: ['j', '{daemon_name}', 'i', '{auth_type}', '{auth_authen}'],
  rcpt: [],
  data: [],
  eom: [],
  eoh: [],
};

/**
 * What is to be answered to an offer: never anything that is not in it (Sendmail switches a filter off for
 * that, Postfix fails the session).
 */
export function negotiate(offer: Options, wants: Wants): Result<Agreement, MilterProblem> {
  if (offer.version < OLDEST_VERSION) {
    return err({ code: 'version-too-old', detail: `version ${offer.version}` });
  }
  const hasLists = Object.keys(wants.macros).length > 0;
  const offeredActions = offer.actions === 0 ? OLDEST_ACTIONS : offer.actions;
  const offeredSteps = offer.steps === 0 ? OLDEST_STEPS : offer.steps;
  const actions = (wants.actions | (hasLists ? SMFIF.SETSYMLIST : 0)) & offeredActions;
  return ok({
    version: Math.min(VERSION, offer.version),
    actions: actions >>> 0,
    steps: (wants.steps & offeredSteps) >>> 0,
    macros: (actions & SMFIF.SETSYMLIST) === 0 ? {} : withBothAtTheEnd(wants.macros),
    missingActions: (wants.actions & ~offeredActions) >>> 0,
  });
}

/** Sendmail 8.17.1 uses the eom list only if there is an eoh list as well, and takes an eoh list without the
 *  other for an empty eom list. */
function withBothAtTheEnd(macros: MacroLists): MacroLists {
  const { eoh, eom } = macros;
  if ((eoh === undefined) === (eom === undefined)) return macros;
  return { ...macros, eoh: eoh ?? [], eom: eom ?? eoh ?? [] };
}
