import type { CacheEventOf, CacheEventType } from '../contracts/events.js';
import { OPEN, type Discretion } from '../support/discretion.js';

/** What an outage is told to; Nest's `Logger` fits. */
export interface OutageLogger {
  warn(message: string): void;
  log(message: string): void;
}

interface EventSource {
  readonly name: string;
  on<T extends CacheEventType>(event: T, listener: (event: CacheEventOf<T>) => void): () => void;
}

/** Those that the backend does; others fail for the value's or the caller's sake. */
const BACKEND_OPERATIONS: ReadonlySet<string> = new Set([
  'look',
  'stamp',
  'set',
  'delete',
  'expire',
  'invalidateTags',
  'invalidate',
  'clear',
]);
/** What a backend that answers again lets happen. */
const SIGNS_OF_LIFE = ['hit', 'set'] as const;

/** Who stands in for the backend; `undefined`: nobody does, each call asks it. */
export type StandIn = 'memory' | 'none' | undefined;

/** Two lines an outage, however many calls it meets: one when the backend fails first, one when it serves again. */
export function logOutages(
  source: EventSource,
  backend: string,
  standIn: StandIn,
  logger: OutageLogger,
  discretion: Discretion = OPEN,
): void {
  const name = `Cache "${source.name}": ${backend}`;
  if (standIn === undefined) return watchCalls(source, name, logger, discretion);
  const instead = standIn === 'memory' ? 'entries of this process serve' : 'loaders run';
  source.on('degraded', ({ error }) => {
    logger.warn(`${name} is given up for now (${discretion.error(error)}). Until it is back, ${instead} instead.`);
  });
  source.on('recovered', () => logger.log(`${name} serves again.`));
}

function watchCalls(source: EventSource, name: string, logger: OutageLogger, discretion: Discretion): void {
  let silence: (() => void)[] | undefined;
  source.on('error', ({ error, operation }) => {
    if (silence || !BACKEND_OPERATIONS.has(operation)) return;
    logger.warn(`${name} fails (${discretion.error(error)}). Until it is back, loaders run instead.`);
    // Listened to only while there is an outage: a hit costs nothing on other days.
    silence = SIGNS_OF_LIFE.map((sign) =>
      source.on(sign, () => {
        for (const stop of silence ?? []) stop();
        silence = undefined;
        logger.log(`${name} serves again.`);
      }),
    );
  });
}
