import type { Clock } from '../../contracts/clock.js';
import type {
  EntryRejection,
  EntryStore,
  ImmediateStore,
  Lookup,
  Stamp,
  StoreItem,
  StoreUsage,
} from '../../contracts/entry-store.js';
import type { EntryDraft } from '../../contracts/entry.js';
import type { EvictionChoice } from '../../contracts/eviction.js';
import type { Address, Scope } from '../../contracts/scope.js';
import { createEviction } from '../../support/eviction/create-eviction.js';
import { compileGlob } from '../../support/glob.js';
import { EvictionList, type EntryList } from './eviction-list.js';
import { entryOf, type MemoryEntry } from './memory-entry.js';
import { MemoryShape } from './memory-shape.js';
import { Usages } from './memory-usage.js';
import { MemoryVersions, standing, type MemoryStamp } from './memory-versions.js';
import { RecencyList } from './recency-list.js';

export interface MemoryLimits {
  readonly maxEntries: number;
  /** Estimated, over keys and values. */
  readonly maxBytes: number;
  /** Who goes when there are more. Default: the least recently used. */
  readonly eviction?: EvictionChoice;
}

/** Versions a process remembers. A forgotten tag or tenant costs misses, nothing else. */
const MAX_SCOPES = 100_000;
const MIN_TAGS = 100_000;

/**
 * Entries of this process, by default the least recently used first out. Everything is synchronous: between a look and what follows
 * from it nothing can come.
 */
export class MemoryBackend implements EntryStore {
  readonly name = 'memory';
  readonly tier = 'l1' as const;
  readonly immediate: ImmediateStore = this;
  private readonly entries: EntryList<MemoryEntry>;
  private readonly versions: MemoryVersions;
  private readonly recent: () => number;
  private readonly usages = new Usages();

  /** @throws CacheConfigError when `limits.eviction` makes no strategy. */
  constructor(
    limits: MemoryLimits,
    private readonly clock: Clock,
    onEvicted: (scope: Scope, key: string) => void,
    onError: (operation: string, error: unknown) => void = () => {},
  ) {
    this.recent = clock.recent ? clock.recent.bind(clock) : clock.now.bind(clock);
    this.versions = new MemoryVersions(MAX_SCOPES, Math.max(MIN_TAGS, limits.maxEntries * 4));
    const { eviction = 'lru' } = limits;
    const told = (entry: MemoryEntry): void => {
      this.usages.remove(entry);
      // What is invalid or past its end made no room for anybody: it was gone before.
      const { scope, cells } = entry.shape;
      if (standing(scope, cells) && this.recent() < entry.expiresAt) onEvicted(entry.scope, entry.key);
    };
    this.entries =
      eviction === 'lru'
        ? new RecencyList<MemoryEntry>(limits, told)
        : new EvictionList<MemoryEntry>(limits, createEviction(eviction, 'memory.eviction'), told, (error) => {
            onError('eviction', error);
          });
  }

  readonly peek = (id: string, quiet = false): MemoryEntry | undefined => {
    const entry = quiet ? this.entries.peek(id) : this.entries.get(id);
    return entry !== undefined && standing(entry.shape.scope, entry.shape.cells) ? entry : undefined;
  };

  look(address: Address): Lookup {
    const entry = this.entries.get(address.id);
    if (entry === undefined) return NOTHING;
    const rejected = this.rejectionOf(entry);
    if (rejected === undefined) return { entry, versions: undefined };
    this.drop(address.id);
    return { entry: undefined, rejected, versions: undefined };
  }

  lookMany(addresses: readonly Address[]): Lookup[] {
    return addresses.map((address) => this.look(address));
  }

  stamp(scope: Scope, tags: readonly string[]): Stamp {
    return this.versions.stamp(scope, tags);
  }

  widen(scope: Scope, stamp: Stamp, tags: readonly string[]): Stamp {
    return this.versions.widen(scope, stamp as MemoryStamp, tags);
  }

  set(address: Address, draft: EntryDraft, stamp: Stamp): boolean {
    const held = stamp as MemoryStamp;
    if (!standing(held.scope, held.cells)) return false;
    const entry = entryOf(address.id, draft, shapeOf(held, draft));
    this.drop(address.id);
    this.usages.add(entry);
    // The list refuses what alone is heavier than everything it may hold.
    if (this.entries.add(entry)) return true;
    this.usages.remove(entry);
    return false;
  }

  setMany(items: readonly StoreItem[]): boolean[] {
    return items.map(({ address, draft, stamp }) => this.set(address, draft, stamp));
  }

  delete(address: Pick<Address, 'id'>): boolean {
    const existed = this.peek(address.id, true) !== undefined;
    this.drop(address.id);
    return existed;
  }

  deleteMany(addresses: readonly Address[]): number {
    return addresses.filter((address) => this.delete(address)).length;
  }

  expire(address: Address, now: number): boolean {
    const entry = this.peek(address.id, true);
    if (!entry) return false;
    if (entry.expiresAt <= entry.staleAt || entry.expiresAt <= now) this.drop(address.id);
    else entry.staleAt = Math.min(entry.staleAt, now);
    return true;
  }

  invalidateTags(scope: Scope, tags: readonly string[]): void {
    this.versions.invalidateTags(scope, tags);
  }

  invalidate(scope: Scope, pattern: string): number {
    const matches = compileGlob(pattern);
    let removed = 0;
    for (const entry of this.entries.all()) {
      if (entry.scope.path !== scope.path || !matches(entry.key)) continue;
      if (this.isValid(entry)) removed++;
      this.drop(entry.id);
    }
    return removed;
  }

  clear(scope: Scope): void {
    this.versions.clear(scope);
    // Mostly everything there is: a million entries are not taken out one by one while all others wait.
    if (this.usages.total(scope).entries === this.usages.total(undefined).entries) return this.empty();
    for (const entry of this.entries.all()) if (entry.scope.lineage.includes(scope.path)) this.drop(entry.id);
  }

  async *keys(scope: Scope, pattern: string | undefined): AsyncIterable<string> {
    const matches = pattern === undefined ? undefined : compileGlob(pattern);
    // A copy: the caller may change the cache between two keys.
    for (const entry of this.entries.all()) {
      if (entry.scope.path !== scope.path || (matches && !matches(entry.key)) || !this.isValid(entry)) continue;
      yield entry.key;
    }
  }

  usage(scope?: Scope): StoreUsage {
    return this.usages.total(scope);
  }

  ping(): void {}

  /** All scopes. */
  empty(): void {
    this.entries.clear();
    this.usages.clear();
  }

  close(): void {
    this.empty();
  }

  private isValid(entry: MemoryEntry): boolean {
    return this.rejectionOf(entry) === undefined;
  }

  private rejectionOf(entry: MemoryEntry): EntryRejection | undefined {
    const { scope, cells } = entry.shape;
    if (!scope.stands) return 'cleared';
    if (!standing(scope, cells)) return 'tag';
    return this.clock.now() >= entry.expiresAt ? 'expired' : undefined;
  }

  private drop(id: string): void {
    const entry = this.entries.delete(id);
    if (entry) this.usages.remove(entry);
  }
}

function shapeOf({ scope, cells }: MemoryStamp, { tags, kept }: EntryDraft): MemoryShape {
  if (cells.length === 0 && tags.length === 0) return scope.shapes.of(kept.handing);
  return new MemoryShape(scope, cells, tags, kept.handing);
}

const NOTHING: Lookup = { entry: undefined, versions: undefined };
