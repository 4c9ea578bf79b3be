import { afterEach } from '@jest/globals';
import { createCache } from '../../lib/assembly/create-cache.js';
import { createSharedStore } from '../../lib/assembly/create-shared-store.js';
import { resolveOptions } from '../../lib/config/resolved-options.js';
import { validateOptions } from '../../lib/config/validate-options.js';
import type { CacheModuleOptions } from '../../lib/contracts/options.js';
import type { CacheManager } from '../../lib/core/cache-manager.js';
import { DRAIN_LIMIT, shutDown } from '../../lib/core/shutdown.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';
import { FleetServer, type FleetClient, type FleetOptions } from './fleet-server.js';

/** One process of a fleet. */
export interface Instance {
  readonly cache: CacheManager;
  readonly client: FleetClient;
}

export interface Fleet {
  readonly clock: FakeClock;
  readonly server: FleetServer;
  /** A further process. */
  join(options?: CacheModuleOptions): Promise<Instance>;
  /** One that watches its connection. */
  joinWatching(options?: CacheModuleOptions): Promise<Instance>;
}

export type Mode = 'tracking' | 'pubsub';
export const MODES: readonly Mode[] = ['tracking', 'pubsub'];

/** To be called once in a file: fleets on a stand-in for Redis that is stepped by hand, closed after each test. */
export function fleets(): (mode: Mode, options?: FleetOptions) => Fleet {
  const made: Instance[] = [];
  afterEach(async () => {
    for (const { cache } of made.splice(0)) {
      const closed = shutDown(cache.cache.parts);
      await (cache.cache.parts.clock as FakeClock).advance(DRAIN_LIMIT + 60_000);
      await closed;
    }
  });
  return (mode, fleetOptions) => {
    const clock = new FakeClock(Date.now());
    const server = new FleetServer(clock, fleetOptions);
    const open = async (options: CacheModuleOptions, watching: boolean): Promise<Instance> => {
      const client = server.connect(mode);
      const { link, ...room } = client;
      const resolved = resolveOptions(
        validateOptions({ clock, redis: { commandTimeout: '10s' }, backend: 'tiered', ...options }),
      );
      const cache = await createCache(resolved, (...args) =>
        createSharedStore(watching ? { ...room, link } : room, ...args),
      );
      const instance = { cache, client };
      made.push(instance);
      return instance;
    };
    const join = (options: CacheModuleOptions = {}): Promise<Instance> => open(options, false);
    const joinWatching = (options: CacheModuleOptions = {}): Promise<Instance> => open(options, true);
    return { clock, server, join, joinWatching };
  };
}
