const plain = { name: 'ioredis', kind: 'limit', module: 'contestants/ioredis/redis.mjs' };
const deflate = {
  name: 'ioredis, deflateSync at level 1',
  kind: 'limit',
  module: 'contestants/ioredis/redis-deflate.mjs',
};
const checked = { name: 'ioredis, MGET, checked', kind: 'limit', module: 'contestants/ioredis/redis-checked.mjs' };
const ours = { name: 'nestjs-cached', kind: 'ours', module: 'contestants/nestjs-cached/redis.mjs' };

/** Two keys a caller, so that nobody asks for what another is asking for. */
const params = { keys: 16, bytes: 102_400 };

/** @param {'get' | 'set'} operation @param {number} callers @param {boolean} compressed */
const one = (operation, callers, compressed) => ({
  name: `${operation}, ${callers === 1 ? '1 caller' : `${callers} callers`}${compressed ? ', compressed' : ''}`,
  params: { ...params, operation, callers, compressed },
  limit: compressed ? deflate : plain,
  // A `set` is a script that asks whether it may, and tells the other processes: nothing here does as much.
  ours: [...(compressed ? [] : [checked]), operation === 'get' ? { ...ours, target: 1 } : ours],
});

/** Values of 100 KiB that read like documents: deflate leaves a quarter of them. */
export const row = {
  name: 'redis-large',
  title: '100 KiB of JSON to and from Redis, with and without compression',
  room: 'redis',
  redis: true,
  pace: (/** @type {boolean} */ quick) => ({
    batchMs: quick ? 30 : 100,
    warmMs: quick ? 60 : 300,
    sets: 1,
    ...(quick ? { rounds: 5 } : {}),
  }),
  cases: [false, true].flatMap((compressed) =>
    [1, 8].flatMap((callers) => [one('get', callers, compressed), one('set', callers, compressed)]),
  ),
};
