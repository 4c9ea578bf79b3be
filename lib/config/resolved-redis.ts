import type { Coherence, RedisClientLike, RedisNode, RedisOptions } from '../contracts/options.js';
import { parseDuration } from '../support/duration.js';
import { isDragonflyUrl, plainRedisUrl, socketPathOf } from './redis-url.js';

/** The sentinels, and how to talk to them. */
export interface ResolvedSentinels {
  readonly addresses: readonly Required<RedisNode>[];
  /** What they call the master. */
  readonly name: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: Record<string, unknown> | undefined;
}

/** Where Redis is, and how long to wait for it. One of `client`, `nodes`, `sentinels`, `path`, `url`, or `host` and `port`. */
export interface ResolvedRedis {
  /** Begins with `redis:` or `rediss:`. */
  readonly url: string | undefined;
  readonly host: string | undefined;
  readonly port: number | undefined;
  /** A Unix socket. */
  readonly path: string | undefined;
  readonly nodes: readonly Required<RedisNode>[] | undefined;
  readonly sentinels: ResolvedSentinels | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly db: number | undefined;
  /** The application's own: used, never closed. */
  readonly client: RedisClientLike | undefined;
  /** Milliseconds. */
  readonly commandTimeout: number;
  /** Milliseconds. */
  readonly connectTimeout: number;
  readonly connections: number;
  /** Options for `tls.connect`. Absent: no TLS, unless the url begins with `rediss:`. */
  readonly tls: Record<string, unknown> | undefined;
  readonly coherence: Coherence;
  readonly onServerChange: 'clear' | 'trust';
}

export function resolveRedis(redis: RedisOptions, commandTimeout: number): ResolvedRedis {
  const { url } = redis;
  const path = redis.path ?? (url === undefined ? undefined : socketPathOf(url));
  const isFound = redis.client !== undefined || redis.nodes !== undefined || redis.sentinels !== undefined;
  const addressed = !isFound && url === undefined && path === undefined;
  const hasDatabase = addressed || path !== undefined || redis.sentinels !== undefined;
  return Object.freeze({
    url: url === undefined || path !== undefined ? undefined : plainRedisUrl(url),
    // Not `localhost`: where that is ::1 first, a server that listens on 127.0.0.1 alone is not found.
    host: addressed ? (redis.host ?? '127.0.0.1') : undefined,
    port: addressed ? (redis.port ?? 6379) : undefined,
    path,
    nodes: redis.nodes && withPort(redis.nodes, 6379),
    sentinels: redis.sentinels && resolveSentinels(redis, redis.sentinels),
    username: redis.username === '' ? undefined : redis.username,
    password: redis.password === '' ? undefined : redis.password,
    db: hasDatabase ? (redis.db ?? 0) : undefined,
    client: redis.client,
    commandTimeout:
      redis.commandTimeout === undefined ? commandTimeout : parseDuration(redis.commandTimeout, 'redis.commandTimeout'),
    connectTimeout:
      redis.connectTimeout === undefined ? 2_000 : parseDuration(redis.connectTimeout, 'redis.connectTimeout'),
    connections: redis.connections ?? 1,
    tls: resolveTls(redis.tls),
    coherence: resolveCoherence(redis),
    onServerChange: redis.onServerChange ?? 'clear',
  });
}

function resolveSentinels(redis: RedisOptions, addresses: readonly RedisNode[]): ResolvedSentinels {
  return Object.freeze({
    addresses: withPort(addresses, 26_379),
    name: redis.sentinelName ?? 'mymaster',
    username: redis.sentinelUsername === '' ? undefined : redis.sentinelUsername,
    password: redis.sentinelPassword === '' ? undefined : redis.sentinelPassword,
    tls: resolveTls(redis.sentinelTls),
  });
}

/** Dragonfly knows no CLIENT TRACKING with REDIRECT: it need not be asked. */
function resolveCoherence({ coherence = 'auto', url }: RedisOptions): Coherence {
  return coherence === 'auto' && url !== undefined && isDragonflyUrl(url) ? 'pubsub' : coherence;
}

function resolveTls(tls: RedisOptions['tls']): Record<string, unknown> | undefined {
  return tls === true ? {} : tls === false ? undefined : tls;
}

function withPort(nodes: readonly RedisNode[], port: number): readonly Required<RedisNode>[] {
  return nodes.map((node) => ({ host: node.host, port: node.port ?? port }));
}
