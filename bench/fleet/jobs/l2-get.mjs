import assert from 'node:assert/strict';
import { Redis } from 'ioredis';
import { openCaches } from '../kit/caches.mjs';
import { now } from '../kit/clock.mjs';

const KEYS = 1_024;
const keyOf = (/** @type {number} */ nth) => `item:${nth % KEYS}`;
/** About so many bytes as JSON. @param {string} key @param {number} size */
const valueOf = (key, size) => ({
  id: key,
  text: 'abcdefghij'.repeat((size - 80) / 10),
  number: 12.5,
  list: [1, 2, 3],
});

/** @param {number} port */
export function jobs(port) {
  /** @type {(key: string) => Promise<unknown>} */
  let get;

  return {
    async prepare(/** @type {string} */ scenario, /** @type {number} */ size) {
      if (scenario === 'getOrSet') {
        const { redis } = await openCaches(port, ['redis']);
        const cache = /** @type {import('nestjs-cached').CacheManager} */ (redis);
        for (let nth = 0; nth < KEYS; nth++) assert(await cache.set(keyOf(nth), valueOf(keyOf(nth), size)));
        const noLoad = () => {
          throw new Error('Not in L2.');
        };
        get = (key) => cache.getOrSet(key, noLoad);
      } else {
        const redis = new Redis({ port, enableAutoPipelining: true });
        for (let nth = 0; nth < KEYS; nth++)
          await redis.set(`bare:${keyOf(nth)}`, JSON.stringify(valueOf(keyOf(nth), size)));
        if (scenario === 'GET') get = (key) => redis.get(`bare:${key}`);
        else get = async (key) => JSON.parse((await redis.get(`bare:${key}`)) ?? 'null');
      }
      for (let nth = 0; nth < KEYS; nth++) {
        const found = await get(keyOf(nth));
        assert.deepEqual(scenario === 'GET' ? JSON.parse(String(found)) : found, valueOf(keyOf(nth), size));
      }
    },

    /** Gets a second with so many callers, each of whom asks again as soon as it is answered. */
    async measure(/** @type {number} */ callers, /** @type {number} */ ms) {
      const begun = now();
      const end = begun + ms;
      let next = 0;
      let answered = 0;
      const call = async () => {
        while (now() < end) {
          await get(keyOf(next++));
          answered++;
        }
      };
      await Promise.all(Array.from({ length: callers }, call));
      return (answered / (now() - begun)) * 1_000;
    },
  };
}
