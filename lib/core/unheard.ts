import type { Budget } from './budget.js';
import type { CacheParts } from './parts.js';
import type { CacheScope } from './scopes.js';
import type { Flight } from './single-flight.js';
import { lookUpMany } from './store-steps.js';

/** Whether what another process invalidates might not reach this flight. */
export function isUnheard({ feed }: CacheParts, flight: Flight): boolean {
  return !feed.connected || flight.ticket.isDeaf;
}

/**
 * Where invalidations of other processes may go unheard, a caller must not join what began before it: one may have come
 * between. So what is under way is closed to it, if the store answers. If the store does not, there is no other process to
 * be in step with, and one load a key in this process is worth more. `undefined`: there is nothing to wait for.
 *
 * The budget is that of the caller's own look-up: two questions that are not answered cost it one time limit.
 */
export function detachUnheard(
  parts: CacheParts,
  scope: CacheScope,
  keys: readonly string[],
  tags: readonly string[],
  budget: Budget,
): Promise<void> | undefined {
  const { flights } = parts;
  const under = keys
    .map((key) => flights.get(scope.idOf(key)))
    .filter((flight) => flight !== undefined && isUnheard(parts, flight) && !flight.wouldDeadlock) as Flight[];
  return under.length === 0 ? undefined : detach(parts, scope, under, tags, budget);
}

async function detach(
  parts: CacheParts,
  scope: CacheScope,
  under: readonly Flight[],
  tags: readonly string[],
  budget: Budget,
): Promise<void> {
  const asked = under.map(({ ticket }) => ticket.address.key);
  const answered = await lookUpMany(parts, scope, asked, tags, budget);
  if (answered?.every((lookup) => lookup !== undefined)) for (const { ticket } of under) ticket.seal();
}
