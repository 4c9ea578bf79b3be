import type { Cluster } from 'ioredis';
import { importPackage } from '../../../support/lazy-package.js';
import { hideWhenPrinted } from '../../../support/printed.js';
import type { RedisAddress } from '../redis-sentinels.js';
import { tlsOf } from '../tls-connection.js';

export interface ClusterConnection {
  /** Some of the nodes; the others are found through them. */
  readonly nodes: readonly RedisAddress[];
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls?: boolean | Record<string, unknown> | undefined;
  readonly connectTimeout: number;
}

/** The longest pause between two attempts to connect. */
const MAX_DELAY = 500;
/** How long a node may take for an answer before its connection is given up. */
const SILENCE = 1_000;

/**
 * Opens a cluster and returns at once; its nodes may be down. A command that cannot be sent now fails now, and one whose
 * connection broke is not sent twice: it may have run, and what came after it as well. What a node refuses (MOVED, ASK,
 * TRYAGAIN) has not run, and goes on to the next one.
 *
 * @throws CacheDependencyError without ioredis.
 */
export async function openCluster(connection: ClusterConnection): Promise<Cluster> {
  const ioredis = await importPackage('ioredis', () => import('ioredis'), "backend 'redis'");
  const { nodes, username, password, connectTimeout } = connection;
  const tls = tlsOf(connection);
  const cluster = new ioredis.Cluster(
    nodes.map((node) => ({ ...node })),
    {
      scaleReads: 'master',
      enableOfflineQueue: false,
      clusterRetryStrategy: (attempt) => Math.min(50 * attempt, MAX_DELAY),
      slotsRefreshTimeout: MAX_DELAY,
      maxRedirections: 5,
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      retryDelayOnTryAgain: 5,
      // A certificate names a host, never its address.
      ...(tls ? { dnsLookup: (host, callback) => callback(null, host) } : {}),
      redisOptions: {
        connectTimeout,
        disconnectTimeout: 100,
        socketTimeout: SILENCE,
        autoResendUnfulfilledCommands: false,
        maxRetriesPerRequest: 0,
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password }),
        ...(tls ? { tls } : {}),
      },
    },
  );
  // Each command reports its own failure; without a listener ioredis would write to the console.
  cluster.on('error', () => {});
  hideWhenPrinted(cluster, 'Redis Cluster');
  return cluster;
}
