import { Logger, Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { Test, type TestingModule, type TestingModuleBuilder } from '@nestjs/testing';
import { CacheModule, CacheRegistry, type CacheManager, type CacheModuleOptions } from 'nestjs-cached';
import { FakeClock } from 'nestjs-cached/testing';

export interface AppParts {
  readonly providers?: Provider[];
  readonly controllers?: Type<unknown>[];
  readonly imports?: (DynamicModule | Type<unknown>)[];
  /** Of the default cache; `false`: no `CacheModule` at all. */
  readonly cache?: CacheModuleOptions | false;
  readonly adapt?: (builder: TestingModuleBuilder) => TestingModuleBuilder;
}

@Module({})
class PartsModule {}

const running: App[] = [];

/** A started application with a cache on a clock that stands still. */
export class App {
  private constructor(
    readonly clock: FakeClock,
    /** Log lines of level warn and error. */
    readonly warnings: string[],
    readonly lines: string[],
    readonly nest: TestingModule,
  ) {}

  static async start(parts: AppParts): Promise<App> {
    const { providers = [], controllers = [], imports = [], cache = {}, adapt } = parts;
    const clock = new FakeClock();
    const caching = cache === false ? [] : [CacheModule.forRoot({ clock, ...cache })];
    const warnings: string[] = [];
    const lines: string[] = [];
    const warn = (message: unknown): void => void warnings.push(String(message));
    const note = (message: unknown): void => void lines.push(String(message));
    const logger = { log: note, debug: note, warn, error: warn };
    const module = { module: PartsModule, providers, controllers, imports: [...caching, ...imports] };
    const builder = Test.createTestingModule({ imports: [module] }).setLogger(logger);
    const nest = await (adapt?.(builder) ?? builder).compile();
    await nest.init();
    const app = new App(clock, warnings, lines, nest);
    running.push(app);
    return app;
  }

  /** In `afterEach`. */
  static async closeAll(): Promise<void> {
    await Promise.all(running.splice(0).map((app) => app.nest.close()));
    Logger.overrideLogger(false);
  }

  get<T>(token: Type<T> | string | symbol): T {
    return this.nest.get<T>(token, { strict: false });
  }

  cache(name?: string): CacheManager {
    return this.get(CacheRegistry).get(name)!;
  }

  /** What the cache reports as `error` from now on. */
  errors(name?: string): string[] {
    const errors: string[] = [];
    this.cache(name).on('error', ({ operation, error }) => errors.push(`${operation}: ${String(error)}`));
    return errors;
  }

  async keys(name?: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const key of this.cache(name).keys()) keys.push(key);
    return keys.sort();
  }
}
