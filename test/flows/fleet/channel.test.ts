import { describe, expect, it } from '@jest/globals';
import { deferred, settle } from '../../support/deferred.js';
import { fleets, MODES } from '../../support/fleet-caches.js';
import { INVALIDATIONS } from '../../support/invalidations.js';
import { PLACES, Row, scopeOf, sentBy } from './scene.js';

const fleet = fleets();
const tags = ['t'];
const TIMEOUT = 10_000;

describe.each(MODES)('G2 a channel that breaks, tiered by %s', (mode) => {
  async function open() {
    const { join, clock, server } = fleet(mode);
    return { a: await join(), b: await join(), clock, server };
  }

  it('L1 is not looked at while it is gone, and empty when it is back', async () => {
    const { a, b } = await open();
    await a.cache.getOrSet('k', () => 'old', { tags });
    a.client.bus.drop();
    expect(a.cache.peek('k')).toBeUndefined();
    expect(await sentBy(a, async () => expect(await a.cache.get('k')).toBe('old'))).not.toEqual([]);
    expect(a.cache.peek('k')).toBeUndefined();
    await b.cache.set('k', 'new', { tags });
    expect(await a.cache.get('k')).toBe('new');
    expect(await a.cache.getOrSet('k', () => 'x')).toBe('new');
    a.client.bus.restore();
    expect(a.cache.getStats().entries).toBe(0);
    expect(a.cache.peek('k')).toBeUndefined();
    expect(await a.cache.get('k')).toBe('new');
    expect(a.cache.peek('k')).toBe('new');
    expect(await sentBy(a, () => a.cache.get('k'))).toEqual([]);
    await b.cache.delete('k');
    expect(a.cache.peek('k')).toBeUndefined();
  });

  it('what was changed meanwhile is not served from L1 after the return', async () => {
    const { a, b } = await open();
    await a.cache.getOrSet('k', () => 'old', { tags });
    a.client.bus.drop();
    await b.cache.invalidateTags('t');
    a.client.bus.restore();
    expect(a.cache.peek('k')).toBeUndefined();
    expect(await a.cache.get('k')).toBeUndefined();
  });

  it('what was loaded or put while it was gone is not in L1, but in L2', async () => {
    const { a, b } = await open();
    a.client.bus.drop();
    await a.cache.getOrSet('k', () => 'old', { tags });
    await a.cache.set('j', 'put', { tags });
    a.client.bus.restore();
    expect(a.cache.peek('k')).toBeUndefined();
    expect(a.cache.peek('j')).toBeUndefined();
    expect(await b.cache.getMany(['j', 'k'])).toEqual(new Map([['j', 'put'], ['k', 'old']])); // prettier-ignore
  });

  it.each(['answers', 'requests'] as const)(
    'a read begun while it was gone does not enter L1 after the return (%s held)',
    async (what) => {
      const { a, b } = await open();
      await b.cache.set('k', 'old');
      // the channel breaks
      //                     A looks
      // it is back
      //                     A has the answer
      a.client.bus.drop();
      const held = a.client.hold(what);
      const one = a.cache.get('k');
      await settle();
      a.client.bus.restore();
      await held.release();
      expect(await one).toBe('old');
      expect(a.cache.peek('k')).toBeUndefined();
    },
  );

  it('a read begun before it broke does not enter L1 after the return', async () => {
    const { a, b } = await open();
    await b.cache.set('k', 'old');
    const held = a.client.hold('answers');
    const one = a.cache.get('k');
    await settle();
    a.client.bus.drop();
    await b.cache.set('k', 'new');
    a.client.bus.restore();
    await held.release();
    expect(await one).toBe('old');
    expect(a.cache.peek('k')).toBeUndefined();
    expect(await a.cache.get('k')).toBe('new');
  });

  it('a fill whose answer comes after the return does not enter L1', async () => {
    const { a, b } = await open();
    const held = a.client.hold('answers', (command) => command === 'fill');
    const one = a.cache.getOrSet('k', () => 'old');
    await settle();
    a.client.bus.drop();
    await b.cache.delete('k');
    a.client.bus.restore();
    await held.release();
    expect(await one).toBe('old');
    expect(a.cache.peek('k')).toBeUndefined();
    expect(await a.cache.get('k')).toBeUndefined();
  });
});

