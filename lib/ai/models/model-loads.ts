import { tryParseBytes } from '../../support/byte-size.js';
import { CacheTimeoutError, CacheUsageError } from '../../support/errors.js';
import type { ModelDisposer } from './model-disposer.js';
import type { ModelEvents } from './model-events.js';
import { loadersAboard, type ModelSlot } from './model-slot.js';
import type { ResolvedModelOptions } from './resolved-model-options.js';

/** What became of a load. */
export type LoadEnd = { readonly model: unknown } | { readonly error: unknown };

/** Runs loaders, each until it ends or is given up. */
export class ModelLoads {
  constructor(
    private readonly options: ResolvedModelOptions,
    private readonly events: ModelEvents,
    private readonly disposer: ModelDisposer,
  ) {}

  /** `over` is called once. An instance that comes after the load was given up is disposed of. */
  run(slot: ModelSlot, over: (end: LoadEnd) => void): void {
    const { clock, loadTimeout } = this.options;
    const { key, load, keeping } = slot;
    const controller = new AbortController();
    const begun = clock.now();
    const end = (how: LoadEnd): void => {
      slot.giveUp = undefined;
      slot.setTimer(undefined);
      const duration = clock.now() - begun;
      this.events.tell('error' in how ? { type: 'loadError', key, duration, ...how } : { type: 'load', key, duration });
      over(how);
    };
    slot.giveUp = (error) => {
      end({ error });
      controller.abort(error);
    };
    if (loadTimeout < Infinity) {
      const error = (): Error => new CacheTimeoutError(`Loading the model ${JSON.stringify(key)}`, loadTimeout);
      slot.setTimer(clock.setTimeout(() => slot.giveUp?.(error()), loadTimeout));
    }
    const loading = loadersAboard.carry(slot, async () => load({ key, signal: controller.signal }));
    loading.then(
      (model) => {
        this.disposer.hold(model);
        if (slot.giveUp === undefined) return void this.disposer.dispose({ key, model, keeping }, 'late');
        end({ model });
      },
      (error: unknown) => {
        if (slot.giveUp !== undefined) end({ error });
      },
    );
  }

  /** In bytes; 0 where it cannot be told. */
  weigh(slot: ModelSlot, model: unknown): number {
    const { key, keeping } = slot;
    const { size } = keeping;
    if (typeof size === 'number') return size;
    try {
      const told: unknown = size === undefined ? this.options.sizeOf?.(model, key) : size(model);
      const bytes = tryParseBytes(told ?? 0);
      if (bytes !== undefined) return bytes;
      throw new CacheUsageError(`The size of the model ${JSON.stringify(key)} is not a whole number of bytes.`);
    } catch (error) {
      this.events.tell({ type: 'error', operation: 'size', key, error });
      return 0;
    }
  }
}
