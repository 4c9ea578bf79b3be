import assert from 'node:assert/strict';
import { createCache } from '../../../dist/assembly/create-cache.js';
import { resolveOptions } from '../../../dist/config/resolved-options.js';
import { validateOptions } from '../../../dist/config/validate-options.js';
import { now, sleep } from '../../fleet/kit/clock.mjs';
import { STORES } from '../kit/bare-store.mjs';

const KEYS = 1_024;
const keyOf = (/** @type {number} */ nth) => `item:${nth % KEYS}`;
/** About a kibibyte as JSON; below what is compressed. */
const valueOf = (/** @type {string} */ key) => ({ id: key, text: 'abcdefghij'.repeat(94), list: [1, 2, 3] });

/** @param {number} port */
export function jobs(port) {
  /** @type {Awaited<ReturnType<typeof createCache>>} */
  let cache;

  return {
    async prepare(/** @type {'bare' | 'guarded'} */ kind) {
      const options = {
        backend: /** @type {const} */ ('redis'),
        namespace: `cost-${kind}`,
        redis: { port, commandTimeout: '3s' },
      };
      cache = await createCache(resolveOptions(validateOptions(options)), STORES[kind]);
      while (!(await cache.set('ready', 1))) await sleep(20);
      for (let nth = 0; nth < KEYS; nth++) assert(await cache.set(keyOf(nth), valueOf(keyOf(nth))));
      for (let nth = 0; nth < KEYS; nth++) assert.deepEqual(await cache.get(keyOf(nth)), valueOf(keyOf(nth)));
    },
    /** Gets a second with so many callers, each of whom asks again as soon as it is answered. */
    async measure(/** @type {number} */ callers, /** @type {number} */ ms) {
      const begun = now();
      const end = begun + ms;
      let [next, answered] = [0, 0];
      const call = async () => {
        while (now() < end) {
          assert.notEqual(await cache.get(keyOf(next++)), undefined);
          answered++;
        }
      };
      await Promise.all(Array.from({ length: callers }, call));
      return (answered / (now() - begun)) * 1_000;
    },
  };
}
