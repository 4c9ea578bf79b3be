import { Aboard } from '../../core/aboard.js';
import { Outcome } from '../../core/outcome.js';
import type { Timer } from '../../contracts/clock.js';
import { CacheUsageError } from '../../support/errors.js';
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
export class ModelSlot {
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
  /** Those that its loader waits for, with the number of waits. */
  private readonly waitsFor = new Map<ModelSlot, number>();

  constructor(
    readonly key: string,
    readonly load: ModelLoader<unknown>,
    readonly keeping: Keeping,
  ) {}

  /** The instance. @throws CacheUsageError where a loader would wait for itself; whatever the load fails with. */
  async arrived(): Promise<unknown> {
    const from = this.stage === 'ready' ? undefined : loadersAboard.around;
    if (!from) return this.arrival.promise;
    if (this.leadsTo(from)) {
      throw new CacheUsageError(
        `The load of the model ${JSON.stringify(from.key)} asks for ${JSON.stringify(this.key)}, which waits for it.`,
      );
    }
    from.waitsFor.set(this, (from.waitsFor.get(this) ?? 0) + 1);
    try {
      return await this.arrival.promise;
    } finally {
      const waits = from.waitsFor.get(this)! - 1;
      if (waits > 0) from.waitsFor.set(this, waits);
      else from.waitsFor.delete(this);
    }
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

  private leadsTo(target: ModelSlot): boolean {
    const seen = new Set<ModelSlot>([this]);
    // A set grows while it is walked.
    for (const slot of seen) {
      if (slot === target) return true;
      for (const next of slot.waitsFor.keys()) seen.add(next);
    }
    return false;
  }
}
