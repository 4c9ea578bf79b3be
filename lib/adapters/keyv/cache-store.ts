import type { CacheEventOf } from '../../contracts/events.js';
import type { CacheManager } from '../../core/cache-manager.js';
import { CacheBackendError, CacheUsageError } from '../../support/errors.js';
import { keyvPlace } from './keyv-place.js';

/** Keyv keeps an end of its own beside each value and serves nothing after it: no share of a ttl off, no stale windows. */
const EXACT = { jitter: 0, staleWhileRevalidate: 0, staleIfError: 0 } as const;
/** How many keys are read, written or listed at once. */
const BATCH = 100;
/** What these do rejects, so Keyv tells of it by itself. */
const REJECTING: readonly string[] = ['delete', 'clear'];

/** A value on its way into the cache. */
export interface Put {
  readonly key: string;
  readonly value: unknown;
  /** Milliseconds; `Infinity`: no end; 0 or less: over already. */
  readonly life: number;
}

/** The cache as a store of one Keyv: all but how an end is told, in which the versions of Keyv differ. */
export abstract class CacheStore {
  readonly #cache: CacheManager;
  readonly #listeners = new Map<(error: unknown) => void, () => void>();
  #namespace: string | undefined;
  #place: CacheManager;

  /** @throws CacheUsageError when `cache` is no `CacheManager`. */
  constructor(cache: CacheManager) {
    if (typeof (cache as Partial<CacheManager> | undefined)?.forNamespace !== 'function') {
      throw new CacheUsageError(`${new.target.name} needs a CacheManager of nestjs-cached; got ${typeof cache}.`);
    }
    this.#cache = cache;
    this.#place = keyvPlace(cache, undefined);
  }

  /** Set by Keyv. Each namespace has a place of its own in the cache, apart from all others and from what is cached otherwise. */
  get namespace(): string | undefined {
    return this.#namespace;
  }

  set namespace(namespace: string | undefined) {
    this.#place = keyvPlace(this.#cache, namespace);
    this.#namespace = namespace;
  }

  /** Trouble with the cache's backend is `undefined`, and an `error` event. */
  async get<Value>(key: string): Promise<Value | undefined> {
    return this.#place.get<Value>(key);
  }

  async getMany<Value>(keys: string[]): Promise<(Value | undefined)[]> {
    const found = await this.#place.getMany<Value>(keys);
    return keys.map((key) => found.get(key));
  }

  async has(key: string): Promise<boolean> {
    return this.#place.has(key);
  }

  async hasMany(keys: string[]): Promise<boolean[]> {
    return inBatches(keys, (key) => this.#place.has(key));
  }

  /**
   * Whether there was a value. @throws CacheBackendError when the cache could not do it everywhere: "there was none", which is
   * all that Keyv could be told otherwise, would be wrong.
   */
  async delete(key: string): Promise<boolean> {
    const existed = await this.#place.has(key);
    this.#demand(await this.#place.delete(key), `deleted ${JSON.stringify(key)}`);
    return existed;
  }

  /** This namespace of Keyv, and nothing else of the cache. @throws CacheBackendError as `delete` does. */
  async clear(): Promise<void> {
    this.#demand(await this.#place.clear(), 'cleared the namespace of a Keyv');
  }

  /** @throws CacheCapabilityError where the backend of the cache cannot list its keys. */
  async *iterator<Value>(): AsyncGenerator<(string | Awaited<Value> | undefined)[], void> {
    let keys: string[] = [];
    for await (const key of this.#place.keys()) {
      if (keys.push(key) < BATCH) continue;
      yield* await this.#entries<Value>(keys);
      keys = [];
    }
    yield* await this.#entries<Value>(keys);
  }

  /** Only `error` is an event here: trouble that a call was not told of. */
  on(event: string, listener: (error: unknown) => void): this {
    if (event !== 'error' || this.#listeners.has(listener)) return this;
    const hear = (error: CacheEventOf<'error'>): void => {
      if (this.#concerns(error)) listener(error.error);
    };
    this.#listeners.set(listener, this.#cache.on('error', hear));
    return this;
  }

  /** Lets go of the cache, which stays open: it is the application's. Works on. */
  async disconnect(): Promise<void> {
    for (const stop of this.#listeners.values()) stop();
    this.#listeners.clear();
  }

  protected async put({ key, value, life }: Put): Promise<boolean> {
    if (life > 0) return this.#place.set(key, value, { ttl: life, nullTtl: life, ...EXACT });
    // What is over already takes the place of what was there all the same.
    this.#demand(await this.#place.delete(key), `deleted ${JSON.stringify(key)}`);
    return true;
  }

  protected putMany(puts: readonly Put[]): Promise<boolean[]> {
    return inBatches(puts, (put) => this.put(put));
  }

  /** Which of them had a value. */
  protected async removeMany(keys: readonly string[]): Promise<boolean[]> {
    const existed = await inBatches(keys, (key) => this.#place.has(key));
    this.#demand(await this.#place.deleteMany(keys), `deleted ${keys.length} keys`);
    return existed;
  }

  async #entries<Value>(keys: readonly string[]): Promise<(string | Awaited<Value>)[][]> {
    // In the order of the keys; what has gone meanwhile is left out, since Keyv looks into whatever it is given.
    return [...(await this.#place.getMany<Awaited<Value>>(keys))];
  }

  #demand(isDone: boolean, what: string): void {
    if (isDone) return;
    throw new CacheBackendError(`The cache has not ${what} everywhere: its backend could not be told yet.`);
  }

  #concerns({ namespace, operation }: CacheEventOf<'error'>): boolean {
    return namespace === this.#place.home.namespace && !REJECTING.includes(operation);
  }
}

/** All of them are done when it resolves, or rejects with the first error: what went on behind would overtake what is asked next. */
async function inBatches<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: PromiseSettledResult<R>[] = [];
  for (let start = 0; start < items.length; start += BATCH) {
    results.push(...(await Promise.allSettled(items.slice(start, start + BATCH).map(work))));
  }
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
