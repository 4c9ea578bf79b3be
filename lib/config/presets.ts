import type { CacheModuleOptions } from '../contracts/options.js';
import { CacheConfigError } from '../support/errors.js';
import { oneOfFault } from './checks/is-text.js';

export type CachePreset = 'development' | 'production' | 'testing';

const PRESETS: Readonly<Record<CachePreset, () => CacheModuleOptions>> = {
  // Short enough to see a change of the data; copies show a mutated result at once.
  // The bounds are left out: not every backend has them.
  development: () => ({ ttl: '1m', memory: { isolation: 'clone' } }),
  // Nobody waits for a renewal, a failing source is bridged for an hour, and entries do not expire in one instant.
  production: () => ({
    ttl: '1h',
    staleWhileRevalidate: '5m',
    staleIfError: '1h',
    refreshAhead: true,
    jitter: 0.1,
  }),
  // Nothing outside the process, nothing random, nothing in the background.
  testing: () => ({
    backend: 'memory',
    ttl: '1m',
    memory: { maxEntries: 1_000, maxBytes: 8 * 1_048_576 },
    refreshAhead: false,
    jitter: 0,
  }),
};

/**
 * Options to begin with; spread them and add your own: `{ ...cacheOptionsPreset('production'), namespace: 'shop' }`.
 * Each call gives a new object.
 *
 * @throws CacheConfigError for another name.
 */
export function cacheOptionsPreset(preset: CachePreset): CacheModuleOptions {
  const message = oneOfFault(preset, Object.keys(PRESETS));
  if (message !== undefined) throw new CacheConfigError([{ path: 'preset', message }]);
  return PRESETS[preset]();
}
