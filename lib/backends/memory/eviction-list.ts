import type { EvictionStrategy } from '../../contracts/eviction.js';
import { GuardedEviction } from '../../support/eviction/guarded.eviction.js';
import type { Listed, RecencyLimits, RecencyList } from './recency-list.js';

/** The face of every list of entries. */
export type EntryList<E extends Listed<E>> = Pick<RecencyList<E>, 'get' | 'peek' | 'add' | 'delete' | 'clear' | 'all'>;

/**
 * Entries by id, and a strategy that says which of them goes when there are too many or they weigh too much. Where it is of
 * no help, the one that was stored first does.
 */
export class EvictionList<E extends Listed<E>> implements EntryList<E> {
  private readonly byId = new Map<string, E>();
  private oldest: E | undefined;
  private newest: E | undefined;
  private bytes = 0;
  private readonly strategy: GuardedEviction;

  /**
   * `onEvicted` hears of what made room for others, when the list is whole again: it may use the list. `onError` hears of what
   * the strategy has thrown, or cannot mean.
   */
  constructor(
    private readonly limits: RecencyLimits,
    strategy: EvictionStrategy,
    private readonly onEvicted: (entry: E) => void,
    onError: (error: unknown) => void,
  ) {
    // Later: whoever hears of it may use the cache, which is in the middle of something.
    this.strategy = new GuardedEviction(strategy, (error) => queueMicrotask(() => onError(error)));
  }

  get(id: string): E | undefined {
    const entry = this.byId.get(id);
    if (entry !== undefined) this.strategy.used(id);
    return entry;
  }

  peek(id: string): E | undefined {
    return this.byId.get(id);
  }

  /** There must be none of that id. `false`: it alone is heavier than everything together may be. */
  add(entry: E): boolean {
    const { maxBytes, maxEntries } = this.limits;
    if (entry.bytes > maxBytes) return false;
    this.byId.set(entry.id, entry);
    this.bytes += entry.bytes;
    this.link(entry);
    while (this.byId.size > maxEntries || this.bytes > maxBytes) {
      const victim = this.victimFor(entry);
      this.take(victim);
      this.onEvicted(victim);
    }
    // Only now: what nobody has used yet would be the first to make room for itself.
    if (this.byId.get(entry.id) === entry) this.strategy.added(entry.id, entry.bytes);
    return true;
  }

  /** What was there. */
  delete(id: string): E | undefined {
    const entry = this.byId.get(id);
    if (entry !== undefined) this.take(entry);
    return entry;
  }

  clear(): void {
    this.byId.clear();
    this.oldest = undefined;
    this.newest = undefined;
    this.bytes = 0;
    this.strategy.cleared();
  }

  /** The one that was stored last first, those that are there at the time of the call. */
  all(): E[] {
    const all: E[] = [];
    for (let entry = this.newest; entry; entry = entry.older) all.push(entry);
    return all;
  }

  private victimFor(entry: E): E {
    const id = this.strategy.victim((named) => named !== entry.id && this.byId.has(named));
    return (id === undefined ? undefined : this.byId.get(id)) ?? this.oldest!;
  }

  private take(entry: E): void {
    const { older, newer } = entry;
    this.byId.delete(entry.id);
    this.bytes -= entry.bytes;
    if (older) older.newer = newer;
    else this.oldest = newer;
    if (newer) newer.older = older;
    else this.newest = older;
    entry.older = undefined;
    entry.newer = undefined;
    this.strategy.removed(entry.id);
  }

  private link(entry: E): void {
    entry.older = this.newest;
    if (this.newest) this.newest.newer = entry;
    else this.oldest = entry;
    this.newest = entry;
  }
}
