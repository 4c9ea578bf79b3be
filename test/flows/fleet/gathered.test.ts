import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import { settle } from '../../support/deferred.js';
import { fleets } from '../../support/fleet-caches.js';
import { PLACES } from './scene.js';

const fleet = fleets();

describe.each(PLACES)('the gets of one turn, $backend by $mode', ({ mode, backend }) => {
  /** A process that has stored `a` and `b`, and one that has nothing of them at hand. */
  async function open() {
    const { join, clock } = fleet(mode);
    const by = await join({ backend });
    await by.cache.setMany([
      ['a', 1],
      ['b', 2],
      ['o', { list: [1] }],
    ]);
    const reader = await join({ backend });
    await reader.cache.get('warm');
    await settle();
    return { ...reader, clock };
  }

  it('travel as one, and are counted one by one', async () => {
    const { cache, client } = await open();
    const before = { ...cache.getStats() };
    const requests = client.hold('requests', (command) => command === 'getMany' || command === 'get');
    const gets = Promise.all(['a', 'b', 'c'].map((key) => cache.get(key)));
    await settle();
    expect(requests.count).toBe(1);
    await requests.release();
    expect(await gets).toEqual([1, 2, undefined]);
    const { hits, misses } = cache.getStats();
    expect([hits - before.hits, misses - before.misses]).toEqual([2, 1]);
  });

  it('give each caller an object of its own', async () => {
    const { cache } = await open();
    const [one, two] = await Promise.all([cache.get<{ list: number[] }>('o'), cache.get<{ list: number[] }>('o')]);
    one!.list.push(2);
    expect([two!.list, (await cache.get<{ list: number[] }>('o'))!.list]).toEqual([[1], [1]]);
  });

  // The answers of all come in at one place; what is told of them must not be told there.
  it('are told to whoever observes them, and in the context of the call that made them', async () => {
    const { cache } = await open();
    const requests = new AsyncLocalStorage<string>();
    const heard: string[] = [];
    cache.on('hit', ({ key }) => heard.push(`${requests.getStore()}: ${key}`));
    const observed = await Promise.all(
      ['a', 'b'].map((key) => requests.run(`request ${key}`, () => cache.observe(() => cache.get(key)))),
    );
    expect(observed.map(({ outcomes }) => outcomes.map((event) => 'key' in event && event.key))).toEqual([
      ['a'],
      ['b'],
    ]);
    expect(heard.sort()).toEqual(['request a: a', 'request b: b']);
  });
});
