import assert from 'node:assert/strict';
import { LRUCache } from 'lru-cache';
import { openCaches } from '../kit/caches.mjs';
import { now, turn } from '../kit/clock.mjs';

const HITS = 20_000;
const TTL = 3_600_000;

/** About 200 bytes as JSON. @param {string} key */
const valueOf = (key) => ({
  id: key,
  name: 'A name of usual length',
  email: 'somebody@example.com',
  active: true,
  score: 12.5,
  roles: ['reader', 'writer'],
  note: 'what else is known of whom this is about, in a line',
});

/** @param {number} port */
export function jobs(port) {
  /** @type {(hits: number) => Promise<unknown>} */
  let hit;

  return {
    /** One scenario a process, so that no contestant pays for what the compiler has learned of another. */
    async prepare(/** @type {string} */ scenario, /** @type {number} */ count) {
      // Of this process alone: another that prepares the same would take them out of L1 again.
      const keys = Array.from({ length: count }, (_, nth) => `user:${process.pid}:${nth}`);
      const mask = count - 1;
      assert.equal(count & mask, 0, 'A power of two.');
      hit = scenario === 'lru-cache' ? await plain(keys, mask) : await tiered(port, scenario, keys, mask);
      for (let nth = 0; nth < 15; nth++) await hit(HITS);
    },

    /** Nanoseconds of one awaited hit: the best of so many batches, a turn of the event loop between them. */
    async measure(/** @type {number} */ batches) {
      let best = Infinity;
      for (let nth = 0; nth < batches; nth++) {
        await turn();
        const begun = now();
        await hit(HITS);
        best = Math.min(best, now() - begun);
      }
      return (best / HITS) * 1e6;
    },
  };
}

/** @param {readonly string[]} keys @param {number} mask */
async function plain(keys, mask) {
  /** @type {LRUCache<string, object>} */
  const cache = new LRUCache({ max: 10_000, ttl: TTL });
  for (const key of keys) cache.set(key, valueOf(key));
  for (const key of keys) assert.deepEqual(await cache.get(key), valueOf(key));
  return async (/** @type {number} */ hits) => {
    let last;
    for (let nth = 0; nth < hits; nth++) last = await cache.get(/** @type {string} */ (keys[nth & mask]));
    return last;
  };
}

/** @param {number} port @param {string} scenario @param {readonly string[]} keys @param {number} mask */
async function tiered(port, scenario, keys, mask) {
  const cache = /** @type {import('nestjs-cached').CacheManager} */ ((await openCaches(port, ['tracking'])).tracking);
  // Who begins to speak before this one listens empties its L1 with the next word: until all have spoken, once more.
  for (let round = 0; round < 20 && keys.some((key) => cache.peek(key) === undefined); round++) {
    for (const key of keys) await cache.getOrSet(key, () => valueOf(key), { ttl: TTL });
  }
  for (const key of keys) {
    assert.deepEqual(cache.peek(key), valueOf(key));
    assert.equal(await cache.get(key), cache.peek(key));
  }
  const noLoad = () => {
    throw new Error('Not in L1.');
  };
  if (scenario === 'get') {
    return async (/** @type {number} */ hits) => {
      let last;
      for (let nth = 0; nth < hits; nth++) last = await cache.get(/** @type {string} */ (keys[nth & mask]));
      return last;
    };
  }
  return async (/** @type {number} */ hits) => {
    let last;
    for (let nth = 0; nth < hits; nth++) last = await cache.getOrSet(/** @type {string} */ (keys[nth & mask]), noLoad);
    return last;
  };
}
