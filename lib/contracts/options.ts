import type { CacheBackend } from './backend.js';
import type { Clock, Random } from './clock.js';
import type { Codec } from './codec.js';
import type { Duration } from './duration.js';
import type { ByteSize, CompressionOptions, EncryptionOptions } from './encoding-options.js';
import type { EvictionChoice } from './eviction.js';
import type { KeyGenerator } from './key-generator.js';

export type Isolation = 'clone' | 'freeze' | 'share';
export type BackendKind = 'memory' | 'redis' | 'tiered' | 'disk' | 'null';
export type ClassInstances = 'plain' | 'refuse';
export type Coherence = 'auto' | 'tracking' | 'pubsub' | 'none';

/** How long a value is good, and what happens at the edges of that time. Every member has the module's as default. */
export interface FreshnessOptions {
  /** Serve a stale value for this long after `ttl`, and load a new one behind the caller's back (RFC 5861 section 3). */
  staleWhileRevalidate?: Duration;
  /** Serve a stale value for this long after `ttl` when the loader fails (RFC 5861 section 4). */
  staleIfError?: Duration;
  /**
   * Renew a popular value shortly before it goes stale, in the background. `true` is a beta of 1; larger renews
   * earlier ("Optimal Probabilistic Cache Stampede Prevention", Vattani et al., VLDB 2015).
   */
  refreshAhead?: boolean | number;
  /** After this long, whoever can be given a stale value gets it, and the load goes on. */
  softTimeout?: Duration;
  /** After this long the call rejects with `CacheTimeoutError`. */
  hardTimeout?: Duration;
  /** Takes up to this share of `ttl` away, at random, so that entries written together do not expire together. 0 to 1. */
  jitter?: number;
  /** The ttl of a `null` or `undefined` value; `0`: not stored. Default: the ttl of any other value. */
  nullTtl?: Duration;
}

/** How one entry is stored. A bare `Duration` stands for `{ ttl }`. */
export interface SetOptions extends FreshnessOptions {
  /** Milliseconds or a duration string; `0`: not stored; `Infinity`: no expiry. Default: the module's, else 1 hour. */
  ttl?: Duration;
  /** Groups the entry belongs to; see `invalidateTags`. */
  tags?: readonly string[];
}

/** What a loader is given. */
export interface LoaderContext<T = unknown> {
  /** The logical key. */
  readonly key: string;
  /** Aborted when no caller waits for the result any more, and on shutdown. */
  readonly signal: AbortSignal;
  /** The stale value, when there is one. */
  readonly stale: T | undefined;
  /** Decides the ttl from what was loaded. Negative or NaN: not stored, and an `error` event. */
  setTtl(ttl: Duration): void;
  /** Adds tags that only the loaded value tells. */
  setTags(...tags: string[]): void;
  /** Hands the value to the callers, and stores nothing. */
  skip(): void;
}

export type Loader<T> = (context: LoaderContext<T>) => T | Promise<T>;

export interface MemoryOptions {
  /** Default 10,000. */
  maxEntries?: number;
  /** Estimated bytes of all values. Default 100 MiB. */
  maxBytes?: number;
  /**
   * Who makes room: `lru` (default), the least recently used entry; `lfu`, the least frequently used; `fifo`, the one that was
   * stored first; or what a strategy of your own names. The function makes one for each store of the cache.
   */
  eviction?: EvictionChoice;
  /** `clone` (default): every caller gets a copy. `freeze`: plain data is shared, frozen. `share`: by reference. */
  isolation?: Isolation;
  /**
   * Whether an entry of Redis may be kept in this process too; asked with the logical key. Only with the backend `tiered`.
   * One that throws has said no. Default: all may.
   */
  admit?: (key: string) => boolean;
}

/** The part of an ioredis client the library calls; an `ioredis` `Redis` fits. */
export interface RedisClientLike {
  readonly status: string;
  call(command: string, ...args: (string | Buffer | number)[]): Promise<unknown>;
  callBuffer(command: string, ...args: (string | Buffer | number)[]): Promise<unknown>;
}

/** Where a node of a cluster, or a sentinel, listens. */
export interface RedisNode {
  host: string;
  /** Default 6379, of a sentinel 26379. */
  port?: number;
}

