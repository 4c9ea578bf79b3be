import { describe, expect, it } from '@jest/globals';
import { CacheTimeoutError } from '../../../lib/support/errors.js';
import { deferred, settle } from '../../support/deferred.js';
import { fleets } from '../../support/fleet-caches.js';
import { INVALIDATIONS } from '../../support/invalidations.js';
import { PLACES, Row, scopeOf, standing } from './scene.js';

const fleet = fleets();
const tags = ['t'];
const LEASE = 2_000;
const NAP = 80;

describe.each(PLACES)('G1 a load that is of no use any more, $backend by $mode', ({ mode, backend }) => {
  async function open() {
    const { join, server, clock } = fleet(mode);
    const [a, b, c] = [await join({ backend }), await join({ backend }), await join({ backend })];
    return { a, b, c, server, clock, row: new Row(), gate: deferred<void>() };
  }

  describe.each(INVALIDATIONS)('after $name by another process', ({ run }) => {
    it('the next caller elsewhere does not wait for its end', async () => {
      const { a, b, c, server, row, gate } = await open();
      // A loads, reads old
      //                     C: row = new, the invalidation is through: A gives its lease back
      //                                                                                       B loads, fills
      // A ends
      const one = scopeOf(a).getOrSet('k', row.slowly(gate), { tags });
      await settle();
      row.value = 'new';
      expect(await run(scopeOf(c), c.cache)).toBe(true);
      await settle();
      expect(standing(server, 'l')).toEqual([]);
      expect(await scopeOf(b).getOrSet('k', row.read, { tags })).toBe('new');
      gate.resolve();
      expect(await one).toBe('old');
      expect(await scopeOf(a).get('k')).toBe('new');
    });

    it('who waits for it elsewhere is woken, in a batch too, while the clock stands still', async () => {
      const { a, b, c, row, gate } = await open();
      const batch = scopeOf(a).getOrSetMany(
        ['j', 'k'],
        async (keys) => {
          const value = row.read();
          await gate.promise;
          return keys.map(() => value);
        },
        { tags },
      );
      await settle();
      const served: string[] = [];
      void scopeOf(b)
        .getOrSet('k', row.read, { tags })
        .then((value) => served.push(value));
      await settle();
      expect(served).toEqual([]);
      row.value = 'new';
      expect(await run(scopeOf(c), c.cache)).toBe(true);
      await settle();
      expect(served).toEqual(['new']);
      gate.resolve();
      expect((await batch).get('k')).toBe('old');
    });
  });

  it('a tag of it bumped by its own process: the lease goes back at once', async () => {
    const { a, b, server, row, gate } = await open();
    const one = a.cache.getOrSet('k', row.slowly(gate), { tags });
    await settle();
    row.value = 'new';
    await a.cache.invalidateTags('t');
    await settle();
    expect(standing(server, 'l')).toEqual([]);
    expect(await b.cache.getOrSet('k', row.read, { tags })).toBe('new');
    gate.resolve();
    expect(await one).toBe('old');
  });

  it('spoiled before its grant has come: the lease goes back as soon as it has', async () => {
    const { a, b, server, row, gate } = await open();
    const granted = a.client.hold('answers', (command) => command === 'lease');
    const one = a.cache.getOrSet('k', row.slowly(gate));
    await settle();
    const gone = a.cache.delete('k');
    await settle();
    expect(await gone).toBe(true);
    // taken by B meanwhile: not A's to give back
    const other = deferred<void>();
    const two = b.cache.getOrSet('k', row.slowly(other));
    await settle();
    await granted.release();
    expect(standing(server, 'l')).toEqual(['cache:l:{k}']);
    gate.resolve();
    expect(await one).toBe('old');
    other.resolve();
    expect(await two).toBe('old');
    expect(await a.cache.get('k')).toBe('old');
  });

  it.each(['a call', 'a batch'])('abandoned by all callers, %s stops extending its lease', async (kind) => {
    const { a, b, clock, row } = await open();
    const never = deferred<void>();
    const options = { hardTimeout: 100 } as const;
    // A loads, its callers give up, and its loader never ends
    //                                                           B takes over when the lease has run out
    const slow = row.slowly(never);
    const calls = [0, 1].map(() =>
      kind === 'a call'
        ? a.cache.getOrSet('k', slow, options)
        : a.cache.getOrSetMany(['k'], async () => [await slow()], options),
    );
    for (const call of calls) call.catch(() => {});
    await clock.advance(100);
    for (const call of calls) await expect(call).rejects.toThrow(CacheTimeoutError);
    const two = b.cache.getOrSet('k', () => 'new');
    await clock.advance(LEASE + NAP);
    expect(await two).toBe('new');
    never.resolve();
    await settle();
    expect(await a.cache.get('k')).toBe('new');
  });

  it('abandoned by some of its callers, it keeps its lease for the others', async () => {
    const { a, b, clock, row, gate } = await open();
    const hasty = a.cache.getOrSet('k', row.slowly(gate), { hardTimeout: 100 });
    hasty.catch(() => {});
    const patient = a.cache.getOrSet('k', row.read);
    await clock.advance(100);
    await expect(hasty).rejects.toThrow(CacheTimeoutError);
    const two = b.cache.getOrSet('k', row.read);
    await clock.advance(3 * LEASE);
    expect(row.reads).toBe(1);
    gate.resolve();
    expect(await Promise.all([patient, two])).toEqual(['old', 'old']);
    expect(row.reads).toBe(1);
  });

  it('a value found while it waits, under a tag that is bumped meanwhile: who calls after that does not join', async () => {
    const { a, b, c, clock, row, gate } = await open();
    const options = { tags, ttl: 1_000, staleIfError: '1h' } as const;
    // C loads, reads old
    //                     A finds a stale value, waits
    // C fills, with a tag u beside t
    //                     A looks again: finds it; the version of u is on its way
    //                                                                              B: row = new, u is bumped
    //                     A is called again
    await c.cache.set('k', 'stale', options);
    await clock.advance(1_000);
    const slow = row.slowly(gate);
    const loading = c.cache.getOrSet('k', async ({ setTags }) => (setTags('u'), slow()), options);
    await settle();
    const one = a.cache.getOrSet('k', row.read, options);
    await settle();
    const version = a.client.hold('answers', (_, keys) => keys.includes('cache:t:{u}'));
    gate.resolve();
    expect(await loading).toBe('old');
    await settle();
    expect(version.count).toBe(1);
    row.value = 'new';
    expect(await b.cache.invalidateTags('u')).toBe(true);
    const after = a.cache.getOrSet('k', row.read, options);
    await settle();
    await version.release();
    expect(await one).toBe('old');
    expect(await after).toBe('new');
  });
});
