import { describe, expect, it } from '@jest/globals';
import { BaseStore } from '@langchain/core/stores';
import { CacheCapabilityError, CacheUsageError, CacheValueError } from 'nestjs-cached';
import { MapBackend } from 'nestjs-cached/testing';
import { CacheStore } from 'nestjs-cached/langchain';
import { testCache } from '../../support/caches.js';
import { itemsIn } from '../ai/ai-cache.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('a store of LangChain', () => {
  it('gives back what it was given, in the order of the keys', async () => {
    const { cache } = await testCache();
    const store: BaseStore<string, Uint8Array> = new CacheStore(cache);
    await store.mset([
      ['a', bytes(1, 2)],
      ['b', bytes()],
    ]);
    expect(await store.mget(['b', 'x', 'a', 'b'])).toEqual([bytes(), undefined, bytes(1, 2), bytes()]);
    (await store.mget(['a']))[0]![0] = 9;
    expect(await store.mget(['a'])).toEqual([bytes(1, 2)]);
    await store.mdelete(['a', 'x']);
    expect(await store.mget(['a', 'b'])).toEqual([undefined, bytes()]);
    expect(await store.mget([])).toEqual([]);
    await store.mset([]);
    await store.mdelete([]);
  });

  it('lists its keys by what they begin with, whatever that is spelled like', async () => {
    const { cache } = await testCache();
    const store = new CacheStore<string>(cache);
    const keys = ['doc:1', 'doc:2', 'doc', 'd*c:3', 'd[o]c:4', 'd\\c:5', 'other'];
    await store.mset(keys.map((key) => [key, key]));
    await cache.set('doc:beside', 'not in the store');
    const listed = async (prefix?: string): Promise<string[]> => (await itemsIn(store.yieldKeys(prefix))).toSorted();
    expect(await listed()).toEqual(keys.toSorted());
    expect(await listed('doc:')).toEqual(['doc:1', 'doc:2']);
    for (const prefix of ['d*', 'd[o]', 'd\\']) expect(await listed(prefix)).toHaveLength(1);
    expect(await listed('x')).toEqual([]);
    await store.mdelete(await listed('doc'));
    expect(await listed('doc')).toEqual([]);
    expect(await cache.get('doc:beside')).toBe('not in the store');
  });

  it('is in a namespace and of a tenant, and forgets in time', async () => {
    const { cache, clock } = await testCache();
    const vectors = new CacheStore(cache, { namespace: 'vectors', ttl: '1m', tags: ['all'] });
    const others = new CacheStore(cache.forTenant('acme'), { namespace: 'vectors' });
    await vectors.mset([['a', bytes(1)]]);
    await others.mset([['a', bytes(2)]]);
    expect(await vectors.mget(['a'])).toEqual([bytes(1)]);
    expect(await others.mget(['a'])).toEqual([bytes(2)]);
    expect(await new CacheStore(cache).mget(['a'])).toEqual([undefined]);
    await clock.advance(60_001);
    expect(await vectors.mget(['a'])).toEqual([undefined]);
  });

  it('names what cannot be stored, and what cannot be listed', async () => {
    const { cache } = await testCache();
    const store = new CacheStore<unknown>(cache);
    await expect(store.mset([['a', { run: () => {} }]])).rejects.toThrow(CacheValueError);
    await expect(store.mset([['', 1]])).rejects.toThrow(CacheUsageError);
    expect(() => new CacheStore(cache, { namespace: '' })).toThrow(CacheUsageError);
    expect(() => new CacheStore(cache, { ttl: 'soon' as never })).toThrow(CacheUsageError);
    expect(() => new CacheStore(cache, { prefix: 'a' } as never)).toThrow(/"prefix" is no option of CacheStore/);
    const { cache: unlisted } = await testCache({ backend: new MapBackend() });
    await expect(itemsIn(new CacheStore(unlisted).yieldKeys())).rejects.toThrow(CacheCapabilityError);
  });

  it('does not show what it holds when it is written down', async () => {
    const { cache } = await testCache();
    expect(JSON.stringify(new CacheStore(cache))).toBe(
      '{"lc":1,"type":"not_implemented","id":["nestjs-cached","langchain","CacheStore"]}',
    );
  });
});
