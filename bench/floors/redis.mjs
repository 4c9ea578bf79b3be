import { crc32 } from 'node:zlib';
import { keyOf, storedValues } from './stored-values.mjs';

const NO_TAGS = /** @type {string[]} */ ([]);

/** What a hit that only Redis has is made of, the very bytes of the cache read in each way. */
export async function stages() {
  const { cache, close, mget, pipelining, start } = await storedValues();
  const { store } = cache.cache.parts;
  const scope = cache.home;
  const parse = (/** @type {Buffer} */ bytes) => JSON.parse(bytes.toString('latin1', start));
  const check = (/** @type {Buffer} */ bytes) => (crc32(bytes) === 0 ? undefined : parse(bytes));
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
    close,
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
