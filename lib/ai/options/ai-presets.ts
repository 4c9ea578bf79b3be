import { oneOfFault } from '../../config/checks/is-text.js';
import { cacheOptionsPreset, type CachePreset } from '../../config/presets.js';
import { CacheConfigError } from '../../support/errors.js';
import type { AiCacheOptions } from './ai-cache-options.js';

const PRESETS: Readonly<Record<CachePreset, () => AiCacheOptions>> = {
  // Short enough to see a change of a prompt's handling, long enough not to pay twice for one try.
  development: () => ({ cache: cacheOptionsPreset('development'), operationTtls: shortTtls('10m') }),
  // A provider that fails is bridged for an hour. Nothing is renewed ahead of time: each renewal is paid for.
  production: () => ({ cache: { ttl: '1h', staleIfError: '1h', jitter: 0.1 } }),
  // Nothing outside the process, nothing random, nothing in the background.
  testing: () => ({ cache: cacheOptionsPreset('testing'), operationTtls: shortTtls('1m') }),
};

function shortTtls(ttl: '1m' | '10m'): NonNullable<AiCacheOptions['operationTtls']> {
  return { summarize: ttl, sentiment: ttl, key_points: ttl, questions: ttl, qa: ttl };
}

/**
 * Options to begin with; spread them and add your own: `{ ...aiCacheOptionsPreset('production'), name: 'answers' }`.
 * Each call gives a new object.
 *
 * @throws CacheConfigError for another name.
 */
export function aiCacheOptionsPreset(preset: CachePreset): AiCacheOptions {
  const message = oneOfFault(preset, Object.keys(PRESETS));
  if (message !== undefined) throw new CacheConfigError([{ path: 'preset', message }]);
  return PRESETS[preset]();
}
