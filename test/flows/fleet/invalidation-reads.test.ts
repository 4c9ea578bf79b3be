import { describe, expect, it } from '@jest/globals';
import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { settle } from '../../support/deferred.js';
import { fleets } from '../../support/fleet-caches.js';
import { CHANGES, PLACES, Row, scopeOf } from './scene.js';

const fleet = fleets();
const tags = ['t'];
const cases = PLACES.flatMap((place) => CHANGES.map((change) => ({ ...place, ...change, change })));
const looks = (command: string): boolean => command === 'get' || command === 'getMany';

describe.each(cases)('G2 $name by another process, $backend by $mode', ({ mode, backend, change }) => {
  async function open() {
    const { join } = fleet(mode);
    const [a, b] = [await join({ backend }), await join({ backend })];
    return { a, b, here: scopeOf(a), there: scopeOf(b) };
  }

  it('of a value that this process has loaded', async () => {
    const { b, here, there } = await open();
    await here.getOrSet('k', () => 'old', { tags });
    expect(await there.get('k')).toBe('old');
    expect(here.peek('k')).toBe(backend === 'tiered' ? 'old' : undefined);
    expect(await change.run(b)).toBe(true);
    expect(here.peek('k')).toBeUndefined();
    expect(await here.get('k')).toBe(change.leaves);
    expect(await there.get('k')).toBe(change.leaves);
    expect(await here.getOrSet('k', () => 'new', { tags })).toBe('new');
  });

  it('of a value that this process has only read, and again, and again', async () => {
    const { b, here, there } = await open();
    for (let round = 0; round < 3; round++) {
      await there.set('k', 'old', { tags });
      expect(await here.get('k')).toBe('old');
      expect(await here.get('k')).toBe('old');
      expect(await change.run(b)).toBe(true);
      expect(here.peek('k')).toBeUndefined();
      expect(await here.get('k')).toBe(change.leaves);
    }
  });

  it('while the answer to a look is on its way: it is not kept', async () => {
    const { a, b, here, there } = await open();
    await there.set('k', 'old', { tags });
    // A looks; the server answers with the old value
    //                                                 B: the change is through, A is told
    // A has the answer
    const answers = a.client.hold('answers', looks);
    const one = here.get('k');
    await settle();
    expect(answers.count).toBe(1);
    expect(await change.run(b)).toBe(true);
    await answers.release();
    await one;
    expect(here.peek('k')).not.toBe('old');
    expect(await here.get('k')).toBe(change.leaves);
  });

  it('while the answer to a look is on its way, with every version at hand', async () => {
    const { a, b, here, there } = await open();
    await here.set('warm', 1, { tags });
    await here.get('warm');
    await there.set('k', 'old', { tags });
    const answers = a.client.hold('answers', looks);
    const one = here.get('k');
    await settle();
    expect(await change.run(b)).toBe(true);
    await answers.release();
    await one;
    expect(here.peek('k')).not.toBe('old');
    expect(await here.get('k')).toBe(change.leaves);
  });

  it('while a look of getOrSet is on its way: who calls after the change is not given what it found', async () => {
    const { a, b, here, there } = await open();
    const row = new Row();
    await there.set('k', 'old', { tags });
    row.value = 'new';
    // A looks; the old value is on its way
    //                                       B: the change is through
    // another caller of A
    const answers = a.client.hold('answers', looks);
    const before = here.getOrSet('k', row.read, { tags });
    await settle();
    expect(await change.run(b)).toBe(true);
    const after = here.getOrSet('k', row.read, { tags });
    await settle();
    await answers.release();
    expect(['old', 'new']).toContain(await before);
    expect(await after).toBe('new');
    expect(await here.get('k')).toBe('new');
    expect(here.peek('k')).not.toBe('old');
  });

  it('while a look of getOrSetMany is on its way', async () => {
    const { a, b, here, there } = await open();
    await there.setMany([['j', 'old'], ['k', 'old']], { tags }); // prettier-ignore
    const load = async (keys: string[]) => keys.map(() => 'new');
    const answers = a.client.hold('answers', looks);
    const before = here.getOrSetMany(['j', 'k'], load, { tags });
    await settle();
    expect(await change.run(b)).toBe(true);
    const after = here.getOrSetMany(['k'], load, { tags });
    await settle();
    await answers.release();
    await before;
    expect(await after).toEqual(new Map([['k', 'new']]));
    expect(here.peek('k')).not.toBe('old');
    expect(await here.get('k')).toBe('new');
  });

  it('while the request of a look is on its way: it finds what is there then', async () => {
    const { a, b, here, there } = await open();
    await there.set('k', 'old', { tags });
    const requests = a.client.hold('requests', looks);
    const one = here.get('k');
    await settle();
    expect(await change.run(b)).toBe(true);
    await requests.release();
    expect(await one).toBe(change.leaves);
  });

  it('of a value that was put by hand here, while the answer to that is on its way', async () => {
    const { a, b, here, there } = await open();
    const answers = a.client.hold('answers', (command) => command === 'put');
    const one = here.set('k', 'old', { tags });
    await settle();
    expect(await change.run(b)).toBe(true);
    await answers.release();
    await one;
    expect(here.peek('k')).not.toBe('old');
    expect(await here.get('k')).toBe(change.leaves);
    expect(await there.get('k')).toBe(change.leaves);
  });

  it('with the push behind: gone as soon as it arrives', async () => {
    const { a, b, here, there } = await open();
    await there.set('k', 'old', { tags });
    await here.get('k');
    const pushes = a.client.holdPushes();
    expect(await change.run(b)).toBe(true);
    expect(pushes.count).toBeGreaterThan(0);
    pushes.release();
    expect(here.peek('k')).toBeUndefined();
    expect(await here.get('k')).toBe(change.leaves);
  });
});