describe.each(PLACES)('G2 a channel that breaks, $backend by $mode', ({ mode, backend }) => {
  async function open() {
    const { join, clock } = fleet(mode);
    return { a: await join({ backend }), b: await join({ backend }), clock };
  }

  it.each(INVALIDATIONS)('a load of before is not joined after $name by another process', async ({ run }) => {
    const { a, b } = await open();
    const [here, there] = [scopeOf(a), scopeOf(b)];
    const row = new Row();
    const gate = deferred<void>();
    // A loads, reads old
    // the channel breaks
    //                     B: row = new, the invalidation is through
    // A is called again
    const one = here.getOrSet('k', row.slowly(gate), { tags });
    await settle();
    a.client.bus.drop();
    row.value = 'new';
    expect(await run(there, b.cache)).toBe(true);
    const after = [0, 1].map(() => here.getOrSet('k', row.read, { tags }));
    const batch = here.getOrSetMany(['k'], async (keys) => keys.map(row.read), { tags });
    await settle();
    gate.resolve();
    await settle();
    expect(await one).toBe('old');
    a.client.bus.restore();
    expect(await Promise.all(after)).toEqual(['new', 'new']);
    expect(await batch).toEqual(new Map([['k', 'new']]));
    expect(await here.getOrSet('k', row.read, { tags })).toBe('new');
    expect(await there.getOrSet('k', row.read, { tags })).toBe('new');
  });

  it('a load of before is not joined after the return either', async () => {
    const { a, b } = await open();
    const row = new Row();
    const gate = deferred<void>();
    const one = a.cache.getOrSet('k', row.slowly(gate), { tags });
    await settle();
    a.client.bus.drop();
    row.value = 'new';
    await b.cache.delete('k');
    a.client.bus.restore();
    const after = a.cache.getOrSet('k', row.read, { tags });
    await settle();
    gate.resolve();
    expect(await one).toBe('old');
    expect(await after).toBe('new');
    expect(await b.cache.get('k')).toBe('new');
  });

  it('while the store is gone too, callers share one load', async () => {
    const { a, clock } = await open();
    const row = new Row();
    const gate = deferred<void>();
    const one = a.cache.getOrSet('k', row.slowly(gate));
    await settle();
    a.client.bus.drop();
    a.client.hold('requests');
    const more = [0, 1].map(() => a.cache.getOrSet('k', row.slowly(gate)));
    await clock.advance(TIMEOUT);
    gate.resolve();
    await clock.advance(TIMEOUT);
    expect(await Promise.all([one, ...more])).toEqual(['old', 'old', 'old']);
    expect(row.reads).toBe(1);
  });

  it('who waits for another process is not woken, but asks', async () => {
    const { a, b, clock } = await open();
    const row = new Row();
    const gate = deferred<void>();
    const one = a.cache.getOrSet('k', row.slowly(gate));
    await settle();
    const two = b.cache.getOrSet('k', row.read);
    await settle();
    b.client.bus.drop();
    gate.resolve();
    expect(await one).toBe('old');
    await clock.advance(80);
    expect(await two).toBe('old');
    expect(row.reads).toBe(1);
  });

  it('who began to wait while it was gone is woken by the return', async () => {
    const { a, b } = await open();
    const row = new Row();
    const gate = deferred<void>();
    const one = a.cache.getOrSet('k', row.slowly(gate));
    await settle();
    b.client.bus.drop();
    const two = b.cache.getOrSet('k', row.read);
    await settle();
    gate.resolve();
    expect(await one).toBe('old');
    b.client.bus.restore();
    expect(await two).toBe('old');
    expect(row.reads).toBe(1);
  });

  it('versions are asked for each time while it is gone, and kept again after', async () => {
    const { a, b } = await open();
    await b.cache.getOrSet('k', () => 'old', { tags });
    await a.cache.get('k');
    a.client.bus.drop();
    for (let round = 0; round < 2; round++) {
      const sent = await sentBy(a, async () => expect(await a.cache.get('k')).toBe('old'));
      expect(sent.join()).toContain('cache:s:{%}');
      expect(sent.join()).toContain('cache:t:{t}');
    }
    await b.cache.invalidateTags('t');
    expect(await a.cache.get('k')).toBeUndefined();
    a.client.bus.restore();
    await b.cache.getOrSet('k', () => 'new', { tags });
    await b.cache.getOrSet('j', () => 'new', { tags });
    expect(await a.cache.get('k')).toBe('new');
    expect(await sentBy(a, () => a.cache.get('j'))).toEqual(['get cache:v:{j}']);
  });

  it('invalidations of a process whose channel is gone reach the others', async () => {
    const { a, b } = await open();
    await a.cache.getOrSet('k', () => 'old', { tags });
    await b.cache.get('k');
    a.client.bus.drop();
    expect(await a.cache.invalidateTags('t')).toBe(true);
    expect(b.cache.peek('k')).toBeUndefined();
    expect(await b.cache.get('k')).toBeUndefined();
  });
});
