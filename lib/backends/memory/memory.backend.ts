import { LRUCache } from 'lru-cache';
import type { Clock } from '../../contracts/clock.js';
import type { EntryRejection, EntryStore, Lookup, Stamp, StoreItem, StoreUsage } from '../../contracts/entry-store.js';
import type { EntryDraft, ValueIsolation } from '../../contracts/entry.js';
import type { Address, Scope } from '../../contracts/scope.js';
import { compileGlob } from '../../support/glob.js';
import { MemoryEntry } from './memory-entry.js';
import { MemoryVersions, standing, type MemoryStamp } from './memory-versions.js';

export interface MemoryLimits {
  readonly maxEntries: number;
  /** Estimated, over keys and values. */
  readonly maxBytes: number;
}

/** Versions a process remembers. A forgotten tag or tenant costs misses, nothing else. */
const MAX_SCOPES = 100_000;
const MIN_TAGS = 100_000;

/**
 * Entries of this process, least recently used first out. Everything is synchronous: between a look and what follows
 * from it nothing can come.
 */
export class MemoryBackend implements EntryStore {
  readonly name = 'memory';
  readonly tier = 'l1' as const;
  private readonly entries: LRUCache<string, MemoryEntry>;
  private readonly versions: MemoryVersions;
  private readonly usages = new Map<string, { entries: number; bytes: number; lineage: readonly string[] }>();

  constructor(
    limits: MemoryLimits,
    private readonly clock: Clock,
    private readonly isolation: ValueIsolation,
    onEvicted: (scope: Scope, key: string) => void,
  ) {
    this.versions = new MemoryVersions(MAX_SCOPES, Math.max(MIN_TAGS, limits.maxEntries * 4));
    this.entries = new LRUCache<string, MemoryEntry>({
      max: limits.maxEntries,
      maxSize: limits.maxBytes,
      sizeCalculation: (entry) => entry.bytes,
      onInsert: (entry) => this.count(entry, 1),
      dispose: (entry) => {
        this.count(entry, -1);
      },
      // After the list is whole again: a listener may use the cache.
      disposeAfter: (entry, _id, reason) => {
        // What is invalid or past its end made no room for anybody: it was gone before.
        if (reason === 'evict' && this.isValid(entry)) onEvicted(entry.scope, entry.key);
      },
    });
  }

  readonly peek = (id: string, quiet = false): MemoryEntry | undefined => {
    const entry = quiet ? this.entries.peek(id) : this.entries.get(id);
    return entry !== undefined && standing(entry.scopeCell, entry.tagCells) ? entry : undefined;
  };

  look(address: Address): Lookup {
    const entry = this.entries.get(address.id);
    if (entry === undefined) return NOTHING;
    const rejected = this.rejectionOf(entry);
    if (rejected === undefined) return { entry, versions: undefined };
    this.entries.delete(address.id);
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
    const { scope, cells } = stamp as MemoryStamp;
    if (!standing(scope, cells)) return false;
    const entry = new MemoryEntry(address.scope, address.key, draft, stamp as MemoryStamp, this.isolation);
    this.entries.set(address.id, entry);
    // The list refuses what alone is heavier than everything it may hold.
    return this.entries.peek(address.id) === entry;
  }

  setMany(items: readonly StoreItem[]): boolean[] {
    return items.map(({ address, draft, stamp }) => this.set(address, draft, stamp));
  }

  delete(address: Pick<Address, 'id'>): boolean {
    const existed = this.peek(address.id, true) !== undefined;
    this.entries.delete(address.id);
    return existed;
  }

  deleteMany(addresses: readonly Address[]): number {
    return addresses.filter((address) => this.delete(address)).length;
  }

  expire(address: Address, now: number): boolean {
    const entry = this.peek(address.id, true);
    if (!entry) return false;
    if (entry.expiresAt <= entry.staleAt || entry.expiresAt <= now) this.entries.delete(address.id);
    else entry.staleAt = Math.min(entry.staleAt, now);
    return true;
  }

  invalidateTags(scope: Scope, tags: readonly string[]): void {
    this.versions.invalidateTags(scope, tags);
  }

  invalidate(scope: Scope, pattern: string): number {
    const matches = compileGlob(pattern);
    let removed = 0;
    for (const [id, entry] of this.entries.entries()) {
      if (entry.scope.path !== scope.path || !matches(entry.key)) continue;
      if (this.isValid(entry)) removed++;
      this.entries.delete(id);
    }
    return removed;
  }

  clear(scope: Scope): void {
    this.versions.clear(scope);
    for (const [id, entry] of this.entries.entries())
      if (entry.scope.lineage.includes(scope.path)) this.entries.delete(id);
  }

  async *keys(scope: Scope, pattern: string | undefined): AsyncIterable<string> {
    const matches = pattern === undefined ? undefined : compileGlob(pattern);
    // A copy: the caller may change the cache between two keys.
    for (const entry of [...this.entries.values()]) {
      if (entry.scope.path !== scope.path || (matches && !matches(entry.key)) || !this.isValid(entry)) continue;
      yield entry.key;
    }
  }

  usage(scope?: Scope): StoreUsage {
    const total = { entries: 0, bytes: 0 };
    for (const usage of this.usages.values()) {
      if (scope && !usage.lineage.includes(scope.path)) continue;
      total.entries += usage.entries;
      total.bytes += usage.bytes;
    }
    return total;
  }

  ping(): void {}

  /** All scopes. */
  empty(): void {
    this.entries.clear();
  }

  close(): void {
    this.empty();
  }

  private isValid(entry: MemoryEntry): boolean {
    return this.rejectionOf(entry) === undefined;
  }

  private rejectionOf(entry: MemoryEntry): EntryRejection | undefined {
    if (!entry.scopeCell.stands) return 'cleared';
    if (!standing(entry.scopeCell, entry.tagCells)) return 'tag';
    return this.clock.now() >= entry.expiresAt ? 'expired' : undefined;
  }

  private count(entry: MemoryEntry, sign: 1 | -1): void {
    const { path, lineage } = entry.scope;
    let usage = this.usages.get(path);
    if (!usage) this.usages.set(path, (usage = { entries: 0, bytes: 0, lineage }));
    usage.entries += sign;
    usage.bytes += sign * entry.bytes;
    if (usage.entries === 0) this.usages.delete(path);
  }
}

const NOTHING: Lookup = { entry: undefined, versions: undefined };
