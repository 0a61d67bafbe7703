/** Time, passed in wherever it matters, so that tests move it by hand. */
export interface Clock {
  /** Monotonic milliseconds: only differences mean anything. All deadlines are in this time. */
  now(): number;
  /** Milliseconds since 1970, which may jump: for `%{t}` and log stamps only. */
  wall(): number;
  /** Calls back once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};
