import type { SecurityFinding } from './security.js';

/**
 * What a custom store extends: three methods over bytes. Keys are printable strings without blanks, at most 250 bytes.
 *
 * Everything else (types of values, expiry, tags, patterns, clear, one load a key, time limits) is added round it.
 * Optional methods make it faster; none is needed for a guarantee.
 */
export abstract class CacheBackend {
  /** Shown in health reports and events. */
  readonly name: string = this.constructor.name;

  /** The bytes under `key`, or `undefined`. May throw: that is a miss. */
  abstract get(key: string): Promise<Uint8Array | undefined>;

  /**
   * Stores the bytes. `ttlMs` is when they may be dropped, in milliseconds; `undefined`: never. A store that ignores it
   * is still correct: the expiry also stands in the bytes.
   */
  abstract set(key: string, value: Uint8Array, ttlMs?: number): Promise<void>;

  /** Removes the key. Whether it existed. */
  abstract delete(key: string): Promise<boolean>;

  async exists(key: string): Promise<boolean> {
    return (await this.get(key)) !== undefined;
  }

  /** Resolves when the store answers. */
  async ping(): Promise<void> {
    await this.get('nestjs-cached:ping');
  }

  /** Called once, on application shutdown. Close only what this class opened. */
  async close(): Promise<void> {}

  /** Every key that begins with `prefix`. Without it `keys()` throws `CacheCapabilityError`; invalidation works all the same. */
  scan?(prefix: string): AsyncIterable<string>;
  /** As many answers as keys, in their order. */
  getMany?(keys: readonly string[]): Promise<(Uint8Array | undefined)[]>;
  /**
   * Where reads of one turn of the event loop are better sent as one `getMany`: `'all'`, or what the keys have in common that
   * may travel, and fail, together (a connection, a slot of a cluster). Without it each read is a `get` of its own.
   */
  readonly gathers?: 'all' | ((key: string) => unknown);
  setMany?(entries: readonly BackendItem[]): Promise<void>;
  /** How many of them existed. */
  deleteMany?(keys: readonly string[]): Promise<number>;
  /** Whether more than so many bytes stand under the key; without fetching them. */
  isLonger?(key: string, than: number): Promise<boolean>;
  /** Stores the bytes if the key is absent. Whether it did. Must be atomic. */
  add?(key: string, value: Uint8Array, ttlMs?: number): Promise<boolean>;
  /** Lengthens the life of a key to at least `ttlMs` (`Infinity`: for ever), without touching its value. */
  touch?(key: string, ttlMs: number): Promise<void>;
  /** What is weak about how the store is reached, and by whom. Changes nothing; holds no secret. Without it, that is not known. */
  checkSecurity?(): Promise<readonly SecurityFinding[]>;
  /** Overwrites bytes in place, if the key exists and begins with `expected`; keeps its expiry. Whether it did. Must be atomic. */
  patch?(key: string, offset: number, bytes: Uint8Array, expected: Uint8Array): Promise<boolean>;
}

export interface BackendItem {
  readonly key: string;
  readonly value: Uint8Array;
  readonly ttlMs: number | undefined;
}
