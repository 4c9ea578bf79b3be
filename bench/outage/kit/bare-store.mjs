import { createSharedStore } from '../../../dist/assembly/create-shared-store.js';
import { createStore } from '../../../dist/assembly/create-store.js';
import { openRedisRoom } from '../../../dist/backends/redis/open-redis.js';
import { systemClock } from '../../../dist/support/clock.js';
import { escapeSegment } from '../../../dist/support/wire-key.js';

/**
 * The same store without its guard. The one place to change when the guard moves: whatever `createStore` puts round the
 * result of `createSharedStore` is left out here.
 * @type {typeof createStore}
 */
async function bare(options, isolation, listener) {
  const { client: _, connections, coherence, ...address } = /** @type {any} */ (options.redis);
  const room = await openRedisRoom({
    connection: address,
    connections,
    coherence,
    rootPath: escapeSegment(options.namespace),
    random: options.random,
    clock: systemClock,
    onError: (operation, error) => listener.onError(operation, error),
  });
  return createSharedStore(room, options, isolation, listener);
}

/** `guarded`: the store as the module makes it, with what guards it against outages. */
export const STORES = { bare, guarded: createStore };
