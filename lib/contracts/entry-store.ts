import type { ChangeFeed } from './change-feed.js';
import type { Entry, EntryDraft, NearEntry, Tier } from './entry.js';
import type { Lease, LeaseProvider } from './lease.js';
import type { MaybePromise } from './maybe-promise.js';
import type { Address, Scope } from './scope.js';
import type { StoreCondition } from './store-condition.js';
import type { SecurityCheck } from './security.js';

/**
 * The versions (of the scope, its parents and the tags) that stood when a load began. A draft stored under a stamp is
 * valid only while all of them still stand. Opaque: only the store that made it reads it.
 */
export interface Stamp {
  readonly tags: readonly string[];
}

/** What one look at a key found, and the versions that stood at that moment: the fence of a load that may follow. */
export interface Lookup {
  readonly entry: Entry | undefined;
  /** Why a present entry is not handed out; for `explain` and statistics. */
  readonly rejected?: EntryRejection;
  /** What was wrong with bytes that could not be read: of the entry, or of a version it is held against. */
  readonly error?: Error;
  readonly versions: unknown;
  /** What stood under the key, told from any other: for the lease of a load that may follow. */
  readonly witness?: Uint8Array;
  /** How many bytes stood there, where they had to travel. */
  readonly size?: number;
}

export type EntryRejection = 'expired' | 'cleared' | 'pattern' | 'tag' | 'corrupt' | 'format';

/**
 * What became of a value. `true`: it is where it belongs. `'aside'`: it is kept in this process for a while, because where it
 * belongs cannot be reached. `false`: it is nowhere.
 */
export type Stored = boolean | 'aside';

/** How much a store holds in this process; `undefined` where only a server knows. */
export interface StoreUsage {
  readonly entries: number | undefined;
  readonly bytes: number | undefined;
  /** What was compressed since the start, in all scopes; absent where nothing is. */
  readonly compression?: CompressionUsage;
}

/** What compression has done and cost in this process. */
export interface CompressionUsage {
  /** How many values were tried. */
  readonly values: number;
  /** What they weighed before, */
  readonly bytesIn: number;
  /** and what was written of them. */
  readonly bytesOut: number;
  /** Milliseconds. */
  readonly time: number;
}

/**
 * Where entries live, as the engine sees it. Implemented by the memory backend itself, by `encoded` round any
 * `CacheBackend`, and by wrappers round other stores. A method that fails throws; the engine turns that into a miss
 * and an event, once, in one place.
 */
export interface EntryStore {
  /** For health reports and events: `memory`, `redis`, ... */
  readonly name: string;
  /** Where the entries belong: `l1` when all of them are inside the process, so that `peek` sees every one. */
  readonly tier: Tier;
  /** What those should know who started the process, such as that a file was damaged. */
  readonly notices?: readonly string[];
  /** Where several processes share the entries: who may load a key. */
  readonly leases?: LeaseProvider;
  /** Where several processes share the entries: what the others change. */
  readonly feed?: ChangeFeed;
  /** How it fares, where it can lose what it stands on. */
  readonly condition?: StoreCondition;
  /** Itself, where all entries are inside the process and nobody is ever kept waiting: a load is then much shorter. */
  readonly immediate?: ImmediateStore;

  /**
   * A synchronous look inside the process; absent where nothing is kept there. Valid entries only (expiry is left to
   * the caller). Touches recency unless `quiet`.
   */
  readonly peek?: (id: string, quiet?: boolean) => NearEntry | undefined;

  /**
   * Where looks of one turn are better sent as one: `'all'`, or what those have in common that may travel together, and then
   * also fail together. Absent: each goes alone. A store that says so keeps each look to the time that one command may take.
   */
  readonly gathers?: 'all' | ((address: Address) => unknown);

  look(address: Address, tags: readonly string[]): MaybePromise<Lookup>;
  /**
   * All of one scope. Rejects with `OverdueError` when it cannot be asked for one of them now.
   * @param callers How many calls it is made for; 1 when left out.
   */
  lookMany(addresses: readonly Address[], tags: readonly string[], callers?: number): MaybePromise<Lookup[]>;

  /** Completes what `look` read into a fence. Called before the loader runs; creates versions that were missing. */
  stamp(scope: Scope, tags: readonly string[], lookup?: Lookup): MaybePromise<Stamp>;

  /**
   * The stamp with further tags, at the versions they have now; for tags that only the loaded value tells. `undefined`:
   * another process has invalidated tags since the stamp was taken, and nobody can say that these were not among them.
   */
  widen(scope: Scope, stamp: Stamp, tags: readonly string[]): MaybePromise<Stamp | undefined>;

  /**
   * Whether every version that an entry it handed out, or a stamp, is held against is known to stand at this very moment;
   * absent where nobody else could have changed one.
   */
  vouches?(scope: Scope, held: Entry | Stamp): boolean;

  /**
   * Stores the draft, unless a version of the stamp is gone (`false`). With a lease, only while that is held: it is given
   * back with the fill. Without one, loads that other processes are at lose theirs.
   */
  set(address: Address, draft: EntryDraft, stamp: Stamp, lease?: Lease): MaybePromise<Stored>;
  setMany(items: readonly StoreItem[]): MaybePromise<Stored[]>;

  /**
   * Whether the key was there. Resolves only when no earlier write of this process can bring it back. This one, and the other
   * invalidations, reject with `CacheQueuedError` when they wait for the return of what cannot be reached.
   */
  delete(address: Address): MaybePromise<boolean>;
  deleteMany(addresses: readonly Address[]): MaybePromise<number>;
  /** Marks the entry stale from `now` on; without a stale window that is a deletion. Whether the key was there. */
  expire(address: Address, now: number): MaybePromise<boolean>;

  invalidateTags(scope: Scope, tags: readonly string[]): MaybePromise<void>;
  /** Every key of this very scope that matches the glob. How many entries were removed, as far as can be counted. */
  invalidate(scope: Scope, pattern: string): MaybePromise<number>;
  /** The scope and all scopes below it. */
  clear(scope: Scope): MaybePromise<void>;

  /** Logical keys of this very scope, those that are still valid. Throws `CacheCapabilityError` where keys cannot be listed. */
  keys(scope: Scope, pattern: string | undefined): AsyncIterable<string>;

  /** What is weak about how the entries are reached, and by whom; absent where nobody can tell. */
  readonly checkSecurity?: SecurityCheck['checkSecurity'];

  usage(scope?: Scope): StoreUsage;
  ping(): MaybePromise<void>;
  close(): MaybePromise<void>;
}

/** The steps of a load, in a store that does each at once. */
export interface ImmediateStore {
  look(address: Address): Lookup;
  stamp(scope: Scope, tags: readonly string[]): Stamp;
  widen(scope: Scope, stamp: Stamp, tags: readonly string[]): Stamp;
  set(address: Address, draft: EntryDraft, stamp: Stamp): boolean;
}

export interface StoreItem {
  readonly address: Address;
  readonly draft: EntryDraft;
  readonly stamp: Stamp;
  readonly lease?: Lease | undefined;
}
