import { Module, type DynamicModule } from '@nestjs/common';
import { GenerationCache } from '../ai/generations/generation-cache.js';
import type { GenerationCacheOptions } from '../ai/generations/generation-cache-options.js';
import { validatePlacedOptions } from '../ai/generations/generation-option-faults.js';
import { cacheOptionsOf } from '../ai/generations/generation-place.js';
import { moduleOverCache, placed, type AsyncOptions, type OptionSources } from './module-over-cache.js';

const DEFAULT_NAME = 'generations';

/** What `forRootAsync` takes. `name` (default `generations`) and `isGlobal` stand beside the factory, not in what it returns. */
export type GenerationCacheModuleAsyncOptions = AsyncOptions<Omit<GenerationCacheOptions, 'name' | 'isGlobal'>>;

/**
 * A cache for results of generating or parsing documents: a cache of its own on disk, and `GenerationCache` to be injected.
 * Import it again with a `name` and a `directory` for a further one, and inject that by `getGenerationCacheToken(name)`. A fault
 * in the options stops the application with one `CacheConfigError` that lists all of them.
 */
@Module({})
export class GenerationCacheModule {
  static forRoot(options: GenerationCacheOptions): DynamicModule {
    return define(Object(options) as Place, {}, () => validatePlacedOptions(options));
  }

  static forRootAsync({ useFactory, ...rest }: GenerationCacheModuleAsyncOptions): DynamicModule {
    const factory = useFactory as (...args: unknown[]) => unknown;
    return define(rest, rest, async (...args) => placed(validatePlacedOptions(await factory(...args))));
  }
}

/** What injects the cache of this name; the class itself for the one without a name of its own. */
export function getGenerationCacheToken(name: string = DEFAULT_NAME): string | typeof GenerationCache {
  return name === DEFAULT_NAME ? GenerationCache : `nestjs-cached:generations:${name}`;
}

type Place = Pick<GenerationCacheOptions, 'name' | 'isGlobal'>;

function define(
  { name = DEFAULT_NAME, isGlobal }: Place,
  { imports, inject }: OptionSources,
  make: (...args: unknown[]) => GenerationCacheOptions | Promise<GenerationCacheOptions>,
): DynamicModule {
  const token = getGenerationCacheToken(name);
  return moduleOverCache({
    ...{ module: GenerationCacheModule, name, isGlobal, token, sources: { imports, inject }, make },
    cacheOptionsOf,
    open: (manager, options) => new GenerationCache(manager, options),
  });
}
