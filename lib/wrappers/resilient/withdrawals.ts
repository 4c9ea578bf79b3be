import type { Clock } from '../../contracts/clock.js';
import type { EntryStore } from '../../contracts/entry-store.js';
import type { QueuedChange } from '../../contracts/journal.js';
import type { MaybePromise } from '../../contracts/maybe-promise.js';
import type { Address } from '../../contracts/scope.js';
import { CacheQueuedError } from '../../support/errors.js';
import { withTimeLimit } from '../../support/time-limit.js';
import { isCallersFault } from './failures.js';
import type { Guard } from './guard.js';
import type { Journal } from './journal.js';
import type { Recovery } from './recovery.js';

/** What takes values away: done where it can be, queued where it cannot. */
export class Withdrawals {
  constructor(
    private readonly primary: EntryStore,
    private readonly guard: Guard,
    private readonly recovery: Recovery,
    private readonly journal: Journal,
    private readonly clock: Clock,
    /** In milliseconds. */
    private readonly commandTimeout: number,
  ) {}

  /**
   * `there`: in the store; `here`: in the fallback. All but a sweep is a command or two, and is queued when it takes longer
   * than one may: its caller ceases to wait then, and must not be told that nothing is done and nothing will be.
   *
   * @throws CacheQueuedError when it waits for the store's return.
   */
  async takeAway<T>(changes: QueuedChange[], there: () => MaybePromise<T>, here: () => T): Promise<T> {
    const { clock, guard, journal, recovery } = this;
    const begun = clock.now();
    if (guard.isOpening) await guard.opened;
    const removed = guard.isUp ? 0 : Number(here());
    if (!guard.isTold) {
      await this.queue(changes);
      throw new CacheQueuedError(journal.size, removed);
    }
    try {
      const result = await this.inTime(changes, there(), begun + this.commandTimeout - clock.now());
      guard.succeeded();
      return result;
    } catch (error) {
      if (isCallersFault(error)) throw error;
      const kept = this.queue(changes);
      recovery.leave(error);
      here();
      await kept;
      throw new CacheQueuedError(journal.size, removed, { cause: error });
    }
  }

  /** What the store holds under these keys is out of date. Never rejects. */
  async displace(addresses: readonly Address[]): Promise<void> {
    const changes = addresses.map(({ scope, key }) => ({ kind: 'key', scope, name: key }) as const);
    if (!this.guard.isTold) return this.queue(changes);
    try {
      await this.primary.deleteMany(addresses);
    } catch (error) {
      const kept = this.queue(changes);
      this.recovery.leave(error);
      await kept;
    }
  }

  private async inTime<T>(changes: readonly QueuedChange[], work: MaybePromise<T>, left: number): Promise<T> {
    const takesTime = changes.some(({ kind }) => kind === 'pattern');
    if (takesTime || !(work instanceof Promise)) return work;
    return withTimeLimit(this.clock, 'An invalidation', Math.max(0, left), work);
  }

  private queue(changes: readonly QueuedChange[]): Promise<void> {
    this.recovery.hurry();
    return this.journal.add(changes);
  }
}
