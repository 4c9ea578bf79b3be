import assert from 'node:assert/strict';
import { concurrent } from './loops.mjs';
import { userOf } from './values.mjs';

/**
 * A cache in this process, as its library is meant to be used. `get` and the others return what is awaited: where the
 * library answers without a promise, so does this. What a library cannot do is left out.
 * @typedef {{ get?: (key: string) => unknown, set?: (key: string, value: object) => unknown,
 *   getOrSet?: (key: string, load: () => Promise<object>) => unknown, close?: () => unknown,
 *   hands: 'a copy' | 'its own object' | 'a frozen object', note?: string }} MemoryCache
 */

const ROWS = /** @type {Record<string, Function>} */ ({ 'memory-get': get, 'get-or-set': getOrSet, bytes });
const NOTES = {
  'a copy': 'a copy for each caller',
  'its own object': 'hands out its own object: who changes it changes the cache',
  'a frozen object': 'hands out its own object, frozen',
};

/**
 * A contestant of the rows about one process's memory.
 * @param {string} row @param {{ callers?: number, keys?: number, way?: 'hit' | 'miss', max?: number }} params
 * @param {(limits: { max: number }) => Promise<MemoryCache> | MemoryCache} create
 */
export async function memoryRoom(row, params, create) {
  const cache = await create({ max: params.max ?? 10_000 });
  const how = await ROWS[row]?.(cache, params);
  if (how === undefined) return undefined;
  const note = [row === 'bytes' ? undefined : NOTES[cache.hands], cache.note].filter(Boolean).join('; ');
  return { ...how, ...(note === '' ? {} : { note }), close: async () => cache.close?.() };
}

/** @param {MemoryCache} cache @param {{ callers?: number, keys?: number }} params */
async function get(cache, { callers = 1, keys: count = 1 }) {
  if (cache.get === undefined) return undefined;
  const keys = keysOf(count);
  for (const key of keys) {
    if (cache.set === undefined) await cache.getOrSet?.(key, async () => userOf(key));
    else await cache.set(key, userOf(key));
  }
  const mask = count - 1;
  const read = /** @type {(key: string) => unknown} */ (cache.get);
  return {
    run: concurrent((nth) => read(/** @type {string} */ (keys[nth & mask])), callers),
    check: async () => {
      for (const key of keys) await checkHit(cache, key, () => read(key));
    },
  };
}

/** @param {MemoryCache} cache @param {{ way?: 'hit' | 'miss', callers?: number }} params */
async function getOrSet(cache, { way = 'hit', callers = 1 }) {
  if (cache.getOrSet === undefined) return undefined;
  const call = /** @type {NonNullable<MemoryCache['getOrSet']>} */ (cache.getOrSet);
  let loads = 0;
  const load = async () => {
    loads++;
    return userOf('user:1');
  };
  const once = async (/** @type {string} */ key) => {
    const before = loads;
    const first = await call(key, load);
    assert.deepEqual(first, userOf('user:1'));
    await checkHit(cache, 'user:1', () => call(key, load));
    return loads - before;
  };
  if (way === 'hit') {
    await call('user:1', load);
    return {
      run: concurrent(() => call('user:1', load), callers),
      check: async () => {
        await once('user:1');
        assert.equal(loads, 1, `The loader ran ${loads} times.`);
      },
    };
  }
  let fresh = 0;
  return {
    run: concurrent(() => call(`user:${fresh++}`, load), callers),
    check: async () => assert.equal(await once(`checked:${fresh++}`), 1, 'The loader runs once.'),
  };
}

/** @param {MemoryCache} cache @param {{ max?: number }} params */
async function bytes(cache, { max = 10_000 }) {
  const put =
    cache.set ?? ((/** @type {string} */ key, /** @type {object} */ value) => cache.getOrSet?.(key, async () => value));
  const read =
    cache.get ?? ((/** @type {string} */ key) => cache.getOrSet?.(key, () => Promise.reject(new Error('lost'))));
  let stored = 0;
  return {
    run: async (/** @type {number} */ count) => {
      const first = stored;
      for (; stored < count; stored++) await put(keyOfNumber(stored), userOf(keyOfNumber(stored)));
      // Each is read once, as entries are: text that was put together piece by piece is in one piece from then on.
      for (let nth = first; nth < count; nth++) await read(keyOfNumber(nth));
    },
    check: async () => {
      for (let nth = 0; nth < Math.min(stored, max); nth += 97) {
        assert.deepEqual(await read(keyOfNumber(nth)), userOf(keyOfNumber(nth)));
      }
    },
  };
}

/** Made of characters, as a key of an application is, and flat: not two halves that V8 has yet to join. */
const keyOfNumber = (/** @type {number} */ nth) => Buffer.from(`user:${100_000 + nth}`).toString('latin1');

const keysOf = (/** @type {number} */ count) => Array.from({ length: count }, (_, nth) => `user:${nth + 1}`);

/** The right value, and handed out as it was said. */
async function checkHit(cache, id, read) {
  const first = await read();
  assert.deepEqual(first, userOf(id));
  if (cache.hands === 'a copy') {
    first.name = 'changed by a caller';
    first.roles.push('changed');
    assert.deepEqual(await read(), userOf(id), 'A caller has changed what the cache holds.');
  } else {
    assert((await read()) === first, 'Another object than before.');
    assert.equal(Object.isFrozen(first), cache.hands === 'a frozen object');
  }
}
