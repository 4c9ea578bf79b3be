import { Budget } from './budget.js';
import type { CacheParts } from './parts.js';
import type { CacheScope } from './scopes.js';
import type { Flight } from './single-flight.js';
import { lookUpMany } from './store-steps.js';

/**
 * While nothing is heard of other processes, a caller must not join what began before it: an invalidation may have come
 * between. So what is under way is closed to it, if the store answers. If the store does not, there is no other process to
 * be in step with, and one load a key in this process is worth more.
 */
export async function detachUnheard(
  parts: CacheParts,
  scope: CacheScope,
  keys: readonly string[],
  tags: readonly string[],
): Promise<void> {
  const { clock, commandTimeout, flights } = parts;
  const under = keys
    .map((key) => flights.get(scope.idOf(key)))
    .filter((flight) => flight !== undefined && !flight.wouldDeadlock) as Flight[];
  if (under.length === 0) return;
  const asked = under.map(({ ticket }) => ticket.address.key);
  const answered = await lookUpMany(parts, scope, asked, tags, new Budget(clock, commandTimeout));
  if (answered !== undefined) for (const { ticket } of under) ticket.seal();
}
