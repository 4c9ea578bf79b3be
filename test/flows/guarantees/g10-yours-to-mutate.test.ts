import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { deferred, settle, until } from '../../support/deferred.js';
import { everyStore } from '../../support/every-store.js';
import { richValue, seen, spoil } from '../../support/rich-values.js';

const { stores } = everyStore();

const sample = () => ({
  list: [1, { deep: ['x'] }],
  date: new Date(5),
  map: new Map([['a', { b: 1 }]]),
  set: new Set([1]),
  bytes: Buffer.from([1, 2, 3]),
  error: Object.assign(new Error('e'), { stack: 'Error: e', data: { n: 1 } }),
});

const isolated = stores.flatMap((store) =>
  (['clone', 'freeze'] as const).map((isolation) => ({ store, isolation, name: `${store.name}, ${isolation}` })),
);

describe.each(isolated)('G10, yours to mutate, over $name', ({ store, isolation }) => {
  it('what was given and what is returned, by every way in and out', async () => {
    const { cache } = await store.make({ memory: { isolation } });
    const expected = seen(sample());
    const given = sample();
    await cache.set('k', given);
    spoil(given);
    const many = [sample(), sample()];
    await cache.setMany([
      ['m', many[0]],
      ['n', many[1]],
    ]);
    many.forEach(spoil);
    const loaded = sample();
    spoil(await cache.getOrSet('l', () => loaded));
    spoil(loaded);
    const batch = sample();
    spoil([...(await cache.getOrSetMany(['o'], async () => [batch])).values()]);
    spoil(batch);
    for (let round = 0; round < 3; round++) {
      for (const key of ['k', 'l', 'm', 'n', 'o']) {
        const outs = [
          await cache.get(key),
          cache.peek(key) ?? sample(),
          (await cache.getMany([key])).get(key),
          await cache.getOrSet(key, () => 'never'),
          await cache.getOrSet(key, () => 'never', { ttl: '1m' }),
          (await cache.getOrSetMany([key], async () => ['never'])).get(key),
        ];
        for (const out of outs) expect(seen(out)).toEqual(expected);
        outs.forEach(spoil);
      }
    }
  });

  it('anything whatever', async () => {
    const { cache } = await store.make({ memory: { isolation } });
    await fc.assert(
      fc.asyncProperty(richValue, async (value) => {
        const expected = seen(value);
        await cache.set('k', value);
        spoil(value);
        const first = await cache.get('k');
        expect(seen(first)).toEqual(expected);
        spoil(first);
        expect(seen(await cache.get('k'))).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('those who joined one load or one look-up share nothing that can be changed', async () => {
    const { cache, clock } = await store.make({ memory: { isolation } });
    const expected = seen(sample());
    for (const options of [{ ttl: '1m' }, { ttl: 0 }] as const) {
      const gate = deferred<void>();
      let begun = false;
      const load = async () => ((begun = true), await gate.promise, sample());
      const calls = Array.from({ length: 5 }, () => cache.getOrSet('k', load, options));
      const batch = cache.getOrSetMany(['k'], async () => [sample()], options);
      await until(() => begun);
      await settle();
      gate.resolve();
      const values: unknown[] = [...(await Promise.all(calls)), (await batch).get('k')];
      for (const value of values) {
        expect(seen(value)).toEqual(expected);
        spoil(value);
      }
      await cache.delete('k');
    }
    await cache.set('found', sample(), { ttl: '1m', staleWhileRevalidate: '1h' });
    await clock.advance(61_000);
    const stale = Array.from({ length: 4 }, () => cache.getOrSet('found', sample, { staleWhileRevalidate: '1h' }));
    for (const value of await Promise.all(stale)) {
      expect(seen(value)).toEqual(expected);
      spoil(value);
    }
  });

  it('a stale value that its loader is given', async () => {
    const { cache, clock } = await store.make({ memory: { isolation } });
    const options = { ttl: '1m', staleIfError: '1h' } as const;
    await cache.set('k', sample(), options);
    await clock.advance(61_000);
    const value = await cache.getOrSet(
      'k',
      ({ stale }) => {
        spoil(stale);
        throw new Error('no database');
      },
      options,
    );
    expect(seen(value)).toEqual(seen(sample()));
  });
});

describe('G10, by choice', () => {
  it('freeze: plain data is one frozen object for all', async () => {
    const { cache } = await stores[0]!.make({ memory: { isolation: 'freeze' } });
    await cache.set('k', { a: [1, { b: 2 }] });
    const [one, two] = [await cache.get<{ a: number[] }>('k'), await cache.get<{ a: number[] }>('k')];
    expect(one).toBe(two);
    expect(() => one!.a.push(1)).toThrow(TypeError);
  });

  it('share: one reference, given up knowingly', async () => {
    const { cache } = await stores[0]!.make({ memory: { isolation: 'share' } });
    const value = { n: 1 };
    await cache.set('k', value);
    expect(await cache.get('k')).toBe(value);
    value.n = 2;
    expect(await cache.get('k')).toEqual({ n: 2 });
  });
});
