import { describe, expect, it } from '@jest/globals';
import { deferred, settle } from '../../support/deferred.js';
import { fleets, MODES } from '../../support/fleet-caches.js';

const fleet = fleets();
describe.each(MODES)('%s', (mode) => {
  it('loads once', async () => {
    const { join, server } = fleet(mode);
    const a = await join();
    const b = await join();
    const gate = deferred<number>();
    let runs = 0;
    const load = () => (runs++, gate.promise);
    const one = a.cache.getOrSet('k', load, { tags: ['t'] });
    await settle();
    const two = b.cache.getOrSet('k', load, { tags: ['t'] });
    await settle();
    gate.resolve(7);
    expect(await one).toBe(7);
    expect(await two).toBe(7);
    expect(runs).toBe(1);
    console.log(a.client.sent.map((s) => s.command + ' ' + s.keys.join(',')), b.client.sent.map((s) => s.command));
    const before = a.client.sent.length;
    expect(await a.cache.getOrSet('k', load)).toBe(7);
    expect(await b.cache.getOrSet('k', load)).toBe(7);
    expect(a.client.sent.length).toBe(before);
    expect(a.cache.peek('k')).toBe(7);
    expect(b.cache.peek('k')).toBe(7);
    await b.cache.invalidateTags('t');
    expect(a.cache.peek('k')).toBe(undefined);
    expect(b.cache.peek('k')).toBe(undefined);
  });
});
