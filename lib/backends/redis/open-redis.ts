import type { Redis } from 'ioredis';
import { nullBus } from '../../contracts/invalidation-bus.js';
import type { Coherence, RedisClientLike } from '../../contracts/options.js';
import { Announcer } from './announcer.js';
import { soleAnnouncer } from './announcers.js';
import type { BusWay } from './bus/bus-way.js';
import { PubSubWay } from './bus/pubsub.way.js';
import { RedisBus } from './bus/redis.bus.js';
import { SameServerWay, type HeardServer } from './bus/same-server.way.js';
import { openSubscriber, subscriberLike } from './bus/subscriber.js';
import { TrackingWay } from './bus/tracking.way.js';
import type { ClusterConnection } from './cluster/cluster-client.js';
import { openClusterRoom } from './cluster/open-cluster.js';
import { openRedis, type RedisConnection } from './redis-client.js';
import { RedisFleet } from './redis-fleet.js';
import { RedisLinks } from './redis-links.js';
import type { RedisRoom, RoomOptions } from './redis-room.js';
import { RedisServerLink } from './redis-server-link.js';
import { RedisBackend } from './redis.backend.js';
import { SentinelWatch } from './sentinel-watch.js';

export type { RedisRoom } from './redis-room.js';

export interface RedisRoomOptions extends RoomOptions {
  /** Where to connect to, or a client of the user's, which is used and never closed. */
  readonly connection: RedisConnection | ClusterConnection | { readonly client: RedisClientLike };
  /** How many data connections to open to one server. */
  readonly connections: number;
}

interface ServerOptions extends RedisRoomOptions {
  readonly connection: RedisConnection | { readonly client: RedisClientLike };
}

/**
 * Opens the connections, and waits for none of them: Redis may be down.
 *
 * @throws CacheDependencyError without ioredis; CacheUsageError when a client was handed in that cannot be listened with.
 */
export function openRedisRoom(options: RedisRoomOptions): Promise<RedisRoom> {
  const { connection } = options;
  if ('client' in connection) {
    const isCluster = Reflect.get(connection.client, 'isCluster') === true;
    return isCluster ? openClusterRoom({ ...options, connection }) : openServerRoom({ ...options, connection });
  }
  return isClustered(connection)
    ? openClusterRoom({ ...options, connection })
    : openServerRoom({ ...options, connection });
}

async function openServerRoom(options: ServerOptions): Promise<RedisRoom> {
  const { connection, rootPath, clock } = options;
  const lent = 'client' in connection ? [connection.client] : [];
  const subscriber = options.coherence === 'none' ? undefined : await openEar(connection);
  const opened = 'client' in connection ? [] : await openData(connection, options.connections);
  const links = new RedisLinks([...lent, ...opened]);
  const announcers = soleAnnouncer(new Announcer(links, rootPath, options.random.id(), clock));
  const data = links.clients as unknown as readonly Redis[];
  const watch =
    'client' in connection ? undefined : await openWatch(connection, subscriber ? [...data, subscriber] : data);
  const connectTimeout = 'client' in connection ? Infinity : connection.connectTimeout;
  const ear: HeardServer = {};
  const room = {
    backend: new RedisBackend(links.clients, lent.length === 0, async () => {
      await Promise.all([announcers.close(), watch?.close()]);
    }),
    fleet: new RedisFleet(links, announcers),
    link: new RedisServerLink(links, opened, connectTimeout, subscriber && { subscriber, heard: ear }),
    clock,
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
  const owned = opened as unknown as readonly Redis[];
  const checked = (way: BusWay): BusWay => new SameServerWay(way, subscriber, ear, owned);
  const ways = [checked(first), ...others.map(checked)] as const;
  return { ...room, bus: new RedisBus({ subscriber, ways, clock, onError: options.onError }) };
}

function isClustered(connection: RedisConnection | ClusterConnection): connection is ClusterConnection {
  return 'nodes' in connection && connection.nodes !== undefined;
}

function openEar(connection: ServerOptions['connection']): Redis | Promise<Redis> {
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
