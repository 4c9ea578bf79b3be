import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';
import { Redis } from 'ioredis';
import { redisRoom, TTL_MS } from '../../kit/redis-room.mjs';

/**
 * The floor of whoever must not serve damaged bytes: what one turn asks for is one MGET of ioredis, and each value has a
 * CRC-32 before it that is held against it. Nothing else: no time limit, no versions, no statistics.
 */
export const open = redisRoom(async ({ port, compressed }) => {
  if (compressed) return undefined;
  const redis = new Redis({ port });
  /** @type {{ key: string, resolve: (value: unknown) => void }[]} */
  let asked = [];
  const send = async () => {
    const batch = asked;
    asked = [];
    const found = await redis.mgetBuffer(batch.map(({ key }) => key));
    for (const [nth, { resolve }] of batch.entries()) resolve(read(found[nth]));
  };
  /** @param {string} key @returns {Promise<any>} */
  const get = (key) => {
    if (asked.length === 0) queueMicrotask(() => process.nextTick(send));
    return new Promise((resolve) => asked.push({ key: `checked:${key}`, resolve }));
  };
  return {
    get,
    getMany: async (keys) => (await redis.mgetBuffer(keys.map((key) => `checked:${key}`))).map(read),
    set: (key, value) => redis.set(`checked:${key}`, written(value), 'PX', TTL_MS),
    close: () => redis.disconnect(),
  };
});

/** @param {unknown} value */
function written(value) {
  const payload = Buffer.from(JSON.stringify(value));
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(payload));
  return Buffer.concat([sum, payload]);
}

/** @param {Buffer | null | undefined} bytes */
function read(bytes) {
  if (!bytes) return undefined;
  const payload = bytes.subarray(4);
  assert.equal(bytes.readUInt32BE(0), crc32(payload));
  return JSON.parse(payload.toString());
}
