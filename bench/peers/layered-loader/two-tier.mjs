import { Redis } from 'ioredis';
import { createNotificationPair, ManualCache, RedisCache } from 'layered-loader';
import { twoTierRoom } from '../../kit/two-tier-room.mjs';
import { TTL_MS } from '../../kit/values.mjs';

/** With the pair that tells other processes of a change. @param {string} _row @param {{ port: number }} params */
export async function open(_row, { port }) {
  const redis = () => new Redis({ port });
  const { publisher, consumer } = createNotificationPair({
    channel: 'bench:layered-loader',
    publisherRedis: redis(),
    consumerRedis: redis(),
  });
  const cache = new ManualCache({
    inMemoryCache: { cacheType: 'lru-object', ttlInMsecs: TTL_MS, maxItems: 10_000 },
    asyncCache: new RedisCache(redis(), { json: true, ttlInMsecs: TTL_MS, prefix: 'layered-loader' }),
    notificationConsumer: consumer,
    notificationPublisher: publisher,
  });
  await cache.init();
  return twoTierRoom({
    hands: 'its own object',
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value),
    close: () => cache.close(),
  });
}
