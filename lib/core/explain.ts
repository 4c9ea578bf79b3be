import type { Lookup } from '../contracts/entry-store.js';
import { freshnessOf } from '../contracts/entry.js';
import type { CacheExplanation } from '../contracts/stats.js';
import type { Cache } from './cache.js';
import type { CacheScope } from './scopes.js';

const REASONS = {
  expired: ['expired', 'It is past the end of its life.'],
  cleared: [
    'invalidated',
    'Its namespace or tenant was cleared after it was loaded, or the record of that version was lost.',
  ],
  pattern: ['invalidated', 'A pattern that matches it was invalidated after it was loaded.'],
  tag: ['invalidated', 'One of its tags was invalidated after it was loaded, or the record of that version was lost.'],
  corrupt: ['unreadable', 'Its bytes are damaged, or were written for another key.'],
  format: ['unreadable', 'Its bytes are not in a format this version and codec read.'],
} as const;

/** Looks at a key without counting it. Never rejects for the backend's sake. */
export async function explain(cache: Cache, scope: CacheScope, key: string): Promise<CacheExplanation> {
  const { clock, flights, name, store, enabled } = cache.parts;
  const id = scope.idOf(key);
  const where = {
    key,
    id,
    cache: name,
    namespace: scope.namespace,
    tenant: scope.tenant,
    backend: store.name,
    tier: store.tier,
    loading: flights.get(id) !== undefined,
  };
  if (!enabled) return { ...where, state: 'absent', reason: 'The cache is switched off (enabled: false).' };
  const lookup = await cache.reads.look(scope, key);
  if (!lookup)
    return { ...where, state: 'unreachable', reason: `The backend ${store.name} did not answer in time, or failed.` };
  const judged = judge(lookup, clock.now());
  if (store.condition?.awaySince === undefined) return { ...where, ...judged };
  return { ...where, ...judged, reason: `${store.name} is away, and its fallback was asked: ${judged.reason}` };
}

function judge(
  lookup: Lookup,
  now: number,
): Pick<CacheExplanation, 'state' | 'reason' | 'createdAt' | 'staleAt' | 'expiresAt' | 'loadTime' | 'tags'> {
  const { entry, rejected } = lookup;
  if (rejected) return { state: REASONS[rejected][0], reason: REASONS[rejected][1] };
  if (!entry) return { state: 'absent', reason: 'Nothing is stored under this key.' };
  const state = freshnessOf(entry, now);
  const reason = {
    fresh: 'It is served.',
    stale: 'It is past its ttl: served only by getOrSet and @Cached, to callers that accept stale values.',
    expired: REASONS.expired[1],
  }[state];
  return {
    state,
    reason,
    createdAt: new Date(entry.createdAt),
    ...(Number.isFinite(entry.staleAt) ? { staleAt: new Date(entry.staleAt) } : {}),
    ...(Number.isFinite(entry.expiresAt) ? { expiresAt: new Date(entry.expiresAt) } : {}),
    loadTime: entry.loadTime,
    tags: entry.tags,
  };
}
