import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import KeyvRedis, { createClient, type KeyvRedisOptions } from '@keyv/redis';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Redis } from 'ioredis';
import { Keyv } from 'keyv';
import { Keyv as Keyv6 } from 'keyv6';
import { CacheCapabilityError, Cached, CacheEvict, CacheManager, CacheModule } from 'nestjs-cached';
import { KeyvBackend, type KeyvLike } from 'nestjs-cached/keyv';
import { CacheTestingModule, FakeClock } from '../../../lib/testing/index.js';
import { testCache } from '../../support/caches.js';
import { deferred } from '../../support/deferred.js';
import { startRedis, type RunningRedis } from '../../support/redis-server.js';

let server: RunningRedis;
const clients: { isOpen: boolean; destroy(): void }[] = [];
beforeAll(async () => {
  server = await startRedis();
});
afterEach(() => {
  for (const client of clients.splice(0)) if (client.isOpen) client.destroy();
});
afterAll(() => server.stop());

async function redisAdapter(options: KeyvRedisOptions = {}): Promise<KeyvRedis<unknown>> {
  const client = createClient({ url: server.url, disableOfflineQueue: true, socket: { reconnectStrategy: () => 20 } });
  clients.push(client);
  client.on('error', () => {});
  await client.connect();
  return new KeyvRedis(client, options);
}

let namespaces = 0;
const BACKENDS: readonly [name: string, make: () => Promise<() => KeyvBackend>][] = [
  [
    'Keyv 5 over a Map',
    async () => {
      const store = new Map<string, unknown>();
      return () => new KeyvBackend(new Keyv({ store }));
    },
  ],
  [
    'Keyv 6 over a Map',
    async () => {
      const store = new Map<string, unknown>();
      return () => new KeyvBackend(new Keyv6({ store }));
    },
  ],
  [
    'Keyv 5 over Redis',
    async () => {
      const [store, namespace] = [await redisAdapter(), `run${namespaces++}`];
      return () => new KeyvBackend(new Keyv({ store, namespace }));
    },
  ],
  [
    'Keyv 6 over Redis',
    async () => {
      const [store, namespace] = [await redisAdapter(), `run${namespaces++}`];
      return () => new KeyvBackend(new Keyv6({ store, namespace }));
    },
  ],
  [
    'the adapter for Redis without a namespace',
    async () => {
      const store = await redisAdapter();
      return () => new KeyvBackend(store);
    },
  ],
];

@Injectable()
class Books {
  loads = 0;

  @Cached({ ttl: '1m', tags: (id) => [`book:${id}`] })
  async find(id: number): Promise<{ id: number; load: number; at: Date; editions: Map<string, bigint> }> {
    return { id, load: ++this.loads, at: new Date(0), editions: new Map([['first', 1965n]]) };
  }

  @CacheEvict({ tags: (id: number) => [`book:${id}`] })
  async change(id: number): Promise<number> {
    return id;
  }
}

describe.each(BACKENDS)('the module over %s', (_, make) => {
  it('@Cached: hits, ends, tags, and values as they were', async () => {
    const backend = (await make())();
    const module = await Test.createTestingModule({
      imports: [CacheTestingModule.forRoot({ backend, commandTimeout: '5s', namespace: `app${namespaces++}` })],
      providers: [Books],
    }).compile();
    await module.init();
    const [books, clock, cache] = [module.get(Books), module.get(FakeClock), module.get(CacheManager)];
    const first = { id: 7, load: 1, at: new Date(0), editions: new Map([['first', 1965n]]) };
    expect(await Promise.all([books.find(7), books.find(7)])).toEqual([first, first]);
    expect(await books.find(7)).toEqual(first);
    expect((await cache.healthCheck()).status).toBe('up');

    await clock.advance(60_000);
    expect((await books.find(7)).load).toBe(2);
    await books.change(7);
    expect((await books.find(7)).load).toBe(3);
    expect((await books.find(8)).load).toBe(4);
    await cache.clear();
    expect((await books.find(7)).load).toBe(5);
    await module.close();
  });

  it('patterns, keys, many at once, and two caches that share it', async () => {
    const open = await make();
    const options = { commandTimeout: '5s', namespace: `app${namespaces++}` } as const;
    const [{ cache: one }, { cache: other }] = [
      await testCache({ ...options, backend: open() }),
      await testCache({ ...options, backend: open() }),
    ];
    // Keys that stores of Keyv take for others of theirs, or leave out of their lists.
    const names = ['a::b', 'a:b', 'a|b', 'keyv:a', 'a b', 'a*', 'b', `a${'k'.repeat(1_000)}`];
    expect(await one.setMany(names.map((name) => [name, name]))).toBe(true);
    expect(await other.getMany(names)).toEqual(new Map(names.map((name) => [name, name])));
    const listed: string[] = [];
    for await (const key of other.keys()) listed.push(key);
    expect(listed.toSorted()).toEqual(names.toSorted());
    expect(await other.invalidate('a*')).toBe(names.filter((name) => name.startsWith('a')).length);
    expect([...(await one.getMany(names)).keys()]).toEqual(['keyv:a', 'b']);
    await one.set('tagged', 1, { tags: ['t'] });
    await other.invalidateTags('t');
    expect(await one.get('tagged')).toBeUndefined();
    await other.clear();
    expect(await one.get('b')).toBeUndefined();
  });

  it('a load that an invalidation overtakes is not stored', async () => {
    const { cache } = await testCache({
      backend: (await make())(),
      commandTimeout: '5s',
      namespace: `app${namespaces++}`,
    });
    const gate = deferred<string>();
    const begun = deferred<void>();
    const loading = cache.getOrSet('k', () => {
      begun.resolve();
      return gate.promise;
    });
    await begun.promise;
    expect(await cache.delete('k')).toBe(true);
    gate.resolve('old');
    expect(await loading).toBe('old');
    expect(await cache.get('k')).toBeUndefined();
  });
});