export interface RedisOptions {
  /**
   * `redis://[user:password@]host[:port][/db]`, or `rediss://` for TLS. `valkey://` and `dragonfly://` mean the same, with
   * an `s` over TLS; `unix:///run/redis.sock` is `path`.
   */
  url?: string;
  /** Default 127.0.0.1. Not beside `url`. */
  host?: string;
  /** Default 6379. */
  port?: number;
  /** A Unix socket. Instead of `url`, `host` and `port`. */
  path?: string;
  username?: string;
  password?: string;
  db?: number;
  /** A connected ioredis client of yours, a `Redis` or a `Cluster`: used, never closed. */
  client?: RedisClientLike;
  /** How long one call may wait for Redis in all. Default 100 ms. */
  commandTimeout?: Duration;
  /** How long one attempt to connect may take. Default 2 s. */
  connectTimeout?: Duration;
  /** Data connections; more share the load. Default 1. */
  connections?: number;
  /** Options for `tls.connect`; `true` is `{}`. */
  tls?: boolean | Record<string, unknown>;
  /** Some nodes of a Redis Cluster; the others are found through them. */
  nodes?: readonly RedisNode[];
  /** Sentinels, which tell where the master is. */
  sentinels?: readonly RedisNode[];
  /** What the sentinels call the master. Default `mymaster`. */
  sentinelName?: string;
  sentinelUsername?: string;
  sentinelPassword?: string;
  /** TLS to the sentinels, as `tls` is to the servers. */
  sentinelTls?: boolean | Record<string, unknown>;
  replicas?: unknown;
  /**
   * How processes hear of each other's changes. `tracking`: the server's own client-side caching (CLIENT TRACKING).
   * `pubsub`: messages. `auto` (default): the server is asked which of them it can; `pubsub` with a client of yours.
   * `none`: nobody is told; values in the process may then be stale until their ttl.
   */
  coherence?: Coherence;
  /**
   * A server that was started again, or a replica that took over, may not know of the latest deletes. `clear` (default):
   * everything stored before is invalid then. `trust`: it is served, since the server is known to lose nothing.
   */
  onServerChange?: 'clear' | 'trust';
}

/** Entries in a file of this machine, which its processes share and which outlives them. */
export interface DiskOptions {
  /** Where the file is. Made with mode 0700 if it is not there. May be shared by any number of caches and processes of one machine. */
  directory: string;
  /**
   * The most that the file may hold, counted in whole pages; the file itself is at most a fifth larger. What processes say differently,
   * the smallest holds. At least 4 MiB. Default 1 GiB.
   */
  maxBytes?: ByteSize;
  /**
   * Which entry makes room: the one not used for longest (`lru`, default), the one used least often (`lfu`), or the one stored first
   * (`fifo`). A function makes a strategy of your own, which knows the entries that its process has found in the file, stored or
   * read. All processes should say the same.
   */
  eviction?: EvictionChoice;
}

/** When a backend that fails is given up for a while. */
export interface BreakerOptions {
  /** After this many failures in a row. Default 5. */
  failures?: number;
  /** Or when this share of the calls of the last 10 s failed, of 20 at least; 0 to 1. Default 0.5. */
  errorRate?: number;
}

/** Invalidations that cannot reach the backend are queued, and done before it is read again. */
export interface JournalOptions {
  /** Keeps them in a file of this folder too, so that a crash loses none. Default: in memory only. */
  directory?: string;
  /** How many are kept; more become one clear of the namespace. Default 10,000. */
  maxEntries?: number;
}

/** The right to load a key for all processes that share a Redis, so that one of them runs the loader. */
export interface LeaseOptions {
  /**
   * How long the right lasts when its process dies; while the loader runs, it is extended. At least 100 ms. Default 2 s.
   */
  ttl?: Duration;
  /**
   * How long a process waits for another one's load at most. Then it serves a stale value if it has one, else it loads
   * without storing. `0`: it does not wait. Default 30 s.
   */
  waitTimeout?: Duration;
}

/** Streams that are recorded while they are read. */
export interface StreamOptions {
  /**
   * What one stream may weigh, by estimate, to be stored, and to be joined by others while it is under way. One that turns out
   * to be longer is read on as if there were no cache, with no more than this between its foremost reader and the last.
   * Default 16 MiB.
   */
  maxBytes?: ByteSize;
  /**
   * How long a reader may go without asking for the next item while others wait for it to go on, or while nobody reads at all.
   * Then it is given up with `CacheStreamError`. Default 2 minutes.
   */
  stallTimeout?: Duration;
  /** How long a process waits for another one's stream at most, where that is longer than `lease.waitTimeout`. Default 2 minutes. */
  waitTimeout?: Duration;
}

