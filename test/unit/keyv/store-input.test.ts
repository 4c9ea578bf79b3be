import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Keyv } from 'keyv';
import { Keyv as Keyv6 } from 'keyv6';
import { CacheBackendError, CacheUsageError, CacheValueError, type CacheManager } from 'nestjs-cached';
import { Keyv5Store, Keyv6Store } from 'nestjs-cached/keyv';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { FlakyBackend } from '../../../lib/testing/flaky.backend.js';
import { MapBackend } from '../../../lib/testing/map.backend.js';
import type { AnyKeyv } from '../../flows/keyv/keyvs.js';
import { testCache } from '../../support/caches.js';
import { deferred, settle } from '../../support/deferred.js';

afterEach(() => {
  jest.restoreAllMocks();
});

describe('what is no CacheManager', () => {
  const given: unknown[] = [undefined, null, {}, new Map(), 'cache'];
  it.each(given)('%p is named', (cache) => {
    expect(() => new Keyv5Store(cache as CacheManager)).toThrow(CacheUsageError);
    expect(() => new Keyv6Store(cache as CacheManager)).toThrow('Keyv6Store needs a CacheManager');
  });
});

describe('the wrong version of Keyv', () => {
  it('Keyv 5 with the store for 6 fails when it is made, and says which one it needs', async () => {
    const { cache } = await testCache();
    expect(() => new Keyv({ store: new Keyv6Store(cache) })).toThrow('Give it a Keyv5Store');
    expect(() => new Keyv(new Keyv6Store(cache) as never)).toThrow(CacheUsageError);
  });
});

describe('namespaces', () => {
  it('that are no string are refused; none, null and the empty one are the same', async () => {
    const { cache } = await testCache();
    const store = new Keyv6Store(cache);
    expect(() => (store.namespace = 7 as unknown as string)).toThrow('The namespace of a Keyv must be a string');
    await store.set('k', 1);
    for (const none of ['', null as unknown as string, undefined]) {
      store.namespace = none;
      expect(await store.get('k')).toBe(1);
    }
  });
});

describe('ends that cannot be meant', () => {
  it.each([Number.NaN, '5m', {}, true])('Keyv 5: a ttl of %p is an error, and what was there stays', async (ttl) => {
    const { cache } = await testCache();
    const keyv = new Keyv({ store: new Keyv5Store(cache) });
    const errors: unknown[] = [];
    keyv.on('error', (error) => errors.push(error));
    await keyv.set('k', 'before');
    expect(await keyv.set('k', 'after', ttl as number)).toBe(false);
    expect(
      await keyv.setMany([
        { key: 'l', value: 1 },
        { key: 'k', value: 'after', ttl: ttl as number },
      ]),
    ).toEqual([false, false]);
    expect(errors).toEqual([expect.any(CacheUsageError), expect.any(CacheUsageError)]);
    expect(await keyv.get('k')).toBe('before');
    expect(await keyv.has('l')).toBe(false);
  });

  it.each([Number.NaN, '5m', {}, true])('the store for Keyv 6: an end of %p is an error', async (expires) => {
    const { cache } = await testCache();
    const store = new Keyv6Store(cache);
    await store.set('k', 'before');
    await expect(store.set('k', 'after', expires as number)).rejects.toThrow(CacheUsageError);
    expect(await store.get('k')).toBe('before');
  });

  it('the store for Keyv 5: 0, which Keyv takes away itself, and null are no end', async () => {
    const { cache } = await testCache();
    const store = new Keyv5Store(cache);
    for (const none of [0, null as unknown as number, undefined, Infinity]) {
      expect(await store.set('k', String(none), none)).toBe(true);
      expect(await store.get('k')).toBe(String(none));
      await store.delete('k');
    }
  });

  it('Keyv 5: a negative ttl is over already: nothing is there, neither the new value nor the old one', async () => {
    const { cache } = await testCache();
    const keyv = new Keyv({ store: new Keyv5Store(cache) });
    await keyv.set('k', 'before');
    expect(await keyv.set('k', 'after', -1)).toBe(true);
    expect(await keyv.has('k')).toBe(false);
  });

  it('Keyv 6: an instant in the past, or of now, is over already', async () => {
    const { cache } = await testCache();
    const keyv = new Keyv6({ store: new Keyv6Store(cache) });
    const now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now);
    for (const expires of [now, now - 1, 1, 0, -1, -Infinity]) {
      await keyv.set('k', 'before');
      expect(await keyv.store.set('k', 'after', expires)).toBe(true);
      expect(await keyv.has('k')).toBe(false);
      await keyv.set('k', 'before');
      if (expires !== -Infinity) await keyv.setRaw('k', { value: 'after', expires });
      expect(await keyv.get('k')).toBe(expires === -Infinity ? 'before' : undefined);
    }
    const store = new Keyv6Store(cache);
    expect(await store.set('for ever', 1, Infinity)).toBe(true);
    expect(await store.get('for ever')).toBe(1);
  });

  it('Keyv 6: what is left of an instant is counted by the clock that made it, whatever time the cache lives in', async () => {
    const clock = new FakeClock(0);
    const { cache } = await testCache({}, clock);
    const now = 5_000_000_000_000;
    jest.spyOn(Date, 'now').mockImplementation(() => now);
    const store = new Keyv6Store(cache);
    await store.set('k', 1, now + 1_000);
    await clock.advance(999);
    expect(await store.has('k')).toBe(true);
    await clock.advance(1);
    expect(await store.has('k')).toBe(false);
  });
});

