import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Redis } from 'ioredis';
import { Cached, CacheManager, CacheModule, type CacheModuleOptions } from 'nestjs-cached';
import { freePort, startRedis, type RunningRedis } from '../../support/redis-server.js';

const BOUND = 5_000;

let redis: RunningRedis;
let watcher: Redis;
beforeAll(async () => {
  redis = await startRedis();
  watcher = new Redis(redis.url);
});
afterAll(async () => {
  watcher.disconnect();
  await redis.stop();
});

let runs = 0;

@Injectable()
class Service {
  @Cached({ tags: ['t'] })
  async find(id: number): Promise<string> {
    return `${id} by run ${++runs}`;
  }
}

interface Started {
  readonly app: Awaited<ReturnType<typeof NestFactory.createApplicationContext>>;
  readonly service: Service;
  readonly cache: CacheManager;
}

const open: Started['app'][] = [];
afterEach(async () => {
  runs = 0;
  await Promise.all(open.splice(0).map((app) => app.close()));
});

async function start(options: CacheModuleOptions): Promise<Started> {
  @Module({ imports: [CacheModule.forRoot(options)], providers: [Service] })
  class AppModule {}
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
  open.push(app);
  return { app, service: app.get(Service), cache: app.get(CacheManager) };
}

/** Asks again, turn by turn of the event loop, until it is so. Fails after a bound. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + BOUND;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('It did not come about.');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function connections(): Promise<number> {
  const list = (await watcher.client('LIST')) as string;
  return list.trim().split('\n').length;
}

let number = 0;
const own = (): string => `app${number++}`;

describe('backend redis', () => {
  it.each([
    ['by url', () => ({ url: redis.url })],
    ['by host and port', () => ({ host: '127.0.0.1', port: redis.port })],
  ])('is found %s, and shared by applications', async (_, address) => {
    const namespace = own();
    const options = { redis: { ...address(), commandTimeout: '5s' }, namespace } as const;
    const [one, other] = [await start(options), await start(options)];
    expect(await one.service.find(1)).toBe('1 by run 1');
    expect(await other.service.find(1)).toBe('1 by run 1');
    expect((await watcher.keys(`${namespace}:*`)).length).toBeGreaterThan(0);
    await other.cache.invalidateTags('t');
    await until(async () => !(await one.cache.has('Service:find:1')));
    expect(await one.service.find(1)).toBe('1 by run 2');
  });

  it('closes the connections it has opened itself', async () => {
    const before = await connections();
    const { app, cache } = await start({
      redis: { url: redis.url, connections: 3, commandTimeout: '5s' },
      namespace: own(),
    });
    await until(async () => (await cache.set('k', 1)) && (await connections()) === before + 4);
    await app.close();
    await until(async () => (await connections()) === before);
  });

  it('closes them when the start fails', async () => {
    const before = await connections();
    @Injectable()
    class Lost {
      @Cached({ cache: 'nowhere' })
      async find(): Promise<number> {
        return 1;
      }
    }
    @Module({ imports: [CacheModule.forRoot({ redis: { url: redis.url, commandTimeout: '5s' } })], providers: [Lost] })
    class AppModule {}
    const starting = NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
    await expect(starting).rejects.toThrow('nowhere');
    await until(async () => (await connections()) === before);
  });

  it('never closes a client that was handed in, and respects the prefix it has', async () => {
    const client = new Redis(redis.url, { keyPrefix: 'mine:' });
    const namespace = own();
    const { app, cache, service } = await start({ redis: { client, commandTimeout: '5s' }, namespace });
    await service.find(1);
    expect(await service.find(1)).toBe('1 by run 1');
    const keys = await watcher.keys(`*${namespace}*`);
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect(key.startsWith('mine:')).toBe(true);
    expect(await cache.invalidate('Service:*')).toBe(1);
    await app.close();
    expect(client.status).toBe('ready');
    expect(await client.ping()).toBe('PONG');
    client.disconnect();
  });

  it('starts within a second while the server is down, serves, and takes it up when it comes', async () => {
    const port = await freePort();
    const begun = Date.now();
    const { service, cache } = await start({ redis: { url: `redis://127.0.0.1:${port}` }, namespace: own() });
    expect(await service.find(1)).toBe('1 by run 1');
    expect(await service.find(1)).toBe('1 by run 1');
    expect(Date.now() - begun).toBeLessThan(1_000);
    expect((await cache.healthCheck()).status).toBe('degraded');
    expect(await cache.set('k', 1)).toBe(false);
    const late = await startRedis({ port });
    const probe = new Redis(late.url);
    try {
      if (probe.status !== 'ready') await once(probe, 'ready');
      await until(() => cache.set('k', 1));
      await service.find(2);
      expect(await service.find(2)).toBe('2 by run 2');
      expect((await cache.healthCheck()).status).toBe('up');
    } finally {
      probe.disconnect();
      await late.stop();
    }
  });

  it('closes while the server is down', async () => {
    const { app } = await start({ redis: { url: `redis://127.0.0.1:${await freePort()}` } });
    const begun = Date.now();
    await app.close();
    expect(Date.now() - begun).toBeLessThan(1_000);
  });
});
