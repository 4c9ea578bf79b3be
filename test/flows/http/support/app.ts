import { Logger, Module, type DynamicModule, type INestApplication, type Provider, type Type } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { CacheModule, CacheRegistry, type CacheManager, type CacheModuleOptions } from 'nestjs-cached';
import { FakeClock } from 'nestjs-cached/testing';

export const PLATFORMS = ['express', 'fastify'] as const;
export type Platform = (typeof PLATFORMS)[number];

export interface AppParts {
  readonly platform: Platform;
  readonly controllers: Type<unknown>[];
  readonly providers?: Provider[];
  readonly imports?: (DynamicModule | Type<unknown>)[];
  /** Of the default cache; `false`: no `CacheModule` at all. */
  readonly cache?: CacheModuleOptions | false;
  readonly prepare?: (app: INestApplication) => void | Promise<void>;
  /** Instead of the platform's own. */
  readonly adapter?: ExpressAdapter | FastifyAdapter;
}

@Module({})
class RoutesModule {}

/** What a test looks at. */
export interface Answer {
  readonly status: number;
  readonly xCache: string | null;
  readonly headers: Headers;
  readonly text: string;
}

/** A listening app with a cache on a clock that stands still. Close it. */
export class HttpApp {
  private constructor(
    readonly clock: FakeClock,
    /** Log lines of level warn and error. */
    readonly lines: readonly string[],
    private readonly app: INestApplication,
    readonly url: string,
  ) {}

  static async start(parts: AppParts): Promise<HttpApp> {
    const { platform, controllers, providers = [], imports = [], cache = {}, prepare, adapter } = parts;
    const clock = new FakeClock();
    const caching = cache === false ? [] : [CacheModule.forRoot({ clock, ...cache })];
    const routes = { module: RoutesModule, controllers, providers, imports: [...caching, ...imports] };
    const lines: string[] = [];
    const note = (message: unknown): void => void lines.push(String(message));
    const logger = { log: () => {}, warn: note, error: note };
    const testing = await Test.createTestingModule({ imports: [routes] })
      .setLogger(logger)
      .compile();
    const own = platform === 'express' ? new ExpressAdapter() : new FastifyAdapter();
    const app = testing.createNestApplication(adapter ?? own, { logger });
    await prepare?.(app);
    await app.listen(0, '127.0.0.1');
    return new HttpApp(clock, lines, app, (await app.getUrl()).replace('[::1]', 'localhost'));
  }

  /** The default cache. */
  get cache(): CacheManager {
    return this.app.get(CacheRegistry, { strict: false }).get()!;
  }

  /** How the one response that is stored lies in the cache. */
  async stored(): Promise<unknown> {
    const keys: string[] = [];
    for await (const key of this.cache.keys()) keys.push(key);
    if (keys.length !== 1) throw new Error(`${keys.length} entries`);
    return this.cache.get(keys[0]!);
  }

  async get(path: string, headers: Record<string, string> = {}, more: RequestInit = {}): Promise<Answer> {
    const response = await fetch(this.url + path, { headers, redirect: 'manual', ...more });
    const text = await response.text();
    return { status: response.status, xCache: response.headers.get('x-cache'), headers: response.headers, text };
  }

  async close(): Promise<void> {
    Logger.overrideLogger(false);
    await this.app.close();
  }
}
