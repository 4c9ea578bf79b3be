import { describe, expect, it } from '@jest/globals';
import type { EvictionChoice, EvictionStrategy } from '../../lib/contracts/eviction.js';
import type { CacheEvent } from '../../lib/contracts/events.js';
import { shutDown } from '../../lib/core/shutdown.js';
import { CacheConfigError } from '../../lib/support/errors.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';
import { FlakyBackend } from '../../lib/testing/flaky.backend.js';
import { FifoEviction } from '../../lib/support/eviction/fifo.eviction.js';
import { testCache } from '../support/caches.js';
import { settle } from '../support/deferred.js';

/** Three places; `a` is stored first and read once, `b` twice, `c` not at all and last. */
async function leftOf(eviction: EvictionChoice): Promise<string[]> {
  const { cache } = await testCache({ memory: { maxEntries: 3, eviction } });
  for (const key of ['a', 'b', 'c']) await cache.set(key, key);
  for (const key of ['b', 'b', 'a']) await cache.get(key);
  await cache.set('d', 'd');
  await cache.get('d');
  await cache.set('e', 'e');
  const left = [];
  for await (const key of cache.keys()) left.push(key);
  return left.toSorted();
}

describe('memory.eviction', () => {
  it.each<[EvictionChoice, string]>([
    ['lru', 'ade'],
    ['lfu', 'bde'],
    ['fifo', 'cde'],
  ])('%s', async (eviction, left) => {
    expect((await leftOf(eviction)).join('')).toBe(left);
  });

  it('holds with one popular key against any number that are read once', async () => {
    const { cache } = await testCache({ memory: { maxEntries: 10, eviction: 'lfu' } });
    let loads = 0;
    for (let at = 0; at < 500; at++) {
      await cache.getOrSet(`once ${at}`, () => at);
      await cache.getOrSet('popular', () => ++loads);
    }
    expect(loads).toBe(1);
    expect(cache.getStats().entries).toBe(10);
  });

  it('of the application’s own that fails breaks nothing, and is told of', async () => {
    const broken: EvictionStrategy = Object.assign(new FifoEviction(), {
      used: () => {
        throw new Error('of the strategy');
      },
      victim: () => 'nobody we know',
    });
    const { cache } = await testCache({ memory: { maxEntries: 2, eviction: () => broken } });
    const told: CacheEvent[] = [];
    cache.on('error', (event) => told.push(event));
    for (const key of ['a', 'b', 'c']) expect(await cache.set(key, key)).toBe(true);
    expect(await cache.get('a')).toBeUndefined();
    expect(await cache.get('b')).toBe('b');
    expect(cache.getStats()).toMatchObject({ entries: 2, evictions: 1, errors: 2 });
    expect(told).toMatchObject([
      { operation: 'eviction', error: { message: expect.stringContaining('names what is not there') as unknown } },
      { operation: 'eviction', error: { message: 'of the strategy' } },
    ]);
  });

  it.each([
    [() => undefined as unknown as EvictionStrategy, /must return an object with .*; missing: added, used/],
    [() => ({ victim: () => undefined }) as unknown as EvictionStrategy, /missing: added, used, removed, cleared\./],
    [
      () => {
        throw new Error('not today');
      },
      /has thrown: not today/,
    ],
  ])('that makes no strategy is a fault of the options', async (eviction, message) => {
    const made = testCache({ memory: { eviction } });
    await expect(made).rejects.toThrow(CacheConfigError);
    await expect(made).rejects.toThrow(message);
  });

  it('that fails to make another one during an outage costs that outage its choice alone', async () => {
    let made = 0;
    const eviction = (): EvictionStrategy => {
      if (++made > 1) throw new Error('no more');
      return new FifoEviction();
    };
    const clock = new FakeClock();
    const backend = new FlakyBackend({ clock });
    const { cache } = await testCache({ backend, fallback: 'memory', memory: { eviction } }, clock);
    await settle();
    const errors: CacheEvent[] = [];
    cache.on('error', (event) => errors.push(event));
    backend.fail('all', new Error('gone'));
    await cache.delete('unheard of');
    expect(await cache.getOrSet('k', () => 'aside')).toBe('aside');
    expect(cache.peek('k')).toBe('aside');
    expect(made).toBeGreaterThan(1);
    expect(errors).toContainEqual(expect.objectContaining({ operation: 'eviction' }));
    await shutDown(cache.cache.parts);
  });
});
