import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import {
  Cached,
  cacheOptionsFromEnv,
  CachePut,
  CacheResponse,
  CacheUsageError,
  type CacheManager,
  type Duration,
} from 'nestjs-cached';
import { resolveOptions } from '../../lib/config/resolved-options.js';
import { validateOptions } from '../../lib/config/validate-options.js';
import { settle } from '../support/deferred.js';
import { everyStore } from '../support/every-store.js';
import { App } from '../flows/decorators/support/app.js';

const { stores } = everyStore();
afterEach(() => App.closeAll());

/** What is no time at all. */
const NONE: readonly unknown[] = [
  -1,
  -Infinity,
  Number.NaN,
  -1e308,
  '-5s',
  '-0ms',
  '1e3ms',
  'NaN',
  '',
  ' 5s',
  null,
  7n,
  {},
  [1],
];
/** What says that nothing shall be kept. */
const ZERO: readonly Duration[] = [0, -0, '0ms', '0.0s', '0d'];
/** What ends so late that nobody will see it. */
const ENDLESS: readonly Duration[] = [
  Infinity,
  1e308,
  Number.MAX_VALUE,
  Number.MAX_SAFE_INTEGER,
  2 ** 63,
  '99999999999999999999d',
  `${'9'.repeat(400)}ms` as Duration,
];

/** Every way in which a call may say its ttl. */
const WAYS: readonly [name: string, store: (cache: CacheManager, ttl: Duration) => Promise<unknown>][] = [
  ['set', (cache, ttl) => cache.set('k', 'new', ttl)],
  ['set with options', (cache, ttl) => cache.set('k', 'new', { ttl, tags: ['t'] })],
  ['setMany', (cache, ttl) => cache.setMany([['k', 'new']], ttl)],
  ['warm', (cache, ttl) => cache.warm([['k', 'new']], ttl)],
  ['getOrSet', (cache, ttl) => cache.getOrSet('k', () => 'new', ttl)],
  ['getOrSetMany', (cache, ttl) => cache.getOrSetMany(['k'], async () => ['new'], { ttl })],
];
const SET_TTL: (typeof WAYS)[number] = [
  'setTtl of the loader',
  (cache, ttl) =>
    cache.getOrSet('k', ({ setTtl }) => {
      setTtl(ttl);
      return 'new';
    }),
];

describe.each(stores)('a ttl out of the ordinary, over $name', ({ make }) => {
  it.each([...WAYS, SET_TTL])('that ends never, or in 300,000 years, is stored and served: by %s', async (_, store) => {
    const { cache, clock } = await make();
    const errors: unknown[] = [];
    cache.on('error', ({ error }) => errors.push(error));
    for (const ttl of ENDLESS) {
      await store(cache, ttl);
      expect([ttl, await cache.get('k')]).toEqual([ttl, 'new']);
      expect(await cache.getTtl('k')).toBeGreaterThan(1e15);
      await cache.delete('k');
    }
    await store(cache, 1e308);
    await clock.advance(86_400_000);
    expect(await cache.get('k')).toBe('new');
    expect(errors).toEqual([]);
  });

  it.each([...WAYS, SET_TTL])('of nothing stores nothing: by %s', async (_, store) => {
    const { cache } = await make();
    for (const ttl of ZERO) {
      await store(cache, ttl);
      expect([ttl, await cache.has('k')]).toEqual([ttl, false]);
    }
    expect(cache.getStats().errors).toBe(0);
  });

  it.each(WAYS)('that is none is refused, and what stood there stays: by %s', async (name, store) => {
    const { cache } = await make();
    await cache.set('other', 'old');
    // In the place of a ttl an object holds options.
    const isBare = name !== 'set with options' && name !== 'getOrSetMany';
    for (const ttl of NONE.filter((none) => !isBare || none === null || typeof none !== 'object')) {
      await expect(store(cache, ttl as Duration)).rejects.toThrow(CacheUsageError);
      expect(await cache.has('k')).toBe(false);
    }
    expect(await cache.get('other')).toBe('old');
  });

  it('that the loader computes to be none stores nothing, and says so each time', async () => {
    const { cache } = await make();
    const told: string[] = [];
    cache.on('error', ({ operation }) => told.push(operation));
    for (const ttl of NONE) {
      expect(await SET_TTL[1](cache, ttl as Duration)).toBe('new');
      expect([ttl, await cache.has('k')]).toEqual([ttl, false]);
    }
    expect(told).toEqual(NONE.map(() => 'ttl'));
  });
});

describe('a ttl out of the ordinary', () => {
  it.each(NONE.filter((ttl) => ttl !== undefined))('%p is a fault of the options, wherever it stands', (ttl) => {
    for (const options of [
      { ttl },
      { staleWhileRevalidate: ttl },
      { nullTtl: ttl },
      { http: { ttl } },
      { operations: { ocr: ttl } },
    ]) {
      expect(() => validateOptions(options)).toThrow('must be a duration');
    }
  });

  it.each(NONE.filter((ttl) => ttl !== undefined && ttl !== null))(
    '%p is refused by decorators when the class is declared',
    (ttl) => {
      for (const decorator of [Cached as typeof CachePut, CachePut]) {
        const declare = (): void => {
          class Service {
            async find(): Promise<number> {
              return 1;
            }
          }
          decorator({ ttl: ttl as Duration })(
            Service.prototype,
            'find',
            Object.getOwnPropertyDescriptor(Service.prototype, 'find')!,
          );
        };
        expect(declare).toThrow(CacheUsageError);
      }
      expect(() => CacheResponse({ ttl: ttl as Duration })).toThrow(CacheUsageError);
    },
  );

  it.each([
    ['-1', 'fault'],
    ['-0', 'fault'],
    ['NaN', 'fault'],
    ['-Infinity', 'fault'],
    ['1e308', 'fault'],
    ['0ms', 0],
    ['0', 0],
    ['Infinity', Infinity],
    ['9'.repeat(400), Infinity],
  ])('%s in the environment is %p', (text, expected) => {
    for (const name of ['CACHE_DEFAULT_TTL', 'CACHE_TTL_OCR']) {
      const read = (): unknown => {
        const { ttl, operations } = resolveOptions(validateOptions(cacheOptionsFromEnv({ [name]: text })));
        return name === 'CACHE_DEFAULT_TTL' ? ttl : operations.get('ocr');
      };
      if (expected === 'fault') expect(read).toThrow(name);
      else expect(read()).toBe(expected);
    }
  });

  it('that a decorator computes: endless is stored, none and nothing are not, and the caller has the value', async () => {
    let ttl: unknown;
    @Injectable()
    class Service {
      runs = 0;

      @Cached({ key: () => 'k', ttl: () => ttl as Duration })
      async find(): Promise<number> {
        return ++this.runs;
      }

      @CachePut({ key: () => 'k', ttl: () => ttl as Duration })
      async put(): Promise<string> {
        return 'put';
      }
    }
    const app = await App.start({ providers: [Service] });
    const service = app.get(Service);
    for (ttl of [...NONE, ...ZERO]) {
      const { runs } = service;
      expect(await service.find()).toBe(runs + 1);
      expect([ttl, await app.cache().has('k')]).toEqual([ttl, false]);
      await app.cache().set('k', 'old');
      expect(await service.put()).toBe('put');
      expect([ttl, await app.cache().has('k')]).toEqual([ttl, false]);
    }
    for (ttl of ENDLESS) {
      expect(await service.put()).toBe('put');
      await settle();
      expect([ttl, await app.cache().get('k')]).toEqual([ttl, 'put']);
    }
  });
});
