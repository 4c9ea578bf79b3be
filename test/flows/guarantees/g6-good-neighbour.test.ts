import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { shutDown } from '../../../lib/core/shutdown.js';
import { until } from '../../support/deferred.js';
import { everyStore } from '../../support/every-store.js';

// Closed before the server is stopped.
let client: Redis;
let handedIn: Redis;
afterAll(() => {
  client.disconnect();
  handedIn.disconnect();
});

const { makeCache, redis } = everyStore();

beforeAll(async () => {
  client = new Redis(redis().url);
  handedIn = new Redis(redis().url);
});
/** What else lives on the server; all of it looks like ours at a glance. */
const FOREIGN: Readonly<Record<string, string>> = {
  cache: 'a name without more',
  'cache:': 'x',
  'cache:v': 'x',
  'cache:v:': 'x',
  cache2: 'x',
  'cache2:v:{k}': 'x',
  'cachefoo:v:{x}': 'x',
  'cachefoo:s:{%}': 'x',
  'CACHE:v:{k}': 'x',
  'cache*:v:{k}': 'x',
  'xcache:v:{k}': 'x',
  'cache:sessions:1': 'x',
  'cache/readme': 'x',
  'cache@home': 'x',
  '*': 'x',
  '[c]ache:v:{k}': 'x',
  // In our place, and nevertheless not of our making.
  'cache@shop:v:{theirs}': 'not an entry',
  'cache/theirs:v:{theirs}': 'not an entry',
};

async function everything(cache: CacheManager): Promise<void> {
  const scopes = [
    cache,
    cache.forTenant('acme'),
    cache.forNamespace('orders'),
    cache.forNamespace('orders').forTenant('acme'),
  ];
  for (const scope of scopes) {
    await scope.set('k', 1, { ttl: '1m', tags: ['t'], staleWhileRevalidate: '1m' });
    await scope.getOrSet('loaded', ({ setTags }) => (setTags('late'), 2), { tags: ['t'] });
    await scope.setMany([
      ['a', 1],
      ['b*', 2],
      [`long ${'x'.repeat(400)}`, 3],
    ]);
    await scope.getOrSetMany(['a', 'c', 'd'], async (keys) => keys.map(() => 1));
    await scope.warm(Array.from({ length: 250 }, (_, index) => [`w:${index}`, index] as const));
    await scope.getMany(['a', 'b*', 'zz']);
    await scope.has('k');
    await scope.getTtl('k');
    await scope.explain('k');
    await scope.expire('k');
    for await (const key of scope.keys('*')) expect(typeof key).toBe('string');
    await scope.delete('a');
    await scope.deleteMany(['b*', 'c', 'zz']);
    await scope.invalidate('*:1*');
    await scope.invalidate('[[]*');
    await scope.invalidateTags('t', 'late', '*');
    await scope.set('k', 1, 0);
  }
  for (const scope of scopes.toReversed()) {
    await scope.invalidate('*');
    await scope.set('k', 1);
    await scope.clear();
  }
  await cache.healthCheck();
}

async function foreign(): Promise<Record<string, string | null>> {
  const keys = Object.keys(FOREIGN);
  const values = await client.mget(...keys);
  return Object.fromEntries(keys.map((key, index) => [key, values[index]!]));
}

