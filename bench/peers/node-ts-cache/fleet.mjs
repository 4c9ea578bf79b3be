import { Redis } from 'ioredis';
import { Cache, CacheContainer } from 'node-ts-cache';
import { IoRedisStorage } from 'node-ts-cache-storage-ioredis';
import { TTL_MS } from '../../kit/values.mjs';

/** Its decorator. @type {import('../../kit/fleet-member.mjs').Open} */
export async function open({ port, load }) {
  const redis = new Redis({ port });
  redis.on('error', () => {});
  const container = new CacheContainer(new IoRedisStorage(/** @type {any} */ (redis)));
  class Source {
    /** @param {string} key */
    find(key) {
      return load(key);
    }
  }
  const method = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(Source.prototype, 'find'));
  const decorate = Cache(container, { ttl: TTL_MS / 1_000, calculateKey: ({ args }) => args[0] });
  Object.defineProperty(Source.prototype, 'find', decorate(Source.prototype, 'find', method) ?? method);
  const source = new Source();
  return { find: (key) => source.find(key), note: 'one tier' };
}
