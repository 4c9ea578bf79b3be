import type { CacheHealth } from '../contracts/stats.js';
import { messageOf } from '../support/message-of.js';
import { Budget } from './budget.js';
import type { CacheParts } from './parts.js';

/** Since when a cache has been answering "down", so that every report of one outage names the same instant. */
const downSince = new WeakMap<CacheParts, Date>();

/** Asks the backend, within the time one call may take. Never rejects. */
export async function checkHealth(parts: CacheParts): Promise<CacheHealth> {
  const { clock, commandTimeout, store } = parts;
  const begun = clock.now();
  const report = { backend: store.name, pendingInvalidations: 0 };
  try {
    await new Budget(clock, commandTimeout).spend(`ping of ${store.name}`, () => store.ping());
    downSince.delete(parts);
    return { status: 'up', latencyMs: hundredths(clock.now() - begun), ...report };
  } catch (error) {
    const since = downSince.get(parts) ?? new Date(begun);
    downSince.set(parts, since);
    return {
      status: 'down',
      latencyMs: hundredths(clock.now() - begun),
      since,
      lastError: withoutSecrets(error),
      ...report,
    };
  }
}

/** Addresses of servers may carry a password. */
function withoutSecrets(error: unknown): string {
  return messageOf(error).replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi, '$1***@');
}

/** Finer than that is noise, and sixteen digits are no report. */
function hundredths(ms: number): number {
  return Math.round(ms * 100) / 100;
}
