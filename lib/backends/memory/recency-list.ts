/** What hangs in a list, with its own place in it: no slot beside it, and no object round it. */
export abstract class Listed<E> {
  /** The one that was used just before it. */
  older: E | undefined = undefined;
  /** The one that was used just after it. */
  newer: E | undefined = undefined;

  constructor(readonly id: string) {}

  abstract readonly bytes: number;
}

export interface RecencyLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/**
 * Entries by id, the least recently used out first when there are too many or they weigh too much. Reserves nothing: it
 * grows with what is in it.
 */
export class RecencyList<E extends Listed<E>> {
  private readonly byId = new Map<string, E>();
  private oldest: E | undefined;
  private newest: E | undefined;
  private bytes = 0;

  /** `onEvicted` hears of what made room for others, when the list is whole again: it may use the list. */
  constructor(
    private readonly limits: RecencyLimits,
    private readonly onEvicted: (entry: E) => void,
  ) {}

  get(id: string): E | undefined {
    const entry = this.byId.get(id);
    if (entry !== undefined && entry !== this.newest) {
      this.unlink(entry);
      this.link(entry);
    }
    return entry;
  }

  peek(id: string): E | undefined {
    return this.byId.get(id);
  }

  /** There must be none of that id. `false`: it alone is heavier than everything together may be. */
  add(entry: E): boolean {
    if (entry.bytes > this.limits.maxBytes) return false;
    this.byId.set(entry.id, entry);
    this.bytes += entry.bytes;
    this.link(entry);
    while (this.byId.size > this.limits.maxEntries || this.bytes > this.limits.maxBytes) {
      const { oldest } = this;
      this.take(oldest!);
      this.onEvicted(oldest!);
    }
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
  }

  /** The most recently used first, those that are there at the time of the call. */
  all(): E[] {
    const all: E[] = [];
    for (let entry = this.newest; entry; entry = entry.older) all.push(entry);
    return all;
  }

  private take(entry: E): void {
    this.byId.delete(entry.id);
    this.bytes -= entry.bytes;
    this.unlink(entry);
  }

  private link(entry: E): void {
    entry.older = this.newest;
    if (this.newest) this.newest.newer = entry;
    else this.oldest = entry;
    this.newest = entry;
  }

  private unlink(entry: E): void {
    const { older, newer } = entry;
    if (older) older.newer = newer;
    else this.oldest = newer;
    if (newer) newer.older = older;
    else this.newest = older;
    // One that is gone but still held, or already old to the garbage collector, must not keep its neighbours alive.
    entry.older = undefined;
    entry.newer = undefined;
  }
}
