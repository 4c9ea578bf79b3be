import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { CacheEvent } from '../../../lib/contracts/events.js';
import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { CacheTenantError } from '../../../lib/support/errors.js';
import { deferred, settle } from '../../support/deferred.js';
import { everyStore } from '../../support/every-store.js';

const { stores } = everyStore();

const storage = new AsyncLocalStorage<string>();
const resolve = (): string | undefined => storage.getStore();
const as = <T>(tenant: string, run: () => T): T => storage.run(tenant, run);

async function namesIn(cache: CacheManager): Promise<string[]> {
  const names: string[] = [];
  for await (const name of cache.keys()) names.push(name);
  return names.sort();
}

describe.each(stores)('a resolved tenant, over $name', ({ name, canList, make }) => {
  it('is whose every method of the manager is', async () => {
    const { cache } = await make({ tenant: { resolve } });
    const acme = cache.forTenant('acme');
    await as('acme', async () => {
      await cache.set('set', 1);
      await cache.setMany([['setMany', 2]]);
      await cache.warm([['warm', 3]]);
      await cache.getOrSet('getOrSet', () => 4);
      await cache.getOrSetMany(['getOrSetMany'], async () => [5]);
    });
    const keys = ['set', 'setMany', 'warm', 'getOrSet', 'getOrSetMany'];
    expect([...(await acme.getMany(keys)).values()]).toEqual([1, 2, 3, 4, 5]);
    expect((await cache.getMany(keys)).size).toBe(0);
    await as('acme', async () => {
      expect(await cache.get('set')).toBe(1);
      expect(cache.peek('set')).toBe(acme.peek('set'));
      expect(await cache.has('set')).toBe(true);
      expect(await cache.getTtl('set')).toBe(await acme.getTtl('set'));
      expect((await cache.getMany(keys)).size).toBe(keys.length);
      expect(await cache.explain('set')).toMatchObject({ state: 'fresh', tenant: 'acme' });
      if (canList) expect(await namesIn(cache)).toEqual([...keys].sort());
    });
    await as('globex', async () => {
      for (const key of keys)
        expect([await cache.get(key), cache.peek(key), await cache.has(key)]).toEqual([undefined, undefined, false]);
      if (canList) expect(await namesIn(cache)).toEqual([]);
      expect(await cache.explain('set')).toMatchObject({ state: 'absent', tenant: 'globex' });
    });
  });

  it('is whose every invalidation is', async () => {
    const { cache } = await make({ tenant: { resolve } });
    const invalidations: [string, () => Promise<unknown>][] = [
      ['delete', () => cache.delete('k')],
      ['deleteMany', () => cache.deleteMany(['k'])],
      ['expire', () => cache.expire('k')],
      ['invalidate', () => cache.invalidate('k*')],
      ['invalidateTags', () => cache.invalidateTags('t')],
      ['clear', () => cache.clear()],
    ];
    for (const [what, invalidate] of invalidations) {
      for (const tenant of ['acme', 'globex']) await as(tenant, () => cache.set('k', tenant, { tags: ['t'] }));
      await cache.set('k', 'nobody', { tags: ['t'] });
      await as('acme', invalidate);
      expect([what, await as('acme', () => cache.get('k'))]).toEqual([what, undefined]);
      expect([what, await as('globex', () => cache.get('k'))]).toEqual([what, 'globex']);
      expect([what, await cache.get('k')]).toEqual([what, 'nobody']);
    }
  });

  it('gives way to forTenant, which withoutTenant takes back', async () => {
    const { cache } = await make({ tenant: { resolve, required: true } });
    await as('acme', async () => {
      await cache.set('k', 'acme');
      await cache.forTenant('globex').set('k', 'globex');
      await cache.withoutTenant().set('k', 'nobody');
      expect(await cache.forTenant('globex').withoutTenant().get('k')).toBe('nobody');
      expect(await cache.forTenant('globex').forTenant('acme').get('k')).toBe('acme');
    });
    expect(await cache.forTenant('acme').get('k')).toBe('acme');
    expect(await cache.forTenant('globex').get('k')).toBe('globex');
    expect(await cache.withoutTenant().get('k')).toBe('nobody');
  });

  it('stays in nested namespaces', async () => {
    const { cache } = await make({ tenant: { resolve } });
    const orders = cache.forNamespace('shop').forNamespace('orders');
    await as('acme', () => orders.set('1', 'acme'));
    expect(await orders.get('1')).toBeUndefined();
    expect(await as('globex', () => orders.get('1'))).toBeUndefined();
    expect(await cache.forTenant('acme').forNamespace('shop').forNamespace('orders').get('1')).toBe('acme');
    expect(await cache.forNamespace('shop').forNamespace('orders').forTenant('acme').get('1')).toBe('acme');
    await as('globex', () => cache.clear());
    expect(await as('acme', () => orders.get('1'))).toBe('acme');
    await as('acme', () => cache.clear());
    expect(await as('acme', () => orders.get('1'))).toBeUndefined();
  });

  it('is cleared by an administrator with all others, and by itself alone', async () => {
    const { cache } = await make({ tenant: { resolve, required: true } });
    const left = async (): Promise<unknown[]> => [
      await as('acme', () => cache.get('k')),
      await as('globex', () => cache.get('k')),
      await cache.withoutTenant().get('k'),
    ];
    const fill = async (): Promise<void> => {
      for (const tenant of ['acme', 'globex']) await as(tenant, () => cache.set('k', tenant));
      await cache.withoutTenant().set('k', 'nobody');
    };
    await fill();
    await as('acme', () => cache.clear());
    expect(await left()).toEqual([undefined, 'globex', 'nobody']);
    await as('acme', () => cache.withoutTenant().clear());
    expect(await left()).toEqual([undefined, undefined, undefined]);
    await fill();
    expect(await left()).toEqual(['acme', 'globex', 'nobody']);
  });

  it('is told in events and counted, and a manager of all counts all', async () => {
    const { cache } = await make({ tenant: { resolve } });
    const heard: string[] = [];
    const note = ({ type, tenant }: CacheEvent): void => void heard.push(`${type} of ${tenant ?? 'nobody'}`);
    for (const type of ['miss', 'hit', 'invalidate'] as const) cache.on(type, note);
    const ofGlobex: string[] = [];
    cache.forTenant('globex').on('miss', ({ key }) => ofGlobex.push(key));
    await as('acme', () => cache.getOrSet('k', () => 1));
    await as('acme', () => cache.get('k'));
    await as('globex', () => cache.get('k'));
    await cache.get('k');
    await as('acme', () => cache.clear());
    expect(heard).toEqual(['miss of acme', 'hit of acme', 'miss of globex', 'miss of nobody', 'invalidate of acme']);
    expect(ofGlobex).toEqual(['k']);
    expect(cache.forTenant('acme').getStats()).toMatchObject({ hits: 1, misses: 1, loads: 1 });
    expect(cache.forTenant('globex').getStats()).toMatchObject({ hits: 0, misses: 1 });
    for (const all of [cache, cache.withoutTenant()]) {
      expect(all.getStats()).toMatchObject({ hits: 1, misses: 3, loads: 1 });
      expect(as('globex', () => all.getStats())).toEqual(all.getStats());
    }
    const { outcomes } = await as('acme', () => cache.observe(() => cache.get('other')));
    expect(outcomes.map(({ type, tenant }) => [type, tenant])).toEqual([['miss', 'acme']]);
  });

  it('loads once for each tenant, and each caller gets what was loaded for its own', async () => {
    const { cache } = await make({ tenant: { resolve, required: true } });
    const loads: string[] = [];
    const find = (): Promise<string> =>
      cache.getOrSet('k', async () => {
        loads.push(storage.getStore() ?? 'nobody');
        await settle();
        return `of ${storage.getStore()}`;
      });
    const tenants = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 'acme' : 'globex'));
    const values = await Promise.all(tenants.map((tenant) => as(tenant, find)));
    expect(values).toEqual(tenants.map((tenant) => `of ${tenant}`));
    expect(loads.toSorted()).toEqual(['acme', 'globex']);
    const batch = await Promise.all(
      tenants.map((tenant) =>
        as(tenant, () => cache.getOrSetMany(['x', 'y'], async (keys) => keys.map((key) => `${key} of ${resolve()}`))),
      ),
    );
    expect(batch.map((found) => found.get('y'))).toEqual(tenants.map((tenant) => `y of ${tenant}`));
  });

  it('is kept by a refresh in the background, whatever is resolved by then', async () => {
    let current: string | undefined;
    const { cache, clock } = await make({
      tenant: { resolve: () => current, required: true },
      staleWhileRevalidate: '1h',
      ttl: '1m',
    });
    const find = (loader: () => unknown): Promise<unknown> => cache.getOrSet('k', loader);
    const asCurrent = <T>(tenant: string | undefined, run: () => T): T => {
      current = tenant;
      return run();
    };
    expect(await asCurrent('acme', () => find(() => 'old of acme'))).toBe('old of acme');
    expect(await asCurrent('globex', () => find(() => 'old of globex'))).toBe('old of globex');
    await clock.advance(61_000);
    const gate = deferred<string>();
    const stored = deferred<CacheEvent>();
    cache.on('set', (event) => stored.resolve(event));
    expect(await asCurrent('acme', () => find(() => gate.promise))).toBe('old of acme');
    // Nobody's from here on: a refresh that asked again would fail, or land with whoever is there.
    current = undefined;
    gate.resolve('new of acme');
    expect(await stored.promise).toMatchObject({ key: 'k', tenant: 'acme' });
    expect(await cache.forTenant('acme').get('k')).toBe('new of acme');
    expect(await cache.forTenant('globex').get('k')).toBeUndefined();
    expect(await cache.withoutTenant().get('k')).toBeUndefined();
    expect(await asCurrent('globex', () => find(() => new Promise(() => {})))).toBe('old of globex');
  });

  it('never crosses to another one, however they are spelled', async () => {
    const { cache } = await make({ tenant: { resolve, required: true } });
    const spelled = fc.oneof(
      fc.constantFrom('a', 'b', 'a/b', 'a@b', '@a', '@', '/', '%', '%40', '%2F', '~', 'cache', 'cache@a', 'A', ' '),
      fc.constantFrom('*', '?', '[ab]', '[^x]', '{a}', '{', '}', 'a:v:{k}', '\\', '\\*', '**', 'a*'),
      fc.constantFrom('\0', 'a\0', '\0a', '\r\nFLUSHALL\r\n', '\ud800', '\udc00', '\udc00\ud800', '\ufffd', '😀'),
      fc.constantFrom('constructor', '__proto__', 'prototype', 'toString', 'undefined', 'null', 'x'.repeat(300)),
      fc.string({ minLength: 1, maxLength: 8, unit: 'binary' }),
    );
    await fc.assert(
      fc.asyncProperty(spelled, spelled, fc.boolean(), async (mine, theirs, nested) => {
        fc.pre(mine !== theirs);
        const place = nested ? cache.forNamespace(mine) : cache;
        await as(theirs, () => place.clear());
        await as(mine, () => place.set('k', { of: mine }, { tags: ['t'] }));
        expect(await as(theirs, () => place.get('k'))).toBeUndefined();
        expect(as(theirs, () => place.peek('k'))).toBeUndefined();
        expect(await as(theirs, () => place.getOrSet('k', () => ({ of: theirs }), { tags: ['t'] }))).toEqual({
          of: theirs,
        });
        await as(theirs, () => place.invalidate(theirs));
        await as(theirs, () => place.invalidate('*'));
        await as(theirs, () => place.invalidateTags('t'));
        await as(theirs, () => place.clear());
        expect(await as(mine, () => place.get('k'))).toEqual({ of: mine });
      }),
      { numRuns: name === 'memory' || name.includes('bytes') ? 200 : 60 },
    );
  });
});

