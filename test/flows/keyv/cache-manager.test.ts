import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { Keyv5Store } from 'nestjs-cached/keyv';
import { everyStore } from '../../support/every-store.js';
import { listed, type AnyKeyv } from './keyvs.js';

const { stores } = everyStore();
const MINUTE = 60_000;

describe.each(stores)('cache-manager over $name', ({ make }) => {
  it('an ordinary day', async () => {
    const { cache, clock } = await make();
    const keyv = new Keyv({ store: new Keyv5Store(cache), namespace: 'pages' });
    const pages = createCache({ stores: [keyv], ttl: 5 * MINUTE });

    await pages.set('home', { html: '<h1>' });
    expect(await pages.get('home')).toEqual({ html: '<h1>' });
    expect(await pages.get('absent')).toBeUndefined();
    await pages.mset([
      { key: 'a', value: 1 },
      { key: 'b', value: 2, ttl: MINUTE },
    ]);
    expect(await pages.mget(['b', 'absent', 'a'])).toEqual([2, undefined, 1]);
    expect(await pages.ttl('b')).toBeGreaterThan(Date.now());
    await clock.advance(MINUTE);
    expect(await pages.mget(['a', 'b'])).toEqual([1, undefined]);
    await pages.del('a');
    await pages.mdel(['home', 'absent']);
    expect(await pages.mget(['a', 'home'])).toEqual([undefined, undefined]);

    await pages.set('kept', 1);
    await cache.set('kept', 'of the application');
    await pages.clear();
    expect(await pages.get('kept')).toBeUndefined();
    expect(await cache.get('kept')).toBe('of the application');
    await pages.disconnect();
    expect(await cache.get('kept')).toBe('of the application');
  });

  it('wrap loads once, and again after the end', async () => {
    const { cache, clock } = await make();
    const pages = createCache({ stores: [new Keyv({ store: new Keyv5Store(cache), namespace: 'pages' })] });
    let loads = 0;
    const load = (): Promise<{ load: number }> => pages.wrap('report', async () => ({ load: ++loads }), MINUTE);
    expect(await Promise.all([load(), load(), load()])).toEqual(Array.from({ length: 3 }, () => ({ load: 1 })));
    expect(await load()).toEqual({ load: 1 });
    await clock.advance(MINUTE);
    expect(await load()).toEqual({ load: 2 });
  });

  it('stands behind a store of its own in the process', async () => {
    const { cache } = await make();
    const near = new Keyv();
    const pages = createCache({ stores: [near, new Keyv({ store: new Keyv5Store(cache), namespace: 'pages' })] });
    await pages.set('k', 'v', MINUTE);
    await near.clear();
    expect(await pages.get('k')).toBe('v');
    expect(await pages.wrap('k', () => 'not loaded', MINUTE)).toBe('v');
    // `wrap` has brought it back into the first.
    expect(await near.get('k')).toBe('v');
  });
});

describe('tenants', () => {
  async function rig() {
    const tenants = new AsyncLocalStorage<string>();
    const { cache } = await stores[0]!.make({ tenant: { required: true, resolve: () => tenants.getStore() } });
    return { tenants, cache };
  }

  it('a Keyv keeps them apart, in each of its ways', async () => {
    const { tenants, cache } = await rig();
    const keyv = new Keyv({ store: new Keyv5Store(cache), namespace: 'pages' });
    const as = <T>(tenant: string, run: () => Promise<T>): Promise<T> => tenants.run(tenant, run);
    await Promise.all(['a', 'b'].map((tenant) => as(tenant, () => keyv.set('k', tenant))));
    expect(await Promise.all(['a', 'b'].map((tenant) => as(tenant, () => keyv.get('k'))))).toEqual(['a', 'b']);
    expect(await as('b', () => listed(keyv as AnyKeyv))).toEqual([['k', 'b']]);
    expect(await keyv.get('k')).toBeUndefined();
    expect(await keyv.set('k', 'of nobody')).toBe(false);
    await as('a', () => keyv.clear());
    expect(await as('a', () => keyv.has('k'))).toBe(false);
    expect(await as('b', () => keyv.get('k'))).toBe('b');
  });

  it('`wrap` at once is kept apart by a cache for each', async () => {
    const { cache } = await rig();
    const load = (tenant: string): Promise<string> => {
      const keyv = new Keyv({ store: new Keyv5Store(cache.forTenant(tenant)), namespace: 'pages' });
      return createCache({ stores: [keyv] }).wrap('k', async () => tenant);
    };
    expect(await Promise.all([load('a'), load('b')])).toEqual(['a', 'b']);
    expect(await Promise.all([load('a'), load('b')])).toEqual(['a', 'b']);
  });
});
