import { setTimeout as sleep } from 'node:timers/promises';
import type { ResolvedRedis } from '../../config/resolved-redis.js';
import type { ServerFacts } from './report.js';
import type { ServerProbe } from './server-probe.js';

/** In milliseconds. A channel that is not agreed on by then was refused. */
const PATIENCE = 2_000;
const STEP = 50;

/**
 * How the server tells the caches of changes that were just opened: it counts the connections that it tracks for.
 *
 * @param before what it said when they were not open yet.
 */
export async function coherenceFound(
  probe: ServerProbe,
  { coherence }: ResolvedRedis,
  before: ServerFacts | undefined,
): Promise<'tracking' | 'pubsub' | 'none' | 'unknown'> {
  if (coherence === 'pubsub' || coherence === 'none') return coherence;
  const counted = before?.trackingClients;
  if (counted === undefined) return 'unknown';
  for (let waited = 0; waited <= PATIENCE; waited += STEP) {
    const { trackingClients = counted } = await probe.facts();
    if (trackingClients > counted) return 'tracking';
    await sleep(STEP);
  }
  return 'pubsub';
}
