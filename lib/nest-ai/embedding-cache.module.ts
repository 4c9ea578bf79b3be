import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import { EmbeddingCache } from '../ai/embeddings/embedding-cache.js';
import { embeddingRules, type EmbeddingCacheOptions } from '../ai/embeddings/embedding-cache.options.js';
import { vectorCodec } from '../ai/embeddings/vector.codec.js';
import { CacheModule } from '../cache.module.js';
import type { CacheModuleOptions } from '../contracts/options.js';
import type { CacheManager } from '../core/cache-manager.js';
import { getCacheToken } from '../nest/tokens.js';
import { CacheConfigError, CacheUsageError } from '../support/errors.js';

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

/** What `forRootAsync` takes. `name` and `isGlobal` stand beside the factory, not in what it returns. */
export interface EmbeddingCacheModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Default `embeddings`. */
  readonly name?: string;
  /** Default true. */
  readonly isGlobal?: boolean;
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (
    // Whatever is injected.
    ...args: never[]
  ) => Given | Promise<Given>;
}

const DEFAULT_NAME = 'embeddings';

type Given = Omit<EmbeddingCacheModuleOptions, 'name' | 'isGlobal'>;

/** Options where nothing that prints a module or its providers sees them: those of the cache hold passwords. */
class HeldOptions {
  readonly #cache: CacheModuleOptions;

  constructor(
    readonly embeddings: EmbeddingCacheOptions,
    cache: CacheModuleOptions,
  ) {
    this.#cache = cache;
  }

  get cache(): CacheModuleOptions {
    return this.#cache;
  }
}

/** Makes the options of one cache of embeddings, for itself and for the cache below. */
@Module({})
class EmbeddingOptionsModule {}

/**
 * A cache for vectors of texts: a cache of its own, and `EmbeddingCache` to be injected. Import it again with a `name` for a
 * further one, and inject that by `getEmbeddingCacheToken(name)`. A fault in the options stops the application with a
 * `CacheConfigError`.
 */
@Module({})
export class EmbeddingCacheModule {
  static forRoot({ name, isGlobal, ...options }: EmbeddingCacheModuleOptions): DynamicModule {
    return define({ name, isGlobal }, {}, () => options);
  }

  static forRootAsync({
    name,
    isGlobal,
    imports,
    inject,
    useFactory,
  }: EmbeddingCacheModuleAsyncOptions): DynamicModule {
    return define(
      { name, isGlobal },
      { imports, inject },
      useFactory as (...args: unknown[]) => Given | Promise<Given>,
    );
  }
}

/** What injects the cache of embeddings of this name; the class itself for the one without a name of its own. */
export function getEmbeddingCacheToken(name: string = DEFAULT_NAME): string | typeof EmbeddingCache {
  return name === DEFAULT_NAME ? EmbeddingCache : `nestjs-cached:embeddings:${name}`;
}

interface Extras {
  readonly name: string | undefined;
  readonly isGlobal: boolean | undefined;
}

function define(
  { name = DEFAULT_NAME, isGlobal = true }: Extras,
  { imports = [], inject = [] }: { imports?: DynamicModule['imports']; inject?: FactoryProvider['inject'] | undefined },
  make: (...args: unknown[]) => Given | Promise<Given>,
): DynamicModule {
  const held = Symbol(`nestjs-cached:embedding-options:${name}`);
  const token = getEmbeddingCacheToken(name);
  const options: DynamicModule = {
    module: EmbeddingOptionsModule,
    imports: imports ?? [],
    providers: [
      {
        provide: held,
        inject: [...inject],
        useFactory: async (...args: unknown[]) => holdOptions(await make(...args)),
      },
    ],
    exports: [held],
  };
  const cache = CacheModule.forRootAsync({
    ...{ name, isGlobal, imports: [options], inject: [held] },
    useFactory: (given: HeldOptions) => given.cache,
  });
  return {
    module: EmbeddingCacheModule,
    global: isGlobal,
    imports: [options, cache],
    providers: [
      {
        provide: token,
        inject: [getCacheToken(name), held],
        useFactory: (manager: CacheManager, { embeddings }: HeldOptions) => new EmbeddingCache(manager, embeddings),
      },
    ],
    exports: [token, cache],
  };
}

/** @throws CacheConfigError for what is no option, or cannot be meant. */
function holdOptions({ cache = {}, ...embeddings }: Given): HeldOptions {
  try {
    embeddingRules(embeddings);
  } catch (error) {
    if (!(error instanceof CacheUsageError)) throw error;
    throw new CacheConfigError([{ path: 'embeddings', message: error.message }]);
  }
  const redis = cache.redis && { commandTimeout: '1s' as const, ...cache.redis };
  const defaults = { ttl: '30d' as const, logKeys: 'digest' as const, codec: vectorCodec, compression: false as const };
  return new HeldOptions(embeddings, { ...defaults, ...cache, ...(redis && { redis }) });
}
