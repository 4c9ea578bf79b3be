import type { Clock } from '../../contracts/clock.js';
import type { Change } from '../../contracts/change-feed.js';
import type { EntryStore, Lookup, Stamp, StoreUsage } from '../../contracts/entry-store.js';
import type { EntryDraft } from '../../contracts/entry.js';
import type { Address, Scope } from '../../contracts/scope.js';

/** What serves in a server's place: in this process, and at once. */
export interface FallbackStore {
  readonly peek?: EntryStore['peek'];
  look(address: Address, tags: readonly string[]): Lookup;
  stamp(scope: Scope, tags: readonly string[]): Stamp;
  widen(scope: Scope, stamp: Stamp, tags: readonly string[]): Stamp;
  set(address: Address, draft: EntryDraft, stamp: Stamp): boolean;
  delete(address: Pick<Address, 'id'>): boolean;
  expire(address: Address, now: number): boolean;
  invalidateTags(scope: Scope, tags: readonly string[]): void;
  invalidate(scope: Scope, pattern: string): number;
  clear(scope: Scope): void;
  keys(scope: Scope, pattern: string | undefined): AsyncIterable<string>;
  usage(scope?: Scope): StoreUsage;
}

/** When a stamp was taken: in which fallback, and after how many changes by other processes. */
interface Origin {
  readonly store: FallbackStore;
  readonly heard: number;
}

/**
 * The fallback of one outage after another: each begins empty, and is dropped at its end. What was loaded under the one may
 * not be stored under the next, nor in the server: nobody was told of what other processes have changed meanwhile.
 *
 * As far as others are still heard, their changes count here too. No lease fences a load off from them, so what was begun
 * before any change at all is not kept:
 *
 *     A: load(k) begins -> reads the old row
 *     B:                     delete(k) -> done, and told
 *     A: load(k) ends   -> would keep the old row
 */
export class Aside {
  private store: FallbackStore;
  private readonly origins = new WeakMap<Stamp, Origin>();
  private heard = 0;

  constructor(
    private readonly open: () => FallbackStore,
    private readonly clock: Clock,
    /** The longest an entry may live here, in milliseconds. */
    private readonly maxTtl: number,
  ) {
    this.store = open();
  }

  /** Begins anew. */
  renew(): void {
    this.store = this.open();
  }

  get peek(): EntryStore['peek'] {
    return this.store.peek;
  }

  look(address: Address, tags: readonly string[]): Lookup {
    return this.store.look(address, tags);
  }

  stamp(scope: Scope, tags: readonly string[]): Stamp {
    return this.own(this.store.stamp(scope, tags), this.heard);
  }

  widen(scope: Scope, stamp: Stamp, tags: readonly string[]): Stamp | undefined {
    const origin = this.origins.get(stamp);
    if (origin?.store !== this.store) return undefined;
    return this.own(this.store.widen(scope, stamp, tags), origin.heard);
  }

  /** Whether the stamp was taken here, now or in an earlier outage. */
  owns(stamp: Stamp): boolean {
    return this.origins.has(stamp);
  }

  /** Only what was begun here, and in this very outage. */
  set(address: Address, draft: EntryDraft, stamp: Stamp): boolean {
    const origin = this.origins.get(stamp);
    if (origin?.store !== this.store || origin.heard !== this.heard) return false;
    const end = this.clock.now() + this.maxTtl;
    const capped = { ...draft, staleAt: Math.min(draft.staleAt, end), expiresAt: Math.min(draft.expiresAt, end) };
    return this.store.set(address, capped, stamp);
  }

  delete(address: Pick<Address, 'id'>): boolean {
    return this.store.delete(address);
  }

  expire(address: Address, now: number): boolean {
    return this.store.expire(address, now);
  }

  invalidateTags(scope: Scope, tags: readonly string[]): void {
    this.store.invalidateTags(scope, tags);
  }

  invalidate(scope: Scope, pattern: string): number {
    return this.store.invalidate(scope, pattern);
  }

  clear(scope: Scope): void {
    this.store.clear(scope);
  }

  keys(scope: Scope, pattern: string | undefined): AsyncIterable<string> {
    return this.store.keys(scope, pattern);
  }

  usage(scope?: Scope): StoreUsage {
    return this.store.usage(scope);
  }

  /** What another process has changed, as far as it is heard. */
  apply(change: Change): void {
    if (change.kind === 'lost' || change.kind === 'lease') return;
    this.heard++;
    if (change.kind === 'everything') this.renew();
    else if (change.kind === 'value') this.store.delete({ id: change.id });
    else if (change.kind === 'tag') this.store.invalidateTags(change.scope, [change.tag]);
    else if (change.kind === 'scope') this.store.clear(change.scope);
    else if (change.kind === 'pattern') this.store.invalidate(change.scope, change.pattern);
  }

  private own(stamp: Stamp, heard: number): Stamp {
    this.origins.set(stamp, { store: this.store, heard });
    return stamp;
  }
}
