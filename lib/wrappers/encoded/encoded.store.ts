import type { CacheBackend } from '../../contracts/backend.js';
import type { ChangeFeed } from '../../contracts/change-feed.js';
import type { Clock, Random } from '../../contracts/clock.js';
import type { EntryStore, Lookup, Stamp, StoreItem, StoreUsage } from '../../contracts/entry-store.js';
import type { Entry, EntryDraft } from '../../contracts/entry.js';
import type { FleetCommands } from '../../contracts/fleet.js';
import type { InvalidationBus } from '../../contracts/invalidation-bus.js';
import type { Lease } from '../../contracts/lease.js';
import type { Address, Scope } from '../../contracts/scope.js';
import type { ServerLink } from '../../contracts/server-link.js';
import type { SecurityCheck } from '../../contracts/security.js';
import { CacheCapabilityError } from '../../support/errors.js';
import { compileGlob } from '../../support/glob.js';
import { isHashed, valuePrefix } from '../../support/wire-key.js';
import { WireFeed } from '../coherence/wire-feed.js';
import { WireNames } from '../coherence/wire-names.js';
import { BackendCalls, type OutgoingValue } from './backend-calls.js';
import { ClearedSweep } from './cleared-sweep.js';
import type { EntryFormat } from './entry-format.js';
import { EntryReader, type StoredEntry } from './entry-reader.js';
import { EntryLooks } from './entry-looks.js';
import { OverdueReads } from './overdue-reads.js';
import { PatternList } from './pattern-list.js';
import { PatternSweep } from './pattern-sweep.js';
import { ServerCheck, type ServerVerdict } from './server-check.js';
import { StoredLeases } from './stored-leases.js';
import { StoredNames } from './stored-names.js';
import { StoredVersions, type StoredStamp } from './stored-versions.js';
import { Sweeper } from './sweeper.js';
import { ValueWrites } from './value-writes.js';
import { VersionCache } from './version-cache.js';
import type { FoundVersions } from './version-read.js';
import { scopeKey } from './version-writes.js';
import { encodeInstant, entryPrefix, STALE_AT_OFFSET } from './wire-format.js';

/** What keeps processes in step that share a backend. */
export interface FleetParts {
  readonly commands: FleetCommands;
  readonly bus: InvalidationBus;
  /** In milliseconds. */
  readonly lease: { readonly ttl: number; readonly waitTimeout: number };
  readonly link: ServerLink | undefined;
  readonly onServerChange: 'clear' | 'trust';
}

/** Milliseconds; what Redis and others take in whole numbers, with room for the versions that have to live longer. */
const LONGEST_LIFE = 2 ** 52;

export interface EncodedParts {
  readonly backend: CacheBackend;
  readonly format: EntryFormat;
  readonly clock: Clock;
  readonly random: Random;
  /** Milliseconds one command may take. */
  readonly commandTimeout: number;
  /** Whether the backend is this cache's own, to be closed with it. */
  readonly owned: boolean;
  /** Set where several processes share the backend. */
  readonly fleet?: FleetParts | undefined;
  /** How much the backend holds, where it can tell at once. */
  readonly usage?: (() => StoreUsage) | undefined;
  readonly notices?: readonly string[] | undefined;
  /** The path of the cache's own namespace. */
  readonly rootPath: string;
  /** Told of trouble that no caller waits for. */
  readonly onError: (operation: string, error: unknown, key?: string) => void;
}

/** Turns a `CacheBackend`, which knows bytes, into an `EntryStore`: values, expiry, tags, patterns, clear, time limits. */
export class EncodedStore implements EntryStore {
  readonly tier = 'l2' as const;
  readonly name: string;
  readonly leases?: StoredLeases;
  readonly feed?: ChangeFeed;
  readonly gathers?: NonNullable<EntryStore['gathers']>;
  readonly checkSecurity?: SecurityCheck['checkSecurity'];
  readonly notices?: readonly string[];
  /** Finds nothing: none of it is in the process. Only where changes have to be looked for: nobody joins a load before that. */
  readonly peek?: NonNullable<EntryStore['peek']>;
  private readonly calls: BackendCalls;
  private readonly wireNames: WireNames;
  private readonly cache: VersionCache | undefined;
  private readonly versions: StoredVersions;
  private readonly patterns: PatternList;
  private readonly writes: ValueWrites;
  private readonly reader: EntryReader;
  private readonly sweeper: Sweeper;
  private readonly looks: EntryLooks;
  private readonly names: StoredNames;
  private readonly patternSweep: PatternSweep;
  private readonly clearedSweep: ClearedSweep;
  private readonly serverCheck: ServerCheck;

