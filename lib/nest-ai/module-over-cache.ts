import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata, type Type } from '@nestjs/common';
import { CacheModule } from '../cache.module.js';
import type { CacheModuleOptions } from '../contracts/options.js';
import type { CacheManager } from '../core/cache-manager.js';
import { getCacheToken } from '../nest/tokens.js';
import { CacheConfigError } from '../support/errors.js';

/** What `forRootAsync` of these modules takes. `name` and `isGlobal` stand beside the factory, not in what it returns. */
export interface AsyncOptions<Given> extends Pick<ModuleMetadata, 'imports'> {
  /** Default: what `forRoot` has. */
  readonly name?: string;
  /** Default true. */
  readonly isGlobal?: boolean;
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (
    // Whatever is injected.
    ...args: never[]
  ) => Given | Promise<Given>;
}

/** Where the options come from; none of it, where they are given. */
export interface OptionSources {
  readonly imports?: ModuleMetadata['imports'] | undefined;
  readonly inject?: FactoryProvider['inject'] | undefined;
}

/** A module that makes something over a cache of its own. */
export interface ModulePlan<Options> {
  readonly module: Type;
  /** Of the cache below. */
  readonly name: string;
  readonly isGlobal: boolean | undefined;
  /** What injects what it makes. */
  readonly token: string | Type;
  readonly sources: OptionSources;
  /** @throws CacheConfigError */
  readonly make: (...args: unknown[]) => Options | Promise<Options>;
  readonly cacheOptionsOf: (options: Options) => CacheModuleOptions;
  readonly open: (manager: CacheManager, options: Options) => unknown;
}

/** Options where nothing that prints a module or its providers sees them: those of the cache may hold passwords. */
class HeldOptions<Options> {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  get given(): Options {
    return this.#options;
  }
}

/** Makes the options once, for what stands over the cache and for the cache. */
@Module({})
class OptionsModule {}

export function moduleOverCache<Options>(plan: ModulePlan<Options>): DynamicModule {
  const { module, name, isGlobal = true, token, sources, make, cacheOptionsOf, open } = plan;
  const held = Symbol(`nestjs-cached:options:${name}`);
  // One object, imported twice: one module, and so one call of the factory.
  const options: DynamicModule = {
    module: OptionsModule,
    imports: sources.imports ?? [],
    providers: [
      {
        provide: held,
        inject: [...(sources.inject ?? [])],
        useFactory: async (...args: unknown[]) => new HeldOptions(await make(...args)),
      },
    ],
    exports: [held],
  };
  const cache = CacheModule.forRootAsync({
    ...{ name, isGlobal, imports: [options], inject: [held] },
    useFactory: ({ given }: HeldOptions<Options>) => cacheOptionsOf(given),
  });
  return {
    module,
    global: isGlobal,
    imports: [options, cache],
    providers: [
      {
        provide: token,
        inject: [getCacheToken(name), held],
        useFactory: (manager: CacheManager, { given }: HeldOptions<Options>) => open(manager, given),
      },
    ],
    exports: [token, cache],
  };
}

/** What a factory has returned. @throws CacheConfigError when it says what has to stand beside it. */
export function placed<Options extends { readonly name?: unknown; readonly isGlobal?: unknown }>(
  options: Options,
): Options {
  const misplaced = (['name', 'isGlobal'] as const).filter((key) => options[key] !== undefined);
  if (misplaced.length === 0) return options;
  throw new CacheConfigError(
    misplaced.map((path) => ({
      path,
      message: 'must stand beside the factory of forRootAsync, not in what it returns',
    })),
  );
}
