import {
  ConfigurableModuleBuilder,
  Inject,
  Logger,
  Module,
  type ConfigurableModuleAsyncOptions,
  type DynamicModule,
  type FactoryProvider,
  type OnApplicationShutdown,
  type Provider,
  type ValueProvider,
} from '@nestjs/common';
import { createCache } from './assembly/create-cache.js';
import { describeOptions } from './config/describe-options.js';
import { HeldOptions } from './config/held-options.js';
import { resolveOptions } from './config/resolved-options.js';
import { securityNotice } from './config/security-notice.js';
import { validateOptions } from './config/validate-options.js';
import type { CacheModuleOptions } from './contracts/options.js';
import type { CacheManager } from './core/cache-manager.js';
import { CacheRegistry, DEFAULT_CACHE } from './core/cache-registry.js';
import { shutDown } from './core/shutdown.js';
import { CacheRegistryModule } from './nest/cache-registry.module.js';
import { getCacheToken } from './nest/tokens.js';
import { logOutages } from './observability/outage-log.js';
import { logCalls } from './observability/call-log.js';
import { CacheConfigError } from './support/errors.js';

/** What stands outside the options, because it decides what the module is before any factory runs. */
interface CacheModuleExtras {
  /** Default `default`. */
  name?: string;
  /** Default true. */
  isGlobal?: boolean;
}

/** What `useClass` and `useExisting` name. */
export interface CacheOptionsFactory {
  createCacheOptions(): CacheModuleOptions | Promise<CacheModuleOptions>;
}

export type CacheModuleAsyncOptions = ConfigurableModuleAsyncOptions<CacheModuleOptions, 'createCacheOptions'> &
  CacheModuleExtras;

/** The cache of one dynamic module. */
const OWN_CACHE = Symbol('nestjs-cached:cache');
const EXTRAS = Symbol('nestjs-cached:extras');

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<CacheModuleOptions>()
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createCacheOptions')
  .setExtras<CacheModuleExtras>({ name: undefined, isGlobal: undefined }, toDefinition)
  .build();

/**
 * The caching layer of an application.
 *
 * `CacheModule.forRoot()` is a memory cache that every module can inject. Import it again with a `name` for further
 * caches. A fault in the options stops the application with one `CacheConfigError` that lists all of them.
 */
@Module({})
export class CacheModule extends ConfigurableModuleClass implements OnApplicationShutdown {
  private closed: Promise<void> | undefined;

  constructor(@Inject(OWN_CACHE) private readonly manager: CacheManager) {
    super();
  }

  static override forRoot(options: CacheModuleOptions = {}): DynamicModule {
    // What is no object has no members to take apart: it goes where faults are listed.
    if (!isObject(options)) return super.forRootAsync({ useFactory: () => options });
    return super.forRoot(options);
  }

  /** `name` and `isGlobal` stand beside the factory, not in what it returns. */
  static override forRootAsync(options: CacheModuleAsyncOptions): DynamicModule {
    return super.forRootAsync(options);
  }

  /**
   * Lets loads under way end, for two seconds at most, and closes the connections the cache has opened itself. Once: an
   * application that is closed again does not wait again.
   */
  onApplicationShutdown(): Promise<void> {
    return (this.closed ??= shutDown(this.manager.cache.parts));
  }
}

function toDefinition(definition: DynamicModule, extras: CacheModuleExtras): DynamicModule {
  const name = extras.name ?? DEFAULT_CACHE;
  const token = getCacheToken(name);
  const providers: Provider[] = [
    ...(definition.providers ?? []).map(held),
    // Not the object itself: the builder leaves all options in it.
    { provide: EXTRAS, useValue: { name: extras.name, isGlobal: extras.isGlobal } },
    { provide: OWN_CACHE, inject: [MODULE_OPTIONS_TOKEN, EXTRAS, CacheRegistry], useFactory: createManager },
    { provide: token, inject: [OWN_CACHE], useFactory: (manager: CacheManager) => manager },
  ];
  return {
    ...definition,
    imports: [...(definition.imports ?? []), CacheRegistryModule],
    providers,
    exports: [token],
    global: extras.isGlobal ?? true,
  };
}

/** Of the builder's providers, the one of the options: `forRoot` gives a value, `forRootAsync` a factory. */
function held(provider: Provider): Provider {
  if (typeof provider !== 'object' || provider.provide !== MODULE_OPTIONS_TOKEN) return provider;
  if ('useValue' in provider) {
    const { useValue, ...rest } = provider as ValueProvider<CacheModuleOptions>;
    return { ...rest, useValue: new HeldOptions(useValue) };
  }
  const { useFactory, ...rest } = provider as FactoryProvider<CacheModuleOptions>;
  return { ...rest, useFactory: async (...args: unknown[]) => new HeldOptions(await useFactory(...args)) };
}

async function createManager(
  { given }: HeldOptions,
  extras: CacheModuleExtras,
  registry: CacheRegistry,
): Promise<CacheManager> {
  const options = resolveOptions(validateOptions(withExtras(given, extras)));
  registry.announce(options.name);
  const manager = await createCache(options);
  registry.add(manager);
  const logger = new Logger('CacheModule');
  logger.log(describeOptions(options));
  const { store, discretion } = manager.cache.parts;
  logOutages(manager, store.name, store.condition?.fallback, logger, discretion);
  const notice = securityNotice(options);
  for (const each of [...(store.notices ?? []), ...(notice === undefined ? [] : [notice])]) logger.warn(each);
  if (options.logCalls) logCalls(manager, logger, discretion);
  return manager;
}

function withExtras(given: CacheModuleOptions, extras: CacheModuleExtras): CacheModuleOptions {
  if (!isObject(given)) return given;
  const misplaced = (['name', 'isGlobal'] as const).filter((key) => given[key] !== undefined);
  if (misplaced.length > 0) {
    throw new CacheConfigError(
      misplaced.map((path) => ({
        path,
        message: 'must stand beside the factory of forRootAsync, not in what it returns',
      })),
    );
  }
  const { name, isGlobal } = extras;
  return { ...given, ...(name === undefined ? {} : { name }), ...(isGlobal === undefined ? {} : { isGlobal }) };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