/** Whose a call is. `forTenant(id)` goes before a decorator's `tenant`, and that before `resolve`. */
export interface TenantOptions {
  /** A call whose tenant is not known rejects with `CacheTenantError`. Default false: it is of no tenant. */
  required?: boolean;
  /**
   * Asked at each call that names no tenant; most often it reads an `AsyncLocalStorage`. `undefined`: there is none. When
   * it throws, or gives anything else than a name, the call rejects with `CacheTenantError`.
   */
  resolve?: () => string | undefined;
}

/** Request as the HTTP layer sees it, whatever the platform. */
export interface HttpRequestLike {
  readonly method: string;
  readonly url: string;
  readonly originalUrl?: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** How a route's responses are cached. */
export interface CacheResponseOptions extends FreshnessOptions {
  ttl?: Duration;
  /** The whole key, instead of method, host and URL. Setting it says that the key tells users apart where that matters. */
  key?: (request: never) => unknown;
  /** Request headers whose values tell responses apart, or a function of the request. */
  varyBy?: readonly string[] | ((request: never) => unknown);
  tags?: readonly string[] | ((request: never) => readonly string[]);
  /** Another cache than the default one. */
  cache?: string;
}

/** Everything `CacheModule.forRoot` takes. All optional. */
export interface CacheModuleOptions extends FreshnessOptions {
  /** Which cache this is; `@InjectCache(name)` finds it. Default `default`. */
  name?: string;
  /** Whether every module can inject it without importing. Default true. */
  isGlobal?: boolean;
  /** `false`: every cache is a pass-through: loaders always run, nothing is stored. Default true. */
  enabled?: boolean;
  /** Prefix of every key this cache writes; no other key is ever touched. Default `cache`, of a named cache `cache.<name>`. */
  namespace?: string;
  /** Default 1 hour. */
  ttl?: Duration;
  /**
   * `tiered` keeps entries in this process and in Redis, `disk` in a file. Default `tiered` when `redis` is set, `disk` when
   * `disk` is, else `memory`.
   */
  backend?: BackendKind | CacheBackend;
  memory?: MemoryOptions;
  redis?: RedisOptions;
  /** A file of this machine. With it `backend` is `disk` unless there is `redis`, too. */
  disk?: DiskOptions;
  /**
   * What serves while the backend cannot be reached. `memory`: entries of this process, within the bounds of `memory`; begins
   * empty, and is dropped when the backend is back. `none`: loaders run. Default: `memory` with Redis. A custom backend is
   * asked on every call, whatever it does, unless this is set.
   */
  fallback?: 'memory' | 'none';
  /** The longest an entry may live in the fallback. Default 30 s. */
  fallbackTtl?: Duration;
  breaker?: BreakerOptions;
  journal?: JournalOptions;
  /**
   * How long one call may wait for a custom backend, or the disk, in all. Default 100 ms, of the disk 1 s. For Redis see
   * `redis.commandTimeout`.
   */
  commandTimeout?: Duration;
  /** Values to bytes, in stores over bytes. Default `json`; `msgpack` needs the package msgpackr. */
  codec?: 'json' | 'msgpack' | Codec;
  /** Default: payloads above 1 KiB are deflated if that makes them smaller. `false`: nothing is compressed. */
  compression?: false | CompressionOptions;
  /** AES-256-GCM for everything that leaves the process. Default: none. */
  encryption?: EncryptionOptions;
  /** One load for a whole fleet. Only where processes share a Redis. */
  lease?: LeaseOptions;
  streams?: StreamOptions;
  /** Ttl by operation name, for `@Cached({ operation })`. */
  operations?: Record<string, Duration>;
  /** What becomes of class instances inside values: their own data (`plain`, default), or a refusal. */
  classInstances?: ClassInstances;
  /** Tells tenants apart by the call, for everything that names none itself. */
  tenant?: TenantOptions;
  http?: CacheResponseOptions;
  /** Makes the default keys of `@Cached`. Default: the injected `CacheKeyGenerator`. */
  keyGenerator?: KeyGenerator;
  /** Writes a line at Nest's debug level for every hit and miss. Default false. */
  logCalls?: boolean;
  /**
   * How keys stand in log lines, in health reports and in the messages of our errors. `plain` (default): as they are.
   * `digest`: as a hash, for keys that hold what people have written; of an error of the backend only its kind is told then.
   */
  logKeys?: 'plain' | 'digest';
  /** Tests: `new FakeClock()`. */
  clock?: Clock;
  random?: Random;
}
