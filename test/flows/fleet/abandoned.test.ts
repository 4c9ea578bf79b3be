import { describe, expect, it } from '@jest/globals';
import { CacheTimeoutError } from '../../../lib/support/errors.js';
import { deferred, settle } from '../../support/deferred.js';
import { fleets } from '../../support/fleet-caches.js';
import { PLACES, Row } from './scene.js';

const fleet = fleets();
const LEASE = 2_000;
const NAP = 80;

describe.each(PLACES)('G1 a load that nobody wants before it begins, $backend by $mode', ({ mode, backend }) => {
  it.each(['a call', 'a batch'])('%s: its lease is not extended', async (kind) => {
    const { join, clock } = fleet(mode);
    const [a, b] = [await join({ backend }), await join({ backend })];
    const row = new Row();
    const never = deferred<void>();
    // A asks for the lease: granted, the answer is on its way
    // A's caller gives up
    // A hears that it is granted; its loader never ends
    //                                                     B takes over when the lease has run out
    const granted = a.client.hold('answers', (command) => command === 'lease');
    const slow = row.slowly(never);
    const options = { hardTimeout: 100 } as const;
    const one =
      kind === 'a call'
        ? a.cache.getOrSet('k', slow, options)
        : a.cache.getOrSetMany(['k'], async () => [await slow()], options);
    one.catch(() => {});
    await clock.advance(100);
    await expect(one).rejects.toThrow(CacheTimeoutError);
    await granted.release();
    let served: string | undefined;
    void b.cache.getOrSet('k', () => 'new').then((value) => (served = value));
    await clock.advance(LEASE + NAP);
    expect(served).toBe('new');
    never.resolve();
    await settle();
    expect(await a.cache.get('k')).toBe('new');
  });

  it('a batch of which one key is still wanted: the lease of that one is extended', async () => {
    const { join, clock } = fleet(mode);
    const [a, b] = [await join({ backend }), await join({ backend })];
    const row = new Row();
    const gate = deferred<void>();
    // A loads j and k in one batch, slowly
    // A: a second caller wants k, for as long as it takes; the first gives up
    //                                                     B waits for k
    const slow = row.slowly(gate);
    const hasty = a.cache.getOrSetMany(
      ['j', 'k'],
      async (keys) => {
        const value = await slow();
        return keys.map(() => value);
      },
      { hardTimeout: 100 },
    );
    hasty.catch(() => {});
    await settle();
    const patient = a.cache.getOrSet('k', row.read);
    await clock.advance(100);
    await expect(hasty).rejects.toThrow(CacheTimeoutError);
    const other = b.cache.getOrSet('k', row.read);
    await clock.advance(3 * LEASE);
    expect(row.reads).toBe(1);
    gate.resolve();
    expect(await Promise.all([patient, other])).toEqual(['old', 'old']);
    expect(row.reads).toBe(1);
  });
});
