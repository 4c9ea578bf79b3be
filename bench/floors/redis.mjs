import { crc32 } from 'node:zlib';
import { Redis } from 'ioredis';
import { openApp } from '../contestants/nestjs-cached/open-cache.mjs';
import { startRedis } from '../kit/redis.mjs';
import { valueOf } from '../kit/redis-values.mjs';

const KEYS = 1_000;
const BYTES = 1_024;
const NO_TAGS = /** @type {string[]} */ ([]);
const keyOf = (/** @type {number} */ nth) => `item:${nth % KEYS}`;

/** What a hit that only Redis has is made of, the very bytes of the cache read in each way. */
export async function stages() {
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
  const { store } = cache.cache.parts;
  const scope = cache.home;
  const wireKey = (/** @type {string} */ key) => `cache:v:{${key}}`;
  const start = /** @type {Buffer} */ (await plain.getBuffer(wireKey(keyOf(0)))).indexOf('{"id"');
  const parse = (/** @type {Buffer} */ bytes) => JSON.parse(bytes.toString('latin1', start));
  const check = (/** @type {Buffer} */ bytes) => (crc32(bytes) === 0 ? undefined : parse(bytes));
  const mget = (/** @type {string[]} */ keys) => plain.mgetBuffer(keys.map(wireKey));
  return {
    stages: [
      {
        name: 'ioredis, auto-pipelining, JSON',
        run: async (nth) => JSON.parse((await pipelining.get(keyOf(nth))) ?? ''),
      },
      { name: 'one MGET a turn, nothing else', run: gathered(async (keys) => mget(keys)) },
      {
        name: '+ JSON',
        run: gathered(async (keys) => (await mget(keys)).map((b) => parse(/** @type {Buffer} */ (b)))),
      },
      {
        name: '+ CRC-32',
        run: gathered(async (keys) => (await mget(keys)).map((b) => check(/** @type {Buffer} */ (b)))),
      },
      {
        name: '+ instants, versions, pending removals, a time limit, the breaker',
        run: gathered(async (keys) => {
          const found = await store.lookMany(
            keys.map((key) => ({ scope, key, id: key })),
            NO_TAGS,
          );
          return found.map(({ entry }) => entry?.read());
        }),
      },
      { name: 'nestjs-cached, get', run: (nth) => cache.get(keyOf(nth)) },
    ],
    close: async () => {
      plain.disconnect();
      pipelining.disconnect();
      await app.close();
      await server.stop();
    },
  };
}

/** @param {(keys: string[]) => Promise<unknown[]>} ask */
function gathered(ask) {
  /** @type {{ key: string, resolve: (value: unknown) => void }[]} */
  let asked = [];
  const send = async () => {
    const batch = asked;
    asked = [];
    const found = await ask(batch.map(({ key }) => key));
    for (const [nth, { resolve }] of batch.entries()) resolve(found[nth]);
  };
  return (/** @type {number} */ nth) => {
    if (asked.length === 0) queueMicrotask(() => process.nextTick(send));
    return new Promise((resolve) => asked.push({ key: keyOf(nth), resolve }));
  };
}
