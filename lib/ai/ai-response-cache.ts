import type { GetOrSetOptions } from '../core/call-options.js';
import { NO_HIT, type RENEW } from '../core/cache.js';
import type { CacheManager } from '../core/cache-manager.js';
import { canonicalName } from '../core/canonical-text.js';
import type { CacheScope } from '../core/scopes.js';
import { CacheTenantError, CacheUsageError } from '../support/errors.js';
import { Opaque } from '../support/opaque.js';
import { operationName } from '../support/operation-name.js';
import type { AiCacheEventType, AiCacheListener } from './ai-events.js';
import { AiParts } from './ai-parts.js';
import type { AiRequest } from './ai-request.js';
import { statsOf, summaryOf, type AiCacheStats, type AiPerformanceSummary } from './ai-stats.js';
import type { AnswerRules, StreamAnswerRules, StreamRules } from './answer-rules.js';
import { judge } from './answer-verdict.js';
import type { CostReport } from './cost/cost-ledger.js';
import { Generation, type Generate } from './generation.js';
import type { GivenAnswer } from './given-answer.js';
import type { KeyDifference } from './keys/key-difference.js';
import { PreparedRequest } from './keys/prepared-request.js';
import type { AiCacheOptions } from './options/ai-cache-options.js';
import type { StoredAnswer } from './stored-answer.js';
import { AnswerStream } from './streams/answer-stream.js';
import { StreamGeneration, streamKey, type GenerateStream } from './streams/stream-generation.js';

type Tried = typeof NO_HIT | typeof RENEW;

/**
 * Answers of models, cached. One generation a question in the whole fleet, and what is no good answer is never stored.
 *
 * A request whose key cannot be made rejects with `CacheUsageError` or `CacheKeyError`, one whose tenant cannot be told with
 * `CacheTenantError`; nothing is generated then. An error of the model reaches its callers unchanged, and stores nothing. Of
 * trouble with the backend no caller hears.
 */
export class AiResponseCache extends Opaque {
  private readonly parts: AiParts;
  private lastScope: CacheScope | undefined;

  /** @throws CacheConfigError that lists every fault of the options. Its option `cache` is the manager's, and not read here. */
  constructor(
    private readonly manager: CacheManager,
    options: AiCacheOptions | AiParts = {},
  ) {
    super();
    this.parts = options instanceof AiParts ? options : new AiParts(options);
  }

  /** The request with its key, for a caller who asks it often: to make the key is most of the work of a hit. */
  prepare(request: AiRequest): PreparedRequest {
    return this.parts.keys.prepare(request);
  }

  /** The tenant in whose address space its answer is; `undefined`: in that of none. @throws CacheTenantError */
  tenantOf(request: PreparedRequest): string | undefined {
    return this.scopeOf(request.tenant).tenant;
  }

  /** Why two requests do not share an answer; empty when they do. Never shows a text. */
  explainKey(a: AiRequest | PreparedRequest, b: AiRequest | PreparedRequest): KeyDifference[] {
    return this.parts.keys.explainKey(a, b);
  }

  /**
   * The answer in the cache, or the one that `generate` brings. It runs once however many ask at the same time, in this
   * process and in others. What `validate` and its like keep out of the cache is handed to all of them too.
   */
  getOrGenerate<R>(request: AiRequest | PreparedRequest, generate: Generate<R>, rules?: AnswerRules<R>): Promise<R> {
    try {
      const { parts, manager } = this;
      const { cache } = manager;
      const { books } = parts;
      const prepared = request instanceof PreparedRequest ? request : parts.keys.prepare(request);
      const scope = this.scopeOf(prepared.tenant);
      books.asked[prepared.tier]++;
      const begun = books.timesNextHit ? cache.parts.clock.now() : undefined;
      const hit = cache.tryHit(scope, prepared.key, cache.parts.resolver.betaOf(rules));
      if (typeof hit === 'symbol') return this.generate(prepared, scope, generate, rules, hit);
      const answer = hit.read() as StoredAnswer;
      const took = begun === undefined ? undefined : cache.parts.clock.now() - begun;
      books.servedNear(prepared, scope.tenant, answer, took);
      return Promise.resolve(answer.response as R);
    } catch (error) {
      const fault: Error = error as CacheUsageError;
      return Promise.reject(fault);
    }
  }

  private async generate<R>(
    request: PreparedRequest,
    scope: CacheScope,
    generate: Generate<R>,
    rules: AnswerRules<R> | undefined,
    tried: Tried,
  ): Promise<R> {
    requireFunction(generate);
    const { books } = this.parts;
    const { cache } = this.manager;
    const { clock, resolver } = cache.parts;
    const parts = { books, clock, storeToolCalls: this.parts.storeToolCalls };
    const generation = new Generation(parts, request, scope.tenant, generate, rules);
    const options = resolver.resolve(this.storing(request, rules));
    const begun = clock.now();
    const answer = await cache.read(scope, request.key, generation.load, options, tried, rules?.signal);
    if (!generation.hasMade(answer)) books.servedFar(request, scope.tenant, answer, clock.now() - begun);
    return answer.response as R;
  }

