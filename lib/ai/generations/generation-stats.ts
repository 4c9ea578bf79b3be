import type { CacheManager } from '../../core/cache-manager.js';

/** Counted since the start, in this process. Durations are milliseconds. */
export interface GenerationStats {
  readonly hits: number;
  readonly misses: number;
  /** `hits / (hits + misses)`; 0 before the first. */
  readonly hitRatio: number;
  /** Results that are kept; 0 where only a server knows. */
  readonly entries: number;
  /** What they weigh. */
  readonly bytes: number;
  /** What they may weigh; `undefined` where the options do not say it. */
  readonly maxBytes: number | undefined;
  /** Results that made room for others. */
  readonly evictions: number;
  /** Time that the results in the cache took to be made, each time one was served in place of a generation. Of all tenants. */
  readonly timeAvoided: number;
  /** Time that was spent on generations. */
  readonly timeSpent: number;
}

export function statsOf(manager: CacheManager, maxBytes: number | undefined, timeAvoided: number): GenerationStats {
  const { hits, misses, hitRatio, entries, bytes, evictions, loadTime } = manager.getStats();
  return { hits, misses, hitRatio, entries, bytes, maxBytes, evictions, timeAvoided, timeSpent: loadTime };
}
