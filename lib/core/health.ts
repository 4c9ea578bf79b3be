import type { StoreCondition } from '../contracts/store-condition.js';
import type { CacheHealth } from '../contracts/stats.js';
import { Budget } from './budget.js';
import type { CacheParts } from './parts.js';

/** Since when a cache has been answering that it is not up, so that every report of one outage names the same instant. */
const notUpSince = new WeakMap<CacheParts, Date>();

/** Asks the backend, within the time one call may take; one that is known to be away is not asked. Never rejects. */
export async function checkHealth(parts: CacheParts): Promise<CacheHealth> {
  const { clock, commandTimeout, store } = parts;
  const begun = clock.now();
  try {
    await new Budget(clock, commandTimeout).spend(`ping of ${store.name}`, () => store.ping());
    notUpSince.delete(parts);
    return { status: 'up', ...figures(parts, clock.now() - begun) };
  } catch (error) {
    const { condition } = store;
    const since = sinceOf(condition) ?? notUpSince.get(parts) ?? new Date(begun);
    notUpSince.set(parts, since);
    return {
      // With entries of this process in its place the application is served; without, loaders run.
      status: condition?.fallback === 'memory' ? 'degraded' : 'down',
      since,
      lastError: parts.discretion.error(condition?.lastError ?? error),
      ...figures(parts, condition?.awaySince === undefined ? clock.now() - begun : condition.latency),
    };
  }
}

function figures(
  { store }: CacheParts,
  latency: number,
): Pick<CacheHealth, 'backend' | 'latencyMs' | 'pendingInvalidations'> {
  return {
    backend: store.name,
    latencyMs: hundredths(latency),
    pendingInvalidations: store.condition?.pending ?? 0,
  };
}

function sinceOf(condition: StoreCondition | undefined): Date | undefined {
  return condition?.awaySince === undefined ? undefined : new Date(condition.awaySince);
}

/** Finer than that is noise, and sixteen digits are no report. */
function hundredths(ms: number): number {
  return Math.round(ms * 100) / 100;
}
