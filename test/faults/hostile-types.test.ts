import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { CacheModuleOptions } from '../../lib/contracts/options.js';
import type { CacheManager } from '../../lib/core/cache-manager.js';
import { systemClock } from '../../lib/support/clock.js';
import { everyStore, heard } from '../support/every-store.js';

let client: Redis;
// Closed before the server is stopped.
afterAll(() => client.disconnect());
const { makeCache, redis } = everyStore();
beforeAll(() => {
  client = new Redis(redis().url);
});

/** On time as it passes: what waits in vain must be seen to wait. */
async function open(options: CacheModuleOptions): Promise<CacheManager> {
  await client.flushall();
  const cache = await makeCache({
    redis: { url: redis().url, commandTimeout: '2s' },
    clock: systemClock,
    lease: { waitTimeout: '400ms' },
    ...options,
  });
  await heard(cache);
  return cache;
}

/** Everything the library reads, by what it is. */
const KEYS: readonly [what: string, key: string][] = [
  ['the value', 'cache:v:{k}'],
  ['the lease', 'cache:l:{k}'],
  ['the version of a tag', 'cache:t:{t}'],
  ['the version of the scope', 'cache:s:{%}'],
  ['the counter of tags', 'cache:t:{%}'],
];

const TYPES: readonly [type: string, put: (key: string) => Promise<unknown>][] = [
  ['a list', (key) => client.rpush(key, 'x')],
  ['a hash', (key) => client.hset(key, 'x', '1')],
  ['a set', (key) => client.sadd(key, 'x')],
  ['a sorted set', (key) => client.zadd(key, 1, 'x')],
  ['a stream', (key) => client.xadd(key, '*', 'x', '1')],
];

describe.each(['redis', 'tiered'] as const)('a key of another type, over %s', (backend) => {
  it('is one that the library uses', async () => {
    const cache = await open({ backend });
    await cache.set('k', 'old', { tags: ['t'] });
    await cache.invalidateTags('t');
    const during = await cache.getOrSet('k', async ({ setTags }) => {
      setTags('added');
      return client.exists('cache:l:{k}');
    });
    expect(during).toBe(1);
    await cache.invalidateTags('t');
    const standing = KEYS.map(([, key]) => key).filter((key) => !key.includes(':l:'));
    expect(await client.exists(...standing)).toBe(standing.length);
  });

  it.each(KEYS)('harms nobody, and is out of the way after an invalidation: %s', async (_, key) => {
    const cache = await open({ backend });
    let rows = 0;
    const load = (): string => `row ${++rows}`;
    const read = (): Promise<string> =>
      cache.getOrSet(
        'k',
        ({ setTags }) => {
          setTags('added');
          return load();
        },
        { tags: ['t'] },
      );
    for (const [type, put] of TYPES) {
      for (const isThere of [true, false]) {
        const at = `${type}, ${isThere ? 'over an entry' : 'over nothing'}`;
        await cache.set('k', 'old', { tags: ['t'] });
        if (!isThere) await cache.delete('k');
        await client.del(key);
        await put(key);
        const start = performance.now();
        expect([at, await read()]).toEqual([at, expect.stringMatching(/^row|^old$/)]);
        expect([at, ['old', undefined, `row ${rows}`]]).toEqual([at, expect.arrayContaining([await cache.get('k')])]);
        expect((await cache.getOrSetMany(['k', 'l'], async (keys) => keys.map(load))).size).toBe(2);
        expect(await cache.explain('k')).toBeDefined();
        // Nobody waits for a lease that is none, and that would never end.
        expect(performance.now() - start).toBeLessThan(300);
        expect([at, 'expire', await cache.expire('k')]).toEqual([at, 'expire', true]);
        expect([at, 'tags', await cache.invalidateTags('t', 'added')]).toEqual([at, 'tags', true]);
        expect([at, 'clear', await cache.clear()]).toEqual([at, 'clear', true]);
        expect([at, 'delete', await cache.delete('k')]).toEqual([at, 'delete', true]);
        const before = rows;
        expect(await read()).toBe(`row ${before + 1}`);
        expect([at, await read()]).toEqual([at, `row ${before + 1}`]);
        expect(await cache.set('k', 'put')).toBe(true);
        expect(await cache.get('k')).toBe('put');
      }
    }
  });
});
