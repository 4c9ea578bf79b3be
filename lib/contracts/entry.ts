/** `fresh`: served. `stale`: served only to callers that accept it. `expired`: never served. */
export type EntryState = 'fresh' | 'stale' | 'expired';

/** `l1`: in this process. `l2`: shared. */
export type Tier = 'l1' | 'l2';

/** The three instants of an entry and what its load cost. All in milliseconds of the cache's clock. */
export interface EntryTimes {
  readonly createdAt: number;
  /** From here on the entry is stale. `Infinity`: never. */
  readonly staleAt: number;
  /** From here on it is gone. Never before `staleAt`. `Infinity`: never. */
  readonly expiresAt: number;
  /** How long its loader ran, in milliseconds; 0 when it was set by hand. */
  readonly loadTime: number;
}

/** A value in the cache's own keeping. */
export interface Kept {
  /** Private to the cache: a snapshot nobody else holds (but for `isolation: 'share'`). */
  readonly value: unknown;
  /** Its estimated weight in bytes. */
  readonly bytes: number;
  /** What one who asks for it is given. */
  readonly handing: Handing;
}

/** How a kept value is handed out. Of most values the same, so whoever keeps many keeps the value and this. */
export interface Handing {
  /** Whether many values have this very object; else it is of one. */
  readonly isCommon: boolean;
  /** Whether everybody gets the value itself, so that what is made of it may be shared. */
  readonly isShared: boolean;
  /** What becomes the caller's own. */
  give(value: unknown): unknown;
}

/** How values are kept apart from what callers hold. */
export interface ValueIsolation {
  /** @throws CacheValueError naming the path of what cannot be kept. */
  keep(value: unknown): Kept;
  /** The caller's own. */
  give(kept: Kept): unknown;
}

/** An entry as a store hands it out: already checked against every invalidation the store knows of. */
export interface Entry extends EntryTimes {
  /** Where it was found. */
  readonly tier: Tier;
  readonly tags: readonly string[];
  /** The value, as the caller's own: what the caller does to it never reaches the cache (under `isolation: 'clone'`). */
  read(): unknown;
}

/** An entry inside the process. */
export interface NearEntry extends Entry {
  /** What `read` gives, as a promise; where nobody can change the value, or all share it by choice, one promise for all. */
  promise(): Promise<unknown>;
}

/** An entry on its way into a store. */
export interface EntryDraft extends EntryTimes {
  readonly kept: Kept;
  readonly tags: readonly string[];
}

/** RFC 9111 section 4.2: an entry is fresh while its age is below its lifetime; the end of the lifetime is excluded. */
export function freshnessOf(entry: EntryTimes, now: number): EntryState {
  if (now < entry.staleAt) return 'fresh';
  return now < entry.expiresAt ? 'stale' : 'expired';
}
