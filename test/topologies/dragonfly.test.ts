import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { CacheManager } from '../../lib/core/cache-manager.js';
import { deferred } from '../support/deferred.js';
import { eventually } from '../support/eventually.js';
import { everyStore, heard } from '../support/every-store.js';
import { startRedis, type RunningRedis } from '../support/redis-server.js';

/** Of https://www.dragonflydb.io/docs/command-reference/compatibility what the library needs, and nothing else. */
const DOCUMENTED = [
  ...['mget', 'set', 'unlink', 'exists', 'scan', 'eval', 'evalsha', 'publish', 'subscribe', 'unsubscribe', 'ping'],
  ...['get', 'getrange', 'setrange', 'del', 'pttl', 'persist', 'pexpire'],
  ...['hello', 'auth', 'select', 'info'],
];

const { makeCache } = everyStore();
let server: RunningRedis;
let admin: Redis;
let one: CacheManager;
let other: CacheManager;
const errors: string[] = [];

beforeAll(async () => {
  server = await startRedis();
  admin = new Redis(server.port, '127.0.0.1');
  const rights = DOCUMENTED.map((name) => `+${name}`);
  await admin.call('ACL', 'SETUSER', 'cache', 'on', '>secret', '~shop*', '&shop*', '-@all', ...rights);
  await admin.call('CONFIG', 'RESETSTAT');
});
beforeEach(async () => {
  [one, other] = [await open(), await open()];
});
afterAll(async () => {
  admin.disconnect();
  await server.stop();
});

async function open(): Promise<CacheManager> {
  const url = `dragonfly://cache:secret@127.0.0.1:${server.port}`;
  const cache = await makeCache({ namespace: 'shop', redis: { url, commandTimeout: '5s' }, staleIfError: '1h' });
  cache.on('error', ({ operation, error }) => errors.push(`${operation}: ${String(error)}`));
  await heard(cache);
  return cache;
}

const gone = (cache: CacheManager, key: string): Promise<unknown> =>
  eventually(
    () => cache.get(key),
    (value) => value === undefined,
  );

describe('a server that knows no more than Dragonfly documents', () => {
  it('is worked with in full, and told of changes by messages', async () => {
    expect(await one.set('k', { a: 1 })).toBe(true);
    expect(await other.get('k')).toEqual({ a: 1 });
    expect(await one.delete('k')).toBe(true);
    await gone(other, 'k');

    expect(await one.getOrSet('tagged', async () => 1, { tags: ['t'] })).toBe(1);
    expect(await other.getOrSet('tagged', async () => 2, { tags: ['t'] })).toBe(1);
    expect(await one.invalidateTags('t')).toBe(true);
    await gone(other, 'tagged');

    await one.setMany([
      ['user:1', 1],
      ['user:2', 2],
      ['book:1', 3],
    ]);
    expect((await other.getMany(['user:1', 'user:2', 'book:1'])).size).toBe(3);
    expect(await one.invalidate('user:*')).toBe(2);
    await gone(other, 'user:1');
    expect(await other.get('book:1')).toBe(3);
    expect(await one.expire('book:1')).toBe(true);
    await gone(other, 'book:1');
    expect(await one.clear()).toBe(true);
  });

  it('loads a key once, and refuses what an invalidation has overtaken', async () => {
    const loading = deferred<string>();
    let runs = 0;
    const load = (): Promise<string> => {
      runs += 1;
      return loading.promise;
    };
    const both = [one.getOrSet('once', load), other.getOrSet('once', load)];
    await eventually(
      async () => runs,
      (count) => count === 1,
    );
    loading.resolve('row');
    expect(await Promise.all(both)).toEqual(['row', 'row']);
    expect(runs).toBe(1);

    const overtaken = deferred<string>();
    const late = one.getOrSet('fenced', async ({ setTags }) => {
      const value = await overtaken.promise;
      setTags('added');
      return value;
    });
    await eventually(
      async () => admin.exists('shop:l:{fenced}'),
      (count) => count === 1,
    );
    expect(await other.delete('fenced')).toBe(true);
    overtaken.resolve('old');
    expect(await late).toBe('old');
    expect(await admin.exists('shop:v:{fenced}')).toBe(0);
  });

  it('was never asked for anything else', async () => {
    expect(errors).toEqual([]);
    const refused = [...(await admin.info('commandstats')).matchAll(/cmdstat_([^:]+):.*rejected_calls=([1-9]\d*)/g)];
    // By which ioredis says its name and version when it connects; whether that is known does not matter.
    expect(refused.map(([, name]) => name).filter((name) => name !== 'client|setinfo')).toEqual([]);
  });
});
