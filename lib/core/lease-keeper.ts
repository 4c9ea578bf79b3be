import type { Clock, Timer } from '../contracts/clock.js';
import type { Lease } from '../contracts/lease.js';

/**
 * Extends leases at a third of their life, for as long as their loader runs: one that is slow is still the one load of its
 * key, and one that has died is taken over within a lease. `onLost` hears of a lease that was taken away or has run out.
 * Returns what to call when the loader is done.
 */
export function keepLeases(
  clock: Clock,
  ttl: number,
  leases: readonly Lease[],
  onLost: (lease: Lease) => void,
): () => void {
  if (ttl === Infinity || leases.length === 0) return () => {};
  let held = leases;
  let timer: Timer | undefined;
  const extend = async (lease: Lease): Promise<void> => {
    // A server that does not answer says nothing about the lease; the next turn asks again, and the fill is fenced.
    const kept = await lease.extend().catch(() => true);
    if (kept || timer === undefined) return;
    held = held.filter((other) => other !== lease);
    onLost(lease);
  };
  const turn = (): void => {
    for (const lease of held) void extend(lease);
    timer = clock.setTimeout(turn, ttl / 3);
  };
  timer = clock.setTimeout(turn, ttl / 3);
  return () => {
    timer?.cancel();
    timer = undefined;
  };
}
