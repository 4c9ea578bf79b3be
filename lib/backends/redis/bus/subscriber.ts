import type { Redis, RedisOptions as IoredisOptions } from 'ioredis';
import type { RedisClientLike } from '../../../contracts/options.js';
import { hideWhenPrinted } from '../../../support/printed.js';
import { CacheUsageError } from '../../../support/errors.js';
import { FAIL_FAST, openRedis, type RedisConnection } from '../redis-client.js';

export const SUBSCRIBER = {
  ...FAIL_FAST,
  // With RESP3, ioredis 6 takes pushed invalidations for nothing it knows, and drops them.
  protocol: 2,
  // What is subscribed to is agreed anew each time: the server has forgotten more than the channels.
  autoResubscribe: false,
  lazyConnect: false,
  // A handshake that is never answered has no other limit. Pings keep a healthy connection below it.
  socketTimeout: 2_000,
} satisfies IoredisOptions;

export async function openSubscriber(connection: RedisConnection): Promise<Redis> {
  return (await openRedis(connection, SUBSCRIBER)) as unknown as Redis;
}

/** A connection like the user's, with the same address and credentials. @throws CacheUsageError when it cannot be made. */
export function subscriberLike(client: RedisClientLike): Redis {
  const redis = client as RedisClientLike & Partial<Pick<Redis, 'duplicate' | 'isCluster' | 'on' | 'off'>>;
  if (!redis.duplicate || redis.isCluster || !redis.on || !redis.off) {
    throw new CacheUsageError(
      "The redis.client cannot be listened with: hand in a `Redis` of ioredis, or set redis.coherence to 'none'.",
    );
  }
  const duplicate = redis.duplicate({
    ...SUBSCRIBER,
    keyPrefix: '',
    readOnly: false,
    monitor: false,
    reconnectOnError: null,
    // Pings have a limit of their own, and a subscription may be answered late.
    commandTimeout: undefined,
  });
  hideWhenPrinted(duplicate, 'Redis');
  return duplicate;
}
