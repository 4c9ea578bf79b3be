import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import { GenerationCache } from '../ai/generations/generation-cache.js';
import type { GenerationCacheOptions } from '../ai/generations/generation-cache-options.js';
import { validatePlacedOptions } from '../ai/generations/generation-option-faults.js';
import { cacheOptionsOf } from '../ai/generations/generation-place.js';
import { CacheModule } from '../cache.module.js';
import type { CacheManager } from '../core/cache-manager.js';
import { getCacheToken } from '../nest/tokens.js';
import { CacheConfigError } from '../support/errors.js';

const DEFAULT_NAME = 'generations';

type Extras = Pick<GenerationCacheOptions, 'name' | 'isGlobal'>;
type Given = Omit<GenerationCacheOptions, 'name' | 'isGlobal'>;

/** What `forRootAsync` takes. `name` and `isGlobal` stand beside the factory, not in what it returns. */
export interface GenerationCacheModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Default `generations`. */
  readonly name?: string;
  /** Default true. */
  readonly isGlobal?: boolean;
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (
    // Whatever is injected.
    ...args: never[]
  ) => Given | Promise<Given>;
}

/** Options where nothing that prints a module or its providers sees them: those of the cache may hold passwords. */
class HeldGenerationOptions {
  readonly #options: GenerationCacheOptions;

  constructor(options: GenerationCacheOptions) {
    this.#options = options;
  }

  get given(): GenerationCacheOptions {
    return this.#options;
  }
}

/** Makes the options of one cache of generations, for itself and for the cache below. */
@Module({})
class GenerationOptionsModule {}

/**
 * A cache for results of generating or parsing documents: a cache of its own on disk, and `GenerationCache` to be injected.
 * Import it again with a `name` and a `directory` for a further one, and inject that by `getGenerationCacheToken(name)`. A fault
 * in the options stops the application with one `CacheConfigError` that lists all of them.
 */
@Module({})
export class GenerationCacheModule {
  static forRoot(options: GenerationCacheOptions): DynamicModule {
    const { name, isGlobal } = Object(options) as GenerationCacheOptions;
    return define({ name, isGlobal }, {}, () => validatePlacedOptions(options));
  }

  static forRootAsync(options: GenerationCacheModuleAsyncOptions): DynamicModule {
    const { name, isGlobal, imports, inject, useFactory } = options;
    const factory = useFactory as (...args: unknown[]) => unknown;
    return define({ name, isGlobal }, { imports, inject }, async (...args) => {
      const given = validatePlacedOptions(await factory(...args));
      const misplaced = (['name', 'isGlobal'] as const).filter((key) => given[key] !== undefined);
      if (misplaced.length === 0) return given;
      throw new CacheConfigError(
        misplaced.map((path) => ({
          path,
          message: 'must stand beside the factory of forRootAsync, not in what it returns',
        })),
      );
    });
  }
}

/** What injects the cache of this name; the class itself for the one without a name of its own. */
export function getGenerationCacheToken(name: string = DEFAULT_NAME): string | typeof GenerationCache {
  return name === DEFAULT_NAME ? GenerationCache : `nestjs-cached:generations:${name}`;
}

type Sources = Pick<GenerationCacheModuleAsyncOptions, 'imports' | 'inject'>;

function define(
  { name = DEFAULT_NAME, isGlobal = true }: { [K in keyof Extras]: Extras[K] | undefined },
  { imports = [], inject = [] }: { [K in keyof Sources]: Sources[K] | undefined },
  make: (...args: unknown[]) => GenerationCacheOptions | Promise<GenerationCacheOptions>,
): DynamicModule {
  const held = Symbol(`nestjs-cached:generation-options:${name}`);
  const token = getGenerationCacheToken(name);
  // One object, imported twice: one module, and so one call of the factory.
  const options: DynamicModule = {
    module: GenerationOptionsModule,
    imports,
    providers: [
      {
        provide: held,
        inject: [...inject],
        useFactory: async (...args: unknown[]) => new HeldGenerationOptions(await make(...args)),
      },
    ],
    exports: [held],
  };
  const cache = CacheModule.forRootAsync({
    name,
    isGlobal,
    imports: [options],
    inject: [held],
    useFactory: ({ given }: HeldGenerationOptions) => cacheOptionsOf(given),
  });
  return {
    module: GenerationCacheModule,
    global: isGlobal,
    imports: [options, cache],
    providers: [
      {
        provide: token,
        inject: [getCacheToken(name), held],
        useFactory: (manager: CacheManager, { given }: HeldGenerationOptions) => new GenerationCache(manager, given),
      },
    ],
    exports: [token, cache],
  };
}
