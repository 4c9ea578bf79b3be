import assert from 'node:assert/strict';
import { errorsOf, MODES, openCaches } from '../kit/caches.mjs';
import { now, sleep, until } from '../kit/clock.mjs';
import { NaiveCache } from '../kit/naive.mjs';

const SETTLED_MS = 1_000;
const BUSY_MS = 0.5;

/** @param {number} ms */
function spin(ms) {
  const end = now() + ms;
  while (now() < end);
}

/** @typedef {{ given: Promise<number>, give: (at: number) => void }} Signal */

/** @returns {Signal} */
function signal() {
  /** @type {(at: number) => void} */
  let give = () => {};
  const given = new Promise((/** @type {(at: number) => void} */ resolve) => (give = resolve));
  return { given, give };
}

/** @param {number} port */
export async function jobs(port) {
  const real = await openCaches(port, MODES);
  /** @type {Record<string, any>} */
  const caches = { ...real, naive: new NaiveCache(port) };

  /** @type {{ begun: Signal, ended: Signal, result: Promise<unknown> }[]} */
  let loads = [];

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

    /** Begins to load all of them. Each loader has read the old value when this resolves, and brings it when `finish` says. */
    async begin(/** @type {string} */ mode, /** @type {string[]} */ keys) {
      const all = keys.map((key) => {
        const [begun, ended] = [signal(), signal()];
        const loader = async () => {
          begun.give(now());
          await ended.given;
          return 'old';
        };
        const result = caches[mode].getOrSet(key, loader, { tags: [`tag ${key}`] });
        return { begun, ended, result };
      });
      await Promise.all(all.map(({ begun, result }) => Promise.race([begun.given, result])));
      loads = all;
    },

    /** Lets each of them end at its instant; when it did, and when its caller was answered. */
    async finish(/** @type {number[]} */ instants) {
      const each = loads.map(async ({ begun, ended, result }, nth) => {
        await until(/** @type {number} */ (instants[nth]));
        ended.give(now());
        const value = await result;
        return { begun: await begun.given, ended: await ended.given, answered: now(), value };
      });
      return Promise.all(each);
    },

    /** Invalidates in one of the ways; each call has to say that it is complete. */
    async remove(
      /** @type {string} */ mode,
      /** @type {string} */ way,
      /** @type {string[]} */ names,
      /** @type {number[]} */ instants,
    ) {
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

    /**
     * Reads one after the other, each at its instant. After every second one the event loop is busy for a while, as that of
     * a service is: the answer and the news of the change then wait side by side.
     */
    read: (/** @type {string} */ mode, /** @type {string[]} */ keys, /** @type {number[]} */ instants) =>
      timed(instants, async (nth) => {
        const value = caches[mode].get(keys[nth]);
        if (nth % 2 === 1) setImmediate(() => spin(BUSY_MS));
        return value;
      }),

    /** Overwrites one after the other, each at its instant. */
    overwrite: (
      /** @type {string} */ mode,
      /** @type {string[]} */ keys,
      /** @type {string} */ value,
      /** @type {number[]} */ instants,
    ) => timed(instants, async (nth) => assert.equal(await caches[mode].set(keys[nth], value), true)),

    peek: (/** @type {string} */ mode, /** @type {string[]} */ keys) => keys.map((key) => caches[mode].peek(key)),

    get: (/** @type {string} */ mode, /** @type {string[]} */ keys) =>
      Promise.all(keys.map((key) => caches[mode].get(key))),

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
