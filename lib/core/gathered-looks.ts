import type { EntryStore, Lookup } from '../contracts/entry-store.js';
import type { Address } from '../contracts/scope.js';
import { OverdueError } from '../support/overdue-error.js';
import { LookSlices } from './look-slices.js';
import type { CacheScope } from './scopes.js';

/** How many batches are tried, the newest first. Where hardly any two may travel together, more is only a longer search. */
const MAX_TRIED = 32;

type At = Address & { readonly scope: CacheScope };

/** Who has asked. Neither method may throw. */
export interface Asker {
  readonly at: At;
  take(lookup: Lookup): void;
  fail(error: unknown): void;
}

/** Looks of one scope that travel, and fail, together. */
class Batch {
  readonly askers: Asker[] = [];

  constructor(
    readonly scope: CacheScope,
    readonly tags: readonly string[],
    readonly lane: unknown,
  ) {}

  takes(at: At, tags: readonly string[], lane: unknown): boolean {
    return this.scope === at.scope && this.tags === tags && this.lane === lane;
  }
}

/**
 * The looks of one turn of the event loop, sent as one: where the store is a server, a command of many keys costs little
 * more than one of a single key. The turn is over when no promise is left to run, so nobody waits for it: the process would
 * not have looked at its sockets before.
 *
 * Each asker is still alone with its key: when the store refuses to be asked for one of them, the others are asked anew without.
 */
export class GatheredLooks {
  private open: Batch[] = [];
  private readonly slices = new LookSlices();

  constructor(private readonly store: EntryStore) {}

  /** Whether looks gain from being gathered; `add` must not be called where they do not. */
  get isOn(): boolean {
    return this.store.gathers !== undefined;
  }

  /** In how many questions so many looks are best asked at once. */
  slicesOf<T>(looks: readonly T[], most?: number): (readonly T[])[] {
    return this.slices.of(looks, most);
  }

  /** Rejects as the store does, or with `CacheTimeoutError`. */
  look(at: At, tags: readonly string[]): Promise<Lookup> {
    return new Promise((take, fail) => this.add({ at, take, fail }, tags));
  }

  /** Looks with the very same `tags` go together. */
  add(asker: Asker, tags: readonly string[]): void {
    const { at } = asker;
    let lane: unknown;
    try {
      const { gathers } = this.store;
      if (typeof gathers === 'function') lane = gathers(at);
    } catch (error) {
      return asker.fail(error);
    }
    this.batchFor(at, tags, lane).askers.push(asker);
  }

  private batchFor(at: At, tags: readonly string[], lane: unknown): Batch {
    const { open } = this;
    if (open.length === 0) queueMicrotask(this.close);
    const last = Math.max(0, open.length - MAX_TRIED);
    for (let index = open.length - 1; index >= last; index--) {
      const batch = open[index]!;
      if (batch.takes(at, tags, lane)) return batch;
    }
    const batch = new Batch(at.scope, tags, lane);
    open.push(batch);
    return batch;
  }

  /**
   * `nextTick` runs when the promises that are under way have: asked for in one of them, it is after all the others, where
   * asked for at once by synchronous code it would be before them.
   */
  private readonly close = (): void => process.nextTick(this.send);

  private readonly send = (): void => {
    const batches = this.open;
    this.open = [];
    for (const { askers, tags } of batches) for (const slice of this.slices.of(askers)) void this.ask(slice, tags);
  };

  private async ask(askers: readonly Asker[], tags: readonly string[]): Promise<void> {
    let lookups: readonly Lookup[];
    try {
      const addresses = askers.map(({ at }) => at);
      lookups = await this.store.lookMany(addresses, tags, askers.length);
    } catch (error) {
      if (askers.length === 1) return askers[0]!.fail(error);
      if (error instanceof OverdueError) return askers.forEach((asker) => void this.ask([asker], tags));
      this.slices.tooMany(askers.length);
      return askers.forEach((asker) => asker.fail(error));
    }
    this.slices.learn(lookups);
    for (let at = 0; at < askers.length; at++) askers[at]!.take(lookups[at]!);
  }
}
