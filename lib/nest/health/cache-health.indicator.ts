import { Inject, Injectable, Optional } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import type { CacheHealth } from '../../contracts/stats.js';
import { CacheRegistry, DEFAULT_CACHE } from '../../core/cache-registry.js';

/** What every report holds, beside `status`. */
type Details = Record<string, unknown>;

/** The part of Terminus's session that is used. Terminus 11 knows no `degraded`. */
interface HealthSession {
  up(details: Details): HealthIndicatorResult;
  down(details: Details): HealthIndicatorResult;
  degraded?(details: Details): HealthIndicatorResult;
}

/** The state of a cache for Terminus 11 and 12. Provide it where your health controller lives, beside `TerminusModule`. */
@Injectable()
export class CacheHealthIndicator {
  constructor(
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Optional() @Inject(CacheRegistry) private readonly registry?: CacheRegistry,
  ) {}

  /**
   * Asks the backend. Never rejects.
   *
   * - `up`: it answers. With `backend`, `latencyMs` and `pendingInvalidations`.
   * - `degraded`: a fallback serves in its place; the overall status stays 200. Terminus 11 has no such status: there it is
   *   `up` with `degraded: true`, so that readiness does not fail. With `since` (ISO 8601) and `lastError` besides.
   * - `down`: neither answers, or there is no such cache. With `since` and `lastError`.
   *
   * @param key what the report calls it. Default `cache`.
   * @param options `cache`: the name of a cache other than the default one.
   */
  async isHealthy(key = 'cache', options: { readonly cache?: string } = {}): Promise<HealthIndicatorResult> {
    const name = options.cache ?? DEFAULT_CACHE;
    const session: HealthSession = this.indicators.check(key);
    const manager = this.registry?.get(name);
    if (!manager)
      return session.down({ lastError: `There is no cache named "${name}". Import CacheModule, or correct the name.` });
    let health: CacheHealth;
    try {
      health = await manager.healthCheck();
    } catch (error) {
      // Its message may hold an address with a password.
      return session.down({
        lastError: `The check itself failed (${error instanceof Error ? error.name : typeof error}).`,
      });
    }
    const details = detailsOf(health);
    if (health.status === 'up') return session.up(details);
    if (health.status === 'down') return session.down(details);
    return session.degraded ? session.degraded(details) : session.up({ ...details, degraded: true });
  }
}

function detailsOf({ backend, latencyMs, pendingInvalidations, since, lastError }: CacheHealth): Details {
  return {
    backend,
    latencyMs,
    pendingInvalidations,
    ...(since && { since: since.toISOString() }),
    ...(lastError !== undefined && { lastError }),
  };
}
