import { CacheError } from '../support/errors.js';
import { withTimeLimit } from '../support/time-limit.js';
import type { CacheParts } from './parts.js';

/** How long loads that are under way may take to end before they are told to stop, in milliseconds. */
export const DRAIN_LIMIT = 2_000;

/** Lets loads under way end, for a bounded time; then closes what the cache owns. Never rejects. */
export async function shutDown({ clock, events, flights, scopes, store }: CacheParts): Promise<void> {
  const running = [...flights.running];
  const landed = Promise.all(running.map((flight) => flight.ended));
  try {
    await withTimeLimit(clock, 'Draining loads', DRAIN_LIMIT, landed);
  } catch {
    for (const flight of flights.running) flight.abandon(new CacheError('The application is shutting down.'));
  }
  try {
    await store.close();
  } catch (error) {
    events.error(scopes.root, 'close', error);
  }
}
