import { Logger, Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import type { ModelCacheOptions } from '../ai/models/model-cache-options.js';
import { ModelCache } from '../ai/models/model-cache.js';
import { messageOf } from '../support/message-of.js';

/** What `forRoot` takes. */
export interface ModelCacheModuleOptions extends ModelCacheOptions {
  /** Whether every module can inject it without importing. Default true. */
  isGlobal?: boolean;
}

/** What `forRootAsync` takes. `isGlobal` stands beside the factory, not in what it returns. */
export interface ModelCacheModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Default true. */
  readonly isGlobal?: boolean;
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (
    // Whatever is injected.
    ...args: never[]
  ) => ModelCacheOptions | Promise<ModelCacheOptions>;
}

/**
 * A `ModelCache` to be injected, closed with the application. What its listeners would hear of a disposal that failed, and the
 * first time that there are too many instances, is a warning in the log.
 */
@Module({})
export class ModelCacheModule {
  static forRoot(options: ModelCacheModuleOptions = {}): DynamicModule {
    const { isGlobal, ...own } = Object(options) as ModelCacheModuleOptions;
    const given = typeof options === 'object' && options !== null && !Array.isArray(options) ? own : options;
    return ModelCacheModule.forRootAsync({ ...(isGlobal !== undefined && { isGlobal }), useFactory: () => given });
  }

  static forRootAsync({ isGlobal, imports, inject, useFactory }: ModelCacheModuleAsyncOptions): DynamicModule {
    const factory = useFactory as (...args: unknown[]) => ModelCacheOptions | Promise<ModelCacheOptions>;
    const provider: FactoryProvider<ModelCache> = {
      provide: ModelCache,
      inject: [...(inject ?? [])],
      useFactory: async (...args: unknown[]) => logged(new ModelCache(await factory(...args))),
    };
    return {
      module: ModelCacheModule,
      global: isGlobal ?? true,
      imports: imports ?? [],
      providers: [provider],
      exports: [ModelCache],
    };
  }
}

function logged(models: ModelCache): ModelCache {
  const logger = new Logger('ModelCacheModule');
  models.on('error', ({ key, operation, error }) => {
    const what = operation === 'dispose' ? 'could not be disposed of' : 'has no size';
    logger.warn(`The model ${JSON.stringify(key)} ${what}: ${messageOf(error)}`);
  });
  const off = models.on('exceeded', ({ instances, bytes }) => {
    off();
    logger.warn(
      `There are ${instances} models of ${bytes} bytes, more than maxInstances or maxBytes allow: all are in use. ` +
        "This is said once. See whenFull: 'wait'.",
    );
  });
  return models;
}
