import type { Redis, RedisOptions as IoredisOptions } from 'ioredis';
import type { RedisClientLike } from '../../contracts/options.js';
import { CacheBackendError } from '../../support/errors.js';
import { importPackage } from '../../support/lazy-package.js';
import { hideWhenPrinted } from '../../support/printed.js';
import { troubleOf, watchTrouble } from './last-trouble.js';
import { throughSentinels, type RedisSentinels } from './redis-sentinels.js';
import { tlsOf } from './tls-connection.js';

export interface RedisConnection {
  readonly url?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly path?: string | undefined;
  readonly sentinels?: RedisSentinels | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly db?: number | undefined;
  readonly tls?: boolean | Record<string, unknown> | undefined;
  readonly connectTimeout: number;
}

/** The longest pause between two attempts to connect: Redis is used again within a second of its return. */
const MAX_RECONNECT_DELAY = 150;
/** Processes that lost a server together shall not come back as one. */
const withJitter = (ms: number): number => ms * (0.75 + 0.5 * Math.random());

/** A command that cannot be sent now fails now; one whose connection broke is not sent twice. */
export const FAIL_FAST = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  // How long a socket may take to end before it is cut. ioredis waits it out even when the socket is gone already.
  disconnectTimeout: 100,
  // One that loads its data is asked as often whether it is through; by itself ioredis would ask again after up to 10 s.
  maxLoadingRetryTime: MAX_RECONNECT_DELAY,
  retryStrategy: (attempt: number) => withJitter(Math.min(25 * 2 ** Math.min(attempt, 10), MAX_RECONNECT_DELAY)),
} satisfies IoredisOptions;

/**
 * Opens a connection and returns at once; Redis may be down.
 *
 * @param further what this connection has that others have not.
 * @throws CacheDependencyError without ioredis.
 */
export async function openRedis(connection: RedisConnection, further: IoredisOptions = {}): Promise<RedisClientLike> {
  const ioredis = await importPackage('ioredis', () => import('ioredis'), "backend 'redis'");
  const tls = tlsOf(connection);
  const options: IoredisOptions = {
    connectTimeout: connection.connectTimeout,
    ...FAIL_FAST,
    ...defined({
      host: connection.host,
      port: connection.port,
      path: connection.path,
      username: connection.username,
      password: connection.password,
      db: connection.db,
    }),
    // To servers that sentinels name TLS would else be left out.
    ...(tls ? { tls, enableTLSForSentinelMode: true } : {}),
    ...(connection.sentinels ? throughSentinels(connection.sentinels) : {}),
    ...further,
  };
  const client: Redis =
    connection.url === undefined ? new ioredis.Redis(options) : new ioredis.Redis(connection.url, options);
  watchTrouble(client);
  hideWhenPrinted(client, 'Redis');
  // A handshake for TLS is the server's work: one that is asked by everybody at once needs its time.
  if (tls === undefined) hastenReconnects(client);
  return client;
}

/** The least that an attempt to reconnect may take, in milliseconds, and how much of the first one's time. */
const LEAST_RECONNECT = 300;
const RECONNECT_SHARE = 5;

/**
 * What is asked of a network that swallows everything is asked again by the kernel after 1, 3 and 7 seconds. So that a server is
 * found within half a second when the network is back, an attempt to reconnect is given up early, measured by how long
 * it took to connect before, and another one made.
 */
function hastenReconnects(client: Redis): void {
  let began = performance.now();
  client.on('connecting', () => (began = performance.now()));
  client.on('connect', () => {
    const { options } = client;
    const enough = Math.max(LEAST_RECONNECT, RECONNECT_SHARE * (performance.now() - began));
    options.connectTimeout = Math.min(options.connectTimeout ?? enough, enough);
  });
}

/** One wait a client, however many commands stand in it. */
const waits = new WeakMap<RedisClientLike, Promise<void>>();

/** Resolves when the client can take commands. Waits for a first connection only; one that was lost fails at once. */
export function whenReady(client: RedisClientLike): Promise<void> | undefined {
  if (client.status === 'ready') return undefined;
  const known = waits.get(client);
  if (known) return known;
  const wait = firstConnection(client);
  waits.set(client, wait);
  const forget = (): void => void waits.delete(client);
  wait.then(forget, forget);
  return wait;
}

async function firstConnection(client: RedisClientLike): Promise<void> {
  const redis = client as RedisClientLike & Partial<NodeJS.EventEmitter> & { connect?: () => Promise<void> };
  if (client.status === 'wait') redis.connect?.().catch(() => {});
  else if (!['connecting', 'connect'].includes(client.status)) throw notConnected(client);
  // A stand-in without events: its commands have to tell.
  if (!redis.once || !redis.off) return;
  const events = ['ready', 'close', 'end'];
  await new Promise<void>((resolve) => {
    const settle = (): void => {
      for (const event of events) redis.off!(event, settle);
      resolve();
    };
    for (const event of events) redis.once!(event, settle);
  });
  if (client.status !== 'ready') throw notConnected(client);
}

export async function closeRedis(client: RedisClientLike): Promise<void> {
  const redis = client as unknown as Redis;
  // A client that has ended keeps the process alive for two seconds when it is disconnected again.
  if (redis.status === 'end') return;
  const hasSocket = ['connecting', 'connect', 'ready'].includes(redis.status);
  const ended = hasSocket ? new Promise<void>((resolve) => redis.once('end', resolve)) : undefined;
  listenToTheEnd(redis);
  redis.disconnect();
  await ended;
}

/**
 * Whoever ends a socket in the middle of a TLS handshake may hear of two errors: that the certificate is not trusted, and
 * that the server was cut short. ioredis listens to the first (seen in 5.11 and 6.0); the other one would end the process.
 */
export function listenToTheEnd(redis: Redis): void {
  const { connector } = redis as unknown as { connector?: { stream?: NodeJS.EventEmitter | null } };
  connector?.stream?.on('error', () => {});
}

/** With the reason, where it is known. */
export function notConnected(client: RedisClientLike): CacheBackendError {
  const trouble = troubleOf(client);
  return new CacheBackendError(
    `Redis is not connected (${client.status}${trouble === undefined ? '' : `: ${trouble}`}).`,
  );
}

function defined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
