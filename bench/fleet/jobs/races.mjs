import assert from 'node:assert/strict';
import { errorsOf, MODES, openCaches } from '../kit/caches.mjs';
import { now, sleep, until } from '../kit/clock.mjs';
import { NaiveCache } from '../kit/naive.mjs';

const SETTLED_MS = 1_000;

/** @param {number} port */
export async function jobs(port) {
  const real = await openCaches(port, MODES);
  /** @type {Record<string, any>} */
  const caches = { ...real, naive: new NaiveCache(port) };

  /** Runs each at its instant; when it began and ended. @param {number[]} instants @param {(nth: number) => unknown} run */
  async function timed(instants, run) {
    const under = [];
    for (const [nth, instant] of instants.entries()) {
      await until(instant);
      const begun = now();
      under.push(Promise.resolve(run(nth)).then((value) => ({ begun, ended: now(), value })));
    }
    return Promise.all(under);
  }

  return {
    ready: () => true,
    errors: () => errorsOf(real),

    /** Loads that read the old value at once and take so long to bring it. */
    async load(/** @type {string} */ mode, /** @type {string[]} */ keys, /** @type {number} */ at, /** @type {number} */ ms) {
      await until(at);
      const load = async (/** @type {string} */ key) => {
        let begun = NaN;
        let ended = NaN;
        const loader = async () => {
          begun = now();
          await sleep(ms);
          ended = now();
          return 'old';
        };
        const value = await caches[mode].getOrSet(key, loader, { tags: [`tag ${key}`] });
        return { begun, ended, value };
      };
      return Promise.all(keys.map(load));
    },

    /** Invalidates in one of the ways; each call has to say that it is complete. */
    async remove(/** @type {string} */ mode, /** @type {string} */ way, /** @type {string[]} */ names, /** @type {number[]} */ instants) {
      const cache = caches[mode];
      return timed(instants, async (nth) => {
        if (way === 'tag') assert.equal(await cache.invalidateTags(`tag ${names[nth]}`), true);
        else if (way === 'pattern') assert.equal(typeof (await cache.invalidate(`${names[nth]}*`)), 'number');
        else if (way === 'clear') assert.equal(await cache.clear(), true);
        else assert.equal(await cache.delete(names[nth]), true);
      });
    },

    async put(/** @type {string} */ mode, /** @type {string[]} */ keys, /** @type {string} */ value) {
      for (const key of keys) assert.equal(await caches[mode].set(key, value), true);
    },

    /** Reads one after the other, each at its instant. */
    read: (/** @type {string} */ mode, /** @type {string[]} */ keys, /** @type {number[]} */ instants) =>
      timed(instants, (nth) => caches[mode].get(keys[nth])),

    /** Overwrites one after the other, each at its instant. */
    overwrite: (/** @type {string} */ mode, /** @type {string[]} */ keys, /** @type {string} */ value, /** @type {number[]} */ instants) =>
      timed(instants, async (nth) => assert.equal(await caches[mode].set(keys[nth], value), true)),

    peek: (/** @type {string} */ mode, /** @type {string[]} */ keys) => keys.map((key) => caches[mode].peek(key)),

    get: (/** @type {string} */ mode, /** @type {string[]} */ keys) => Promise.all(keys.map((key) => caches[mode].get(key))),

    /** Waits until every key has the value; how many have another one after so long. */
    async settle(/** @type {string} */ mode, /** @type {string[]} */ keys, /** @type {string} */ value) {
      const end = now() + SETTLED_MS;
      for (;;) {
        const values = await Promise.all(keys.map((key) => caches[mode].get(key)));
        const wrong = values.filter((found) => found !== value).length;
        if (wrong === 0 || now() > end) return wrong;
        await sleep(20);
      }
    },
  };
}