describe('keys and values that cannot be kept', () => {
  it('an empty key without a namespace is an error of set, and a miss of get', async () => {
    const { cache } = await testCache();
    const keyv = new Keyv({ store: new Keyv5Store(cache), namespace: undefined } as object);
    const errors: unknown[] = [];
    keyv.on('error', (error) => errors.push(error));
    expect(await keyv.set('', 1)).toBe(false);
    expect(errors).toEqual([expect.any(CacheUsageError)]);
    expect(await keyv.get('')).toBeUndefined();
  });

  it('a value with a function in it, without a serializer', async () => {
    const { cache } = await testCache();
    const five = new Keyv({ store: new Keyv5Store(cache), serialize: undefined, deserialize: undefined } as object);
    const six = new Keyv6({ store: new Keyv6Store(cache), serialization: false });
    for (const keyv of [five, six]) {
      const errors: unknown[] = [];
      keyv.on('error', (error: unknown) => errors.push(error));
      expect(await keyv.set('k', { run: () => 1 })).toBe(false);
      expect(errors).toEqual([expect.any(CacheValueError)]);
      expect(await keyv.has('k')).toBe(false);
    }
  });

  it.each([Keyv5Store, Keyv6Store])('%p: one of many: the others are done when it is told', async (Store) => {
    const gate = deferred<void>();
    const backend = new MapBackend();
    const set = backend.set.bind(backend);
    backend.set = async (...given) => {
      if (given[0].includes('slow')) await gate.promise;
      return set(...given);
    };
    const { cache } = await testCache({ backend });
    const store = new Store(cache);
    const entries = [
      { key: 'bad', value: () => 1 },
      { key: 'slow', value: 2 },
      ...Array.from({ length: 150 }, (_, index) => ({ key: `k${index}`, value: index })),
    ];
    let told = false;
    const writing = store.setMany(entries).catch((error: unknown) => {
      told = true;
      return error;
    });
    await settle();
    expect(told).toBe(false);
    gate.resolve();
    expect(await writing).toBeInstanceOf(CacheValueError);
    expect(await store.getMany(['bad', 'slow', 'k0', 'k149'])).toEqual([undefined, 2, 0, 149]);
  });

  it('of two values for one key in a batch the later one stays', async () => {
    const { cache } = await testCache();
    const keyv = new Keyv6({ store: new Keyv6Store(cache) });
    await keyv.setMany([
      { key: 'k', value: 1 },
      { key: 'k', value: 2 },
    ]);
    expect(await keyv.get('k')).toBe(2);
  });
});

describe('a backend of the cache that fails', () => {
  async function rig() {
    const clock = new FakeClock(Date.now());
    const backend = new FlakyBackend({ clock });
    const { cache } = await testCache({ backend }, clock);
    const five = new Keyv({ store: new Keyv5Store(cache), namespace: 'five' });
    const six = new Keyv6({ store: new Keyv6Store(cache), namespace: 'six' });
    const errors: unknown[] = [];
    for (const keyv of [five, six]) {
      await keyv.set('k', 'v');
      keyv.on('error', (error: unknown) => errors.push(error));
    }
    backend.fail('all', new Error('down'));
    return { backend, cache, five: five as AnyKeyv, six: six as unknown as AnyKeyv, errors };
  }

  it.each(['five', 'six'] as const)('Keyv %s: reads are misses, and told of once', async (which) => {
    const { [which]: keyv, errors } = await rig();
    expect(await keyv.get('k')).toBeUndefined();
    expect(errors).toEqual([expect.objectContaining({ message: 'down' })]);
    expect(await keyv.getMany(['k'])).toEqual([undefined]);
    expect(errors).toHaveLength(2);
  });

  it.each(['five', 'six'] as const)('Keyv %s: a set is false, and told of once', async (which) => {
    const { [which]: keyv, errors } = await rig();
    expect(await keyv.set('k', 'w')).toBe(false);
    expect(errors).toEqual([expect.objectContaining({ message: 'down' })]);
  });

  it.each(['five', 'six'] as const)(
    'Keyv %s: a deletion that was not done is an error, and no success',
    async (which) => {
      const { backend, [which]: keyv, errors } = await rig();
      expect(await keyv.delete('k')).toBe(false);
      expect(errors.at(-1)).toBeInstanceOf(CacheBackendError);
      for (const answer of [await keyv.deleteMany(['k'])].flat()) expect(answer).toBe(false);
      errors.length = 0;
      await keyv.clear();
      expect(errors).toEqual([expect.any(CacheBackendError)]);
      errors.length = 0;
      await keyv.set('k', 'w', -1);
      expect(errors).toEqual(which === 'five' ? [expect.any(CacheBackendError)] : [expect.anything()]);
      backend.heal();
      await keyv.set('k', 'v');
      expect(await keyv.delete('k')).toBe(true);
    },
  );

  it('rejects where Keyv was told to: throwOnErrors in 5, no listener in 6', async () => {
    const { backend, cache } = await rig();
    backend.heal();
    const five = new Keyv({ store: new Keyv5Store(cache), throwOnErrors: true });
    const six = new Keyv6({ store: new Keyv6Store(cache) });
    const keyvs = [five, six] as unknown as AnyKeyv[];
    for (const keyv of keyvs) await keyv.set('k', 'v');
    backend.fail('all');
    for (const keyv of keyvs) {
      await expect(keyv.delete('k')).rejects.toThrow(CacheBackendError);
      await expect(keyv.clear()).rejects.toThrow(CacheBackendError);
      expect(await keyv.get('k')).toBeUndefined();
    }
  });

  it('hears of its own namespace only, and of nothing after disconnect', async () => {
    const { cache, five, six, errors } = await rig();
    await cache.get('of the application');
    expect(errors).toEqual([]);
    await five.disconnect();
    await five.get('k');
    expect(errors).toEqual([]);
    await six.get('k');
    expect(errors).toHaveLength(1);
  });
});
