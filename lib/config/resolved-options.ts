import type { CacheBackend } from '../contracts/backend.js';
import type { Clock, Random } from '../contracts/clock.js';
import type { Codec } from '../contracts/codec.js';
import type { Duration } from '../contracts/duration.js';
import type { EvictionChoice } from '../contracts/eviction.js';
import type {
  CacheModuleOptions,
  CacheResponseOptions,
  ClassInstances,
  FreshnessOptions,
  Isolation,
  LeaseOptions,
  MemoryOptions,
  StreamOptions,
  TenantOptions,
} from '../contracts/options.js';
import type { KeyGenerator } from '../contracts/key-generator.js';
import type { ResolvedFreshness } from '../contracts/resolved-freshness.js';
import { systemClock, systemRandom } from '../support/clock.js';
import { tryParseBytes } from '../support/byte-size.js';
import { parseDuration } from '../support/duration.js';
import { operationName } from '../support/operation-name.js';
import { resolveDisk, type ResolvedDisk } from './resolved-disk.js';
import { isOnRedis } from './on-redis.js';
import {
  resolveCompression,
  resolveEncryption,
  type ResolvedCompression,
  type ResolvedEncryption,
} from './resolved-encoding.js';
import { resolveRedis, type ResolvedRedis } from './resolved-redis.js';
import { resolveResilience, type ResolvedResilience } from './resolved-resilience.js';

/** Set where calls are asked for their tenant. */
export interface ResolvedTenant {
  readonly required: boolean;
  readonly resolve: (() => unknown) | undefined;
}

/** `CacheModuleOptions` with defaults applied once; durations in milliseconds. */
export interface ResolvedOptions {
  readonly name: string;
  readonly isGlobal: boolean;
  readonly enabled: boolean;
  readonly namespace: string;
  readonly ttl: number;
  readonly freshness: ResolvedFreshness;
  readonly backend: 'memory' | 'redis' | 'tiered' | 'disk' | 'null' | CacheBackend;
  readonly memory: {
    readonly maxEntries: number;
    readonly maxBytes: number;
    readonly eviction: EvictionChoice;
    readonly isolation: Isolation;
    /** `undefined`: all entries of the second tier may be kept in the process. */
    readonly admit: ((key: string) => unknown) | undefined;
  };
  /** Set whenever the backend is `redis`, or `tiered` without `disk`. */
  readonly redis: ResolvedRedis | undefined;
  /** Set whenever the backend is `disk`, or `tiered` without `redis`. */
  readonly disk: ResolvedDisk | undefined;
  /** How long one call may wait for the backend in all: Redis's own limit where that is it. */
  readonly commandTimeout: number;
  /** Of backends that can be lost: Redis, and a custom one that was given a `fallback`. `undefined`: each call asks it. */
  readonly resilience: ResolvedResilience | undefined;
  /** Milliseconds; `Infinity`: no end to the wait. */
  readonly lease: { readonly ttl: number; readonly waitTimeout: number };
  readonly streams: { readonly maxBytes: number; readonly stallTimeout: number; readonly waitTimeout: number };
  readonly codec: 'json' | 'msgpack' | Codec;
  readonly compression: ResolvedCompression;
  readonly encryption: ResolvedEncryption | undefined;
  /** By `operationName`. */
  readonly operations: ReadonlyMap<string, number>;
  readonly classInstances: ClassInstances;
  /** `undefined`: a call that names no tenant is of none. */
  readonly tenant: ResolvedTenant | undefined;
  /** As given: what it leaves open is filled by the module's own freshness at each call. */
  readonly http: Readonly<CacheResponseOptions>;
  /** `undefined`: the injected `CacheKeyGenerator`. */
  readonly keyGenerator: KeyGenerator | undefined;
  readonly logCalls: boolean;
  readonly logKeys: 'plain' | 'digest';
  readonly clock: Clock;
  readonly random: Random;
}

const HOUR = 3_600_000;
const COMMAND_TIMEOUT = 100;
/** A disk that is slow for a moment is still sooner done than most loaders. */
const DISK_TIMEOUT = 1_000;
/** Milliseconds. */
export const DEFAULT_LEASE: ResolvedOptions['lease'] = Object.freeze({ ttl: 2_000, waitTimeout: 30_000 });
export const DEFAULT_STREAMS: ResolvedOptions['streams'] = Object.freeze({
  maxBytes: 16 * 1024 * 1024,
  stallTimeout: 120_000,
  waitTimeout: 120_000,
});

