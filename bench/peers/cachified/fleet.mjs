import { cachified } from '@epic-web/cachified';
import { Redis } from 'ioredis';
import { TTL_MS } from '../../kit/values.mjs';

/** It takes any store: this is the one for Redis, as its manual writes it. @type {import('../../kit/fleet-member.mjs').Open} */
export async function open({ port, load }) {
  const redis = new Redis({ port });
  redis.on('error', () => {});
  /** @type {import('@epic-web/cachified').Cache} */
  const cache = {
    name: 'redis',
    get: async (key) => JSON.parse((await redis.get(key)) ?? 'null'),
    set: async (key, entry) => void (await redis.set(key, JSON.stringify(entry), 'PX', TTL_MS)),
    delete: async (key) => void (await redis.del(key)),
  };
  return {
    find: (key) => cachified({ key, cache, ttl: TTL_MS, getFreshValue: () => load(key) }),
    note: 'one tier',
  };
}
