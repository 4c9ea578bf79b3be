import type { Cluster, Redis, RedisOptions as IoredisOptions } from 'ioredis';
import { nullBus } from '../../../contracts/invalidation-bus.js';
import type { RedisClientLike } from '../../../contracts/options.js';
import { CacheUsageError } from '../../../support/errors.js';
import { fleetChannel } from '../bus-message.js';
import { ClusterWay } from '../bus/cluster.way.js';
import { connectorTo } from '../bus/node-connector.js';
import { PubSubWay } from '../bus/pubsub.way.js';
import { RedisBus } from '../bus/redis.bus.js';
import { SUBSCRIBER } from '../bus/subscriber.js';
import { ClusterAnnouncers } from './cluster-announcers.js';
import { openCluster, type ClusterConnection } from './cluster-client.js';
import { ClusterFleet } from './cluster-fleet.js';
import { ClusterLinks } from './cluster-links.js';
import { ClusterNodes } from './cluster-nodes.js';
import { ClusterServerLink } from './cluster-server-link.js';
import { openRedis } from '../redis-client.js';
import type { RedisAddress } from '../redis-sentinels.js';
import { RedisBackend } from '../redis.backend.js';
import type { RedisRoom, RoomOptions } from '../redis-room.js';

/** Of a connection like the user's, who has said nothing else. */
const CONNECT_TIMEOUT = 2_000;

export interface ClusterRoomOptions extends RoomOptions {
  /** Where some nodes are, or a `Cluster` of the user's, which is used and never closed. */
  readonly connection: ClusterConnection | { readonly client: RedisClientLike };
}

/**
 * Opens a cluster's connections, and waits for none of them.
 *
 * @throws CacheDependencyError without ioredis; CacheUsageError when what was handed in is no cluster of ioredis.
 */
export async function openClusterRoom(options: ClusterRoomOptions): Promise<RedisRoom> {
  const { connection, rootPath, clock } = options;
  const lent = 'client' in connection ? clusterIn(connection.client) : undefined;
  const cluster = lent ?? (await openCluster(connection as ClusterConnection));
  const nodes = new ClusterNodes(cluster, clock);
  const links = new ClusterLinks(nodes);
  const name = options.random.id();
  const announcers = new ClusterAnnouncers(links, rootPath, name, clock);
  const beforeClose = async (): Promise<void> => {
    await announcers.close();
    nodes.close();
  };
  const room = {
    backend: new RedisBackend([cluster], lent === undefined, beforeClose, links),
    fleet: new ClusterFleet(links, announcers),
    link: new ClusterServerLink(nodes, lent === undefined, clock),
    clock,
  };
  if (options.coherence === 'none') return { ...room, bus: nullBus };
  const subscriber = await openEar(connection, nodes);
  const pubsub = new PubSubWay(subscriber, rootPath, (sender) => announcers.isOwn(sender));
  const way = new ClusterWay(pubsub, subscriber, nodes, `${fleetChannel(rootPath)}:${name}`);
  return { ...room, bus: new RedisBus({ subscriber, ways: [way], clock, onError: options.onError }) };
}

/** Without its nodes and its table of slots nobody knows where a key is. */
function clusterIn(client: RedisClientLike): Cluster {
  const { nodes, slots, on, off } = client as RedisClientLike & Partial<Cluster>;
  if (typeof nodes === 'function' && Array.isArray(slots) && on && off) return client as unknown as Cluster;
  throw new CacheUsageError('The redis.client says that it is a cluster: hand in a `Cluster` of ioredis.');
}

/** A connection to one of the nodes, whichever can be reached; to another with each attempt. */
async function openEar(connection: ClusterRoomOptions['connection'], nodes: ClusterNodes): Promise<Redis> {
  const known = 'client' in connection ? [] : connection.nodes;
  let turn = 0;
  const next = (): RedisAddress | undefined => {
    const found = nodes.reachable().map(({ client }) => client.options as RedisAddress);
    const addresses = found.length > 0 ? found : known;
    return addresses[turn++ % Math.max(1, addresses.length)];
  };
  const own = 'client' in connection ? { connectTimeout: CONNECT_TIMEOUT } : { ...connection, nodes: undefined };
  const shown = 'client' in connection ? shownToNodes(nodes.cluster) : {};
  const further = { ...shown, ...SUBSCRIBER, Connector: connectorTo(next) };
  return (await openRedis(own, further)) as unknown as Redis;
}

/** How the user's cluster makes itself known to its nodes. */
function shownToNodes({ options }: Cluster): IoredisOptions {
  const { username, password, tls, family, connectTimeout } = options.redisOptions ?? {};
  const given = { username, password, tls, family, connectTimeout };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
