import { createCache } from '../../lib/assembly/create-cache.js';
import { resolveOptions } from '../../lib/config/resolved-options.js';
import { validateOptions } from '../../lib/config/validate-options.js';
import type { CacheModuleOptions } from '../../lib/contracts/options.js';
import type { CacheManager } from '../../lib/core/cache-manager.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';
import { MapBackend } from '../../lib/testing/map.backend.js';

export interface TestCache {
  readonly cache: CacheManager;
  readonly clock: FakeClock;
}

/** A cache as the module makes it, on a clock of the test's. */
export async function testCache(options: CacheModuleOptions = {}, clock = new FakeClock()): Promise<TestCache> {
  return { cache: await createCache(resolveOptions(validateOptions({ clock, ...options }))), clock };
}

/** The stores every behaviour must hold over: in the process, and over bytes with three methods only. */
export const STORES: readonly [name: string, make: (options?: CacheModuleOptions) => Promise<TestCache>][] = [
  ['memory', (options) => testCache(options)],
  [
    'three methods over bytes',
    (options) => {
      const clock = new FakeClock();
      return testCache({ backend: new MapBackend(clock), ...options }, clock);
    },
  ],
];
