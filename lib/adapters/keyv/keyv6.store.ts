import { CacheUsageError } from '../../support/errors.js';
import { CacheStore, type Put } from './cache-store.js';

/** What Keyv 6 hands to `setMany`. */
export interface Keyv6Entry {
  readonly key: string;
  readonly value: unknown;
  /** An instant in milliseconds since 1970; absent: no end. */
  readonly expires?: number | undefined;
}

type MethodKind = 'async' | 'sync';
const method = (methodType: MethodKind) => ({ exists: true, methodType }) as const;

/**
 * The cache as a store of Keyv 6: `new Keyv({ store: new Keyv6Store(cache) })`. Each Keyv needs one of its own, since it sets its
 * namespace in it. It takes ends as Keyv 6 tells them, as instants; for Keyv 5 there is `Keyv5Store`.
 */
export class Keyv6Store extends CacheStore {
  /** Says that ends are instants here. Without it Keyv 6 would take this for a store of version 5, and hand in lengths of time. */
  readonly capabilities = {
    compatible: true,
    store: 'keyvStorage',
    expires: true,
    methods: {
      get: method('async'),
      getMany: method('async'),
      has: method('async'),
      hasMany: method('async'),
      set: method('async'),
      setMany: method('async'),
      delete: method('async'),
      deleteMany: method('async'),
      clear: method('async'),
      disconnect: method('async'),
      iterator: method('sync'),
    },
  } as const;

  /**
   * Asked for by Keyv 5 alone, when it is made. It would take every ttl for an instant in 1970, and store nothing, silently.
   * @internal
   * @throws CacheUsageError
   */
  get opts(): undefined {
    throw new CacheUsageError('Keyv6Store is a store for Keyv 6, and this is an older Keyv. Give it a Keyv5Store.');
  }

  /**
   * `expires`: an instant in milliseconds since 1970; absent: no end; in the past: over already, so that nothing is there
   * afterwards. `false`: not stored.
   * @throws CacheUsageError for an instant or key that cannot be meant; CacheValueError for a value that cannot be kept.
   */
  async set(key: string, value: unknown, expires?: number): Promise<boolean> {
    return this.put(putOf({ key, value, expires }));
  }

  /** Whether each of them was stored. */
  async setMany(entries: Keyv6Entry[]): Promise<boolean[]> {
    return this.putMany(entries.map(putOf));
  }

  /** Which of them had a value. */
  async deleteMany(keys: string[]): Promise<boolean[]> {
    return this.removeMany(keys);
  }
}

function putOf({ key, value, expires }: Keyv6Entry): Put {
  if (expires === undefined || expires === null) return { key, value, life: Infinity };
  if (typeof expires === 'number' && !Number.isNaN(expires)) {
    // By the clock that Keyv has made the instant with: what is left is what was meant, whatever time the cache lives in.
    return { key, value, life: expires - Date.now() };
  }
  throw new CacheUsageError(
    `The end of ${JSON.stringify(key)} is ${String(expires)}. Keyv 6 takes milliseconds since 1970, or nothing.`,
  );
}
