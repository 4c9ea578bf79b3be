import assert from 'node:assert/strict';
import { sequential } from './loops.mjs';
import { userOf } from './values.mjs';

const IDS = 16;

/** The service of the row `decorated`: a class a contestant, since decorators change it. */
export function finderClass() {
  return class Finder {
    loads = 0;

    /** @param {number} id @param {{ lang: string }} options @returns {Promise<any>} */
    async find(id, { lang }) {
      this.loads++;
      return userOf(`user:${id}:${lang}`);
    }
  };
}

/**
 * @typedef {{ find: (id: number, options: { lang: string }) => Promise<any> }} Finds
 * @param {{ finds: Finds, loads: () => number, hands: 'a copy' | 'its own object' | 'a frozen object',
 *   note?: string, close?: () => unknown }} cached
 */
export async function finderRoom({ finds, loads, hands, note, close }) {
  const expected = (/** @type {number} */ id, /** @type {string} */ lang) => userOf(`user:${id}:${lang}`);
  for (let id = 0; id < IDS; id++) assert.deepEqual(await finds.find(id, { lang: 'en' }), expected(id, 'en'));
  return {
    // As callers do: the object of options is new in each call.
    run: sequential((nth) => finds.find(nth & (IDS - 1), { lang: 'en' })),
    check: async () => {
      assert.deepEqual(await finds.find(1, { lang: 'de' }), expected(1, 'de'), 'Other arguments, another value.');
      const before = loads();
      for (let id = 0; id < IDS; id++) assert.deepEqual(await finds.find(id, { lang: 'en' }), expected(id, 'en'));
      assert.equal(loads(), before, 'The method ran again.');
      const one = await finds.find(1, { lang: 'en' });
      if (hands !== 'a copy') assert.equal(one, await finds.find(1, { lang: 'en' }));
      else one.name = 'changed by a caller';
      assert.deepEqual(await finds.find(1, { lang: 'en' }), expected(1, 'en'), 'A caller has changed what is held.');
    },
    close: async () => close?.(),
    note: [hands === 'a copy' ? 'a copy for each caller' : `hands out ${hands}`, note].filter(Boolean).join('; '),
  };
}

/**
 * Wrapped by hand: the key is written for this one method, and the cache asked for it.
 * @param {import('./memory-room.mjs').MemoryCache} cache
 */
export function wrappedByHand(cache) {
  if (cache.getOrSet === undefined) return undefined;
  const getOrSet = /** @type {NonNullable<import('./memory-room.mjs').MemoryCache['getOrSet']>} */ (cache.getOrSet);
  const finder = new (finderClass())();
  // Not an async function: what the cache returns is handed on as it is.
  const find = (/** @type {number} */ id, /** @type {{ lang: string }} */ options) =>
    /** @type {Promise<any>} */ (getOrSet(`find:${id}:${options.lang}`, () => finder.find(id, options)));
  return finderRoom({
    finds: { find },
    loads: () => finder.loads,
    hands: cache.hands,
    note: 'wrapped by hand, with a key written for this method',
    close: () => cache.close?.(),
  });
}
