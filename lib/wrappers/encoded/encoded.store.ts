import type { CacheBackend } from '../../contracts/backend.js';
import type { Clock, Random } from '../../contracts/clock.js';
import type { EntryStore, Lookup, Stamp, StoreItem, StoreUsage } from '../../contracts/entry-store.js';
import type { EntryDraft } from '../../contracts/entry.js';
import type { Address, Scope } from '../../contracts/scope.js';
import { CacheCapabilityError } from '../../support/errors.js';
import { compileGlob } from '../../support/glob.js';
import { isHashed, valuePrefix, wireKey } from '../../support/wire-key.js';
import { BackendCalls } from './backend-calls.js';
import { ClearedSweep } from './cleared-sweep.js';
import type { EntryFormat } from './entry-format.js';
import { EntryReader } from './entry-reader.js';
import { StoredVersions, type FoundVersions, type StoredStamp } from './stored-versions.js';
import { StoredNames } from './stored-names.js';
import { Sweeper } from './sweeper.js';
import { encodeInstant, entryPrefix, STALE_AT_OFFSET } from './wire-format.js';
import { ValueWrites, type OutgoingValue } from './value-writes.js';

export interface EncodedParts {
  readonly backend: CacheBackend;
  readonly format: EntryFormat;
  readonly clock: Clock;
  readonly random: Random;
  /** Milliseconds one command may take. */
  readonly commandTimeout: number;
  /** Whether the backend is this cache's own, to be closed with it. */
  readonly owned: boolean;
  /** Told of trouble that no caller waits for. */
  readonly onError: (operation: string, error: unknown, key?: string) => void;
}

/** Turns a `CacheBackend`, which knows bytes, into an `EntryStore`: values, expiry, tags, patterns, clear, time limits. */
export class EncodedStore implements EntryStore {
  readonly tier = 'l2' as const;
  readonly name: string;
  private readonly calls: BackendCalls;
  private readonly versions: StoredVersions;
  private readonly writes: ValueWrites;
  private readonly reader: EntryReader;
  private readonly sweeper: Sweeper;
  private readonly names: StoredNames;
  private readonly clearedSweep: ClearedSweep;

  constructor(private readonly parts: EncodedParts) {
    this.name = parts.backend.name;
    this.calls = new BackendCalls(parts.backend, parts.clock, parts.commandTimeout);
    this.versions = new StoredVersions(this.calls, parts.random);
    this.writes = new ValueWrites(this.calls, parts.clock, parts.commandTimeout);
    this.reader = new EntryReader(parts.format, parts.clock);
    this.sweeper = new Sweeper(this.calls, (keys) => this.writes.removeAll(keys));
    this.names = new StoredNames(this.calls, this.reader);
    const { calls, versions, writes, reader, sweeper } = this;
    this.clearedSweep = new ClearedSweep(calls, versions, writes, reader, sweeper, parts.onError);
  }

  async look(address: Address, tags: readonly string[]): Promise<Lookup> {
    return (await this.lookMany([address], tags))[0]!;
  }

  /** All addresses must be of one scope. One round trip, and another one when entries carry tags nobody asked for. */
  async lookMany(addresses: readonly Address[], tags: readonly string[]): Promise<Lookup[]> {
    const { scope } = addresses[0]!;
    const keys = addresses.map(({ key }) => wireKey(scope.path, 'v', key));
    const versionKeys = this.versions.keysOf(scope, tags);
    const answers = await this.calls.getMany([...versionKeys, ...keys]);
    const versions = this.versions.found(scope, tags, answers);
    const bytes = answers.slice(versionKeys.length);
    const opened = keys.map((key, index) =>
      this.writes.isRemoving(key) ? undefined : this.reader.open(key, bytes[index]),
    );
    const others = [...new Set(opened.flatMap((entry) => (entry && 'tags' in entry ? entry.tags : [])))].filter(
      (tag) => !tags.includes(tag),
    );
    const all = others.length === 0 ? versions : merge(versions, await this.versions.read(scope, others));
    return opened.map((entry, index): Lookup => {
      if (entry === undefined) return { entry: undefined, versions };
      if ('rejected' in entry) return { entry: undefined, ...entry, versions };
      const rejected = this.reader.judge(entry, addresses[index]!, all);
      if (rejected === undefined) return { entry, versions };
      return { entry: undefined, rejected, ...(all.broken && { error: all.broken }), versions };
    });
  }

  async stamp(scope: Scope, tags: readonly string[], lookup?: Lookup): Promise<Stamp> {
    const found = (lookup?.versions as FoundVersions | undefined) ?? (await this.versions.read(scope, tags));
    return this.versions.stamp(scope, tags, found);
  }

  widen(scope: Scope, stamp: Stamp, tags: readonly string[]): Promise<Stamp> {
    return this.versions.widen(scope, stamp as StoredStamp, tags);
  }

  async set(address: Address, draft: EntryDraft, stamp: Stamp): Promise<boolean> {
    return (await this.setMany([{ address, draft, stamp }]))[0]!;
  }

