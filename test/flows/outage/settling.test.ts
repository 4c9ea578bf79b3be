import { describe, expect, it } from '@jest/globals';
import type { CacheModuleOptions } from '../../../lib/contracts/options.js';
import { deferred, settle } from '../../support/deferred.js';
import { fleets, MODES, type Fleet, type Instance } from '../../support/fleet-caches.js';
import { isAway } from './watched-caches.js';

const fleet = fleets();
const OPTIONS: CacheModuleOptions = { redis: { commandTimeout: '100ms' } };

/**
 * A process that was without its server for 300 ms, and is told of invalidations again: not read before the others had
 * their 650 ms.
 */
async function settling({ clock, joinWatching }: Fleet): Promise<Instance> {
  const instance = await joinWatching(OPTIONS);
  await settle();
  instance.client.link.break();
  await clock.advance(300);
  await instance.client.link.open();
  expect(isAway(instance.cache)).toBe(true);
  expect(await instance.cache.delete('unheard of')).toBe(true);
  return instance;
}

describe.each(MODES)('while it settles: %s', (mode) => {
  it('a value that is put in is served from the fallback, and replaces what the server holds', async () => {
    const stage = fleet(mode);
    const other = await stage.join(OPTIONS);
    const { cache } = await settling(stage);
    expect(await other.cache.set('k', 'old')).toBe(true);
    expect(await other.cache.get('k')).toBe('old');
    expect(await cache.set('k', 'new')).toBe(false);
    expect(isAway(cache)).toBe(true);
    expect(await cache.get('k')).toBe('new');
    expect(await other.cache.get('k')).toBeUndefined();
  });

  it.each<[string, (instance: Instance) => Promise<unknown>]>([
    ['deletes', ({ cache }) => cache.delete('other')],
    ['invalidates a tag', ({ cache }) => cache.invalidateTags('other')],
    ['puts in', ({ cache }) => cache.set('other', 2)],
    ['clears a tenant', ({ cache }) => cache.forTenant('other').clear()],
  ])('what the process itself %s takes nothing else out of the fallback, and stops no load', async (_, change) => {
    const instance = await settling(fleet(mode));
    const { cache } = instance;
    await cache.set('k', 'kept', { tags: ['t'] });
    await cache.forTenant('acme').set('k', 'kept, too');
    const row = deferred<string>();
    const load = cache.getOrSet('loaded', () => row.promise);
    await settle();
    await change(instance);
    await settle();
    row.resolve('row');
    expect(await load).toBe('row');
    expect(isAway(cache)).toBe(true);
    const served = [await cache.get('k'), await cache.forTenant('acme').get('k'), await cache.get('loaded')];
    expect(served).toEqual(['kept', 'kept, too', 'row']);
  });

  it('what another process clears is taken out of the fallback, and a load from before it is not kept', async () => {
    const stage = fleet(mode);
    const other = await stage.join(OPTIONS);
    const { cache } = await settling(stage);
    await cache.set('k', 'old');
    await cache.set('beside', 1);
    const row = deferred<string>();
    const load = cache.getOrSet('loaded', () => row.promise);
    await settle();
    expect(await other.cache.clear()).toBe(true);
    await settle();
    row.resolve('old row');
    expect(await load).toBe('old row');
    expect(isAway(cache)).toBe(true);
    expect(await cache.getMany(['k', 'beside', 'loaded'])).toEqual(new Map());
  });
});
