import { BaseStore } from '@langchain/core/stores';
import type { Duration } from '../../contracts/duration.js';
import type { SetOptions } from '../../contracts/options.js';
import type { CacheManager } from '../../core/cache-manager.js';
import { CacheUsageError } from '../../support/errors.js';
import { escapeGlob } from '../../support/glob.js';
import { checkedRules } from './checked-rules.js';
import { requireInstalledCore } from './core-version.js';

/** How the values are stored: for how long, under which tags. */
export interface CacheStoreOptions extends SetOptions {
  /** A namespace within that of the manager. Default `langchain`. */
  readonly namespace?: string;
  /** Default: that of the manager. */
  readonly ttl?: Duration;
}

/**
 * A store of LangChain in a cache, for what can be made again: vectors of `CacheBackedEmbeddings`, documents of a retriever. It
 * is no database: entries expire, and make room for others.
 *
 * `V` is any value that the cache keeps: `Uint8Array`, strings, plain data. Of an instance of a class only its data comes back.
 */
export class CacheStore<V = Uint8Array> extends BaseStore<string, V> {
  /** For LangChain, which writes it down where it is asked to serialize what holds the store. */
  lc_namespace = ['nestjs-cached', 'langchain'];
  readonly #manager: CacheManager;
  readonly #options: SetOptions;

  /** @throws CacheUsageError for another `@langchain/core` than 1, and for an option that cannot be meant. */
  constructor(manager: CacheManager, { namespace = 'langchain', ...options }: CacheStoreOptions = {}) {
    super();
    requireInstalledCore();
    if (typeof namespace !== 'string' || namespace === '') {
      throw new CacheUsageError('namespace must be a string that is not empty.');
    }
    this.#manager = manager.forNamespace(namespace);
    this.#options = checkedRules(options, 'CacheStore', ['tags']);
  }

  /** The values in the order of the keys; `undefined` where there is none. */
  override async mget(keys: string[]): Promise<(V | undefined)[]> {
    const found = await this.#manager.getMany<V>(keys);
    return keys.map((key) => found.get(key));
  }

  /** @throws CacheValueError naming the path of what cannot be stored; CacheUsageError for a key that is no text, or empty. */
  override async mset(pairs: [string, V][]): Promise<void> {
    await this.#manager.setMany(pairs, this.#options);
  }

  override async mdelete(keys: string[]): Promise<void> {
    await this.#manager.deleteMany(keys);
  }

  /** @throws CacheCapabilityError where the backend cannot list keys. */
  override async *yieldKeys(prefix = ''): AsyncGenerator<string> {
    yield* this.#manager.keys(`${escapeGlob(prefix)}*`);
  }
}
