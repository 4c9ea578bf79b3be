import type { CacheStats } from '../contracts/stats.js';
import type { CacheParts } from './parts.js';
import type { CacheScope } from './scopes.js';

export function statsOf({ scopes, store }: CacheParts, scope: CacheScope): CacheStats {
  const totals = scopes.totals(scope);
  const hits = totals.hitsL1 + totals.hitsL2;
  const { entries, bytes } = store.usage(scope);
  return {
    hits,
    misses: totals.misses,
    staleHits: totals.staleHits,
    hitRatio: hits === 0 ? 0 : hits / (hits + totals.misses),
    hitsByTier: { l1: totals.hitsL1, l2: totals.hitsL2 },
    loads: totals.loads,
    loadErrors: totals.loadErrors,
    loadTime: totals.loadTime,
    sets: totals.sets,
    deletes: totals.deletes,
    evictions: totals.evictions,
    errors: totals.errors,
    entries: entries ?? 0,
    bytes: bytes ?? 0,
    pendingInvalidations: store.condition?.pending ?? 0,
  };
}
