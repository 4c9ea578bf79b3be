import { afterEach } from '@jest/globals';
import { createCache } from '../../lib/assembly/create-cache.js';
import { createStore } from '../../lib/assembly/create-store.js';
import { resolveOptions } from '../../lib/config/resolved-options.js';
import { validateOptions } from '../../lib/config/validate-options.js';
import type { CacheModuleOptions } from '../../lib/contracts/options.js';
import type { CacheManager } from '../../lib/core/cache-manager.js';
import { DRAIN_LIMIT, shutDown } from '../../lib/core/shutdown.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';
import { temporaryFolder, type TemporaryFolder } from './temporary-folder.js';

/** Caches that share a directory: each hears the others as if it was in a process of its own. */
export interface DiskFleet {
  readonly clock: FakeClock;
  readonly directory: string;
  /** A further one. */
  join(options?: CacheModuleOptions, open?: typeof createStore): Promise<CacheManager>;
}

/** Where the entries live. */
export const DISK_PLACES = ['disk', 'tiered'] as const;

/** To be called once in a file: fleets on directories of their own, closed and removed after each test. */
export function diskFleets(): () => Promise<DiskFleet> {
  const folders: TemporaryFolder[] = [];
  const made: CacheManager[] = [];
  afterEach(async () => {
    for (const { cache } of made.splice(0)) {
      const closed = shutDown(cache.parts);
      await (cache.parts.clock as FakeClock).advance(DRAIN_LIMIT + 60_000);
      await closed;
    }
    await Promise.all(folders.splice(0).map((folder) => folder.remove()));
  });
  return async () => {
    const clock = new FakeClock(Date.now());
    const folder = await temporaryFolder();
    folders.push(folder);
    const disk = { directory: folder.path, maxBytes: '16mb' };
    const join = async (options: CacheModuleOptions = {}, open = createStore): Promise<CacheManager> => {
      const own = { clock, disk, backend: 'tiered', commandTimeout: '10s', ...options } as const;
      const cache = await createCache(resolveOptions(validateOptions(own)), open);
      made.push(cache);
      return cache;
    };
    return { clock, directory: folder.path, join };
  };
}

/** A tenant's namespace, so that there is something above it. */
export function scopeIn(cache: CacheManager): CacheManager {
  return cache.forNamespace('orders').forTenant('acme');
}