  /**
   * The items of a stream, from the cache or as the model sends them; whoever comes later joins, and gets them all. Stored
   * when the stream has come to its proper end. A fault of the request rejects the first `next()`.
   */
  getOrGenerateStream<P>(
    request: AiRequest | PreparedRequest,
    generate: GenerateStream<P>,
    rules?: StreamAnswerRules,
  ): AsyncIterableIterator<P> {
    return new AnswerStream<P>(() => {
      requireFunction(generate);
      const { books, keys, storeToolCalls } = this.parts;
      const { cache } = this.manager;
      const prepared = keys.prepare(request);
      const scope = this.scopeOf(prepared.tenant);
      books.asked[prepared.tier]++;
      const parts = { books, clock: cache.parts.clock, storeToolCalls: rules?.storeToolCalls ?? storeToolCalls };
      const generation = new StreamGeneration(parts, prepared, scope.tenant, generate, rules?.describe);
      const options = this.storing(prepared, rules);
      const items = cache.getOrSetStream(scope, streamKey(prepared), generation.source, options);
      return { items, generation };
    });
  }

  /** The answer in the cache; `undefined` when there is none, or none that is fresh. */
  async getCachedResponse<R = unknown>(request: AiRequest | PreparedRequest): Promise<R | undefined> {
    const { books, keys } = this.parts;
    const { cache } = this.manager;
    const prepared = keys.prepare(request);
    const scope = this.scopeOf(prepared.tenant);
    books.asked[prepared.tier]++;
    const begun = cache.parts.clock.now();
    const answer = (await cache.reads.get(scope, prepared.key)) as StoredAnswer | undefined;
    if (answer === undefined) return undefined;
    books.servedFar(prepared, scope.tenant, answer, cache.parts.clock.now() - begun);
    return answer.response as R;
  }

  /**
   * Stores an answer that was generated elsewhere, and counts it as a generation. `false`: it is refused, or could not be
   * stored.
   * @throws CacheValueError naming the path of what cannot be stored.
   */
  async cacheResponse<R>(given: GivenAnswer<R>, rules?: AnswerRules<R>): Promise<boolean> {
    const { response, usage, took = 0, ...request } = given;
    const { books, keys, storeToolCalls } = this.parts;
    const prepared = keys.prepare(request);
    const scope = this.scopeOf(prepared.tenant);
    const { facts, refusal } = judge(response, rules, storeToolCalls);
    const record = books.generated(prepared, scope.tenant, { ...facts, usage: usage ?? facts.usage }, took, refusal);
    if (refusal !== undefined) return false;
    const stored: StoredAnswer = { response, ...record };
    return this.manager.cache.writes.set(scope, prepared.key, stored, this.storing(prepared, rules));
  }

  /** All answers of an operation, in O(1). Of this cache's own tenant or of none: see `forTenant`. `true`: complete. */
  invalidateByOperation(operation: string): Promise<boolean> {
    return this.manager.invalidateTags(`operation:${canonicalName(operationName(operation))}`);
  }

  /** All answers of a model, in O(1), by the name the requests give it. Of this cache's own tenant or of none. */
  invalidateByModel(model: string): Promise<boolean> {
    return this.manager.invalidateTags(`model:${canonicalName(model)}`);
  }

  /** All whose key matches the glob. A key begins with `<operation>:<tier>:<model>:`; see `CacheManager.invalidate`. */
  invalidatePattern(pattern: string): Promise<number> {
    return this.manager.invalidate(pattern);
  }

  /** Everything, with all tenants; of a tenant: all that is that tenant's. `true`: complete. */
  clear(): Promise<boolean> {
    return this.manager.clear();
  }

  /** The same cache for one tenant. A request of another tenant is refused there. Counts into the same books. */
  forTenant(id: string): AiResponseCache {
    return new AiResponseCache(this.manager.forTenant(id), this.parts);
  }

  /** Listens to what becomes of the questions, of all tenants. Returns the unsubscribe function. */
  on(event: AiCacheEventType, listener: AiCacheListener): () => void {
    return this.parts.books.events.on(event, listener);
  }

  getCacheStats(): AiCacheStats {
    return statsOf(this.manager, this.parts.books);
  }

  /** `hits / (hits + misses)`; 0 before the first. */
  getCacheHitRatio(): number {
    return this.manager.getStats().hitRatio;
  }

  getPerformanceSummary(): AiPerformanceSummary {
    return summaryOf(this.manager, this.parts.books);
  }

  /** Tokens, money and time, spent and avoided: in all, and by operation, model and tenant. */
  getCost(): CostReport {
    return this.parts.books.ledger.report;
  }

  /** @throws CacheTenantError */
  private scopeOf(tenant: string | undefined): CacheScope {
    const { manager } = this;
    const { home } = manager;
    if (tenant !== undefined && tenant !== home.tenant) {
      // Looked at by every hit of a tenant, and most often the one before.
      if (this.lastScope?.tenant === tenant) return this.lastScope;
      if (home.tenant === undefined) return (this.lastScope = manager.cache.parts.scopes.tenant(home, tenant));
      throw new CacheTenantError('The request is of another tenant than this cache. Ask it of that tenant’s own.');
    }
    const { scope } = manager;
    if (scope.tenant !== undefined || !this.parts.tenantRequired) return scope;
    throw new CacheTenantError(
      'The request is of no tenant, and tenant.required is set. Name one in the request, or by forTenant(id).',
    );
  }

  private storing(request: PreparedRequest, rules: StreamRules | undefined): Exclude<GetOrSetOptions, string | number> {
    const ttl = rules?.ttl ?? this.parts.operationTtls.get(request.operationName);
    return { ...rules, ...(ttl !== undefined && { ttl }), tags: request.tags };
  }
}

function requireFunction(generate: unknown): void {
  if (typeof generate === 'function') return;
  throw new CacheUsageError(`generate must be a function that asks the model; got ${typeof generate}.`);
}
