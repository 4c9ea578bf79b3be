import type { Redis } from 'ioredis';
import type { Clock, Random } from '../../contracts/clock.js';
import type { FleetCommands } from '../../contracts/fleet.js';
import { nullBus, type InvalidationBus } from '../../contracts/invalidation-bus.js';
import type { Coherence, RedisClientLike } from '../../contracts/options.js';
import type { ServerLink } from '../../contracts/server-link.js';
import { Announcer } from './announcer.js';
import { soleAnnouncer } from './announcers.js';
import type { BusWay } from './bus/bus-way.js';
import { PubSubWay } from './bus/pubsub.way.js';
import { RedisBus } from './bus/redis.bus.js';
import { SameServerWay } from './bus/same-server.way.js';
import { openSubscriber, subscriberLike } from './bus/subscriber.js';
import { TrackingWay } from './bus/tracking.way.js';
import { openRedis, type RedisConnection } from './redis-client.js';
import { RedisFleet } from './redis-fleet.js';
import { RedisLinks } from './redis-links.js';
import { RedisServerLink } from './redis-server-link.js';
import { RedisBackend } from './redis.backend.js';
import { SentinelWatch } from './sentinel-watch.js';

export interface RedisRoomOptions {
  /** Where to connect to, or a client of the user's, which is used and never closed. */
  readonly connection: RedisConnection | { readonly client: RedisClientLike };
  /** How many data connections to open. */
  readonly connections: number;
  readonly coherence: Coherence;
  /** What every key of this cache begins with; who shares it hears of each other. */
  readonly rootPath: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly onError: (operation: string, error: unknown) => void;
}

/** Everything of one cache that stands on Redis. `backend` and `bus` each close what they have opened. */
export interface RedisRoom {
  readonly backend: RedisBackend;
  readonly fleet: FleetCommands;
  readonly bus: InvalidationBus;
  readonly link: ServerLink;
}

/**
 * Opens the connections, and waits for none of them: Redis may be down.
 *
 * @throws CacheDependencyError without ioredis; CacheUsageError when a client was handed in that cannot be listened with.
 */
export async function openRedisRoom(options: RedisRoomOptions): Promise<RedisRoom> {
  const { connection, rootPath, clock } = options;
  const lent = 'client' in connection ? [connection.client] : [];
  const subscriber = options.coherence === 'none' ? undefined : await openEar(connection);
  const opened = 'client' in connection ? [] : await openData(connection, options.connections);
  const links = new RedisLinks([...lent, ...opened]);
  const announcers = soleAnnouncer(new Announcer(links, rootPath, options.random.id(), clock));
  const owned = lent.length === 0;
  const data = links.clients as unknown as readonly Redis[];
  const watch =
    'client' in connection ? undefined : await openWatch(connection, subscriber ? [...data, subscriber] : data);
  const room = {
    backend: new RedisBackend(links.clients, owned, async () => {
      await Promise.all([announcers.close(), watch?.close()]);
    }),
    fleet: new RedisFleet(links, announcers),
    link: new RedisServerLink(links.clients, owned),
  };
  if (!subscriber) return { ...room, bus: nullBus };

  const pubsub = new PubSubWay(subscriber, rootPath, (sender) => announcers.isOwn(sender));
  const tracking = new TrackingWay({
    subscriber,
    data,
    lent: lent as unknown as readonly Redis[],
    rootPath,
    keyPrefix: links.keyPrefix,
    messages: pubsub,
  });
  const best: Record<Exclude<Coherence, 'none'>, readonly [BusWay, ...BusWay[]]> = {
    tracking: [tracking],
    pubsub: [pubsub],
    // A connection of the user's is not ours to switch, unless we were told to.
    auto: lent.length > 0 ? [pubsub] : [tracking, pubsub],
  };
  const [first, ...others] = best[options.coherence === 'none' ? 'auto' : options.coherence];
  const checked = (way: BusWay): BusWay => (watch ? new SameServerWay(way, subscriber, data) : way);
  const ways = [checked(first), ...others.map(checked)] as const;
  return { ...room, bus: new RedisBus({ subscriber, ways, clock, onError: options.onError }) };
}

function openEar(connection: RedisRoomOptions['connection']): Redis | Promise<Redis> {
  return 'client' in connection ? subscriberLike(connection.client) : openSubscriber(connection);
}

function openData(connection: RedisConnection, count: number): Promise<RedisClientLike[]> {
  return Promise.all(Array.from({ length: count }, () => openRedis(connection)));
}

async function openWatch(
  { sentinels, connectTimeout }: RedisConnection,
  clients: readonly Redis[],
): Promise<SentinelWatch | undefined> {
  return sentinels && SentinelWatch.open(sentinels, connectTimeout, clients);
}