describe.each(PLACES)('G2 expire of what may be served stale, $backend by $mode', ({ mode, backend }) => {
  it('by another process: nobody has it fresh any more, and who accepts stale values is served', async () => {
    const { join } = fleet(mode);
    const [a, b] = [await join({ backend }), await join({ backend })];
    const options = { staleIfError: '1h' } as const;
    await a.cache.set('k', 'old', options);
    expect(await b.cache.get('k')).toBe('old');
    expect(await b.cache.expire('k')).toBe(true);
    for (const { cache } of [a, b]) {
      expect(cache.peek('k')).toBeUndefined();
      expect(await cache.get('k')).toBeUndefined();
      expect(await cache.getOrSet('k', () => Promise.reject(new Error('no row')), options)).toBe('old');
    }
    expect(await a.cache.getOrSet('k', () => 'new', options)).toBe('new');
    expect(await b.cache.get('k')).toBe('new');
  });
});

/** Names and paths of which only a hash is on the wire. */
const LONG = 'k'.repeat(400);
const scopes: readonly { readonly name: string; readonly of: (cache: CacheManager) => CacheManager }[] = [
  { name: 'root', of: (cache) => cache },
  { name: 'a tenant', of: (cache) => cache.forTenant('acme') },
  { name: 'a long path', of: (cache) => cache.forNamespace('n'.repeat(200)) },
];

describe.each(PLACES.flatMap((place) => scopes.map((scope) => ({ ...place, ...scope }))))(
  'G2 long names in $name, $backend by $mode',
  ({ mode, backend, of }) => {
    it.each([
      ['delete', (scope: CacheManager) => scope.delete(LONG)],
      ['tag', (scope: CacheManager) => scope.invalidateTags(LONG)],
      ['pattern', (scope: CacheManager) => scope.invalidate('kkk*')],
      ['clear', (scope: CacheManager) => scope.clear()],
    ])('%s by another process', async (_, invalidate) => {
      const { join } = fleet(mode);
      const [a, b] = [await join({ backend }), await join({ backend })];
      const [here, there] = [of(a.cache), of(b.cache)];
      expect(await here.getOrSet(LONG, () => 'old', { tags: [LONG] })).toBe('old');
      await invalidate(there);
      expect(here.peek(LONG)).toBeUndefined();
      expect(await here.get(LONG)).toBeUndefined();
      expect(await there.getOrSet(LONG, () => 'new')).toBe('new');
      expect(await here.get(LONG)).toBe('new');
    });
  },
);
