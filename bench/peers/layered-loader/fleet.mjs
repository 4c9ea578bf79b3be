import { Redis } from 'ioredis6';
import { createNotificationPair, Loader, RedisCache } from 'layered-loader';
import { TTL_MS } from '../../kit/values.mjs';

/** Two tiers and its notifications. It reads through only: a change is an invalidation. @type {import('../../kit/fleet-member.mjs').Open} */
export async function open({ port, load }) {
  const [redis, publisherRedis, consumerRedis] = Array.from({ length: 3 }, () => new Redis({ port }));
  for (const client of [redis, publisherRedis, consumerRedis]) client?.on('error', () => {});
  const { publisher, consumer } = createNotificationPair({
    channel: 'layered-loader',
    publisherRedis: /** @type {any} */ (publisherRedis),
    consumerRedis: /** @type {any} */ (consumerRedis),
  });
  const loader = new Loader({
    inMemoryCache: { cacheType: 'lru-map', ttlInMsecs: TTL_MS, maxItems: 5_000 },
    asyncCache: new RedisCache(/** @type {any} */ (redis), { json: true, ttlInMsecs: TTL_MS }),
    dataSources: [{ name: 'source', isCache: false, get: load, getMany: (keys) => Promise.all(keys.map(load)) }],
    notificationConsumer: consumer,
    notificationPublisher: publisher,
  });
  await loader.init();
  return {
    find: (key) => loader.get(key),
    change: (key) => loader.invalidateCacheFor(key),
    look: (key) => loader.getInMemoryOnly(key),
  };
}
