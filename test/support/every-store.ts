import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { createCache } from '../../lib/assembly/create-cache.js';
import { resolveOptions } from '../../lib/config/resolved-options.js';
import { validateOptions } from '../../lib/config/validate-options.js';
import type { CacheBackend } from '../../lib/contracts/backend.js';
import type { CacheModuleOptions } from '../../lib/contracts/options.js';
import type { CacheManager } from '../../lib/core/cache-manager.js';
import { DRAIN_LIMIT, shutDown } from '../../lib/core/shutdown.js';
import { CapableMapBackend } from '../../lib/testing/capable-map.backend.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';
import { FlakyBackend } from '../../lib/testing/flaky.backend.js';
import { MapBackend } from '../../lib/testing/map.backend.js';
import { until } from './deferred.js';
import { temporaryFolder, type TemporaryFolder } from './temporary-folder.js';
import { startRedis, type RunningRedis } from './redis-server.js';

export interface Rig {
  readonly cache: CacheManager;
  readonly clock: FakeClock;
}

export type StoreName =
  | 'memory'
  | 'three methods over bytes'
  | 'bytes with every capability'
  | 'disk'
  | 'tiered on disk'
  | 'redis'
  | 'tiered';

export interface StoreCase {
  readonly name: StoreName;
  /** Whether keys can be listed, and patterns swept. */
  readonly canList: boolean;
  /** A new, empty cache over this kind of store; closed when the test is over. */
  make(options?: CacheModuleOptions): Promise<Rig>;
}

/** A cache as the module makes it; closed when the test is over. */
export type MakeCache = (options: CacheModuleOptions) => Promise<CacheManager>;

let namespaces = 0;

export interface StoreChoice {
  /**
   * Memory before a file as well. Its parts are those of `tiered` and of `disk`, so that it shows something of its own only where
   * processes meet: loads, and what takes them back.
   */
  readonly tieredOnDisk?: true;
}

/** To be called once in a file, outside of every test: registers the hooks that end what was made. */
export function everyStore({ tieredOnDisk }: StoreChoice = {}): {
  stores: StoreCase[];
  makeCache: MakeCache;
  redis: () => RunningRedis;
} {
  let redis: RunningRedis;
  let folder: TemporaryFolder;
  const made: CacheManager[] = [];
  beforeAll(async () => {
    [redis, folder] = await Promise.all([startRedis(), temporaryFolder()]);
  });
  afterEach(async () => {
    await Promise.all(made.splice(0).map(close));
  });
  afterAll(async () => {
    await Promise.all([redis.stop(), folder.remove()]);
  });

  const makeCache: MakeCache = async (options) => {
    const cache = await createCache(resolveOptions(validateOptions(options)));
    made.push(cache);
    return cache;
  };
  const over =
    (backendOf: (clock: FakeClock) => CacheModuleOptions) =>
    async (options: CacheModuleOptions = {}): Promise<Rig> => {
      const clock = (options.clock as FakeClock | undefined) ?? new FakeClock(Date.now());
      return { clock, cache: await makeCache({ clock, ...backendOf(clock), ...options }) };
    };
  const stores: StoreCase[] = [
    { name: 'memory', canList: true, make: over(() => ({})) },
    {
      name: 'three methods over bytes',
      canList: false,
      make: over((clock) => ({ backend: new MapBackend(clock) })),
    },
    {
      name: 'bytes with every capability',
      canList: true,
      make: over((clock) => ({ backend: new CapableMapBackend(clock) })),
    },
    ...(tieredOnDisk ? (['disk', 'tiered'] as const) : (['disk'] as const)).map((backend) => ({
      name: backend === 'disk' ? backend : ('tiered on disk' as const),
      canList: true,
      make: over(() => ({
        backend,
        disk: { directory: folder.path, maxBytes: '64mb' },
        commandTimeout: '10s',
        namespace: `run${namespaces++}`,
      })),
    })),
    ...(['redis', 'tiered'] as const).map((backend) => ({
      name: backend,
      canList: true,
      make: async (options: CacheModuleOptions = {}) => {
        // Time stands still but for the test's steps, so a busy machine never runs into this limit.
        const own = {
          backend,
          redis: { url: redis.url, commandTimeout: '10s' },
          namespace: `run${namespaces++}`,
        } as const;
        const rig = await over(() => own)(options);
        await heard(rig.cache);
        return rig;
      },
    })),
  ];
  return { stores, makeCache, redis: () => redis };
}

/** Waits until the cache hears of other processes' changes, and reads from its server; until then it keeps nothing of it. */
export async function heard(cache: CacheManager): Promise<void> {
  const { feed, store } = cache.cache.parts;
  await until(() => feed.connected && store.condition?.awaySince === undefined);
}

export interface SlowStore {
  readonly name: string;
  make(options?: CacheModuleOptions): Promise<Rig & { backend: FlakyBackend; inner: CacheBackend }>;
}

/** Byte stores whose every command can be held up by the test. */
export function slowStores(makeCache: MakeCache): SlowStore[] {
  const over =
    (inner: (clock: FakeClock) => CacheBackend): SlowStore['make'] =>
    async (options = {}) => {
      const clock = new FakeClock();
      const store = inner(clock);
      const backend = new FlakyBackend({ backend: store, clock });
      return { clock, backend, inner: store, cache: await makeCache({ clock, backend, ...options }) };
    };
  return [
    { name: 'a slow store of three methods', make: over((clock) => new MapBackend(clock)) },
    { name: 'a slow store of every method', make: over((clock) => new CapableMapBackend(clock)) },
  ];
}

/** A loader that never ends, or a store that never answers, must not hold up the next test. */
async function close({ cache: { parts } }: CacheManager): Promise<void> {
  const closed = shutDown(parts);
  if (parts.clock instanceof FakeClock) await parts.clock.advance(DRAIN_LIMIT + 10_000);
  await closed;
}
