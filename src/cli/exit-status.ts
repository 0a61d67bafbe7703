/** Exit statuses, after sysexits(3). */
import type { SpfResult } from '../smtp/index.js';

export const EXIT = {
  ok: 0,
  /** The command line is wrong. */
  usage: 64,
  /** The input is wrong. */
  data: 65,
  /** The input cannot be read. */
  noInput: 66,
  /** A bug. */
  software: 70,
  /** Input or output failed. */
  io: 74,
  /** The system does not allow it. */
  noPermission: 77,
  /** The configuration is wrong. */
  config: 78,
} as const;

/** What `query --exit-code` exits with. */
export const RESULT_STATUS: Readonly<Record<SpfResult, number>> = {
  pass: 0,
  fail: 1,
  softfail: 2,
  neutral: 3,
  permerror: 4,
  temperror: 5,
  none: 6,
};
