import type { CacheEvent, CacheEventOf, CacheEventType } from '../contracts/events.js';
import { OPEN, type Discretion } from '../support/discretion.js';

/** What a log needs of a logger; Nest's `Logger` fits. */
export interface DebugLogger {
  debug(message: string): void;
}

/** Something that can be listened to; the cache manager fits. */
export interface EventSource {
  on<T extends CacheEventType>(event: T, listener: (event: CacheEventOf<T>) => void): () => void;
}

/** One line for every hit and miss. Keys, never values. */
export function logCalls(source: EventSource, logger: DebugLogger, discretion: Discretion = OPEN): void {
  source.on('hit', (event) => logger.debug(`hit ${subject(event, discretion)} (${event.tier}, ${event.state})`));
  source.on('miss', (event) => logger.debug(`miss ${subject(event, discretion)}`));
}

function subject(event: CacheEvent & { key: string }, discretion: Discretion): string {
  const key = discretion.key(event.key);
  return event.tenant === undefined ? key : `${key} of tenant ${event.tenant}`;
}
