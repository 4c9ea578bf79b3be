import type { Clock } from '../contracts/clock.js';
import type { MaybePromise } from '../contracts/maybe-promise.js';
import { CacheTimeoutError } from '../support/errors.js';
import { withTimeLimit } from '../support/time-limit.js';

/**
 * How long one call may wait for the backend in all. Lookup, lease and fill share it, so a frozen backend costs a call
 * one time limit and not three. Time spent in the loader is not counted.
 */
export class Budget {
  private spent = 0;

  constructor(
    private readonly clock: Clock,
    private readonly limit: number,
  ) {}

  get exhausted(): boolean {
    return this.spent >= this.limit;
  }

  /** What `work` gives, or `CacheTimeoutError` when the rest of the budget is not enough. Synchronous work is free. */
  spend<T>(operation: string, work: () => MaybePromise<T>): MaybePromise<T> {
    const result = work();
    return result instanceof Promise ? this.wait(operation, result) : result;
  }

  /** The same for work that keeps to the limit by itself: while nothing is spent, nobody else has to watch it. */
  spendLimited<T>(operation: string, work: () => Promise<T>): Promise<T> {
    return this.spent === 0 ? this.count(work()) : this.wait(operation, work());
  }

  private async count<T>(result: Promise<T>): Promise<T> {
    const begun = this.clock.now();
    try {
      return await result;
    } finally {
      this.spent += this.clock.now() - begun;
    }
  }

  private async wait<T>(operation: string, result: Promise<T>): Promise<T> {
    const left = this.limit - this.spent;
    const begun = this.clock.now();
    try {
      if (left <= 0) {
        result.catch(() => {});
        throw new CacheTimeoutError(operation, this.limit);
      }
      return await withTimeLimit(this.clock, operation, left, result);
    } finally {
      this.spent += this.clock.now() - begun;
    }
  }
}