  constructor(private readonly parts: EncodedParts) {
    const { backend, clock, commandTimeout, fleet, random, rootPath } = parts;
    this.name = backend.name;
    if (parts.notices) this.notices = parts.notices;
    if (backend.checkSecurity) this.checkSecurity = () => backend.checkSecurity!();
    const wireNames = (this.wireNames = new WireNames(rootPath));
    const { gathers } = backend;
    if (gathers === 'all') this.gathers = gathers;
    else if (gathers) this.gathers = ({ scope, key }) => gathers.call(backend, wireNames.keyOf(scope, 'v', key));
    const feed = fleet && new WireFeed(fleet.bus, wireNames);
    const calls = (this.calls = new BackendCalls(backend, clock, commandTimeout, fleet?.commands, feed));
    // Who hears of nothing has to ask each time.
    this.cache = fleet && fleet.bus.mode !== 'none' ? new VersionCache(fleet.bus) : undefined;
    if (fleet) {
      this.leases = new StoredLeases({ calls, random, names: wireNames, bus: fleet.bus, ...fleet.lease });
      this.feed = feed;
    }
    if (feed?.catchUp) {
      this.peek = () => {
        feed.catchUp!();
        return undefined;
      };
    }
    const versions = (this.versions = new StoredVersions({ calls, random, names: wireNames, cache: this.cache }));
    this.patterns = new PatternList(calls, versions.writes);
    const writes = (this.writes = new ValueWrites(calls, clock, commandTimeout));
    const reader = (this.reader = new EntryReader(parts.format));
    const sweeper = (this.sweeper = new Sweeper(calls, (keys) => this.sweepAway(keys)));
    const reads = new OverdueReads(calls, clock, async (keys) => {
      await writes.removeAll(keys).catch(() => {});
    });
    this.looks = new EntryLooks(reads, wireNames, versions, writes, reader, clock);
    this.names = new StoredNames(calls, reader);
    this.patternSweep = new PatternSweep(calls, writes, this.names, sweeper);
    this.clearedSweep = new ClearedSweep(calls, versions, writes, reader, sweeper, parts.onError);
    this.serverCheck = new ServerCheck({
      ...{ calls, random, rootPath, link: fleet?.link, onServerChange: fleet?.onServerChange ?? 'trust' },
      writes: versions.writes,
      onCleared: () => {
        feed?.own([scopeKey(rootPath)]);
        if (sweeper.canSweep) void this.clearedSweep.run(wireNames.scopeAt(rootPath));
      },
      onError: parts.onError,
    });
  }

  async look(address: Address, tags: readonly string[]): Promise<Lookup> {
    return (await this.lookMany([address], tags))[0]!;
  }

  lookMany(addresses: readonly Address[], tags: readonly string[]): Promise<Lookup[]> {
    // Versions are at hand for as long as nothing was heard of them.
    this.feed?.catchUp?.();
    return this.looks.lookMany(addresses, tags);
  }

  async stamp(scope: Scope, tags: readonly string[], lookup?: Lookup): Promise<Stamp> {
    const found = (lookup?.versions as FoundVersions | undefined) ?? (await this.versions.read(scope, tags));
    return this.versions.stamp(scope, tags, found);
  }

  widen(scope: Scope, stamp: Stamp, tags: readonly string[]): Promise<Stamp | undefined> {
    return this.versions.widen(scope, stamp as StoredStamp, tags);
  }

  vouches(scope: Scope, held: Entry | Stamp): boolean {
    const { scopes, versions } = held as StoredEntry | StoredStamp;
    return this.versions.vouches(scope, scopes, versions);
  }

  async set(address: Address, draft: EntryDraft, stamp: Stamp, lease?: Lease): Promise<boolean> {
    return (await this.setMany([{ address, draft, stamp, lease }]))[0]!;
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
    return (await this.writes.removeAll([this.wireNames.keyOf(address.scope, 'v', address.key)])) > 0;
  }

