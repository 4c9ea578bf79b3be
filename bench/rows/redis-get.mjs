const plain = { name: 'ioredis', kind: 'limit', module: 'contestants/ioredis/redis.mjs' };
const pipelining = {
  name: 'ioredis, auto-pipelining',
  kind: 'limit',
  module: 'contestants/ioredis/redis-pipelining.mjs',
};
const socket = { name: 'raw socket, MGET', kind: 'limit', module: 'contestants/redis-socket/redis.mjs' };
const checked = { name: 'ioredis, MGET, checked', kind: 'limit', module: 'contestants/ioredis/redis-checked.mjs' };
const ours = { name: 'nestjs-cached', kind: 'ours', module: 'contestants/nestjs-cached/redis.mjs' };
const params = { operation: 'get', keys: 1_000, bytes: 1_024 };

/** Hits that only Redis has: no tier in the process, and each caller asks for a key of its own. */
export const row = {
  name: 'redis-get',
  title: 'an awaited get of 1 KiB of JSON that only Redis has',
  room: 'redis',
  redis: true,
  pace: (/** @type {boolean} */ quick) => ({
    batchMs: quick ? 50 : 100,
    warmMs: quick ? 120 : 1_500,
    ...(quick ? { rounds: 5 } : { sets: 2 }),
  }),
  cases: [
    {
      name: '1 caller',
      params: { ...params, callers: 1 },
      limit: plain,
      ours: [pipelining, socket, checked, { ...ours, target: 1 }],
    },
    {
      name: '64 callers',
      params: { ...params, callers: 64 },
      limit: pipelining,
      ours: [plain, socket, checked, { ...ours, target: 2 }],
    },
    {
      name: '512 callers',
      params: { ...params, callers: 512 },
      limit: pipelining,
      ours: [plain, socket, checked, { ...ours, target: 2 }],
    },
  ],
};
