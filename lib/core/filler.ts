import type { Clock } from '../contracts/clock.js';
import type { EntryStore, ImmediateStore, Stamp } from '../contracts/entry-store.js';
import type { EntryDraft, Kept, ValueIsolation } from '../contracts/entry.js';
import type { Lease } from '../contracts/lease.js';
import type { Address } from '../contracts/scope.js';
import type { Budget } from './budget.js';
import type { CallOptions, OptionsResolver } from './call-options.js';
import type { EventStream } from './event-stream.js';
import type { Ticket } from './ticket.js';
import type { Loaded } from './load.js';
import type { CacheScope } from './scopes.js';
import { RecordedItems } from './streams/recorded-items.js';

type At = Address & { readonly scope: CacheScope };

/** What a load needs to be stored: the versions of before it began, its lease, and what is left of its call's time. */
export interface FillPermit {
  readonly stamp: Stamp;
  readonly lease: Lease;
  readonly budget: Budget;
}

/** The way of a value into the store. Whatever goes wrong on it is an event, never the caller's. */
export class Filler {
  constructor(
    private readonly storeOf: EntryStore,
    private readonly isolation: ValueIsolation,
    private readonly clock: Clock,
    private readonly events: EventStream,
    private readonly resolver: OptionsResolver,
  ) {}

  /** The ttl to store what was loaded under, in milliseconds; 0: it shall not be stored. */
  wants(at: At, loaded: Loaded, options: CallOptions): number {
    if (loaded.invalidTtl) this.events.error(at.scope, 'ttl', loaded.invalidTtl, at.key);
    if (loaded.skipped || loaded.invalidTtl) return 0;
    return this.resolver.ttlFor(loaded.value, options, loaded.ttl);
  }

  /** A copy of the value in the cache's own keeping, or `undefined` (and an event, if `loud`) when it cannot be kept. */
  keep(at: At, value: unknown, loud: boolean): Kept | undefined {
    // Each of its items was kept when it came.
    if (value instanceof RecordedItems) return value.kept;
    try {
      return this.isolation.keep(value);
    } catch (error) {
      if (loud) this.events.error(at.scope, 'keep', error, at.key);
      return undefined;
    }
  }

  draft(
    kept: Kept,
    ttl: number,
    options: CallOptions,
    tags: readonly string[],
    loadTime: number,
    createdAt = this.clock.now(),
  ): EntryDraft {
    const staleAt = createdAt + ttl;
    return {
      kept,
      createdAt,
      staleAt,
      expiresAt: staleAt + Math.max(options.staleWhileRevalidate, options.staleIfError),
      loadTime,
      tags,
    };
  }

  /** Stores what a load brought, if no invalidation has come between, in a store that does so at once. */
  storeNow(
    store: ImmediateStore,
    ticket: Ticket,
    kept: Kept,
    loaded: Loaded,
    ttl: number,
    options: CallOptions,
    stamp: Stamp,
    now: number,
  ): boolean {
    const at = ticket.address as At;
    const extra = extraTags(loaded, options);
    const tags = extra.length === 0 ? options.tags : [...options.tags, ...extra];
    if (!ticket.admits(tags)) return false;
    try {
      const whole = extra.length === 0 ? stamp : store.widen(at.scope, stamp, extra);
      const stored = store.set(at, this.draft(kept, ttl, options, tags, loaded.duration, now), whole);
      if (stored) this.events.set(at.scope, at.key, true);
      return stored;
    } catch (error) {
      this.events.error(at.scope, 'set', error, at.key);
      return false;
    }
  }

  /** The same in any store. */
  async store(
    ticket: Ticket,
    kept: Kept,
    loaded: Loaded,
    ttl: number,
    options: CallOptions,
    { stamp, lease, budget }: FillPermit,
  ): Promise<boolean> {
    const at = ticket.address as At;
    const extra = extraTags(loaded, options);
    const tags = extra.length === 0 ? options.tags : [...options.tags, ...extra];
    try {
      const whole =
        extra.length === 0
          ? stamp
          : await budget.spend(`Reading versions in ${this.storeOf.name}`, () =>
              this.storeOf.widen(at.scope, stamp, extra),
            );
      if (whole === undefined) return false;
      // The last look at the fence and the store's first step stand in one synchronous stretch: nothing comes between.
      if (!ticket.admits(tags)) return false;
      const draft = this.draft(kept, ttl, options, tags, loaded.duration);
      const stored = await budget.spend(`Storing in ${this.storeOf.name}`, () =>
        this.storeOf.set(at, draft, whole, lease),
      );
      if (stored !== false) this.events.set(at.scope, at.key, stored);
      return stored !== false;
    } catch (error) {
      this.events.error(at.scope, 'set', error, at.key);
      return false;
    }
  }
}

/** The tags that only the loader told. */
function extraTags(loaded: Loaded, options: CallOptions): readonly string[] {
  return loaded.tags.length === 0 ? loaded.tags : loaded.tags.filter((tag) => !options.tags.includes(tag));
}