  deleteMany(addresses: readonly Address[]): Promise<number> {
    return this.writes.removeAll(addresses.map(({ scope, key }) => this.wireNames.keyOf(scope, 'v', key)));
  }

  /**
   * Patched in place where the backend can; elsewhere a deletion, which is the safe side of what cannot be done at once.
   * Where several processes share the entry, one that is stale already is patched too: their loads have to lose its lease.
   */
  async expire(address: Address, now: number): Promise<boolean> {
    const { backend } = this.parts;
    const { fleet } = this.calls;
    const key = this.wireNames.keyOf(address.scope, 'v', address.key);
    // What is on its way to the key cannot be patched before it is there.
    if (!(backend.patch || fleet) || this.writes.isBusy(key)) return this.delete(address);
    const entry = this.reader.open(key, (await this.calls.getMany([key]))[0], address.scope.tenant);
    // Bytes nobody can read, or an entry that no one accepts once it is stale.
    if (entry === undefined || 'rejected' in entry || entry.expiresAt <= entry.staleAt) return this.delete(address);
    if (entry.staleAt <= now && !fleet) return true;
    if (this.writes.isBusy(key)) return this.delete(address);
    const instant = encodeInstant(Math.min(entry.staleAt, now));
    const patched = await this.writes.patch(key, address.key, () =>
      this.calls.patch(key, STALE_AT_OFFSET, instant, entryPrefix()),
    );
    // What stood there has ended meanwhile, and a load of before may be about to bring it back.
    return patched || !fleet ? patched : this.delete(address);
  }

  invalidateTags(scope: Scope, tags: readonly string[]): Promise<void> {
    return this.versions.invalidateTags(scope, tags);
  }

  /** How many values were removed; 0 where nobody can list them, and each read is held against the pattern instead. */
  async invalidate(scope: Scope, pattern: string): Promise<number> {
    if (this.sweeper.canSweep) return this.patternSweep.run(scope, pattern);
    await this.patterns.add(scope, pattern);
    return 0;
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
    const { entries, bytes } = this.parts.usage?.() ?? { entries: undefined, bytes: undefined };
    return { entries, bytes, compression: this.parts.format.compressionUsage };
  }

  ping(): Promise<void> {
    return this.calls.limited('ping', () => this.parts.backend.ping());
  }

  /** Whether the server may be read: it answers, takes writes, and is the one that was known. */
  async verify(): Promise<ServerVerdict> {
    const verdict = await this.serverCheck.run();
    // Not waited for: whatever is asked from now on comes after it.
    void this.leases?.giveBackLeft();
    return verdict;
  }

  async close(): Promise<void> {
    this.sweeper.stop();
    this.serverCheck.close();
    this.cache?.close();
    await this.parts.fleet?.bus.close();
    if (this.parts.owned) await this.calls.limited('close', () => this.parts.backend.close());
  }

  /** Nobody is told key by key: a sweep is announced as a whole. */
  private sweepAway(keys: readonly string[]): Promise<number> {
    const { calls } = this;
    return calls.fleet ? calls.limited('delete', () => calls.sweepAway(keys)) : this.writes.removeAll(keys);
  }

  private encode({ address, draft, stamp, lease }: StoreItem, now: number): OutgoingValue {
    const { scopes, versions, patterns } = stamp as StoredStamp;
    const key = this.wireNames.keyOf(address.scope, 'v', address.key);
    const meta = { key: isHashed(key) ? address.key : undefined, scopes, tags: versions, patterns };
    const value = this.parts.format.encode(key, draft, meta, draft.kept.value, address.scope.tenant);
    return {
      name: address.key,
      key,
      value,
      token: lease?.token,
      isPut: lease?.isSeized === true,
      ttlMs: lifeOf(draft, now),
    };
  }
}

/** `undefined`: as long as there is room. So for what ends after 140,000 years: no server counts that far. */
function lifeOf({ expiresAt }: EntryDraft, now: number): number | undefined {
  const life = Math.ceil(expiresAt - now);
  return life > LONGEST_LIFE ? undefined : life;
}
