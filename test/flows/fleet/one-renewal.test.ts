import { describe, expect, it } from '@jest/globals';
import { FakeRandom } from '../../../lib/testing/fake-random.js';
import { deferred, settle } from '../../support/deferred.js';
import { fleets } from '../../support/fleet-caches.js';
import { PLACES, Row, standing } from './scene.js';

const fleet = fleets();

describe.each(PLACES)('G1 one renewal in the fleet, $backend by $mode', ({ mode, backend }) => {
  async function three() {
    const { join, server, clock } = fleet(mode);
    const make = () => join({ backend, random: new FakeRandom() });
    return { all: [await make(), await make(), await make()] as const, server, clock };
  }

  it('a stale value is served everywhere, and renewed by one', async () => {
    const { all, server, clock } = await three();
    const [a] = all;
    const options = { ttl: 1_000, staleWhileRevalidate: '1h' } as const;
    const row = new Row();
    const gate = deferred<void>();
    await a.cache.set('k', 'stale', options);
    for (const { cache } of all) expect(await cache.get('k')).toBe('stale');
    await clock.advance(1_000);
    // all of them call: the stale value, at once
    // one of them loads behind their backs; the others wait, and nobody for them
    for (const { cache } of all) expect(await cache.getOrSet('k', row.slowly(gate), options)).toBe('stale');
    await settle();
    expect(row.reads).toBe(1);
    await clock.advance(5_000);
    for (const { cache } of all) expect(await cache.getOrSet('k', row.slowly(gate), options)).toBe('stale');
    expect(row.reads).toBe(1);
    gate.resolve();
    await settle();
    for (const { cache } of all) expect(await cache.getOrSet('k', row.slowly(gate), options)).toBe('old');
    expect(row.reads).toBe(1);
    expect(standing(server, 'l')).toEqual([]);
  });

  it('a renewal that fails is tried by one of the others; the stale value stays', async () => {
    const { all, clock } = await three();
    const [a, b, c] = all;
    const options = { ttl: 1_000, staleWhileRevalidate: '1h' } as const;
    const row = new Row();
    const failing = deferred<string>();
    await a.cache.set('k', 'stale', options);
    await clock.advance(1_000);
    expect(await a.cache.getOrSet('k', () => failing.promise, options)).toBe('stale');
    await settle();
    for (const { cache } of [b, c]) expect(await cache.getOrSet('k', row.read, options)).toBe('stale');
    await settle();
    expect(row.reads).toBe(0);
    failing.reject(new Error('no row'));
    await settle();
    expect(row.reads).toBe(1);
    // A renewal is no invalidation: where the store does not tell of it, a copy that is stale may be served once more.
    await a.cache.getOrSet('k', row.read, options);
    await settle();
    for (const { cache } of all) expect(await cache.getOrSet('k', row.read, options)).toBe('old');
    expect(row.reads).toBe(1);
  });

  it('a value that is to be renewed early is renewed by one, and the others serve it without waiting', async () => {
    const { all, server, clock } = await three();
    const [a, b, c] = all;
    const options = { ttl: 10_000, refreshAhead: 1 } as const;
    const row = new Row();
    const [first, second] = [deferred<void>(), deferred<void>()];
    const loading = a.cache.getOrSet('k', row.slowly(first), options);
    await clock.advance(500);
    first.resolve();
    expect(await loading).toBe('old');
    for (const { cache } of [b, c]) expect(await cache.get('k')).toBe('old');
    row.value = 'new';
    // 100 ms before its end, of a value that takes 500 to load: due
    await clock.advance(9_900);
    for (const { cache } of all) expect(await cache.getOrSet('k', row.slowly(second), options)).toBe('old');
    await settle();
    expect(row.reads).toBe(2);
    for (const { cache } of all) expect(await cache.getOrSet('k', row.slowly(second), options)).toBe('old');
    await settle();
    expect(row.reads).toBe(2);
    for (const { cache } of [b, c]) expect(await cache.explain('k')).toMatchObject({ loading: false });
    second.resolve();
    await settle();
    expect(await a.cache.get('k')).toBe('new');
    await clock.advance(100);
    for (const { cache } of all) expect(await cache.getOrSet('k', row.read, options)).toBe('new');
    expect(row.reads).toBe(2);
    expect(standing(server, 'l')).toEqual([]);
  });

  it('whoever looks after another has renewed does not renew again', async () => {
    const { all, clock } = await three();
    const [a, b] = all;
    const options = { ttl: 1_000, staleWhileRevalidate: '1h' } as const;
    const row = new Row();
    await a.cache.set('k', 'stale', options);
    for (const { cache } of all) expect(await cache.get('k')).toBe('stale');
    await clock.advance(1_000);
    const looks = b.client.hold('requests', (command) => command === 'get' || command === 'getMany');
    // B serves the stale value, or waits; its look is on its way
    //                                                             A renews
    // B finds the new value
    const two = b.cache.getOrSet('k', row.read, options);
    await settle();
    expect(await a.cache.getOrSet('k', row.read, options)).toBe('stale');
    await settle();
    expect(row.reads).toBe(1);
    await looks.release();
    expect(await two).toBe(backend === 'tiered' ? 'stale' : 'old');
    expect(row.reads).toBe(1);
    expect(await b.cache.get('k')).toBe('old');
  });
});
