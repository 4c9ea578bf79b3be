/**
 * What a backend that several processes share does in one atomic step each: leases, fenced fills, and invalidations that
 * tell everybody. Names are wire keys. Whoever changes something tells the others in the same step, so that no change
 * is ever there untold.
 */

/** Where a value stands, and the sidecar that holds the lease of its load. On a cluster both are in one slot. */
export interface SharedKey {
  readonly value: string;
  readonly lease: string;
}

/**
 * `granted`: the lease is the asker's. `taken`: somebody else holds it. `changed`: the value is not the one that the asker
 * has seen, so it should look again before it loads.
 */
export type LeaseAnswer = 'granted' | 'taken' | 'changed';

export interface LeaseRequest extends SharedKey {
  readonly token: string;
  /** The first `WITNESS_LENGTH` bytes of what the asker has found under the key; empty when there was nothing. */
  readonly seen: Uint8Array;
}

export interface SharedItem extends SharedKey {
  readonly bytes: Uint8Array;
  /** Milliseconds; `undefined`: no end. */
  readonly ttlMs: number | undefined;
  /** With a token the bytes are stored only while the lease still bears it; without, whatever lease there is falls. */
  readonly token: string | undefined;
  /** With a token: whether the bytes take the place of what others may hold, so that everybody is told. */
  readonly isPut?: boolean;
}

export interface SharedRecord {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly ttlMs: number | undefined;
}

/** How many bytes of an entry tell it from any other under its key: the fixed header, with its checksum. */
export const WITNESS_LENGTH = 52;

/** How many characters of a mark tell one tag from another. */
export const MARK_LENGTH = 8;
/** How many of them a counter keeps. */
export const MAX_MARKS = 64;

/**
 * The record of a scope that moves with every tag of it. It holds `"v":"<epoch>.<count>.<marks>"`: how many tags were
 * invalidated, and the marks of the last `MAX_MARKS` of them, the newest last.
 */
export interface TagCounter {
  readonly key: string;
  /** For a counter that is not there, or cannot be read; letters, digits, `-` and `_`. */
  readonly epoch: string;
  /** Of `MARK_LENGTH` letters or digits each, one for each tag. */
  readonly marks: readonly string[];
}

/** What is known of the server itself. Both keys stand in one slot. */
export interface ServerRecord {
  readonly key: string;
  /** Who it is; empty: it does not matter. */
  readonly server: string;
  /** The version of the cache's own namespace, to be written when it is another server than the one that was known. */
  readonly version: SharedRecord;
}

export interface FleetCommands {
  /** Asks for the leases, one answer each, in their order. */
  lease(requests: readonly LeaseRequest[], ttlMs: number): Promise<LeaseAnswer[]>;
  /** Takes the lease from whoever holds it. */
  seize(key: SharedKey, token: string, ttlMs: number): Promise<void>;
  /** `false`: the lease is another's, or gone. */
  extend(key: SharedKey, token: string, ttlMs: number): Promise<boolean>;
  /** Gives the lease back, if it is still the token's, and wakes those who wait for it. */
  release(key: SharedKey, token: string): Promise<void>;
  /** Whether it was stored. With a token the lease goes back, and those who wait for it are woken; a put tells everybody. */
  store(item: SharedItem): Promise<boolean>;
  /** Removes the values, fells their leases, tells everybody. How many values there were. */
  remove(keys: readonly SharedKey[]): Promise<number>;
  /** Overwrites bytes of a value that begins with `expected`, fells its lease, tells everybody. Whether it did. */
  patch(key: SharedKey, offset: number, bytes: Uint8Array, expected: Uint8Array): Promise<boolean>;
  /** Removes leases (their own wire keys), so that the fills of the loads that hold them are refused. */
  fell(leases: readonly string[]): Promise<void>;
  /** Overwrites all of the records in one step, and tells everybody. */
  bump(records: readonly SharedRecord[]): Promise<void>;
  /** The same for the records of tags, after the counter of their scope was moved in the same step. */
  bumpTags(counter: TagCounter, records: readonly SharedRecord[]): Promise<void>;
  /** Writes each record unless there is one; what stands there then, in their order. */
  ensure(records: readonly SharedRecord[]): Promise<Uint8Array[]>;
  /**
   * Writes down who the server is. Where it was another one, and anything was stored before, it writes the new version and
   * tells everybody, once for all processes. Whether it did. Rejects where the server takes no writes.
   */
  recognize(record: ServerRecord): Promise<boolean>;
  /** Tells everybody that keys of the scope that match were taken away. Where each change is told by itself, nothing. */
  tellPattern(path: string, pattern: string): Promise<void>;
}
