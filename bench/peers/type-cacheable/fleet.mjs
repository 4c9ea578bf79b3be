import { Cacheable } from '@type-cacheable/core';
import { useAdapter } from '@type-cacheable/ioredis-adapter';
import { Redis } from 'ioredis';
import { TTL_MS } from '../../kit/values.mjs';

/** Its decorator. @type {import('../../kit/fleet-member.mjs').Open} */
export async function open({ port, load }) {
  const redis = new Redis({ port });
  redis.on('error', () => {});
  useAdapter(redis);
  class Source {
    /** @param {string} key */
    find(key) {
      return load(key);
    }
  }
  const method = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(Source.prototype, 'find'));
  const decorate = Cacheable({ cacheKey: ([key]) => key, ttlSeconds: TTL_MS / 1_000 });
  Object.defineProperty(Source.prototype, 'find', decorate(Source.prototype, 'find', method) ?? method);
  const source = new Source();
  return { find: (key) => source.find(key), note: 'one tier' };
}
