import { Module, type DynamicModule } from '@nestjs/common';
import { EmbeddingCache } from '../ai/embeddings/embedding-cache.js';
import { embeddingRules, type EmbeddingCacheOptions } from '../ai/embeddings/embedding-cache.options.js';
import { vectorCodec } from '../ai/embeddings/vector.codec.js';
import { isGroup } from '../config/option-faults.js';
import { kindOf } from '../config/shown-value.js';
import type { CacheModuleOptions } from '../contracts/options.js';
import { CacheConfigError, CacheUsageError } from '../support/errors.js';
import { moduleOverCache, type AsyncOptions, type OptionSources } from './module-over-cache.js';

/** Everything `EmbeddingCacheModule.forRoot` takes. */
export interface EmbeddingCacheModuleOptions extends EmbeddingCacheOptions {
  /** Which cache this is; `@InjectCache(name)` finds its manager. Default `embeddings`. */
  readonly name?: string;
  /** Whether every module can inject it without importing. Default true. */
  readonly isGlobal?: boolean;
  /**
   * Those of the cache below: where vectors are kept. It stores them as bytes, uncompressed, for 30 days, and waits for Redis
   * for up to 1 s, since to ask the model takes longer. Its log shows no key.
   */
  readonly cache?: Omit<CacheModuleOptions, 'name' | 'isGlobal'>;
}

const DEFAULT_NAME = 'embeddings';

type Given = Omit<EmbeddingCacheModuleOptions, 'name' | 'isGlobal'>;

/** What `forRootAsync` takes. `name` (default `embeddings`) and `isGlobal` stand beside the factory, not in what it returns. */
export type EmbeddingCacheModuleAsyncOptions = AsyncOptions<Given>;

/** The options of both, checked. */
interface Split {
  readonly embeddings: EmbeddingCacheOptions;
  readonly cache: CacheModuleOptions;
}

/**
 * A cache for vectors of texts: a cache of its own, and `EmbeddingCache` to be injected. Import it again with a `name` for a
 * further one, and inject that by `getEmbeddingCacheToken(name)`. A fault in the options stops the application with a
 * `CacheConfigError`.
 */
@Module({})
export class EmbeddingCacheModule {
  static forRoot(options: EmbeddingCacheModuleOptions): DynamicModule {
    const { name, isGlobal, ...given } = Object(options) as EmbeddingCacheModuleOptions;
    // What is no object has no members to take apart: it goes where that is said.
    return define({ name, isGlobal }, {}, () => (isGroup(options) ? given : options));
  }

  static forRootAsync({ useFactory, ...rest }: EmbeddingCacheModuleAsyncOptions): DynamicModule {
    return define(rest, rest, useFactory as (...args: unknown[]) => Given | Promise<Given>);
  }
}

/** What injects the cache of embeddings of this name; the class itself for the one without a name of its own. */
export function getEmbeddingCacheToken(name: string = DEFAULT_NAME): string | typeof EmbeddingCache {
  return name === DEFAULT_NAME ? EmbeddingCache : `nestjs-cached:embeddings:${name}`;
}

interface Place {
  readonly name?: string | undefined;
  readonly isGlobal?: boolean | undefined;
}

function define(
  { name = DEFAULT_NAME, isGlobal }: Place,
  { imports, inject }: OptionSources,
  make: (...args: unknown[]) => Given | Promise<Given>,
): DynamicModule {
  return moduleOverCache<Split>({
    ...{
      module: EmbeddingCacheModule,
      name,
      isGlobal,
      token: getEmbeddingCacheToken(name),
      sources: { imports, inject },
    },
    make: async (...args) => split(await make(...args)),
    cacheOptionsOf: ({ cache }) => cache,
    open: (manager, { embeddings }) => new EmbeddingCache(manager, embeddings),
  });
}

/** @throws CacheConfigError for what is no option, or cannot be meant. */
function split(given: Given): Split {
  if (!isGroup(given)) throw faultAt('options', `must be an object; got ${kindOf(given)}.`);
  const { cache = {}, ...embeddings } = given;
  if (!isGroup(cache)) throw faultAt('cache', `must be an object of options; got ${kindOf(cache)}.`);
  try {
    embeddingRules(embeddings);
  } catch (error) {
    if (!(error instanceof CacheUsageError)) throw error;
    throw faultAt('embeddings', error.message);
  }
  const redis = cache.redis && { commandTimeout: '1s' as const, ...cache.redis };
  const defaults = { ttl: '30d' as const, logKeys: 'digest' as const, codec: vectorCodec, compression: false as const };
  return { embeddings, cache: { ...defaults, ...said(cache), ...(redis && { redis }) } };
}

/** Without what is `undefined`, which says nothing: else the ttl of the environment that is not set would end the 30 days. */
function said<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function faultAt(path: string, message: string): CacheConfigError {
  return new CacheConfigError([{ path, message }]);
}
