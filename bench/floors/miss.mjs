import { AsyncLocalStorage } from 'node:async_hooks';
import { LRUCache } from 'lru-cache';
import { createIsolation } from '../../dist/support/isolation.js';
import { openApp } from '../contestants/nestjs-cached/open-cache.mjs';
import { TTL_MS, userOf } from '../kit/values.mjs';

const MAX = 10_000;
const load = async () => userOf('user:1');

/**
 * What a miss in memory is made of: by hand, and then with one promise after the other, each in the least code that keeps it.
 * The last but one is the floor of a cache that makes these promises.
 */
export async function stages() {
  const { app, cache } = await openApp({ memory: { maxEntries: MAX, isolation: 'share' }, ttl: TTL_MS });
  return {
    stages: [
      { name: 'get, load and set by hand', run: byHand() },
      { name: '+ one load for all who come meanwhile', run: withFlights((_key, run) => run()) },
      { name: '+ a loader that is told from its callers (AsyncLocalStorage)', run: withFlights(carried()) },
      {
        name: '+ the value looked through and weighed',
        run: withFlights(carried(), createIsolation('share', 'plain')),
      },
      { name: 'nestjs-cached, share', run: (/** @type {number} */ nth) => cache.getOrSet(`user:${nth}`, load) },
    ],
    close: () => app.close(),
  };
}

function byHand() {
  const cache = new LRUCache({ max: MAX, ttl: TTL_MS });
  const into = async (/** @type {string} */ key) => {
    const value = await load();
    cache.set(key, value);
    return value;
  };
  return (/** @type {number} */ nth) => cache.get(`user:${nth}`) ?? into(`user:${nth}`);
}

/**
 * @param {(key: string, run: () => Promise<object>) => Promise<object>} carry
 * @param {{ keep(value: unknown): { value: unknown } }} [isolation]
 */
function withFlights(carry, isolation) {
  const cache = new LRUCache({ max: MAX, ttl: TTL_MS });
  /** @type {Map<string, Promise<object>>} */
  const flights = new Map();
  const into = async (/** @type {string} */ key) => {
    try {
      const value = await carry(key, load);
      cache.set(key, isolation === undefined ? value : /** @type {object} */ (isolation.keep(value).value));
      return value;
    } finally {
      flights.delete(key);
    }
  };
  return (/** @type {number} */ nth) => {
    const key = `user:${nth}`;
    const found = cache.get(key) ?? flights.get(key);
    if (found !== undefined) return found;
    const flight = into(key);
    flights.set(key, flight);
    return flight;
  };
}

/** So that a loader which asks for its own key is known for it. Off at the end of a turn in which no loader runs. */
function carried() {
  const aboard = new AsyncLocalStorage();
  let running = 0;
  let leaving = false;
  const leave = () => {
    if (--running > 0 || leaving) return;
    leaving = true;
    setImmediate(() => {
      leaving = false;
      if (running === 0) aboard.disable();
    });
  };
  return async (/** @type {string} */ key, /** @type {() => Promise<object>} */ run) => {
    running++;
    try {
      return await aboard.run(key, run);
    } finally {
      leave();
    }
  };
}