/** Applies the defaults. @param options What `validateOptions` let pass. */
export function resolveOptions(options: CacheModuleOptions): ResolvedOptions {
  const backend = options.backend ?? (options.redis ? 'tiered' : options.disk ? 'disk' : 'memory');
  const redis = options.redis && resolveRedis(options.redis, COMMAND_TIMEOUT);
  const onRedis = isOnRedis(backend, options.disk);
  const onDisk = backend === 'disk' || (backend === 'tiered' && !onRedis);
  return Object.freeze<ResolvedOptions>({
    name: options.name ?? 'default',
    isGlobal: options.isGlobal ?? true,
    enabled: options.enabled ?? true,
    namespace: options.namespace ?? defaultNamespace(options.name),
    ttl: inMs(options.ttl, 'ttl') ?? HOUR,
    freshness: resolveFreshness(options),
    backend,
    memory: resolveMemory(options.memory ?? {}),
    redis,
    disk: options.disk && resolveDisk(options.disk),
    commandTimeout:
      onRedis && redis
        ? redis.commandTimeout
        : (inMs(options.commandTimeout, 'commandTimeout') ?? (onDisk ? DISK_TIMEOUT : COMMAND_TIMEOUT)),
    resilience: onRedis || options.fallback !== undefined ? resolveResilience(options) : undefined,
    lease: resolveLease(options.lease ?? {}),
    streams: resolveStreams(options.streams ?? {}),
    codec: options.codec ?? 'json',
    compression: resolveCompression(options.compression),
    encryption: options.encryption && resolveEncryption(options.encryption),
    operations: resolveOperations(options.operations ?? {}),
    classInstances: options.classInstances ?? 'plain',
    tenant: resolveTenant(options.tenant ?? {}),
    http: Object.freeze({ ...options.http }),
    keyGenerator: options.keyGenerator,
    logCalls: options.logCalls ?? false,
    logKeys: options.logKeys ?? 'plain',
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
  });
}

/** A named cache has its own, so that two caches on one server never meet. */
function defaultNamespace(name: string | undefined): string {
  return name === undefined || name === 'default' ? 'cache' : `cache.${name}`;
}

function resolveFreshness(options: FreshnessOptions): ResolvedFreshness {
  return Object.freeze({
    staleWhileRevalidate: inMs(options.staleWhileRevalidate, 'staleWhileRevalidate') ?? 0,
    staleIfError: inMs(options.staleIfError, 'staleIfError') ?? 0,
    // `true` is a beta of 1.
    refreshAhead: Number(options.refreshAhead ?? 0),
    softTimeout: inMs(options.softTimeout, 'softTimeout'),
    hardTimeout: inMs(options.hardTimeout, 'hardTimeout'),
    jitter: options.jitter ?? 0,
    nullTtl: inMs(options.nullTtl, 'nullTtl'),
  });
}

function resolveMemory(memory: MemoryOptions): ResolvedOptions['memory'] {
  return Object.freeze({
    maxEntries: memory.maxEntries ?? 10_000,
    maxBytes: memory.maxBytes ?? 104_857_600,
    eviction: memory.eviction ?? 'lru',
    isolation: memory.isolation ?? 'clone',
    admit: memory.admit?.bind(memory),
  });
}

function resolveStreams(streams: StreamOptions): ResolvedOptions['streams'] {
  return Object.freeze({
    maxBytes: streams.maxBytes === undefined ? DEFAULT_STREAMS.maxBytes : tryParseBytes(streams.maxBytes)!,
    stallTimeout: inMs(streams.stallTimeout, 'streams.stallTimeout') ?? DEFAULT_STREAMS.stallTimeout,
    waitTimeout: inMs(streams.waitTimeout, 'streams.waitTimeout') ?? DEFAULT_STREAMS.waitTimeout,
  });
}

function resolveLease(lease: LeaseOptions): ResolvedOptions['lease'] {
  return Object.freeze({
    ttl: inMs(lease.ttl, 'lease.ttl') ?? DEFAULT_LEASE.ttl,
    waitTimeout: inMs(lease.waitTimeout, 'lease.waitTimeout') ?? DEFAULT_LEASE.waitTimeout,
  });
}

function resolveOperations(operations: Readonly<Record<string, Duration | undefined>>): ReadonlyMap<string, number> {
  const resolved = new Map<string, number>();
  for (const [name, ttl] of Object.entries(operations)) {
    if (ttl !== undefined) resolved.set(operationName(name), parseDuration(ttl, `operations.${name}`));
  }
  return resolved;
}

function resolveTenant(tenant: TenantOptions): ResolvedTenant | undefined {
  const { required = false, resolve } = tenant;
  if (!required && resolve === undefined) return undefined;
  return Object.freeze({ required, resolve: resolve?.bind(tenant) });
}

function inMs(duration: Duration | undefined, what: string): number | undefined {
  return duration === undefined ? undefined : parseDuration(duration, what);
}
