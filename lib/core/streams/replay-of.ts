import type { Entry } from '../../contracts/entry.js';
import { CacheUsageError } from '../../support/errors.js';
import type { ReadCall } from '../flight-deck.js';
import type { CacheParts } from '../parts.js';
import { AGAIN, ALONE } from '../passenger.js';
import { Replay } from './stream-reader.js';

/**
 * What an entry holds as a stream, counted as a hit. `AGAIN`: it cannot be read. `ALONE`: something else than a stream stands
 * there, which is left where it is.
 */
export function replayOf(
  { events }: CacheParts,
  { address: { scope, key } }: ReadCall<unknown>,
  entry: Entry,
  state: 'fresh' | 'stale',
): Replay<unknown> | typeof AGAIN | typeof ALONE {
  let items: unknown;
  try {
    items = entry.read();
  } catch (error) {
    events.error(scope, 'decode', error, key);
    return AGAIN;
  }
  if (!Array.isArray(items)) {
    events.error(
      scope,
      'stream',
      new CacheUsageError('What stands under the key is no stream: no array of items.'),
      key,
    );
    return ALONE;
  }
  events.hit(scope, key, entry.tier, state);
  return new Replay(items);
}
