import { Aboard } from '../../core/aboard.js';
import { Outcome } from '../../core/outcome.js';
import type { Timer } from '../../contracts/clock.js';
import { CacheUsageError } from '../../support/errors.js';
import { Waiter } from '../waiter.js';
import type { ModelLoader } from './model-cache-options.js';
import type { ModelLeaveReason } from './model-events.js';
import type { Keeping } from './resolved-model-options.js';

/** Tells from which loader a call is made. */
export const loadersAboard = new Aboard<ModelSlot>();

/**
 * One instance, from the call that first asked for it until it is disposed of.
 *
 * `queued`: it waits for a place. `loading`, `ready`: it has one. `over`: its load failed or was given up, or it is gone.
 */
export class ModelSlot extends Waiter {
  stage: 'queued' | 'loading' | 'ready' | 'over' = 'queued';
  /** Callers who wait for it or work with it: it is not disposed of before they are done. */
  leases = 0;
  /** Set when new callers do not get it any more. */
  leftBy: ModelLeaveReason | undefined;
  model: unknown;
  bytes = 0;
  /** When it was last asked for or given back. */
  usedAt = 0;
  /** Until then somebody who has no lease may be using it. */
  safeUntil = 0;
  /** While it is disposed of, and after. */
  disposal: Promise<void> | undefined;
  /** The one timer that it needs in its stage. */
  timer: Timer | undefined;
  /** Ends the load for those who wait, while it runs. */
  giveUp: ((error: Error) => void) | undefined;
  private readonly arrival = new Outcome<unknown>();

  constructor(
    readonly key: string,
    readonly load: ModelLoader<unknown>,
    readonly keeping: Keeping,
  ) {
    super();
  }

  /** What it weighs; as long as it is not there, what its call has said it will, so that loads at a time do not pass the bound. */
  get weight(): number {
    if (this.stage === 'ready') return this.bytes;
    const { size } = this.keeping;
    return typeof size === 'number' ? size : 0;
  }

  /** The instance. @throws CacheUsageError where a loader would wait for itself; whatever the load fails with. */
  async arrived(): Promise<unknown> {
    const from = this.stage === 'ready' ? undefined : loadersAboard.around;
    if (!from) return this.arrival.promise;
    if (this.leadsTo(from)) {
      throw new CacheUsageError(
        `The load of the model ${JSON.stringify(from.key)} asks for ${JSON.stringify(this.key)}, which waits for it.`,
      );
    }
    return from.waitFor(this, this.arrival.promise);
  }

  /** The first word counts. */
  keep(model: unknown): void {
    this.arrival.keep(model);
  }

  fail(error: unknown): void {
    this.arrival.fail(error);
  }

  setTimer(timer: Timer | undefined): void {
    this.timer?.cancel();
    this.timer = timer;
  }
}
