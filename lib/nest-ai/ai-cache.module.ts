import { Module, type DynamicModule } from '@nestjs/common';
import { AiResponseCache } from '../ai/ai-response-cache.js';
import type { AiCacheOptions } from '../ai/options/ai-cache-options.js';
import { DEFAULT_NAME } from '../ai/options/ai-defaults.js';
import { validateAiOptions } from '../ai/options/ai-option-faults.js';
import { cacheOptionsOf } from '../ai/options/cache-options-of.js';
import { moduleOverCache, placed, type AsyncOptions, type OptionSources } from './module-over-cache.js';

/** What `forRootAsync` takes. `name` (default `ai`) and `isGlobal` stand beside the factory, not in what it returns. */
export type AiCacheModuleAsyncOptions = AsyncOptions<Omit<AiCacheOptions, 'name' | 'isGlobal'>>;

/**
 * A cache for answers of models: a cache of its own, and `AiResponseCache` to be injected. Import it again with a `name` for
 * a further one, and inject that by `getAiCacheToken(name)`. A fault in the options stops the application with one
 * `CacheConfigError` that lists all of them.
 */
@Module({})
export class AiCacheModule {
  static forRoot(options: AiCacheOptions = {}): DynamicModule {
    return define(Object(options) as Place, {}, () => validateAiOptions(options));
  }

  static forRootAsync({ useFactory, ...rest }: AiCacheModuleAsyncOptions): DynamicModule {
    const factory = useFactory as (...args: unknown[]) => unknown;
    return define(rest, rest, async (...args) => placed(validateAiOptions(await factory(...args))));
  }
}

/** What injects the AI cache of this name; the class itself for the one without a name of its own. */
export function getAiCacheToken(name: string = DEFAULT_NAME): string | typeof AiResponseCache {
  return name === DEFAULT_NAME ? AiResponseCache : `nestjs-cached:ai:${name}`;
}

type Place = Pick<AiCacheOptions, 'name' | 'isGlobal'>;

function define(
  { name = DEFAULT_NAME, isGlobal }: Place,
  { imports, inject }: OptionSources,
  make: (...args: unknown[]) => AiCacheOptions | Promise<AiCacheOptions>,
): DynamicModule {
  return moduleOverCache({
    ...{ module: AiCacheModule, name, isGlobal, token: getAiCacheToken(name), sources: { imports, inject }, make },
    cacheOptionsOf,
    open: (manager, options) => new AiResponseCache(manager, options),
  });
}