describe('an adapter for Redis whose list would leave keys out', () => {
  const listless: [name: string, over: () => Promise<KeyvLike>][] = [];
  for (const namespace of ['app[1]', 'app\\', '[']) {
    listless.push(
      [`Keyv 5, ${namespace}`, async () => new Keyv({ store: await redisAdapter(), namespace })],
      [`Keyv 6, ${namespace}`, async () => new Keyv6({ store: await redisAdapter(), namespace })],
      [`itself, ${namespace}`, async () => redisAdapter({ namespace })],
    );
  }
  for (const keyPrefixSeparator of ['|', '-', '']) {
    listless.push([`the separator ${keyPrefixSeparator}`, async () => redisAdapter({ keyPrefixSeparator })]);
  }

  it.each(listless)('%s: patterns hold all the same, and it is not listed', async (_, over) => {
    const store = await over();
    const namespace = `app${namespaces++}`;
    const { cache } = await testCache({ backend: new KeyvBackend(store), commandTimeout: '5s', namespace });
    await cache.setMany([['a-1', 1], ['b', 2]]); // prettier-ignore
    await cache.invalidate('a*');
    expect(await cache.getMany(['a-1', 'b'])).toEqual(new Map([['b', 2]]));
    await expect(cache.keys()[Symbol.asyncIterator]().next()).rejects.toThrow(CacheCapabilityError);
    expect(() => new KeyvBackend(store, { scan: true })).toThrow('leaves keys out');
  });

  it.each(['|', '-', ''])('with a namespace the separator %p is no trouble', async (keyPrefixSeparator) => {
    const backend = new KeyvBackend(await redisAdapter({ keyPrefixSeparator, namespace: 'app' }));
    const { cache } = await testCache({ backend, commandTimeout: '5s', namespace: `app${namespaces++}` });
    await cache.setMany([['a-1', 1], ['b', 2]]); // prettier-ignore
    expect(await cache.invalidate('a*')).toBe(1);
    expect(await cache.getMany(['a-1', 'b'])).toEqual(new Map([['b', 2]]));
  });
});

describe('a Redis behind Keyv that is gone', () => {
  it.each([
    ['Keyv 5', (store: KeyvRedis<unknown>) => new Keyv({ store, namespace: 'gone' })],
    ['Keyv 6', (store: KeyvRedis<unknown>) => new Keyv6({ store, namespace: 'gone' })],
    ['the adapter', (store: KeyvRedis<unknown>) => store],
  ])('%s: callers get their loads, and no deletion is told as done', async (_, over) => {
    const store = await redisAdapter();
    const { cache } = await testCache({ backend: new KeyvBackend(over(store)), commandTimeout: '5s' });
    const errors: unknown[] = [];
    await cache.set('k', 'old', { tags: ['t'] });
    cache.on('error', (event) => errors.push(event));
    const { port } = server;
    await server.kill();
    try {
      expect(await cache.get('k')).toBeUndefined();
      expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded');
      expect(await cache.set('k', 'new')).toBe(false);
      expect(await cache.delete('k')).toBe(false);
      expect(await cache.invalidateTags('t')).toBe(false);
      expect(await cache.clear()).toBe(false);
      expect(errors.length).toBeGreaterThan(0);
    } finally {
      server = await startRedis({ port });
    }
    // The client comes back by itself, and so does the cache.
    const admin = new Redis(port, '127.0.0.1', { disconnectTimeout: 50 });
    await admin.ping();
    admin.disconnect();
    const client = store.client as unknown as { isReady: boolean; once(event: string, listener: () => void): void };
    if (!client.isReady) await new Promise<void>((resolve) => client.once('ready', resolve));
    expect(await cache.set('k', 'again')).toBe(true);
    expect(await cache.get('k')).toBe('again');
  });
});

describe('the module', () => {
  it('leaves a Keyv that was handed in open, and disconnects one that it was given for good', async () => {
    for (const disconnect of [false, true]) {
      const store = await redisAdapter();
      const backend = new KeyvBackend(new Keyv({ store, namespace: 'closing' }), { disconnect });
      const module = await Test.createTestingModule({
        imports: [CacheModule.forRoot({ backend, commandTimeout: '5s' })],
      }).compile();
      await module.init();
      await module.get(CacheManager).set('k', 1);
      await module.close();
      expect(store.client.isOpen).toBe(!disconnect);
    }
  });
});
