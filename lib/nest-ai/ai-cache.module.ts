import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import { AiResponseCache } from '../ai/ai-response-cache.js';
import type { AiCacheOptions } from '../ai/options/ai-cache-options.js';
import { DEFAULT_NAME } from '../ai/options/ai-defaults.js';
import { validateAiOptions } from '../ai/options/ai-option-faults.js';
import { cacheOptionsOf } from '../ai/options/cache-options-of.js';
import { CacheModule } from '../cache.module.js';
import type { CacheManager } from '../core/cache-manager.js';
import { getCacheToken } from '../nest/tokens.js';
import { CacheConfigError } from '../support/errors.js';

/** What `forRootAsync` takes. `name` and `isGlobal` stand beside the factory, not in what it returns. */
export interface AiCacheModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Default `ai`. */
  readonly name?: string;
  /** Default true. */
  readonly isGlobal?: boolean;
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (
    // Whatever is injected.
    ...args: never[]
  ) => Omit<AiCacheOptions, 'name' | 'isGlobal'> | Promise<Omit<AiCacheOptions, 'name' | 'isGlobal'>>;
}

/** Options where nothing that prints a module or its providers sees them: those of the cache hold passwords. */
class HeldAiOptions {
  readonly #options: AiCacheOptions;

  constructor(options: AiCacheOptions) {
    this.#options = options;
  }

  get given(): AiCacheOptions {
    return this.#options;
  }
}

/** Makes the options of one AI cache, for itself and for the cache below. */
@Module({})
class AiOptionsModule {}

/**
 * A cache for answers of models: a cache of its own, and `AiResponseCache` to be injected. Import it again with a `name` for
 * a further one, and inject that by `getAiCacheToken(name)`. A fault in the options stops the application with one
 * `CacheConfigError` that lists all of them.
 */
@Module({})
export class AiCacheModule {
  static forRoot(options: AiCacheOptions = {}): DynamicModule {
    const { name, isGlobal } = Object(options) as AiCacheOptions;
    return define({ name, isGlobal }, {}, () => validateAiOptions(options));
  }

  static forRootAsync({ name, isGlobal, imports, inject, useFactory }: AiCacheModuleAsyncOptions): DynamicModule {
    const factory = useFactory as (...args: unknown[]) => unknown;
    return define({ name, isGlobal }, { imports, inject }, async (...args) => {
      const options = validateAiOptions(await factory(...args));
      const misplaced = (['name', 'isGlobal'] as const).filter((key) => options[key] !== undefined);
      if (misplaced.length === 0) return options;
      throw new CacheConfigError(
        misplaced.map((path) => ({
          path,
          message: 'must stand beside the factory of forRootAsync, not in what it returns',
        })),
      );
    });
  }
}

/** What injects the AI cache of this name; the class itself for the one without a name of its own. */
export function getAiCacheToken(name: string = DEFAULT_NAME): string | typeof AiResponseCache {
  return name === DEFAULT_NAME ? AiResponseCache : `nestjs-cached:ai:${name}`;
}

type Extras = Pick<AiCacheOptions, 'name' | 'isGlobal'>;
type Sources = Pick<AiCacheModuleAsyncOptions, 'imports' | 'inject'>;

function define(
  { name = DEFAULT_NAME, isGlobal = true }: Extras,
  { imports = [], inject = [] }: { [K in keyof Sources]: Sources[K] | undefined },
  make: (...args: unknown[]) => AiCacheOptions | Promise<AiCacheOptions>,
): DynamicModule {
  const held = Symbol(`nestjs-cached:ai-options:${name}`);
  const token = getAiCacheToken(name);
  // One object, imported twice: one module, and so one call of the factory.
  const options: DynamicModule = {
    module: AiOptionsModule,
    imports,
    providers: [
      {
        provide: held,
        inject: [...inject],
        useFactory: async (...args: unknown[]) => new HeldAiOptions(await make(...args)),
      },
    ],
    exports: [held],
  };
  const cache = CacheModule.forRootAsync({
    name,
    isGlobal,
    imports: [options],
    inject: [held],
    useFactory: ({ given }: HeldAiOptions) => cacheOptionsOf(given),
  });
  return {
    module: AiCacheModule,
    global: isGlobal,
    imports: [options, cache],
    providers: [
      {
        provide: token,
        inject: [getCacheToken(name), held],
        useFactory: (manager: CacheManager, { given }: HeldAiOptions) => new AiResponseCache(manager, given),
      },
    ],
    exports: [token, cache],
  };
}
