import { describe, expect, it } from '@jest/globals';
import { deferred, settle } from '../../support/deferred.js';
import { fleets } from '../../support/fleet-caches.js';
import { PLACES, Row, standing } from './scene.js';

const fleet = fleets();
const options = { tags: ['t'] } as const;

describe.each(PLACES)('G2 expire by this very process, $backend by $mode', ({ mode, backend }) => {
  it('takes the lease of a load that began after it was called: a later caller does not join', async () => {
    const { join, server } = fleet(mode);
    const [a, b] = [await join({ backend }), await join({ backend })];
    const row = new Row();
    const gate = deferred<void>();
    // k stands there, under a version of its tag that is not valid any more
    // A: expire(k) looks; the answer is on its way
    // A: get(k) finds nothing valid, has the lease, loads, reads old
    // A: expire(k) patches k, and takes the lease away; the server tells a process nothing of what it did itself
    //                                                               B: row = new, delete(k)
    // A is called again
    await b.cache.set('k', 'first', { ...options, staleIfError: '1h' });
    await a.cache.get('k');
    await b.cache.invalidateTags('t');
    const look = a.client.hold('answers', (command, keys) => command === 'get' && keys[0] === 'cache:v:{k}');
    const expired = a.cache.expire('k');
    await settle();
    expect(look.count).toBe(1);
    const one = a.cache.getOrSet('k', row.slowly(gate), options);
    await settle();
    expect(row.reads).toBe(1);
    await look.release();
    expect(await expired).toBe(true);
    expect(a.client.sent.map(({ command }) => command)).toContain('patch');
    expect(standing(server, 'l')).toEqual([]);
    row.value = 'new';
    expect(await b.cache.delete('k')).toBe(true);
    const after = a.cache.getOrSet('k', row.read, options);
    await settle();
    gate.resolve();
    expect(await one).toBe('old');
    expect(await after).toBe('new');
    expect(await b.cache.get('k')).toBe('new');
  });
});
