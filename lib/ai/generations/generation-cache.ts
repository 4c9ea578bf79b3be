import type { LoaderContext, SetOptions } from '../../contracts/options.js';
import type { Duration } from '../../contracts/duration.js';
import type { GetOrSetOptions } from '../../core/call-options.js';
import type { CacheManager } from '../../core/cache-manager.js';
import { LoadContext } from '../../core/load.js';
import { shownValue } from '../../config/shown-value.js';
import { CacheUsageError } from '../../support/errors.js';
import { Opaque } from '../../support/opaque.js';
import { GenerationContext } from '../generation-context.js';
import type { Generate } from '../generation.js';
import type { GenerationCacheOptions } from './generation-cache-options.js';
import type { GenerationContent } from './generation-keys.js';
import { GenerationParts } from './generation-parts.js';
import { statsOf, type GenerationStats } from './generation-stats.js';
import { abandonContent } from './given-content.js';

/** How a result is stored that was generated elsewhere. */
export interface GivenResultOptions extends SetOptions {
  /** How long the generation took, in milliseconds from 0 up: what a hit avoids. Default 0. */
  took?: number;
}

/** What stands in the cache for one result. */
interface StoredResult {
  readonly result: unknown;
  /** How long the generation took, in milliseconds. */
  readonly took: number;
}

/**
 * Results of generating or parsing documents, by what they were made of: the content of the file, the options, and the version
 * of the generator. A change of any of them is another key.
 *
 * A stream that is given for content is read to its end to make the key, so `generate` has to open the file again. An error of
 * `generate`, or of such a stream, reaches its callers unchanged, and stores nothing. Of trouble with the disk no caller hears.
 */
export class GenerationCache extends Opaque {
  private readonly parts: GenerationParts;

  /**
   * @param options Where results are kept is the manager's business: `directory`, `eviction` and `cache` are not read here, and
   *   of `maxBytes` only `getStats` tells.
   * @throws CacheConfigError that lists every fault of the options.
   */
  constructor(
    private readonly manager: CacheManager,
    options: GenerationCacheOptions | GenerationParts = {},
  ) {
    super();
    this.parts = options instanceof GenerationParts ? options : new GenerationParts(options);
  }

  /**
   * The key of what is generated from the content with these options; of a stream, a promise of it.
   * @throws CacheUsageError for what is no content, such as a stream that was read before, or options that are no plain object.
   * @throws CacheKeyError naming the path of what has no stable identity in the options.
   */
  getCacheKey(content: string | Uint8Array, options?: object): string;
  getCacheKey(content: AsyncIterable<Uint8Array>, options?: object): Promise<string>;
  getCacheKey(content: GenerationContent, options?: object): string | Promise<string>;
  getCacheKey(content: GenerationContent, options?: object): string | Promise<string> {
    return this.parts.keys.keyOf(content, options);
  }

  /**
   * The stored result, or the one that `generate` brings. It runs once however many ask at the same time. A result that cannot
   * be stored, or that `generate` has kept out by `skip()`, is handed out all the same.
   */
  async getOrGenerate<R>(
    content: GenerationContent,
    options: object | undefined,
    generate: Generate<R>,
    rules?: GetOrSetOptions,
  ): Promise<R> {
    if (typeof generate !== 'function') {
      abandonContent(content);
      throw new CacheUsageError(`generate must be a function that makes the result; got ${typeof generate}.`);
    }
    const key = await this.getCacheKey(content, options);
    const { clock } = this.manager.cache.parts;
    let made: number | undefined;
    const load = async (context: LoaderContext<StoredResult>): Promise<StoredResult> => {
      const begun = clock.now();
      const own = new GenerationContext<R, StoredResult>(context, ({ result }) => result as R);
      const result = await generate(own);
      // A ttl that is none was set: nobody knows how long it would be good.
      if (own.refusal !== undefined) context.skip();
      made = clock.now() - begun;
      return { result, took: made };
    };
    const stored = await this.manager.getOrSet<StoredResult>(key, load, this.storing(rules));
    if (!isStoredResult(stored)) return this.generateInPlace(key, load);
    // No two generations take the same time, to the fraction of a microsecond.
    if (made !== stored.took) this.parts.timeAvoided += stored.took;
    return stored.result as R;
  }

  /** The stored result; `undefined` when there is none, or none that is fresh. */
  async getCachedResult<T = unknown>(content: GenerationContent, options?: object): Promise<T | undefined> {
    return this.get<T>(await this.getCacheKey(content, options));
  }

  /**
   * Stores a result that was generated elsewhere. `false`: it could not be stored.
   * @throws CacheValueError naming the path of what cannot be stored. @throws CacheUsageError for a `took` that is no time.
   */
  async cacheResult(
    content: GenerationContent,
    options: object | undefined,
    result: unknown,
    rules?: Duration | GivenResultOptions,
  ): Promise<boolean> {
    return this.set(await this.getCacheKey(content, options), result, rules);
  }

  /** The result under a key of `getCacheKey`, or one of your own. */
  async get<T = unknown>(key: string): Promise<T | undefined> {
    const stored = await this.manager.get(key);
    // Somebody else may have put something there, by the manager.
    if (!isStoredResult(stored)) return undefined;
    this.parts.timeAvoided += stored.took;
    return stored.result as T;
  }

  /** As `cacheResult`, under a key of `getCacheKey` or one of your own. */
  async set(key: string, result: unknown, rules?: Duration | GivenResultOptions): Promise<boolean> {
    const { took = 0, ...options } = typeof rules === 'object' && rules !== null ? rules : { ttl: rules };
    if (!isTime(took)) {
      throw new CacheUsageError(`took must be a number of milliseconds, 0 or more; got ${shownValue(took)}.`);
    }
    const stored: StoredResult = { result, took };
    return this.manager.set(key, stored, this.storing(options));
  }

  has(key: string): Promise<boolean> {
    return this.manager.has(key);
  }

  /** `true`: it is gone, also when there was nothing. */
  delete(key: string): Promise<boolean> {
    return this.manager.delete(key);
  }

  /** Everything, with all tenants; of a tenant: all that is that tenant's. `true`: complete. */
  clear(): Promise<boolean> {
    return this.manager.clear();
  }

  /** The same cache for one tenant. */
  forTenant(id: string): GenerationCache {
    return new GenerationCache(this.manager.forTenant(id), this.parts);
  }

  getStats(): GenerationStats {
    return statsOf(this.manager, this.parts.maxBytes, this.parts.timeAvoided);
  }

  /** Where somebody else has put something there, by the manager: it goes, and is as if it had never been. */
  private async generateInPlace<R>(
    key: string,
    load: (context: LoaderContext<StoredResult>) => Promise<StoredResult>,
  ): Promise<R> {
    await this.manager.delete(key);
    return (await load(new LoadContext<StoredResult>(key, undefined))).result as R;
  }

  private storing(rules: GetOrSetOptions | undefined): GetOrSetOptions | undefined {
    const { ttl } = this.parts;
    if (ttl === undefined) return rules;
    if (typeof rules !== 'object' || rules === null) return rules ?? ttl;
    return rules.ttl === undefined ? { ...rules, ttl } : rules;
  }
}

function isStoredResult(value: unknown): value is StoredResult {
  return typeof value === 'object' && value !== null && 'result' in value && 'took' in value && isTime(value.took);
}

function isTime(took: unknown): took is number {
  return typeof took === 'number' && took >= 0 && took < Infinity;
}
