/** Inputs that something did not hold for once, each run against its target for ever. */
export interface Regression {
  readonly target: string;
  /** What was wrong. */
  readonly was: string;
  readonly base64: string;
}

export const REGRESSIONS: readonly Regression[] = [];
