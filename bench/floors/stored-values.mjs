import { Redis } from 'ioredis';
import { openApp } from '../contestants/nestjs-cached/open-cache.mjs';
import { startRedis } from '../kit/redis.mjs';
import { valueOf } from '../kit/redis-values.mjs';

const KEYS = 1_000;
const BYTES = 1_024;

/** @param {number} nth */
export const keyOf = (nth) => `item:${nth % KEYS}`;
/** What the cache calls a key in Redis. @param {string} key */
export const wireKey = (key) => `cache:v:{${key}}`;

/** A Redis with values of a KiB, as the cache writes them and as plain JSON, and clients to read either. */
export async function storedValues() {
  const server = await startRedis();
  const { port } = server;
  const { app, cache } = await openApp({
    backend: 'redis',
    compression: false,
    redis: { port, commandTimeout: '3s' },
  });
  while (!(await cache.set('ready', true))) await new Promise((resolve) => setTimeout(resolve, 10));
  for (let nth = 0; nth < KEYS; nth++) await cache.set(keyOf(nth), valueOf(keyOf(nth), BYTES));
  const plain = new Redis({ port });
  const pipelining = new Redis({ port, enableAutoPipelining: true });
  for (let nth = 0; nth < KEYS; nth++) await plain.set(keyOf(nth), JSON.stringify(valueOf(keyOf(nth), BYTES)));
  const sample = /** @type {Buffer} */ (await plain.getBuffer(wireKey(keyOf(0))));
  return {
    cache,
    pipelining,
    /** One entry, whole, and where its value begins; the others are as long before it. */
    sample,
    start: sample.indexOf('{"id"'),
    mget: (/** @type {string[]} */ keys) => plain.mgetBuffer(keys.map(wireKey)),
    close: async () => {
      plain.disconnect();
      pipelining.disconnect();
      await app.close();
      await server.stop();
    },
  };
}
