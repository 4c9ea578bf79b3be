import type { MaybePromise } from '../../contracts/maybe-promise.js';
import type { Breaker } from './breaker.js';
import { isCallersFault, refusesService } from './failures.js';
import type { Recovery } from './recovery.js';

/** Whether the store is asked, and what its answers say of it. */
export class Guard {
  constructor(
    private readonly breaker: Breaker,
    private readonly recovery: Recovery,
  ) {}

  get isUp(): boolean {
    return this.recovery.stage === 'up';
  }

  /** Nobody knows yet. */
  get isOpening(): boolean {
    return this.recovery.stage === 'opening';
  }

  /** The fallback serves. */
  get isAway(): boolean {
    return this.recovery.awaySince !== undefined;
  }

  /** It is told of invalidations: also where it is not read yet. */
  get isTold(): boolean {
    return this.recovery.stage !== 'away';
  }

  /** Resolves when it is no more opening. */
  get opened(): Promise<void> {
    return this.recovery.opened;
  }

  /** Whether it is asked; waits for the first attempt to reach it. */
  asks(): MaybePromise<boolean> {
    return this.isOpening ? this.opened.then(() => this.isUp) : this.isUp;
  }

  /** The same, counted. Two handlers made once: it stands in the way of every read. */
  watched<T>(work: MaybePromise<T>): MaybePromise<T> {
    if (work instanceof Promise) work.then(this.succeeded, this.failed);
    return work;
  }

  /** What many calls have asked for as one counts as often: an outage shall not last longer because they were gathered. */
  watchedFor<T>(calls: number, work: MaybePromise<T>): MaybePromise<T> {
    if (calls === 1) return this.watched(work);
    if (work instanceof Promise) {
      work.then(
        () => this.breaker.succeeded(calls),
        (error: unknown) => this.fail(error, calls),
      );
    }
    return work;
  }

  readonly succeeded = (): void => this.breaker.succeeded();
  private readonly failed = (error: unknown): void => this.fail(error, 1);

  private fail(error: unknown, calls: number): void {
    if (isCallersFault(error) || !this.isUp) return;
    if (this.breaker.failed(calls) || refusesService(error)) this.recovery.leave(error);
  }
}
