import assert from 'node:assert/strict';
import { Redis } from 'ioredis';
import { concurrent } from './loops.mjs';
import { valueOf } from './redis-values.mjs';
import { TTL_MS } from './values.mjs';

export { TTL_MS };

/**
 * What a library has to offer to take part in the rows of Redis. `getMany` gives the values in the order of the keys.
 * @typedef {{
 *   get(key: string): Promise<any>,
 *   set(key: string, value: unknown): Promise<unknown>,
 *   getMany?(keys: string[]): Promise<any[]>,
 *   close(): unknown,
 *   note?: string,
 * }} RedisClientOf
 * What a case asks for.
 * @typedef {{ port: number, operation: 'get' | 'set' | 'getMany', callers: number, keys: number, bytes: number,
 *   atOnce?: number, compressed?: boolean }} RedisCase
 */

/**
 * Makes a contestant of what a library offers: the same values, loops and checks for all of them.
 * @param {(params: RedisCase) => Promise<RedisClientOf | undefined>} connect `undefined`: takes no part in that case.
 */
export function redisRoom(connect) {
  return async (/** @type {unknown} */ _row, /** @type {RedisCase} */ params) => {
    const client = await connect(params);
    if (client === undefined) return undefined;
    if (params.operation === 'getMany' && client.getMany === undefined) {
      await client.close();
      return undefined;
    }
    const keys = Array.from({ length: params.keys }, (_, nth) => `item:${process.pid}:${params.bytes}:${nth}`);
    const values = keys.map((key) => valueOf(key, params.bytes));
    const operation = operations(client, params, keys, values)[params.operation];
    return {
      ...(client.note === undefined ? {} : { note: client.note }),
      run: concurrent(operation, params.callers),
      check: () => check(client, params, keys, values),
      close: async () => void (await client.close()),
    };
  };
}

/**
 * One operation of each kind. Each call takes another key than those under way at the same time.
 * @param {RedisClientOf} client @param {RedisCase} params @param {string[]} keys @param {unknown[]} values
 * @returns {Record<string, (nth: number) => Promise<unknown>>}
 */
function operations(client, { atOnce = 1 }, keys, values) {
  const groups = Array.from({ length: Math.floor(keys.length / atOnce) }, (_, nth) =>
    keys.slice(nth * atOnce, (nth + 1) * atOnce),
  );
  return {
    get: (nth) => client.get(/** @type {string} */ (keys[nth % keys.length])),
    set: (nth) => client.set(/** @type {string} */ (keys[nth % keys.length]), values[nth % keys.length]),
    getMany: (nth) => /** @type {any} */ (client).getMany(groups[nth % groups.length]),
  };
}

/**
 * Everything comes back as it was put in, it is a copy of one's own, and it is Redis that has it: what another client
 * has deleted there is gone.
 * @param {RedisClientOf} client @param {RedisCase} params @param {string[]} keys @param {unknown[]} values
 */
async function check(client, params, keys, values) {
  for (const [nth, key] of keys.entries()) await client.set(key, values[nth]);
  const found = await Promise.all(keys.map((key) => client.get(key)));
  assert.deepEqual(found, values, 'A value is not what was stored.');
  const key = /** @type {string} */ (keys[0]);
  const one = await client.get(key);
  assert.notEqual(one, await client.get(key), 'Two calls were given the same object.');
  if (client.getMany) assert.deepEqual(await client.getMany(keys.slice(3, 13)), values.slice(3, 13));
  await checkWhere(client, params);
}

/** @param {RedisClientOf} client @param {RedisCase} params */
async function checkWhere(client, { port, bytes, compressed = false }) {
  const probe = `probe-${process.pid}`;
  const value = valueOf(probe, bytes);
  await client.set(probe, value);
  assert.deepEqual(await client.get(probe), value);
  const raw = new Redis({ port });
  try {
    const stored = await scan(raw, `*${probe}*`);
    assert(stored.length > 0, 'Redis has no key of that name.');
    const sizes = await Promise.all(stored.map((name) => raw.strlen(name).catch(() => 0)));
    const smaller = Math.max(...sizes) < bytes * 0.7;
    assert.equal(smaller, compressed, `Stored in ${Math.max(...sizes)} bytes of ${bytes}.`);
    await raw.del(...stored);
    assert(((await client.get(probe)) ?? undefined) === undefined, 'It was not Redis that answered.');
  } finally {
    raw.disconnect();
  }
}

/** @param {Redis} raw @param {string} pattern */
async function scan(raw, pattern) {
  const found = [];
  let cursor = '0';
  do {
    const [next, names] = await raw.scan(cursor, 'MATCH', pattern, 'COUNT', 1_000);
    found.push(...names);
    cursor = next;
  } while (cursor !== '0');
  return found;
}
