import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { CacheManager } from '../../lib/core/cache-manager.js';
import { until } from '../support/deferred.js';
import { everyStore, heard } from '../support/every-store.js';
import { startRedis, type RunningRedis } from '../support/redis-server.js';

const { makeCache } = everyStore();

let server: RunningRedis | undefined;
let admin: Redis | undefined;
afterEach(async () => {
  admin?.disconnect();
  await server?.stop();
});

async function fleet(...args: string[]): Promise<[CacheManager, CacheManager]> {
  server = await startRedis({ args });
  admin = new Redis(server.url);
  const join = async (): Promise<CacheManager> => {
    const cache = await makeCache({ backend: 'tiered', redis: { url: server!.url, commandTimeout: '5s' } });
    await heard(cache);
    return cache;
  };
  return [await join(), await join()];
}

const INVALIDATIONS: readonly [string, (cache: CacheManager) => Promise<unknown>][] = [
  ['delete', (cache) => cache.delete('k')],
  ['set', (cache) => cache.set('k', 'new')],
  ['expire', (cache) => cache.expire('k')],
  ['invalidateTags', (cache) => cache.invalidateTags('t')],
  ['invalidate', (cache) => cache.invalidate('k*')],
  ['clear', (cache) => cache.clear()],
];

// What a server drops in the course of one's own command (for room, or from a full table of who has read what), it does
// not tell; and of a key that it has dropped, it tells nobody's change. The processes tell each other all the same.
describe.each(INVALIDATIONS)('%s by another process reaches L1', (_, run) => {
  it('after the value was evicted by this process’s own writes', async () => {
    const [a, b] = await fleet('--maxmemory', '4mb', '--maxmemory-policy', 'allkeys-lru');
    await a.getOrSet('k', () => 'old', { tags: ['t'] });
    expect(a.peek('k')).toBe('old');
    for (let nth = 0; (await admin!.exists('cache:v:{k}')) === 1; nth++) {
      await a.setMany(Array.from({ length: 50 }, (__, at) => [`filler:${nth}:${at}`, 'x'.repeat(900 + at)]));
    }
    expect(a.peek('k')).toBe('old');
    await run(b);
    await until(() => a.peek('k') !== 'old');
    expect(await a.get('k')).not.toBe('old');
  });

  it('after the server has forgotten who has read it', async () => {
    const [a, b] = await fleet('--tracking-table-max-keys', '10');
    await a.getOrSet('k', () => 'old', { tags: ['t'] });
    for (let nth = 0; nth < 200; nth++) await a.set(`other:${nth}`, nth);
    await run(b);
    await until(() => a.peek('k') !== 'old');
    expect(await a.get('k')).not.toBe('old');
  });
});

it('a version that the server has lost does not keep processes apart that remember it', async () => {
  const [a, b] = await fleet();
  await a.getOrSet('k', () => 1);
  await b.get('k');
  await admin!.del('cache:s:{%}');
  const c = await makeCache({ backend: 'tiered', redis: { url: server!.url, commandTimeout: '5s' } });
  await heard(c);
  await c.getOrSet('new', () => 'of c');
  let loads = 0;
  for (const cache of [a, b, c, a, b, c]) {
    expect(await cache.getOrSet('new', () => `again ${++loads}`)).toBe('of c');
    await cache.getOrSet('k', () => ++loads);
  }
  expect(loads).toBeLessThanOrEqual(1);
});

it.each([
  ['a tag', (cache: CacheManager) => cache.invalidateTags('t')],
  ['a clear', (cache: CacheManager) => cache.clear()],
])('a full server takes no new version, and lets go of the old one: %s', async (_, run) => {
  const [a, b] = await fleet('--maxmemory', '3mb', '--maxmemory-policy', 'noeviction');
  await a.getOrSet('k', () => 'old', { tags: ['t'] });
  await b.get('k');
  for (let nth = 0; await a.set(`filler:${nth}`, 'x'.repeat(20_000 + nth)); nth++);
  expect(await run(b)).toBe(true);
  expect(await b.get('k')).toBeUndefined();
  await until(() => a.peek('k') === undefined);
  expect(await a.get('k')).toBeUndefined();
});
