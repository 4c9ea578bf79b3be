/** A pending timer. Cancelling twice, or after it fired, does nothing. */
export interface Timer {
  cancel(): void;
}

/**
 * Where the library takes its time from. Instants are milliseconds since the Unix epoch, but they only move forward:
 * the default clock is the monotonic one of the process, anchored once to the wall clock, so that a corrected system
 * clock neither expires the whole cache nor keeps an entry alive.
 */
export interface Clock {
  /** The present instant, in milliseconds. */
  now(): number;
  /**
   * The present instant as it was in this turn of the event loop, or a millisecond ago; cheaper to have than `now`. For who
   * asks so often that the time itself would cost more than what it decides. Default: `now`.
   */
  recent?(): number;
  /** Runs `callback` once, `ms` milliseconds from now. The timer never keeps the process alive. */
  setTimeout(callback: () => void, ms: number): Timer;
}

/** Where the library takes its randomness from: jitter, early refresh, version stamps and owner tokens. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A short string that nobody else will ever produce (at least 96 random bits). */
  id(): string;
}
