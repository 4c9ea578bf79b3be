import type { CacheManager } from '../../core/cache-manager.js';
import type { CallOptions } from '../../core/call-options.js';
import type { CacheScope } from '../../core/scopes.js';
import type { MaybePromise } from '../../contracts/maybe-promise.js';
import type { SetOptions } from '../../contracts/options.js';
import { checkLimit, type BatchLimits } from '../../core/batches/in-batches.js';
import { CacheUsageError } from '../../support/errors.js';
import { Opaque } from '../../support/opaque.js';
import { tenantScope } from '../tenant-scope.js';
import {
  embeddingRules,
  type EmbeddingCacheOptions,
  type EmbeddingCallOptions,
  type EmbeddingRules,
} from './embedding-cache.options.js';
import { embedderFailure, ownErrorOf } from './embedder-failure.js';
import { EmbeddingLoad, type EmbedBatch } from './embedding-load.js';
import type { EmbeddingSpace } from './embedding-space.js';
import { EmbeddingSpaces } from './embedding-spaces.js';
import type { EmbeddingVector } from './vector.js';

/** Asks the model for the vector of one text. */
export type Embed = (text: string) => MaybePromise<EmbeddingVector>;

/** What a vector weighs hardly differs, so few commands for many of them serve as well as many. */
const MAX_LOOKS = 2;

/**
 * Vectors of texts, cached by model, version and text: the embedder is asked only for those that nobody has or is asking for,
 * in this process and in others. A vector is stored as it is checked: as many dimensions as all others, each a finite number
 * of 32 bits. What is returned is the caller's own.
 *
 * A text that is no string, and an option that cannot be meant, reject with `CacheUsageError`; a tenant that cannot be told
 * with `CacheTenantError`. Of trouble with the backend no caller hears: the embedder is asked then.
 */
export class EmbeddingCache extends Opaque {
  private readonly rules: EmbeddingRules;
  private readonly spaces: EmbeddingSpaces;
  /** Whether the cache hands out its own vectors (`isolation: 'share'`), so that they have to be copied here. */
  private readonly copies: boolean;

  /** @throws CacheUsageError naming the option that cannot be meant. */
  constructor(
    private readonly manager: CacheManager,
    options: EmbeddingCacheOptions,
  ) {
    super();
    this.rules = embeddingRules(options);
    this.spaces = new EmbeddingSpaces(this.rules.identity);
    this.copies = manager.cache.parts.isolation.keep(new Float32Array(1)).handing.isShared;
  }

  /** Which vectors these are, as the options of the cache say. */
  get version(): string | number | undefined {
    return this.rules.identity.version;
  }

  /**
   * The vector in the cache, or the one that `embed` brings; it runs once however many ask at the same time, by this method
   * or by `getOrEmbedMany`. The embedder's own error reaches the caller unchanged, also where it has failed for the batch of
   * another call in which the text is.
   * @throws CacheEmbeddingError when what it brings is no vector of the right kind; nothing is stored then.
   */
  async getOrEmbed(text: string, embed: Embed, options?: EmbeddingCallOptions): Promise<Float32Array> {
    requireFunction(embed);
    const space = this.spaces.of(options);
    const scope = tenantScope(this.manager, options?.tenant);
    const key = space.keyOf(checkText(text));
    const load = async (): Promise<Float32Array> => space.take(await asked(embed, text));
    try {
      const vector = space.recall(await this.manager.cache.getOrSet(scope, key, load, storing(options)));
      return this.copies ? vector.slice() : vector;
    } catch (error) {
      throw ownErrorOf(error);
    }
  }

  /**
   * The vectors of the texts, in their order. `embedBatch` is given those that are missing, each once, in batches of `batchSize`,
   * and returns their vectors in the order of the texts it was given.
   * @throws CacheEmbeddingError when it fails for a batch (its own error is the `cause`), returns too few or too many vectors
   *   or wrong ones; the same for texts that another call is asking for. What is right about the others is stored: the next call asks only for what has failed.
   */
  async getOrEmbedMany(
    texts: Iterable<string>,
    embedBatch: EmbedBatch,
    options?: EmbeddingCallOptions,
  ): Promise<Float32Array[]> {
    requireFunction(embedBatch);
    const { cache } = this.manager;
    const space = this.spaces.of(options);
    const scope = tenantScope(this.manager, options?.tenant);
    const byKey = new Map<string, string>();
    const keys = keysOf(space, texts, byKey);
    const load = new EmbeddingLoad(cache.parts, scope, space, this.limitsOf(options), byKey, embedBatch);
    const found = await cache.loadMany(scope, [...byKey.keys()], load.run, this.resolved(options));
    const given = new Set<Float32Array>();
    return keys.map((key) => {
      const vector = space.recall(found.get(key));
      if (this.copies || given.has(vector)) return vector.slice();
      given.add(vector);
      return vector;
    });
  }

  /** Removes the vectors of these texts. `true`: complete. */
  async delete(texts: Iterable<string>, options?: Omit<EmbeddingCallOptions, keyof SetOptions>): Promise<boolean> {
    const scope: CacheScope = tenantScope(this.manager, options?.tenant);
    return this.manager.cache.invalidations.deleteMany(scope, keysOf(this.spaces.of(options), texts, new Map()));
  }

  private limitsOf(options: EmbeddingCallOptions | undefined): BatchLimits {
    const { limits } = this.rules;
    if (options?.batchSize === undefined) return limits;
    return { ...limits, size: checkLimit('batchSize', options.batchSize) };
  }

  private resolved(options: EmbeddingCallOptions | undefined): CallOptions {
    return { ...this.manager.cache.parts.resolver.resolve(storing(options)), maxLooks: MAX_LOOKS };
  }
}

/** @throws CacheEmbeddingError when it fails. */
async function asked(embed: Embed, text: string): Promise<EmbeddingVector> {
  try {
    return await embed(text);
  } catch (error) {
    throw embedderFailure(error, 1);
  }
}

/** What concerns the entries only. */
function storing(options: EmbeddingCallOptions | undefined): SetOptions | undefined {
  if (options === undefined) return undefined;
  const { tenant: _0, model: _1, dimensions: _2, version: _3, purpose: _4, batchSize: _5, ...rest } = options;
  return rest;
}

function keysOf(space: EmbeddingSpace, texts: Iterable<string>, byKey: Map<string, string>): string[] {
  if (typeof texts === 'string') throw new CacheUsageError('The texts must be a list of strings; got one string.');
  if (typeof texts !== 'object' || texts === null || !(Symbol.iterator in texts)) {
    throw new CacheUsageError(`The texts must be a list of strings; got ${texts === null ? 'null' : typeof texts}.`);
  }
  return Array.from(texts, (text) => {
    const key = space.keyOf(checkText(text));
    byKey.set(key, text);
    return key;
  });
}

function checkText(text: unknown): string {
  if (typeof text === 'string') return text;
  throw new CacheUsageError(`A text must be a string; got ${text === null ? 'null' : typeof text}.`);
}

function requireFunction(embed: unknown): void {
  if (typeof embed === 'function') return;
  throw new CacheUsageError(`The embedder must be a function of what it is to embed; got ${typeof embed}.`);
}
