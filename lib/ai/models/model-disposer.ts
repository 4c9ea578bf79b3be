import { withTimeLimit } from '../../support/time-limit.js';
import { disposalOf, isLive } from './disposal-of.js';
import type { ModelEvents, ModelLeaveReason } from './model-events.js';
import type { Keeping, ResolvedModelOptions } from './resolved-model-options.js';

interface Held {
  readonly key: string;
  readonly model: unknown;
  readonly keeping: Keeping;
}

/** Ends instances. Never rejects: one that cannot be ended, or not in time, is an event. */
export class ModelDisposer {
  /** How often an object is kept, under whichever keys: it is ended when the last of them lets it go. */
  private readonly holds = new Map<unknown, number>();

  constructor(
    private readonly options: Pick<ResolvedModelOptions, 'clock' | 'disposeTimeout'>,
    private readonly events: ModelEvents,
  ) {}

  hold(model: unknown): void {
    if (isLive(model)) this.holds.set(model, (this.holds.get(model) ?? 0) + 1);
  }

  /** For what was held. Resolves when it has ended, or has had its time. */
  async dispose({ key, model, keeping }: Held, reason: ModelLeaveReason): Promise<void> {
    if (this.isHeldOn(model)) return;
    const { clock, disposeTimeout } = this.options;
    const begun = clock.now();
    try {
      const end = this.wayOf(model, keeping);
      if (end === undefined) return;
      // Not at once: who has just let it go must have finished what it was doing, whatever is called from there.
      const ended = Promise.resolve().then(end);
      await withTimeLimit(clock, `Disposing of the model ${JSON.stringify(key)}`, disposeTimeout, ended);
      this.events.tell({ type: 'disposed', key, reason, duration: clock.now() - begun });
    } catch (error) {
      this.events.tell({ type: 'error', operation: 'dispose', key, error });
    }
  }

  private isHeldOn(model: unknown): boolean {
    const holds = (this.holds.get(model) ?? 1) - 1;
    if (holds > 0) this.holds.set(model, holds);
    else this.holds.delete(model);
    return holds > 0;
  }

  private wayOf(model: unknown, { dispose }: Keeping): (() => unknown) | undefined {
    if (dispose === undefined) return disposalOf(model);
    return dispose === false ? undefined : () => dispose(model);
  }
}
