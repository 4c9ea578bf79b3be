import type { CacheStats } from '../contracts/stats.js';
import type { CacheManager } from '../core/cache-manager.js';
import type { AiBooks } from './ai-books.js';
import type { SizeTier } from './keys/size-tier.js';

/** What compression has gained in this process. */
export interface CompressionStats {
  /** How many values it was tried on. */
  readonly values: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** `bytesOut / bytesIn`; 1 before the first. */
  readonly ratio: number;
  /** Milliseconds, in all. */
  readonly time: number;
}

/** The figures of the cache, and those that only an AI cache has. Since the start, in this process. */
export interface AiCacheStats extends CacheStats {
  /** How many questions were asked about texts of each size. */
  readonly tiers: Readonly<Record<SizeTier, number>>;
  readonly compression: CompressionStats;
}

/** What the cache is worth, at a glance. Durations in milliseconds. */
export interface AiPerformanceSummary {
  readonly hitRatio: number;
  readonly meanGenerationTime: number;
  /** 95 of 100 generations took no longer; true to 15 percent. */
  readonly p95GenerationTime: number;
  readonly meanHitTime: number;
  readonly timeAvoided: number;
  readonly tokensAvoided: number;
  /** In the currency of the prices; 0 without prices. */
  readonly moneyAvoided: number;
  readonly compressionRatio: number;
}

export function statsOf(manager: CacheManager, books: AiBooks): AiCacheStats {
  return { ...manager.getStats(), tiers: { ...books.asked }, compression: compressionOf(manager) };
}

export function summaryOf(manager: CacheManager, books: AiBooks): AiPerformanceSummary {
  const { ledger, generationTimes, hitTimes } = books;
  const { timeAvoided, tokensAvoided, moneyAvoided } = ledger.totals;
  return {
    hitRatio: manager.getStats().hitRatio,
    meanGenerationTime: generationTimes.mean,
    p95GenerationTime: generationTimes.atMost(0.95),
    meanHitTime: hitTimes.mean,
    timeAvoided,
    tokensAvoided,
    moneyAvoided,
    compressionRatio: compressionOf(manager).ratio,
  };
}

/** Of the whole process: values are compressed where nobody knows whose they are. */
function compressionOf({ cache }: CacheManager): CompressionStats {
  const { values = 0, bytesIn = 0, bytesOut = 0, time = 0 } = cache.parts.store.usage().compression ?? {};
  return { values, bytesIn, bytesOut, ratio: bytesIn === 0 ? 1 : bytesOut / bytesIn, time };
}
