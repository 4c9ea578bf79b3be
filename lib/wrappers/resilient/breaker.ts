import type { Clock } from '../../contracts/clock.js';

export interface BreakerLimits {
  /** How many failures in a row. */
  readonly failures: number;
  /** Or which share of what was asked, 0 to 1, as soon as `MIN_CALLS` were. */
  readonly errorRate: number;
}

/** Fewer say nothing about a share. */
const MIN_CALLS = 20;
/** Over how many milliseconds the share is taken. */
const WINDOW = 10_000;

/**
 * Counts what went right and wrong, and says when enough is enough ("Circuit Breaker", Nygard, Release It!, 2007). Counting
 * a success is two assignments: it stands in the way of every read.
 */
export class Breaker {
  private inARow = 0;
  private good = 0;
  private bad = 0;
  private since: number;

  constructor(
    private readonly limits: BreakerLimits,
    private readonly clock: Clock,
  ) {
    this.since = clock.now();
  }

  succeeded(calls = 1): void {
    this.inARow = 0;
    this.good += calls;
  }

  /** Whether it should open. */
  failed(calls = 1): boolean {
    const now = this.clock.now();
    if (now - this.since > WINDOW) this.forget(now);
    this.inARow += calls;
    this.bad += calls;
    const all = this.good + this.bad;
    return this.inARow >= this.limits.failures || (all >= MIN_CALLS && this.bad / all >= this.limits.errorRate);
  }

  /** What was counted before an outage says nothing about the time after it. */
  reset(): void {
    this.forget(this.clock.now());
    this.inARow = 0;
  }

  private forget(now: number): void {
    this.since = now;
    this.good = 0;
    this.bad = 0;
  }
}
