import { CacheUsageError } from '../../support/errors.js';
import { CacheStore, type Put } from './cache-store.js';

/** What Keyv 5 hands to `setMany`. */
export interface Keyv5Entry {
  readonly key: string;
  readonly value: unknown;
  /** Milliseconds; absent or 0: no end. */
  readonly ttl?: number | undefined;
}

/**
 * The cache as a store of Keyv 5: `new Keyv({ store: new Keyv5Store(cache) })`. Each Keyv needs one of its own, since it sets its
 * namespace in it. It takes ends as Keyv 5 tells them, in milliseconds from now; for Keyv 6 there is `Keyv6Store`.
 */
export class Keyv5Store extends CacheStore {
  /** Keyv 5 has an `iterator` only for stores whose dialect it knows. What it does with keys of this one is right here. */
  readonly opts = { dialect: 'redis', url: '' } as const;

  /**
   * `ttl`: milliseconds; absent or 0: no end; negative: over already, so that nothing is there afterwards. `false`: not stored.
   * @throws CacheUsageError for a ttl or key that cannot be meant; CacheValueError for a value that cannot be kept.
   */
  async set(key: string, value: unknown, ttl?: number): Promise<boolean> {
    return this.put(putOf({ key, value, ttl }));
  }

  /** Declared as in Keyv 5, which hands out what comes all the same: whether each of them was stored. */
  async setMany(entries: Keyv5Entry[]): Promise<void> {
    return (await this.putMany(entries.map(putOf))) as unknown as void;
  }

  /** Whether all of them had a value. */
  async deleteMany(keys: string[]): Promise<boolean> {
    return (await this.removeMany(keys)).every(Boolean);
  }
}

function putOf({ key, value, ttl }: Keyv5Entry): Put {
  if (ttl === undefined || ttl === null || ttl === 0) return { key, value, life: Infinity };
  if (typeof ttl === 'number' && !Number.isNaN(ttl)) return { key, value, life: ttl };
  throw new CacheUsageError(
    `The ttl of ${JSON.stringify(key)} is ${String(ttl)}. Keyv 5 takes milliseconds, or nothing.`,
  );
}
