import { describe, expect, it } from '@jest/globals';
import type { CacheModuleOptions } from '../../../lib/contracts/options.js';
import { CacheTimeoutError } from '../../../lib/support/errors.js';
import { deferred, settle } from '../../support/deferred.js';
import { fleets } from '../../support/fleet-caches.js';
import { PLACES, Row, standing } from './scene.js';

const fleet = fleets();
const LEASE = 2_000;
const NAP = 80;

describe.each(PLACES)('G1 the life of a lease, $backend by $mode', ({ mode, backend }) => {
  async function two(options: CacheModuleOptions = {}) {
    const { join, server, clock } = fleet(mode);
    const a = await join({ backend });
    const b = await join({ backend, ...options });
    return { a, b, server, clock };
  }

  it('the owner dies: another takes over within a lease, and the late fill is refused', async () => {
    const { a, b, server, clock } = await two();
    const gate = deferred<void>();
    const old = new Row();
    const row = new Row();
    row.value = 'new';
    // A loads, and is not heard of again
    //                                     B waits for as long as the lease lasts, loads, fills
    // A comes back, and fills
    const one = a.cache.getOrSet('k', old.slowly(gate));
    await settle();
    const dead = a.client.hold('requests');
    a.client.bus.drop();
    const calls = [0, 1].map(() => b.cache.getOrSet('k', row.read));
    await clock.advance(LEASE - 1);
    expect(row.reads).toBe(0);
    await clock.advance(NAP + 1);
    expect(row.reads).toBe(1);
    expect(await Promise.all(calls)).toEqual(['new', 'new']);
    gate.resolve();
    await settle();
    await dead.release();
    a.client.bus.restore();
    expect(await one).toBe('old');
    await settle();
    expect(a.cache.peek('k')).toBeUndefined();
    expect(await a.cache.get('k')).toBe('new');
    expect(await b.cache.get('k')).toBe('new');
    expect(standing(server, 'l')).toEqual([]);
  });

  it('the owner dies and the next one is still loading: the late fill is refused, the lease stays', async () => {
    const { a, b, server, clock } = await two();
    const [late, gate] = [deferred<void>(), deferred<void>()];
    const row = new Row();
    const one = a.cache.getOrSet('k', row.slowly(late));
    await settle();
    const dead = a.client.hold('requests');
    const next = b.cache.getOrSet('k', row.slowly(gate));
    await clock.advance(LEASE + NAP);
    expect(row.reads).toBe(2);
    late.resolve();
    await settle();
    await dead.release();
    expect(await one).toBe('old');
    expect(standing(server, 'v')).toEqual([]);
    expect(standing(server, 'l')).toHaveLength(1);
    gate.resolve();
    expect(await next).toBe('old');
    expect(await a.cache.get('k')).toBe('old');
  });

  it('a slow loader keeps its lease: nobody takes over', async () => {
    const { a, b, server, clock } = await two();
    const row = new Row();
    const gate = deferred<void>();
    const calls = [a, b].map(({ cache }) => cache.getOrSet('k', row.slowly(gate)));
    await clock.advance(10 * LEASE);
    expect(row.reads).toBe(1);
    gate.resolve();
    expect(await Promise.all(calls)).toEqual(['old', 'old']);
    expect(row.reads).toBe(1);
    await clock.advance(10 * LEASE);
    expect(standing(server, 'l')).toEqual([]);
  });

  it('waits for so long: then those who wait share one load, which is not stored', async () => {
    const { a, b, clock } = await two({ lease: { waitTimeout: 500 } });
    const gate = deferred<void>();
    const row = new Row();
    const own = new Row();
    own.value = 'own';
    // A loads, and takes its time
    //                              B waits, loads for itself
    // A fills: its lease was never touched
    const one = a.cache.getOrSet('k', row.slowly(gate));
    await settle();
    const calls = [0, 1, 2].map(() => b.cache.getOrSet('k', own.read));
    await clock.advance(499);
    expect(own.reads).toBe(0);
    await clock.advance(NAP);
    expect(await Promise.all(calls)).toEqual(['own', 'own', 'own']);
    expect(own.reads).toBe(1);
    expect(await b.cache.get('k')).toBeUndefined();
    gate.resolve();
    expect(await one).toBe('old');
    expect(await b.cache.get('k')).toBe('old');
  });

  it('waits for so long: then whoever has a stale value gets it', async () => {
    const { a, b, clock } = await two({ lease: { waitTimeout: 500 } });
    const gate = deferred<void>();
    const options = { ttl: 1_000, staleIfError: '1h' } as const;
    const row = new Row();
    await a.cache.set('k', 'stale', options);
    expect(await b.cache.get('k')).toBe('stale');
    await clock.advance(1_000);
    const one = a.cache.getOrSet('k', row.slowly(gate), options);
    await settle();
    const calls = [0, 1].map(() => b.cache.getOrSet('k', row.read, options));
    await clock.advance(499);
    expect(row.reads).toBe(1);
    await clock.advance(NAP);
    expect(await Promise.all(calls)).toEqual(['stale', 'stale']);
    expect(row.reads).toBe(1);
    gate.resolve();
    expect(await one).toBe('old');
    expect(await b.cache.getOrSet('k', row.read, options)).toBe('old');
  });

  it('does not wait at all where it shall not', async () => {
    const { a, b, clock } = await two({ lease: { waitTimeout: 0 } });
    const gate = deferred<void>();
    const one = a.cache.getOrSet('k', new Row().slowly(gate));
    await settle();
    const next = b.cache.getOrSet('k', () => 'own');
    await clock.advance(0);
    expect(await next).toBe('own');
    gate.resolve();
    expect(await one).toBe('old');
    expect(await b.cache.get('k')).toBe('old');
  });

  it("a caller's own limit ends its wait, not that of the others", async () => {
    const { a, b, clock } = await two();
    const gate = deferred<void>();
    const row = new Row();
    const one = a.cache.getOrSet('k', row.slowly(gate));
    await settle();
    const hasty = b.cache.getOrSet('k', row.read, { hardTimeout: 100 });
    const patient = b.cache.getOrSet('k', row.read);
    hasty.catch(() => {});
    await clock.advance(100);
    await expect(hasty).rejects.toThrow(CacheTimeoutError);
    gate.resolve();
    expect(await one).toBe('old');
    expect(await patient).toBe('old');
    expect(row.reads).toBe(1);
  });

  it('when nobody waits any more, nobody takes over either', async () => {
    const { a, b, server, clock } = await two();
    const failing = deferred<string>();
    const row = new Row();
    // A loads
    //          B waits, gives up
    // A fails -> nobody loads
    const one = a.cache.getOrSet('k', () => failing.promise);
    one.catch(() => {});
    await settle();
    const hasty = b.cache.getOrSet('k', row.read, { hardTimeout: 100 });
    hasty.catch(() => {});
    await clock.advance(100);
    await expect(hasty).rejects.toThrow(CacheTimeoutError);
    failing.reject(new Error('no row'));
    await expect(one).rejects.toThrow('no row');
    await clock.advance(LEASE);
    expect(row.reads).toBe(0);
    expect(standing(server, 'l')).toEqual([]);
    expect(await b.cache.getOrSet('k', row.read)).toBe('old');
  });

  it('a lease that is granted after its asker has ceased to wait is given back', async () => {
    const { a, b, server, clock } = await two();
    const answers = a.client.hold('answers', (command) => command === 'lease');
    const one = a.cache.getOrSet('k', () => 'unstored');
    await clock.advance(10_000 - LEASE);
    await clock.advance(LEASE);
    expect(await one).toBe('unstored');
    await answers.release();
    expect(standing(server, 'l')).toEqual([]);
    expect(await b.cache.getOrSet('k', () => 'stored')).toBe('stored');
  });

  it('loaders that wait for each other in two processes come home after the wait', async () => {
    const wait = { lease: { waitTimeout: 5_000 } };
    const { join, clock } = fleet(mode);
    const [a, b] = [await join({ backend, ...wait }), await join({ backend, ...wait })];
    const gate = deferred<void>();
    // A loads x, and asks for y
    //                            B loads y, and asks for x
    const x = a.cache.getOrSet('x', async () => {
      await gate.promise;
      return `x${await a.cache.getOrSet('y', () => 'y of A')}`;
    });
    const y = b.cache.getOrSet('y', async () => {
      await gate.promise;
      return `y${await b.cache.getOrSet('x', () => 'x of B')}`;
    });
    await settle();
    gate.resolve();
    await clock.advance(4_999);
    await clock.advance(2 * NAP);
    expect(await x).toMatch(/^x/);
    expect(await y).toMatch(/^y/);
  });
});