describe('G6, a good neighbour on a real server', () => {
  it('touches no key but its own, and sends no command but those it names', async () => {
    await client.mset(FOREIGN);
    await client.rpush('cache:queue', 'a list');
    const seen: string[][] = [];
    const monitor = await client.monitor();
    monitor.on('monitor', (_time: string, [name, ...args]: string[]) => seen.push([name!.toLowerCase(), ...args]));
    const cache = await makeCache({ redis: { url: redis().url, commandTimeout: '10s' } });
    await everything(cache);
    // The sweeps behind the clears are over when they have removed everything.
    await until(() => seen.some(([command]) => command === 'scan'));
    await shutDown(cache.cache.parts);
    await client.echo('the end');
    await until(() => seen.some(([, text]) => text === 'the end'));
    monitor.disconnect();
    const sent = seen.splice(0);

    expect(await foreign()).toEqual(FOREIGN);
    expect(await client.lrange('cache:queue', 0, -1)).toEqual(['a list']);
    const allowed = [
      'mget',
      'set',
      'unlink',
      'exists',
      'scan',
      'eval',
      'evalsha',
      'publish',
      'subscribe',
      'unsubscribe',
      'ping',
    ];
    const inScripts = ['get', 'getrange', 'setrange', 'exists', 'del', 'pttl', 'persist', 'pexpire'];
    const onConnecting = ['hello', 'info', 'client', 'select', 'auth'];
    const own = ['monitor', 'echo', 'mset', 'rpush'];
    const names = new Set(sent.map(([command]) => command!));
    for (const name of names) expect([...allowed, ...inScripts, ...onConnecting, ...own]).toContain(name);
    for (const name of ['mget', 'set', 'unlink', 'scan', 'eval']) expect(names).toContain(name);
    const keyed = sent.filter(([command]) => ['mget', 'set', 'unlink', 'exists'].includes(command!));
    for (const [command, ...args] of keyed) {
      const keys = command === 'set' ? args.slice(0, 1) : args;
      for (const key of keys) expect(key).toMatch(/^cache((\/orders)?(@acme)?:[vlst]:\{[^{}]+\}|:r:\{%\})$/);
    }
  });

  it('every key it leaves behind has an end, or is a version of the namespace', async () => {
    const cache = await makeCache({ namespace: 'ends', redis: { url: redis().url, commandTimeout: '10s' } });
    await everything(cache);
    await cache.set('last', 1, { tags: ['t'] });
    for (const key of await client.keys('ends*')) {
      if (!/:[str]:\{%\}$/.test(key)) expect(await client.pttl(key)).toBeGreaterThan(0);
    }
  });

  it('a client that was handed in stays open, also one that another cache uses', async () => {
    const one = await makeCache({ name: 'one', namespace: 'one', redis: { client: handedIn, commandTimeout: '5s' } });
    const two = await makeCache({ name: 'two', namespace: 'two', redis: { client: handedIn, commandTimeout: '5s' } });
    await one.set('k', 1);
    await two.set('k', 2);
    await shutDown(one.cache.parts);
    expect(handedIn.status).toBe('ready');
    expect(await two.get('k')).toBe(2);
    await shutDown(two.cache.parts);
    expect(await handedIn.ping()).toBe('PONG');
  });

  it('a client of its own is closed', async () => {
    const connections = async (): Promise<number> =>
      Number(/connected_clients:(\d+)/.exec(await client.info('clients'))?.[1]);
    const before = await connections();
    const cache = await makeCache({
      namespace: 'own',
      redis: { url: redis().url, connections: 3, commandTimeout: '5s' },
    });
    await cache.set('k', 1);
    // And one to hear of other processes.
    await until(() => cache.cache.parts.feed.connected);
    expect(await connections()).toBe(before + 4);
    await shutDown(cache.cache.parts);
    for (let turn = 0; turn < 500 && (await connections()) > before; turn++) await client.ping();
    expect(await connections()).toBe(before);
  });

  it('a prefix that a handed-in client puts before every key is respected', async () => {
    const prefixed = new Redis(redis().url, { keyPrefix: 'team:' });
    const cache = await makeCache({ namespace: 'px', redis: { client: prefixed, commandTimeout: '5s' } });
    await client.set('px:v:{k}', 'somebody else’s');
    await cache.setMany([
      ['k', 1],
      ['l', 2],
    ]);
    const keys: string[] = [];
    for await (const key of cache.keys()) keys.push(key);
    expect(keys.sort()).toEqual(['k', 'l']);
    expect(await cache.invalidate('*')).toBe(2);
    await cache.clear();
    expect(await client.get('px:v:{k}')).toBe('somebody else’s');
    prefixed.disconnect();
  });
});