  async setMany(items: readonly StoreItem[]): Promise<boolean[]> {
    const now = this.parts.clock.now();
    const outgoing = items.map((item) => this.encode(item, now));
    const stored = await this.writes.storeAll(outgoing);
    const failed = stored.find((result) => result.status === 'rejected');
    if (failed && stored.every(({ status }) => status === 'rejected')) throw failed.reason;
    if (failed) this.parts.onError('set', failed.reason);
    const results = stored.map((result) => result.status === 'fulfilled' && result.value);
    const [first] = items;
    if (first) {
      const lifetime = outgoing.reduce((longest, item) => Math.max(longest, item.ttlMs ?? Infinity), 0);
      const tags = [...new Set(items.flatMap(({ draft }) => draft.tags))];
      void this.versions
        .outlive(first.address.scope, tags, lifetime, now)
        .catch((error: unknown) => this.parts.onError('touch', error));
    }
    return results;
  }

  async delete(address: Address): Promise<boolean> {
    return (await this.writes.removeAll([wireKey(address.scope.path, 'v', address.key)])) > 0;
  }

  deleteMany(addresses: readonly Address[]): Promise<number> {
    return this.writes.removeAll(addresses.map(({ scope, key }) => wireKey(scope.path, 'v', key)));
  }

  /** Patched in place where the backend can; elsewhere a deletion, which is the safe side of what cannot be done at once. */
  async expire(address: Address, now: number): Promise<boolean> {
    const { backend } = this.parts;
    const key = wireKey(address.scope.path, 'v', address.key);
    // What is on its way to the key cannot be patched before it is there.
    if (!backend.patch || this.writes.isBusy(key)) return this.delete(address);
    const entry = this.reader.open(key, (await this.calls.getMany([key]))[0]);
    // Bytes nobody can read, or an entry that no one accepts once it is stale.
    if (entry === undefined || 'rejected' in entry || entry.expiresAt <= entry.staleAt) return this.delete(address);
    if (entry.staleAt <= now) return true;
    if (this.writes.isBusy(key)) return this.delete(address);
    const patch = async (): Promise<boolean> => backend.patch!(key, STALE_AT_OFFSET, encodeInstant(now), entryPrefix());
    return this.writes.patch(key, address.key, patch);
  }

  invalidateTags(scope: Scope, tags: readonly string[]): Promise<void> {
    return this.versions.invalidateTags(scope, tags);
  }

  async invalidate(scope: Scope, pattern: string): Promise<number> {
    if (!this.sweeper.canSweep) {
      await this.versions.addPattern(scope, pattern);
      return 0;
    }
    const matches = compileGlob(pattern);
    const prefix = valuePrefix(scope.path);
    // A fill that is on its way would land behind the sweep: its key is removed by name, whatever becomes of it.
    const landing = this.writes.landing(prefix, matches);
    const [swept] = await Promise.all([
      this.sweeper.sweep(prefix, (keys) => this.names.matching(keys, matches)),
      landing.length > 0 ? this.writes.removeAll(landing) : 0,
    ]);
    return swept;
  }

  async clear(scope: Scope): Promise<void> {
    await this.versions.clear(scope);
    // Nothing of before the clear can be served any more; what follows only gives the room back.
    if (this.sweeper.canSweep) void this.clearedSweep.run(scope);
  }

  async *keys(scope: Scope, pattern: string | undefined): AsyncIterable<string> {
    if (!this.sweeper.canSweep) {
      throw new CacheCapabilityError(`The backend ${this.name} cannot list its keys: it has no scan method.`);
    }
    const matches = pattern === undefined ? undefined : compileGlob(pattern);
    const seen = new Set<string>();
    for await (const batch of this.sweeper.batches(valuePrefix(scope.path))) {
      const names = (await this.names.of(batch)).filter((name) => !seen.has(name) && (!matches || matches(name)));
      for (const name of names) seen.add(name);
      if (names.length === 0) continue;
      const lookups = await this.lookMany(
        names.map((key) => ({ scope, key, id: scope.idOf(key) })),
        [],
      );
      for (const [index, name] of names.entries()) if (lookups[index]!.entry) yield name;
    }
  }

  usage(): StoreUsage {
    return { entries: undefined, bytes: undefined };
  }

  ping(): Promise<void> {
    return this.calls.limited('ping', () => this.parts.backend.ping());
  }

  async close(): Promise<void> {
    this.sweeper.stop();
    if (this.parts.owned) await this.calls.limited('close', () => this.parts.backend.close());
  }

  private encode({ address, draft, stamp }: StoreItem, now: number): OutgoingValue {
    const { scopes, versions, patterns } = stamp as StoredStamp;
    const key = wireKey(address.scope.path, 'v', address.key);
    const meta = { key: isHashed(key) ? address.key : undefined, scopes, tags: versions, patterns };
    const value = this.parts.format.encode(key, draft, meta, draft.kept.value);
    return {
      name: address.key,
      key,
      value,
      ttlMs: draft.expiresAt === Infinity ? undefined : Math.ceil(draft.expiresAt - now),
    };
  }
}

function merge(one: FoundVersions, other: FoundVersions): FoundVersions {
  return {
    scopes: one.scopes,
    tags: new Map([...one.tags, ...other.tags]),
    broken: one.broken ?? other.broken,
  };
}
