import type { CacheManager } from '../../lib/core/cache-manager.js';
import { until } from '../support/deferred.js';

/** Two processes that share a Redis, and what has to be told of them. */
export interface Pair {
  readonly one: CacheManager;
  readonly other: CacheManager;
  /** What failed without a word to any caller. */
  readonly errors: string[];
}

/** What a cache does, in a word each: what did not do it, or was told so. */
export async function shortcomings({ one, other, errors }: Pair): Promise<string[]> {
  const found: string[] = [];
  const check = async (what: string, work: () => Promise<unknown>, expected: unknown): Promise<void> => {
    try {
      const got = await work();
      if (JSON.stringify(got) !== JSON.stringify(expected)) found.push(`${what}: ${JSON.stringify(got)}`);
    } catch (error) {
      found.push(`${what}: ${String(error)}`);
    }
  };
  const spaces = (cache: CacheManager): CacheManager[] => [
    cache,
    cache.forTenant('acme'),
    cache.forNamespace('drafts'),
  ];

  await check('healthCheck', async () => (await one.healthCheck()).status, 'up');
  for (const [index, cache] of spaces(one).entries()) {
    // One reason is enough, and whoever may not do a thing may wait long for it.
    if (found.length + errors.length > 0) break;
    const twin = spaces(other)[index]!;
    const name = ['', ' of a tenant', ' of a namespace'][index]!;
    await check(`set${name}`, () => cache.set('a', 1, { ttl: '1m', tags: ['t'] }), true);
    await check(`set without end${name}`, () => cache.set('b', 2, { ttl: Infinity, tags: ['t'] }), true);
    await check(`get${name}`, () => twin.get('a'), 1);
    await check(`has${name}`, () => twin.has('a'), true);
    await check(`getTtl${name}`, async () => ((await twin.getTtl('a')) ?? 0) > 0, true);
    await check(`explain${name}`, async () => (await twin.explain('a')).state, 'fresh');
    await check(
      `setMany${name}`,
      () =>
        cache.setMany([
          ['c', 3],
          ['d', 4],
        ]),
      true,
    );
    await check(`getMany${name}`, async () => [...(await twin.getMany(['c', 'd', 'e'])).values()], [3, 4]);
    await check(`warm${name}`, () => cache.warm([['w', 1]]), 1);
    await check(`keys${name}`, async () => (await listed(cache)).toSorted(byText), ['a', 'b', 'c', 'd', 'w']);
    await check(`getOrSet${name}`, () => cache.getOrSet('loaded', () => 'x', { tags: ['t'] }), 'x');
    await check(`setTags${name}`, () => cache.getOrSet('tagged', ({ setTags }) => (setTags('late'), 'x')), 'x');
    await check(
      `getOrSetMany${name}`,
      async () => [...(await cache.getOrSetMany(['m', 'n'], async (keys) => keys)).values()],
      ['m', 'n'],
    );
    await check(`one load${name}`, () => loads(cache, twin), 1);
    await check(`a long load${name}`, () => cache.getOrSet('slow', () => pause(350, 'x')), 'x');
    await check(`its lease${name}`, () => twin.getOrSet('slow', () => 'y'), 'x');
    await check(`stale${name}`, () => cache.set('s', 1, { ttl: '1m', staleWhileRevalidate: '1m' }), true);
    await check(`expire${name}`, () => cache.expire('s'), true);
    await check(`expired${name}`, () => gone(twin, 's'), undefined);
    await check(`served stale${name}`, () => twin.getOrSet('s', () => 2, { staleWhileRevalidate: '1m' }), 1);
    await check(`coherence${name}`, () => heard(cache, twin), true);
    await check(`a lifetime that grows${name}`, () => cache.set('long', 1, { ttl: '30d', tags: ['t'] }), true);
    await check(`delete${name}`, () => cache.delete('a'), true);
    await check(`deleted${name}`, () => gone(twin, 'a'), undefined);
    await check(`deleteMany${name}`, () => cache.deleteMany(['c', 'd']), true);
    await check(`a deletion during a load${name}`, () => deletedDuringLoad(cache, twin), undefined);
    await check(`invalidateTags${name}`, () => cache.invalidateTags('t'), true);
    await check(`invalidated${name}`, () => gone(twin, 'b'), undefined);
    await check(`a pattern${name}`, async () => (await cache.invalidate('*')) > 0, true);
    await check(`after the pattern${name}`, () => gone(twin, 'w'), undefined);
    await check(`set again${name}`, () => cache.set('z', 1), true);
    await check(`clear${name}`, () => cache.clear(), true);
    await check(`cleared${name}`, () => gone(twin, 'z'), undefined);
  }
  await check('healthCheck', async () => (await other.healthCheck()).status, 'up');
  return [...found, ...errors];
}

async function listed(cache: CacheManager): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of cache.keys()) keys.push(key);
  return keys;
}

async function loads(one: CacheManager, other: CacheManager): Promise<number> {
  let runs = 0;
  const load = (): Promise<string> => pause(60, String(++runs));
  await Promise.all([one, other, one, other].map((cache) => cache.getOrSet('shared', load)));
  return runs;
}

/** What is left of the key, as soon as this process has heard that it is gone. */
async function gone(cache: CacheManager, key: string): Promise<unknown> {
  for (let look = 0; look < 30 && (await cache.get(key)) !== undefined; look += 1) await pause(10, undefined);
  return cache.get(key);
}

/** Whether the other process forgets its own copy when this one changes the key. */
async function heard(one: CacheManager, other: CacheManager): Promise<boolean> {
  await one.set('coherent', 1);
  // Only what nothing has touched since it was read stays in the process.
  for (let look = 0; look < 50 && other.peek('coherent') === undefined; look += 1) {
    await pause(10, undefined);
    await other.get('coherent');
  }
  if (other.peek('coherent') !== 1) return false;
  await one.set('coherent', 2);
  await Promise.race([until(() => other.peek('coherent') !== 1), pause(1_000, undefined)]);
  return other.peek('coherent') !== 1;
}

async function deletedDuringLoad(one: CacheManager, other: CacheManager): Promise<unknown> {
  const load = one.getOrSet('raced', () => pause(60, 'old'));
  await pause(20, undefined);
  await other.delete('raced');
  await load;
  return other.get('raced');
}

function pause<T>(ms: number, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(value), ms));
}

const byText = (a: string, b: string): number => (a < b ? -1 : 1);