describe.each(stores)('a call whose tenant cannot be told, over $name', ({ make }) => {
  const calls: [string, (cache: CacheManager) => Promise<unknown>][] = [
    ['get', (cache) => cache.get('k')],
    ['has', (cache) => cache.has('k')],
    ['getTtl', (cache) => cache.getTtl('k')],
    ['getMany', (cache) => cache.getMany(['k'])],
    ['getOrSet', (cache) => cache.getOrSet('k', () => 'loaded')],
    ['getOrSetMany', (cache) => cache.getOrSetMany(['k'], async () => ['loaded'])],
    ['set', (cache) => cache.set('k', 'mine')],
    ['setMany', (cache) => cache.setMany([['k', 'mine']])],
    ['warm', (cache) => cache.warm([['k', 'mine']])],
    ['delete', (cache) => cache.delete('k')],
    ['deleteMany', (cache) => cache.deleteMany(['k'])],
    ['expire', (cache) => cache.expire('k')],
    ['invalidate', (cache) => cache.invalidate('*')],
    ['invalidateTags', (cache) => cache.invalidateTags('t')],
    ['clear', (cache) => cache.clear()],
    ['explain', (cache) => cache.explain('k')],
  ];
  /** Options under which no tenant can be told, and what the error says. */
  const options = [
    { tenant: { required: true }, text: 'there is no tenant.resolve to ask' },
    { tenant: { required: true, resolve: () => undefined }, text: 'tenant.resolve gave undefined' },
    { tenant: { resolve: () => '' }, text: 'tenant.resolve gave an empty string' },
    { tenant: { resolve: () => null as unknown as string }, text: 'tenant.resolve gave null' },
    { tenant: { resolve: () => 7 as unknown as string }, text: 'tenant.resolve gave a value of type number' },
    {
      tenant: { resolve: async () => 'acme' } as unknown as { resolve: () => string },
      text: 'tenant.resolve gave a promise',
    },
    {
      tenant: {
        resolve: () => {
          throw new Error('no context');
        },
      },
      text: 'tenant.resolve failed: no context',
    },
  ];

  it('rejects, and touches nothing', async () => {
    for (const { tenant, text } of options) {
      const { cache } = await make({ tenant });
      const open = cache.withoutTenant();
      await open.set('k', 'shared', { tags: ['t'] });
      for (const [, call] of calls) {
        // Called outside of a try: it must reject, and not throw.
        const failure = call(cache).then(
          () => undefined,
          (error: unknown) => error,
        );
        expect(await failure).toBeInstanceOf(CacheTenantError);
        expect(String(await failure)).toContain(text);
      }
      expect(() => cache.peek('k')).toThrow(CacheTenantError);
      expect(() => cache.keys()).toThrow(CacheTenantError);
      expect(await open.get('k')).toBe('shared');
      expect(
        await cache
          .forNamespace('ns')
          .get('k')
          .catch((error: unknown) => error),
      ).toBeInstanceOf(CacheTenantError);
      expect(await cache.forTenant('acme').get('k')).toBeUndefined();
      expect(cache.getStats().loads).toBe(0);
    }
  });

  it('is a call of no tenant where none is required', async () => {
    const { cache } = await make({ tenant: { resolve: () => undefined } });
    await cache.set('k', 'shared');
    expect(await cache.withoutTenant().get('k')).toBe('shared');
  });

  it('is nobody’s business while the cache is switched off', async () => {
    const { cache } = await make({ enabled: false, tenant: { required: true } });
    expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded');
    expect(await cache.get('k')).toBeUndefined();
  });
});
