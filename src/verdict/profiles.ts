/** The profiles: what is done about each result, as a whole. */
import type { SpfIdentity, SpfResult } from '../smtp/index.js';

/** `accept` lets the mail go on, `reject` refuses it for good (5xx), `defer` for now (4xx). */
export type Action = 'accept' | 'reject' | 'defer';

export type Actions = Readonly<Record<SpfIdentity, Readonly<Record<SpfResult, Action>>>>;

export type ProfileName = 'standard' | 'dmarc' | 'strict' | 'monitor';

export interface Profile {
  readonly actions: Actions;
  /** Judge and log, and do nothing: no refusal, no field. */
  readonly dryRun: boolean;
}

const ACCEPT_ALL: Actions['helo'] = {
  pass: 'accept',
  none: 'accept',
  neutral: 'accept',
  softfail: 'accept',
  fail: 'accept',
  permerror: 'accept',
  temperror: 'accept',
};

const STANDARD: Actions = {
  helo: { ...ACCEPT_ALL, fail: 'reject' },
  mailFrom: { ...ACCEPT_ALL, fail: 'reject' },
};

/**
 * `standard` refuses only *fail*: refusing errors too makes enemies of people whose record has a slip.
 * `dmarc` tells and leaves the judging to a program behind it. `monitor` is for the weeks before the switch:
 * the log says what `standard` would have done.
 */
export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  standard: { actions: STANDARD, dryRun: false },
  dmarc: { actions: { helo: ACCEPT_ALL, mailFrom: ACCEPT_ALL }, dryRun: false },
  strict: {
    actions: {
      helo: { ...STANDARD.helo, softfail: 'reject' },
      mailFrom: { ...STANDARD.mailFrom, softfail: 'reject', permerror: 'reject', temperror: 'defer' },
    },
    dryRun: false,
  },
  monitor: { actions: STANDARD, dryRun: true },
};
