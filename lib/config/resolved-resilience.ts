import type { CacheModuleOptions } from '../contracts/options.js';
import { parseDuration } from '../support/duration.js';

/** What happens while the backend cannot be reached. */
export interface ResolvedResilience {
  readonly fallback: 'memory' | 'none';
  /** Milliseconds. */
  readonly fallbackTtl: number;
  readonly breaker: { readonly failures: number; readonly errorRate: number };
  readonly journal: { readonly maxEntries: number; readonly directory: string | undefined };
}

const FALLBACK_TTL = 30_000;
export const DEFAULT_BREAKER: ResolvedResilience['breaker'] = Object.freeze({ failures: 5, errorRate: 0.5 });
export const DEFAULT_JOURNAL_ENTRIES = 10_000;

export function resolveResilience(options: CacheModuleOptions): ResolvedResilience {
  const { breaker, fallback, fallbackTtl, journal } = options;
  return Object.freeze({
    fallback: fallback ?? 'memory',
    fallbackTtl: fallbackTtl === undefined ? FALLBACK_TTL : parseDuration(fallbackTtl, 'fallbackTtl'),
    breaker: Object.freeze({
      failures: breaker?.failures ?? DEFAULT_BREAKER.failures,
      errorRate: breaker?.errorRate ?? DEFAULT_BREAKER.errorRate,
    }),
    journal: Object.freeze({
      maxEntries: journal?.maxEntries ?? DEFAULT_JOURNAL_ENTRIES,
      directory: journal?.directory,
    }),
  });
}
