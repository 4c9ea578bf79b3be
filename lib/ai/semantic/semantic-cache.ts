import type { Duration } from '../../contracts/duration.js';
import { checkTags } from '../../core/call-options.js';
import { canonicalName } from '../../core/canonical-text.js';
import { parseDuration } from '../../support/duration.js';
import { CacheTenantError, CacheUsageError } from '../../support/errors.js';
import { Opaque } from '../../support/opaque.js';
import { operationName } from '../../support/operation-name.js';
import type { AiRequest } from '../ai-request.js';
import type { SemanticCacheOptions, SemanticCandidate } from './semantic-cache.options.js';
import type { Invalidable } from './semantic-fence.js';
import type { SemanticAnswer, SemanticLoad } from './semantic-flights.js';
import { candidateOf, SemanticLook } from './semantic-look.js';
import { SemanticParts } from './semantic-parts.js';
import { placeOf, type SemanticPlace } from './semantic-place.js';
import { SemanticView } from './semantic-view.js';

/** How one value is stored. */
export interface SemanticSetOptions {
  /** Default: that of the cache. `0`: not stored, and `set` removes what there was for the text. */
  readonly ttl?: Duration;
  /** Beside `operation:<name>` and `model:<id>`. */
  readonly tags?: readonly string[];
}

/** Since the start, of all tenants. `hits` and `misses`: calls that an answer was found for, and the others. */
export interface SemanticStats {
  readonly hits: number;
  readonly misses: number;
  readonly entries: number;
  /** What `onError` was told of. */
  readonly errors: number;
}

/**
 * Answers to texts that mean the same, in this process. A text is compared with those texts only that were asked with the
 * same operation, question, model and options, and by the same tenant: whatever else differs, nothing is ever shared. The
 * very same text is found without asking the embedder.
 *
 * `get` and `set` reject as the embedder, the index or `verify` do, and with `CacheEmbeddingError` for a vector that is none, or
 * of other dimensions than before; `getOrSet` loads then, and stores nothing. All reject with `CacheUsageError`, `CacheKeyError`
 * or `CacheTenantError` for a request that cannot be meant.
 */
export class SemanticCache<V = unknown> extends Opaque {
  private readonly view: SemanticView<V>;
  private readonly parts: SemanticParts<V>;

  /** @throws CacheUsageError naming the option that cannot be meant. */
  constructor(options: SemanticCacheOptions<V> | SemanticView<V>) {
    super();
    this.view = options instanceof SemanticView ? options : new SemanticView(new SemanticParts(options));
    this.parts = this.view.parts;
  }

  /** The most similar answer that is similar enough; `undefined`: there is none. */
  async get(request: AiRequest): Promise<SemanticCandidate<V> | undefined> {
    const { parts } = this;
    const { found } = await new SemanticLook(parts, this.placeOf(request), request).run();
    parts.count(found !== undefined);
    if (found === undefined) return undefined;
    parts.entries.touch(found.entry);
    return candidateOf(parts, found.entry, found.similarity);
  }

  /**
   * Stores the value for the text, in place of what stood there for that very text. `false`: it was invalidated, or overtaken by
   * a later one, while the embedder was asked; or its ttl is 0.
   * @throws CacheValueError naming the path of what cannot be stored.
   */
  async set(request: AiRequest, value: V, options?: SemanticSetOptions): Promise<boolean> {
    const { parts } = this;
    const place = this.placeOf(request);
    const ttl = this.ttlOf(options);
    const tags = tagsOf(place, options);
    const kept = parts.isolation.keep(value);
    if (ttl === 0) {
      // What was there must not outlive it.
      await this.delete(request);
      return false;
    }
    const making = parts.fence.open({ place, tags });
    try {
      return await parts.store(place, kept, await parts.vectorOf(place.text), ttl, making);
    } finally {
      parts.fence.close(making);
    }
  }

  /**
   * The most similar answer, or the one that `load` brings, which is stored for this text. It runs once for all who ask for the
   * very same at the same time; its error reaches them unchanged, and stores nothing. No other trouble does: `onError` is told
   * of that.
   */
  async getOrSet(request: AiRequest, load: SemanticLoad<V>, options?: SemanticSetOptions): Promise<SemanticAnswer<V>> {
    if (typeof load !== 'function') throw new CacheUsageError(`load must be a function; got ${typeof load}.`);
    const place = this.placeOf(request);
    const call = { place, request, load, ttl: this.ttlOf(options), tags: tagsOf(place, options) };
    return this.view.flights.get(call);
  }

  /**
   * Removes the answer to that very text, and no similar one: where `matched` has brought a wrong answer, that of the request with
   * `matched` for its text. `true`: there was one. Rejects for a request that cannot be meant.
   */
  async delete(request: AiRequest): Promise<boolean> {
    const place = this.placeOf(request);
    return this.invalidate((one) => one.place.id === place.id) > 0;
  }

  /** Everything stored under any of the tags, of this cache's own tenant or of none: see `forTenant`. How many went. */
  invalidateTags(...tags: string[]): number {
    const wanted = checkTags(tags);
    const { tenant } = this.view;
    return this.invalidate((one) => one.place.tenant === tenant && one.tags.some((tag) => wanted.includes(tag)));
  }

  /** All answers of an operation, of this cache's own tenant or of none. How many went. */
  invalidateByOperation(operation: string): number {
    return this.invalidateTags(`operation:${canonicalName(operationName(operation))}`);
  }

  /** Everything of that tenant. How many went. @throws CacheTenantError when the cache is of another one. */
  invalidateTenant(tenant: string): number {
    const own = this.view.tenant;
    if (own !== undefined && own !== tenant) {
      throw new CacheTenantError('The cache is of another tenant than the one to be invalidated.');
    }
    return this.invalidate((one) => one.place.tenant === tenant);
  }

  /** Everything, with all tenants; of a tenant: all that is that tenant's. How many went. */
  clear(): number {
    const { tenant } = this.view;
    return tenant === undefined ? this.invalidate(() => true) : this.invalidateTenant(tenant);
  }

  /** The same cache for one tenant. A request of another tenant is refused there. */
  forTenant(id: string): SemanticCache<V> {
    if (typeof id === 'string' && id !== '') return new SemanticCache(this.view.of(id));
    throw new CacheUsageError('A tenant must be a string that is not empty.');
  }

  getStats(): SemanticStats {
    const { hits, misses, errors, entries } = this.parts;
    return { hits, misses, errors, entries: entries.size };
  }

  private invalidate(goes: (concerns: Invalidable) => boolean): number {
    const { entries, fence } = this.parts;
    fence.spoilWhere(goes);
    return entries.removeWhere(goes);
  }

  private placeOf(request: AiRequest): SemanticPlace {
    return placeOf(this.parts.keys, request, this.view.tenant);
  }

  private ttlOf(options: SemanticSetOptions | undefined): number {
    return options?.ttl === undefined ? this.parts.rules.ttl : parseDuration(options.ttl, 'ttl');
  }
}

function tagsOf(place: SemanticPlace, options: SemanticSetOptions | undefined): readonly string[] {
  return options?.tags === undefined ? place.tags : [...place.tags, ...checkTags(options.tags)];
}
