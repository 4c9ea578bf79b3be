import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Query, type DynamicModule, type INestApplication } from '@nestjs/common';
import { HealthCheck, HealthCheckService, HealthIndicatorService, TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { CacheModule, CacheRegistry, type CacheHealth } from 'nestjs-cached';
import { CacheHealthIndicator } from 'nestjs-cached/terminus';
import { FakeClock, FlakyBackend } from 'nestjs-cached/testing';

@Controller('health')
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly cache: CacheHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  check(@Query('cache') cache?: string): unknown {
    return this.health.check([
      () => (cache === undefined ? this.cache.isHealthy() : this.cache.isHealthy(cache, { cache })),
    ]);
  }
}

const SILENT = { log: () => {}, warn: () => {}, error: () => {} };

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function start(
  ...caches: DynamicModule[]
): Promise<(query?: string) => Promise<{ code: number; body: unknown }>> {
  const health = {
    module: class HealthModule {},
    imports: [TerminusModule],
    controllers: [HealthController],
    providers: [CacheHealthIndicator],
  };
  const testing = await Test.createTestingModule({ imports: [...caches, health] })
    .setLogger(SILENT)
    .compile();
  app = testing.createNestApplication({ logger: SILENT });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return async (query = '') => {
    const response = await fetch(`${url}/health${query}`);
    return { code: response.status, body: await response.json() };
  };
}

describe('CacheHealthIndicator over HTTP', () => {
  it('is up while the backend answers', async () => {
    const get = await start(CacheModule.forRoot({ clock: new FakeClock() }));
    expect(await get()).toMatchObject({
      code: 200,
      body: {
        status: 'ok',
        details: { cache: { status: 'up', backend: 'memory', latencyMs: 0, pendingInvalidations: 0 } },
      },
    });
  });

  it('is down when it does not, says since when and why, and hides passwords', async () => {
    const clock = new FakeClock();
    const backend = new FlakyBackend();
    const get = await start(CacheModule.forRoot({ clock, backend }));
    backend.fail('all', new Error('no route to redis://user:secret@host'));
    const since = new Date(clock.now()).toISOString();
    for (const _ of [1, 2]) {
      const { code, body } = await get();
      expect(code).toBe(503);
      const cache = {
        status: 'down',
        backend: backend.name,
        pendingInvalidations: 0,
        since,
        lastError: 'no route to redis://***@host',
      };
      expect(body).toMatchObject({ status: 'error', error: { cache } });
      await clock.advance(1_000);
    }
    backend.heal();
    expect(await get()).toMatchObject({ code: 200 });
  });

  it('reports a named cache under its own key, and one that is not there as down', async () => {
    const get = await start(CacheModule.forRoot(), CacheModule.forRoot({ name: 'second', backend: 'null' }));
    expect(await get('?cache=second')).toMatchObject({
      code: 200,
      body: { details: { second: { status: 'up', backend: 'null' } } },
    });
    const lastError = 'There is no cache named "third". Import CacheModule, or correct the name.';
    expect(await get('?cache=third')).toMatchObject({
      code: 503,
      body: { error: { third: { status: 'down', lastError } } },
    });
  });

  it('is down without CacheModule', async () => {
    const get = await start();
    expect(await get()).toMatchObject({ code: 503, body: { error: { cache: { status: 'down' } } } });
  });
});

describe('CacheHealthIndicator and a degraded cache (the shape is ready; no cache reports it yet)', () => {
  const since = new Date(0);
  const degraded: CacheHealth = {
    status: 'degraded',
    backend: 'redis',
    latencyMs: 1,
    pendingInvalidations: 3,
    since,
    lastError: 'gone',
  };
  const registryOf = (healthCheck: () => Promise<CacheHealth>): CacheRegistry =>
    Object.assign(new CacheRegistry(), { get: () => ({ healthCheck }) });
  const details = {
    backend: 'redis',
    latencyMs: 1,
    pendingInvalidations: 3,
    since: '1970-01-01T00:00:00.000Z',
    lastError: 'gone',
  };

  it('is degraded on Terminus 12', async () => {
    const indicator = new CacheHealthIndicator(
      new HealthIndicatorService(),
      registryOf(async () => degraded),
    );
    expect(await indicator.isHealthy('store')).toEqual({ store: { status: 'degraded', ...details } });
  });

  it('is up with the details on Terminus 11, whose sessions know no degraded', async () => {
    const session = (key: string): unknown => ({
      up: (data: object) => ({ [key]: { status: 'up', ...data } }),
      down: (data: object) => ({ [key]: { status: 'down', ...data } }),
    });
    const eleven = { check: session } as unknown as HealthIndicatorService;
    const indicator = new CacheHealthIndicator(
      eleven,
      registryOf(async () => degraded),
    );
    expect(await indicator.isHealthy()).toEqual({ cache: { status: 'up', ...details, degraded: true } });
  });

  it('never rejects, and repeats no message that it does not know', async () => {
    const failing = registryOf(() => Promise.reject(new TypeError('redis://:secret@host')));
    const indicator = new CacheHealthIndicator(new HealthIndicatorService(), failing);
    expect(await indicator.isHealthy()).toEqual({
      cache: { status: 'down', lastError: 'The check itself failed (TypeError).' },
    });
  });
});
