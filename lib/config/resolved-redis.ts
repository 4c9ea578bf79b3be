import type { Coherence, RedisClientLike, RedisOptions } from '../contracts/options.js';
import { parseDuration } from '../support/duration.js';

/** Where Redis is, and how long to wait for it. Either `client`, or `url`, or `host` and `port`. */
export interface ResolvedRedis {
  readonly url: string | undefined;
  readonly host: string | undefined;
  readonly port: number | undefined;
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
  const addressed = redis.client === undefined && redis.url === undefined;
  return Object.freeze({
    url: redis.url,
    // Not `localhost`: where that is ::1 first, a server that listens on 127.0.0.1 alone is not found.
    host: addressed ? (redis.host ?? '127.0.0.1') : undefined,
    port: addressed ? (redis.port ?? 6379) : undefined,
    username: redis.username === '' ? undefined : redis.username,
    password: redis.password === '' ? undefined : redis.password,
    db: addressed ? (redis.db ?? 0) : undefined,
    client: redis.client,
    commandTimeout:
      redis.commandTimeout === undefined ? commandTimeout : parseDuration(redis.commandTimeout, 'redis.commandTimeout'),
    connectTimeout:
      redis.connectTimeout === undefined ? 2_000 : parseDuration(redis.connectTimeout, 'redis.connectTimeout'),
    connections: redis.connections ?? 1,
    tls: redis.tls === true ? {} : redis.tls === false ? undefined : redis.tls,
    coherence: redis.coherence ?? 'auto',
    onServerChange: redis.onServerChange ?? 'clear',
  });
}
