/** Many keys in one call, one call at a time. */
export const row = {
  name: 'redis-get-many',
  title: 'an awaited getMany of 50 keys of 1 KiB that only Redis has',
  room: 'redis',
  redis: true,
  pace: (/** @type {boolean} */ quick) => ({ batchMs: quick ? 40 : 100, ...(quick ? {} : { sets: 2, warmMs: 1_500 }) }),
  limit: {
    name: '50 gets of ioredis, auto-pipelined',
    kind: 'limit',
    module: 'contestants/ioredis/redis-pipelining.mjs',
  },
  ours: [
    { name: 'MGET of ioredis', kind: 'limit', module: 'contestants/ioredis/redis-mget.mjs' },
    { name: 'MGET of ioredis, checked', kind: 'limit', module: 'contestants/ioredis/redis-checked.mjs' },
    { name: 'raw socket, MGET', kind: 'limit', module: 'contestants/redis-socket/redis.mjs' },
    { name: 'nestjs-cached', kind: 'ours', module: 'contestants/nestjs-cached/redis.mjs', target: 1.6 },
  ],
  cases: [{ name: '1 caller', params: { operation: 'getMany', atOnce: 50, callers: 1, keys: 1_000, bytes: 1_024 } }],
};
