import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { CacheManager } from '../../lib/core/cache-manager.js';
import { everyStore } from '../support/every-store.js';

let client: Redis;
// Closed before the server is stopped.
afterAll(() => client.disconnect());
const { stores, redis } = everyStore();
beforeAll(() => {
  client = new Redis(redis().url);
});

const MIB = 1_048_576;
/** Names that mean something to a protocol, a shell of one, or a decoder. */
const NAMES: readonly [what: string, name: string][] = [
  ['a command of Redis', '\r\nFLUSHALL\r\n'],
  ['a command in RESP', '$-1\r\n*1\r\n$8\r\nFLUSHALL\r\n'],
  ['a command of memcached', 'k 0 0 1\r\nx\r\nflush_all\r\n'],
  ['NUL', 'k\0k'],
  ['lone surrogates', '\udc00k\ud800'],
  ['what a lone surrogate becomes in UTF-8', '\ufffdk\ufffd'],
  ['a mark of byte order', '\ufeffk'],
  ['Lua', "']] redis.call('FLUSHALL') --"],
  ['1 MiB', 'a'.repeat(MIB)],
  ['1 MiB and one more character', `${'a'.repeat(MIB)}b`],
  ['100 KB of lone surrogates', '\ud800'.repeat(50_000)],
];

/** Where an entry may lie whose every name is this one. Of long ones a few do: each of their spellings is hashed anew. */
function placesOf(cache: CacheManager, name: string): CacheManager[] {
  if (name.length < MIB) return [cache, cache.forTenant(name), cache.forNamespace(name).forTenant(name)];
  return name.length === MIB ? [cache, cache.forTenant(name)] : [cache];
}

async function keysOf(cache: CacheManager, pattern?: string): Promise<string[]> {
  const names: string[] = [];
  for await (const name of cache.keys(pattern)) names.push(name);
  return names.toSorted();
}

describe.each(stores)('hostile names, over $name', ({ name: store, canList, make }) => {
  // On a machine that is busy with other suites too.
  const patience = 30_000;

  it(
    'as keys, tags, tenants and namespaces are names like any other, and reach nothing else',
    async () => {
      const { cache } = await make();
      await client.set('canary', 'alive');
      await cache.set('k', 'mine', { tags: ['t'] });
      for (const [what, name] of NAMES) {
        for (const place of placesOf(cache, name)) {
          expect([what, await place.set(name, what, { tags: [name] })]).toEqual([what, true]);
          expect(await place.get(name)).toBe(what);
          expect(await place.has(name)).toBe(true);
          expect(await place.getOrSet(name, () => 'loaded')).toBe(what);
          expect((await place.getMany([name, 'k'])).get(name)).toBe(what);
          expect(await place.invalidateTags(name)).toBe(true);
          expect([what, await place.get(name)]).toEqual([what, undefined]);
          expect(await place.getOrSet(name, () => 'loaded')).toBe('loaded');
          expect(await place.expire(name)).toBe(true);
          expect(await place.delete(name)).toBe(true);
          expect(await place.has(name)).toBe(false);
        }
      }
      for (const [what, name] of NAMES) await cache.set(name, what);
      for (const [what, name] of NAMES) expect(await cache.get(name)).toBe(what);
      if (canList) expect(await keysOf(cache)).toEqual(['k', ...NAMES.map(([, name]) => name)].toSorted());
      for (const [, name] of NAMES) if (name.length < MIB) await cache.forTenant(name).clear();
      expect(await cache.get('k')).toBe('mine');
      expect(cache.getStats().errors).toBe(0);
      expect(await client.get('canary')).toBe('alive');
      if (store === 'redis' || store === 'tiered') {
        for await (const batch of client.scanStream()) {
          for (const key of batch as string[]) expect(key === 'canary' || key.startsWith('run')).toBe(true);
        }
      }
    },
    patience,
  );

  it(
    'as patterns take what they match, and no time',
    async () => {
      const { cache } = await make();
      const long = 'a'.repeat(MIB);
      for (const key of [long, `${long}b`, 'k']) await cache.set(key, 1);
      const start = performance.now();
      for (const pattern of [
        '*a*a*a*a*b?',
        '*a'.repeat(10) + 'c',
        '?*?*?*c',
        '[^b]*[^a]c',
        '{a,b}*{',
        '['.repeat(10_000),
        '\\'.repeat(9_999),
      ]) {
        await cache.invalidate(pattern);
        // Where nothing can be listed, a pattern is held against each key that is read.
        expect([pattern.slice(0, 20), await cache.has(long), await cache.has('k')]).toEqual([
          pattern.slice(0, 20),
          true,
          true,
        ]);
      }
      // A matcher that goes back to every star would be at it for years.
      expect(performance.now() - start).toBeLessThan(15_000);
      await cache.invalidate('*a*a*a*a*b');
      expect(await cache.has(`${long}b`)).toBe(false);
      expect(await cache.has(long)).toBe(true);
      if (canList) expect((await keysOf(cache, '*a*a*')).length).toBe(1);
    },
    patience,
  );
});
