import { Redis } from 'ioredis';
import { TTL_MS } from '../../kit/values.mjs';

/**
 * By hand, by a careful reader of the manual of ioredis: a time limit on commands, and a loader where Redis fails.
 * @type {import('../../kit/fleet-member.mjs').Open}
 */
export async function open({ port, load }) {
  const redis = new Redis({ port, commandTimeout: 100, maxRetriesPerRequest: 1 });
  redis.on('error', () => {});
  return {
    async find(key) {
      const found = await redis.get(`by-hand:${key}`).catch(() => null);
      if (found !== null) return JSON.parse(found);
      const value = await load(key);
      await redis.set(`by-hand:${key}`, JSON.stringify(value), 'PX', TTL_MS).catch(() => undefined);
      return value;
    },
  };
}
