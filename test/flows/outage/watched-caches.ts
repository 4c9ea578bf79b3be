import { afterEach, expect } from '@jest/globals';
import type { CacheModuleOptions } from '../../../lib/contracts/options.js';
import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { shutDown } from '../../../lib/core/shutdown.js';
import type { BackendCapability } from '../../../lib/testing/backend-operation.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { FlakyBackend } from '../../../lib/testing/flaky.backend.js';
import { testCache } from '../../support/caches.js';
import { settle } from '../../support/deferred.js';

/** A cache over a custom backend, which is watched, and up. */
export interface WatchedCache {
  readonly cache: CacheManager;
  readonly clock: FakeClock;
  readonly backend: FlakyBackend;
  /** What was said since the start, in order. */
  readonly said: string[];
}

/** Whether the cache does without its store at present. */
export function isAway(cache: CacheManager): boolean {
  return cache.cache.parts.store.condition?.awaySince !== undefined;
}

/**
 * To be called once in a file: caches that are closed after each test, and leave no timer behind. The backend has three
 * methods, and those of `capabilities`.
 */
export function watchedCaches(): (
  options?: CacheModuleOptions,
  capabilities?: readonly BackendCapability[],
) => Promise<WatchedCache> {
  const made: WatchedCache[] = [];
  afterEach(async () => {
    for (const { cache, clock } of made.splice(0)) {
      const closed = shutDown(cache.cache.parts);
      await clock.advance(60_000);
      await closed;
      expect(clock.pendingTimers).toBe(0);
    }
  });
  return async (options = {}, capabilities = []) => {
    const clock = new FakeClock();
    const backend = new FlakyBackend({ clock, capabilities });
    const { cache } = await testCache({ backend, fallback: 'memory', ...options }, clock);
    const said: string[] = [];
    cache.on('degraded', ({ error }) => said.push(`degraded: ${(error as Error).message}`));
    cache.on('recovered', () => said.push('recovered'));
    await settle();
    const watched = { cache, clock, backend, said };
    made.push(watched);
    return watched;
  };
}
