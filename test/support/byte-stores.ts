import { afterAll, beforeAll } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisBackend } from '../../lib/backends/redis/redis.backend.js';
import type { CacheBackend } from '../../lib/contracts/backend.js';
import type { CacheEvent } from '../../lib/contracts/events.js';
import type { CacheModuleOptions } from '../../lib/contracts/options.js';
import type { CacheManager } from '../../lib/core/cache-manager.js';
import { CapableMapBackend } from '../../lib/testing/capable-map.backend.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';
import { MapBackend } from '../../lib/testing/map.backend.js';
import { everyStore, heard, type MakeCache } from './every-store.js';

export type ErrorEvent = Extract<CacheEvent, { type: 'error' }>;

/** A cache over bytes that the test reads and writes behind its back. */
export interface ByteRig {
  readonly cache: CacheManager;
  readonly clock: FakeClock;
  readonly raw: CacheBackend;
  readonly errors: ErrorEvent[];
  /** Another cache over the same bytes. */
  beside(options: CacheModuleOptions): Promise<CacheManager>;
}

export interface ByteStore {
  readonly name: 'three methods over bytes' | 'bytes with every capability' | 'redis';
  /** A new, empty cache in the namespace `cache`. */
  make(options?: CacheModuleOptions): Promise<ByteRig>;
}

/** To be called once in a file, outside of every test. The Redis is a real one, and empty at each `make`. */
export function byteStores(): { stores: ByteStore[]; client: () => Redis; makeCache: MakeCache } {
  let client: Redis;
  // Closed before the server is stopped.
  afterAll(() => client.disconnect());
  const { makeCache, redis } = everyStore();
  beforeAll(() => {
    client = new Redis(redis().url);
  });

  const rigOver = async (raw: CacheBackend, clock: FakeClock, own: CacheModuleOptions): Promise<ByteRig> => {
    const beside = async (options: CacheModuleOptions): Promise<CacheManager> => {
      const cache = await makeCache({ clock, ...own, ...options });
      if (own.redis) await heard(cache);
      return cache;
    };
    const cache = await beside({});
    const errors: ErrorEvent[] = [];
    cache.on('error', (event) => errors.push(event));
    return { cache, clock, raw, errors, beside };
  };
  const overMap =
    (create: (clock: FakeClock) => CacheBackend) =>
    (options: CacheModuleOptions = {}) => {
      const clock = new FakeClock();
      const raw = create(clock);
      return rigOver(raw, clock, { backend: raw, commandTimeout: '10s', ...options });
    };
  const stores: ByteStore[] = [
    { name: 'three methods over bytes', make: overMap((clock) => new MapBackend(clock)) },
    { name: 'bytes with every capability', make: overMap((clock) => new CapableMapBackend(clock)) },
    {
      name: 'redis',
      make: async (options = {}) => {
        await client.flushall();
        const own = { backend: 'redis', redis: { url: redis().url, commandTimeout: '10s' }, ...options } as const;
        return rigOver(new RedisBackend([client], false), new FakeClock(Date.now()), own);
      },
    },
  ];
  return { stores, client: () => client, makeCache };
}

/** @throws Error when there is nothing. */
export async function bytesAt({ raw }: ByteRig, key: string): Promise<Buffer> {
  const bytes = await raw.get(key);
  if (!bytes) throw new Error(`There is nothing under ${key}.`);
  return Buffer.from(bytes);
}
