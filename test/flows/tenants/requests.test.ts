import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, Module, Param, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { Cached, CacheInterceptor, CacheManager, CacheResponse, NoCache, type CacheModuleOptions } from 'nestjs-cached';
import { deferred, settle, type Deferred } from '../../support/deferred.js';
import { everyStore } from '../../support/every-store.js';
import { HttpApp, PLATFORMS, type Platform } from '../http/support/app.js';

const { redis } = everyStore();

const storage = new AsyncLocalStorage<string>();
const resolve = (): string | undefined => storage.getStore();

let runs: string[] = [];
let gates: Map<string, Deferred<void>> | undefined;
const whose = (): string => resolve() ?? 'nobody';

@Injectable()
class Rows {
  @Cached({ key: (id) => `row:${id}`, staleWhileRevalidate: '1h' })
  async find(id: string): Promise<string> {
    const before = whose();
    runs.push(`row ${id} for ${before}`);
    await settle();
    await gates?.get(before)?.promise;
    return `row ${id} of ${whose()}`;
  }
}

@Controller()
class RowsController {
  constructor(
    private readonly rows: Rows,
    private readonly cache: CacheManager,
  ) {}

  @Get('method/:id')
  @NoCache()
  async method(@Param('id') id: string): Promise<unknown> {
    return { row: await this.rows.find(id) };
  }

  @Get('manager/:id')
  @NoCache()
  async manager(@Param('id') id: string): Promise<unknown> {
    const row = await this.cache.getOrSet(`by-hand:${id}`, async () => {
      await settle();
      return `row ${id} of ${whose()}`;
    });
    return { row };
  }

  @Get('route/:id')
  async route(@Param('id') id: string): Promise<unknown> {
    runs.push(`route ${id} for ${whose()}`);
    await settle();
    return { row: `row ${id} of ${whose()}` };
  }

  // A key of its own says who is asking; of which tenant it has not to say.
  @Get('keyed/:id')
  @CacheResponse<{ params: { id: string } }>({ key: ({ params }) => params.id })
  async keyed(@Param('id') id: string): Promise<unknown> {
    return { row: `row ${id} of ${whose()}` };
  }
}

@Module({})
class TenantModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    const middleware = (request: { headers: Record<string, unknown> }, _response: unknown, next: () => void): void => {
      const tenant = request.headers['x-tenant'];
      if (typeof tenant === 'string') storage.run(tenant, next);
      else next();
    };
    consumer.apply(middleware).forRoutes('*splat');
  }
}

let app: HttpApp | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
  runs = [];
  gates = undefined;
});

async function start(platform: Platform, cache: CacheModuleOptions): Promise<HttpApp> {
  return (app = await HttpApp.start({
    platform,
    controllers: [RowsController],
    providers: [Rows, { provide: APP_INTERCEPTOR, useClass: CacheInterceptor }],
    imports: [TenantModule],
    cache,
  }));
}

const tenants = ['acme', 'globex'];
const ask = async (
  path: string,
  tenant: string | undefined,
): Promise<{ row?: string; xCache: string | null; status: number }> => {
  const { text, status, xCache } = await app!.get(path, tenant === undefined ? {} : { 'x-tenant': tenant });
  return { ...(JSON.parse(text) as object), status, xCache };
};

describe.each(PLATFORMS)('requests of two tenants at once, on %s', (platform) => {
  const stores: [string, () => CacheModuleOptions][] = [
    ['memory', () => ({})],
    ['tiered', () => ({ redis: { url: redis().url, commandTimeout: '10s' }, namespace: `requests-${platform}` })],
  ];

  it.each(stores)('never cross, over %s', async (_, options) => {
    await start(platform, { ...options(), tenant: { resolve, required: true } });
    const paths = ['method/1', 'manager/1', 'route/1', 'keyed/1'];
    for (let round = 0; round < 3; round++) {
      const questions = Array.from({ length: 10 }, () =>
        tenants.flatMap((tenant) => paths.map((path) => [tenant, path] as const)),
      );
      await Promise.all(
        questions.flat().map(async ([tenant, path]) => {
          expect(await ask(`/${path}`, tenant)).toMatchObject({ status: 200, row: `row 1 of ${tenant}` });
        }),
      );
    }
    // Shared within a tenant all the same.
    expect(runs.toSorted()).toEqual(['route 1 for acme', 'route 1 for globex', 'row 1 for acme', 'row 1 for globex']);
    expect((await ask('/route/1', 'acme')).xCache).toBe('HIT');
    expect((await ask('/keyed/1', 'globex')).xCache).toBe('HIT');
    expect((await ask('/keyed/1', 'initech')).xCache).toBe('MISS');
  });

  it('are refreshed each for itself', async () => {
    const { cache, clock } = await start(platform, { tenant: { resolve, required: true }, ttl: '1m' });
    for (const tenant of tenants) await ask('/method/1', tenant);
    await clock.advance(61_000);
    gates = new Map(tenants.map((tenant) => [tenant, deferred<void>()]));
    await Promise.all(
      tenants.map(async (tenant) => expect((await ask('/method/1', tenant)).row).toBe(`row 1 of ${tenant}`)),
    );
    const stored: (string | undefined)[] = [];
    cache.on('set', ({ tenant }) => stored.push(tenant));
    for (const tenant of ['globex', 'acme']) {
      gates.get(tenant)!.resolve();
      await settle();
      expect(await cache.forTenant(tenant).get('row:1')).toBe(`row 1 of ${tenant}`);
    }
    expect(stored).toEqual(['globex', 'acme']);
  });
});

describe.each(PLATFORMS)('a request without its required tenant, on %s', (platform) => {
  it('gets no shared response, leaves none, and its methods fail', async () => {
    const { cache, lines } = await start(platform, { tenant: { resolve, required: true } });
    const told: string[] = [];
    cache.on('error', ({ operation }) => told.push(operation));
    for (const path of ['/route/1', '/route/1', '/keyed/1']) {
      expect(await ask(path, undefined)).toEqual({ row: 'row 1 of nobody', status: 200, xCache: null });
    }
    expect(await cache.withoutTenant().getMany(['http:1'])).toEqual(new Map());
    expect(await keysOf(cache.withoutTenant())).toEqual([]);
    expect(told).toEqual(['tenant', 'tenant', 'tenant']);
    expect(lines.filter((line) => line.includes('tenant.required'))).toEqual([
      expect.stringMatching(/^RowsController\.route runs uncached: The call is of no tenant/),
      expect.stringMatching(/^RowsController\.keyed runs uncached: The call is of no tenant/),
    ]);
    for (const path of ['/method/1', '/manager/1']) expect((await ask(path, undefined)).status).toBe(500);
    expect(runs).toEqual(['route 1 for nobody', 'route 1 for nobody']);
  });
});

async function keysOf(cache: CacheManager): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of cache.keys()) keys.push(key);
  return keys;
}
