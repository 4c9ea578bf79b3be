import assert from 'node:assert/strict';
import { Redis } from 'ioredis';
import { errorsOf, MODES, openCaches } from '../kit/caches.mjs';
import { now, sleep, turn } from '../kit/clock.mjs';

const CHANNEL = 'bench-bare';
const GIVEN_UP_MS = 3_000;
const pad = 'x'.repeat(170);
const valueOf = (/** @type {string} */ text) => ({ text, pad });

/** @param {number} port */
export async function jobs(port) {
  const caches = await openCaches(port, MODES);
  const sender = new Redis({ port });
  const subscriber = new Redis({ port });
  /** When each message of the bare push came. @type {Map<string, number>} */
  const heard = new Map();
  await subscriber.subscribe(CHANNEL);
  subscriber.on('message', (_channel, text) => void heard.set(text, now()));

  /** @type {Promise<object> | undefined} */
  let watching;

  /** Looks in every turn of the event loop. @param {string} mode @param {string} key */
  async function watch(mode, key) {
    const cache = caches[mode === 'bare' ? 'tracking' : mode];
    const end = now() + GIVEN_UP_MS;
    let lastSeen = NaN;
    for (;;) {
      await turn();
      const value = cache.peek(key);
      const at = now();
      const gone = mode === 'bare' ? heard.has(key) : value?.text !== 'old';
      if (gone || at > end) return { lastSeen, gone: mode === 'bare' ? (heard.get(key) ?? at) : at, timedOut: !gone };
      lastSeen = at;
    }
  }

  /** Reads until L1 has it. @param {import('nestjs-cached').CacheManager} cache @param {string} key */
  async function take(cache, key) {
    const end = now() + GIVEN_UP_MS;
    while (cache.peek(key)?.text !== 'old') {
      assert.equal((await cache.get(key))?.text, 'old');
      assert(now() < end, 'The value does not come into L1.');
    }
  }

  return {
    ready: () => true,

    /** Writer: what will be changed. */
    async put(/** @type {string} */ mode, /** @type {string[]} */ keys) {
      for (const key of keys) assert(await caches[mode].set(key, valueOf('old')));
    },

    /** Reader: takes the old value into its L1 and begins to watch it. */
    async hold(/** @type {string} */ mode, /** @type {string} */ key) {
      if (mode !== 'bare') await take(caches[mode], key);
      watching = watch(mode, key);
    },

    /** Writer: changes it. */
    async write(
      /** @type {string} */ mode,
      /** @type {string} */ operation,
      /** @type {string} */ key,
      /** @type {number} */ delay,
    ) {
      await sleep(delay);
      const sent = now();
      if (mode === 'bare') await sender.publish(CHANNEL, key);
      else if (operation === 'set') assert(await caches[mode].set(key, valueOf('new')));
      else assert(await caches[mode].delete(key));
      return { sent, acked: now() };
    },

    /** Reader: when the old value went, and whether what came instead is right. */
    async gone(/** @type {string} */ mode, /** @type {string} */ operation, /** @type {string} */ key) {
      const seen = await watching;
      const value = mode === 'bare' ? undefined : (await caches[mode].get(key))?.text;
      const expected = mode === 'bare' || operation === 'delete' ? undefined : 'new';
      heard.clear();
      return { ...seen, wrong: value !== expected };
    },

    errors: () => errorsOf(caches),
  };
}
