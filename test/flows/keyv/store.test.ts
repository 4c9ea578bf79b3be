import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { everyStore } from '../../support/every-store.js';
import { KEYVS, listed } from './keyvs.js';

const { stores } = everyStore();
const MINUTE = 60_000;
afterEach(() => {
  jest.restoreAllMocks();
});

const cases = KEYVS.flatMap((keyv) => stores.map((store) => ({ keyv, store, name: `${keyv.name}, ${store.name}` })));

describe.each(cases)('$name', ({ keyv, store }) => {
  it('an ordinary day: sets, gets, replaces, asks, deletes', async () => {
    const { cache } = await store.make();
    const books = keyv.make(cache, { namespace: 'books' });
    expect(await books.get('dune')).toBeUndefined();
    expect(await books.has('dune')).toBe(false);
    expect(await books.set('dune', { title: 'Dune', pages: 412 })).toBe(true);
    expect(await books.get('dune')).toEqual({ title: 'Dune', pages: 412 });
    expect(await books.has('dune')).toBe(true);
    expect(await books.set('dune', 'a text')).toBe(true);
    expect(await books.get('dune')).toBe('a text');
    expect(await books.delete('dune')).toBe(true);
    expect(await books.get('dune')).toBeUndefined();
    expect(await books.delete('dune')).toBe(false);
  });

  it('many at once, each with its own end', async () => {
    const { cache, clock } = await store.make();
    const books = keyv.make(cache, { namespace: 'books' });
    const answer = await books.setMany([
      { key: 'a', value: 1 },
      { key: 'b', value: 2, ttl: MINUTE },
      { key: 'c', value: null },
    ]);
    expect(answer).toEqual([true, true, true]);
    expect(await books.getMany(['c', 'b', 'missing', 'a'])).toEqual([null, 2, undefined, 1]);
    expect(await books.hasMany(['a', 'missing', 'b'])).toEqual([true, false, true]);
    await clock.advance(MINUTE);
    expect(await books.getMany(['a', 'b'])).toEqual([1, undefined]);
    expect(await books.deleteMany(['a', 'c'])).toEqual(keyv.name === 'Keyv 5' ? true : [true, true]);
    expect(await books.getMany(['a', 'b', 'c'])).toEqual([undefined, undefined, undefined]);
  });

  it('a ttl ends to the millisecond by the clock of the cache; none, and 0, never do', async () => {
    const { cache, clock } = await store.make({ ttl: '5m', jitter: 0.5, staleWhileRevalidate: '1h' });
    const books = keyv.make(cache, { namespace: 'books' });
    // Keyv makes an instant of a ttl by Date.now; however long that takes, here it takes no time.
    const now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now);
    await books.set('minute', 'm', MINUTE);
    await books.set('none', 'n');
    await books.set('zero', 'z', 0);
    await clock.advance(MINUTE - 1);
    expect(await books.get('minute')).toBe('m');
    await clock.advance(1);
    expect(await books.get('minute')).toBeUndefined();
    expect(await books.has('minute')).toBe(false);
    await clock.advance(365 * 24 * 60 * MINUTE);
    expect(await books.getMany(['none', 'zero'])).toEqual(['n', 'z']);
  });

  it("the Keyv's own ttl counts where a call names none", async () => {
    const { cache, clock } = await store.make();
    const books = keyv.make(cache, { namespace: 'books', ttl: MINUTE });
    await books.set('own', 1);
    await books.set('longer', 2, 2 * MINUTE);
    await clock.advance(MINUTE);
    expect(await books.getMany(['own', 'longer'])).toEqual([undefined, 2]);
  });

  it('namespaces neither see nor clear each other, nor what is cached otherwise', async () => {
    const { cache } = await store.make();
    const names = ['books', 'book', 'books.x', 'keyv', 'a:b', '*', undefined];
    const all = names.map((namespace) => keyv.make(cache, namespace === undefined ? {} : { namespace }));
    // Without a name Keyv 5 says `keyv` by itself.
    if (keyv.name === 'Keyv 5') all.pop();
    await cache.set('k', 'of the application');
    await Promise.all(all.map((each, index) => each.set('k', index)));
    expect(await Promise.all(all.map((each) => each.get('k')))).toEqual(all.map((_, index) => index));
    for (const [at, each] of all.entries()) {
      await each.clear();
      expect(await Promise.all(all.map((other) => other.get('k')))).toEqual(
        all.map((_, index) => (index <= at ? undefined : index)),
      );
    }
    expect(await cache.get('k')).toBe('of the application');
    await all[0]!.set('k', 'again');
    await cache.clear();
    expect(await all[0]!.get('k')).toBeUndefined();
  });

  it('clear takes all of its namespace, and what is set after it stays', async () => {
    const { cache } = await store.make();
    const books = keyv.make(cache, { namespace: 'books' });
    await books.setMany(Array.from({ length: 250 }, (_, index) => ({ key: `k${index}`, value: index })));
    await books.clear();
    await books.set('after', 1);
    expect(await books.hasMany(['k0', 'k249', 'after'])).toEqual([false, false, true]);
  });

  it(store.canList ? 'iterates over its own' : 'does not iterate where keys cannot be listed', async () => {
    const { cache } = await store.make();
    const [books, others] = [keyv.make(cache, { namespace: 'books' }), keyv.make(cache, { namespace: 'others' })];
    const errors: unknown[] = [];
    books.on('error', (error) => errors.push(error));
    const entries = Array.from({ length: 230 }, (_, index) => [`k${String(index).padStart(3, '0')}`, index] as const);
    await books.setMany(entries.map(([key, value]) => ({ key, value })));
    await others.set('not mine', 1);
    const found = await listed(books).catch((error: unknown) => errors.push(error));
    if (store.canList) expect(found).toEqual(entries);
    else expect(errors).toContainEqual(expect.objectContaining({ name: 'CacheCapabilityError' }));
  });

  it('undefined is a value, told from absence by has', async () => {
    const { cache } = await store.make();
    for (const plain of [false, true]) {
      const books = keyv.make(cache, { namespace: `books-${plain}`, plain });
      expect(await books.set('nothing', undefined)).toBe(true);
      expect(await books.get('nothing')).toBeUndefined();
      expect(await books.has('nothing')).toBe(true);
      expect(await books.getRaw('nothing')).toBeDefined();
      expect(await books.has('absent')).toBe(false);
      expect(await books.getRaw('absent')).toBeUndefined();
    }
  });

  it('without a serializer, values are as rich as the cache keeps them', async () => {
    const { cache } = await store.make();
    const books = keyv.make(cache, { namespace: 'books', plain: true });
    const rich = { map: new Map([[1, new Set(['a'])]]), date: new Date(0), big: 5n, bytes: Buffer.from([0, 255]) };
    await books.set('rich', rich, MINUTE);
    expect(await books.get('rich')).toEqual(rich);
    // Changing what was returned changes nothing.
    ((await books.get('rich')) as typeof rich).map.clear();
    expect(await books.get('rich')).toEqual(rich);
  });

  it('keys of all spellings and lengths stand apart', async () => {
    const { cache } = await store.make();
    const books = keyv.make(cache, { namespace: 'books' });
    const keys = ['a', 'A', 'a b', 'a\n', 'a\0', 'a*', 'a::b', '{a}', '\u4e2d', '\ud800', '%', 'k'.repeat(10_000)];
    keys.push(`${'k'.repeat(9_999)}l`);
    for (const key of keys) expect(await books.set(key, `of ${key.slice(-9)}`)).toBe(true);
    expect(await books.getMany(keys)).toEqual(keys.map((key) => `of ${key.slice(-9)}`));
    for (const key of keys) expect(await books.delete(key)).toBe(true);
    expect(await books.hasMany(keys)).toEqual(keys.map(() => false));
  });

  it('disconnect leaves the cache open', async () => {
    const { cache } = await store.make();
    const books = keyv.make(cache, { namespace: 'books' });
    await books.disconnect();
    expect(await books.set('k', 1)).toBe(true);
    expect(await cache.set('k', 1)).toBe(true);
    expect((await cache.healthCheck()).status).toBe('up');
  });
});
