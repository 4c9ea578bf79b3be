import type { EntryStore } from '../contracts/entry-store.js';
import type { ValueIsolation } from '../contracts/entry.js';
import { nullBackend } from '../backends/null.backend.js';
import { openRedisRoom } from '../backends/redis/open-redis.js';
import type { ResolvedOptions } from '../config/resolved-options.js';
import { systemClock } from '../support/clock.js';
import { escapeSegment } from '../support/wire-key.js';
import { openDiskRoom } from './open-disk-room.js';
import { createSharedStore } from './create-shared-store.js';
import { openMemory } from './open-memory.js';
import type { StoreListener } from './store-listener.js';

/**
 * From the options to the store, wrappers in their order. No server is waited for: it may be down.
 * @throws CacheBackendError when the directory of a cache on disk cannot be used.
 */
export async function createStore(
  options: ResolvedOptions,
  isolation: ValueIsolation,
  listener: StoreListener,
): Promise<EntryStore> {
  const { backend, namespace, random, redis } = options;
  if (!options.enabled || backend === 'null') return nullBackend;
  if (backend === 'memory') {
    return openMemory(options, listener);
  }
  // A custom backend belongs to whoever made it, but only the cache knows when nobody needs it any more.
  if (typeof backend === 'object') return createSharedStore({ backend }, options, isolation, listener);
  if (options.disk && backend !== 'redis') {
    const room = await openDiskRoom({ ...options, disk: options.disk }, listener);
    return createSharedStore(room, options, isolation, listener);
  }
  const { client, connections, coherence, onServerChange: _, ...address } = redis!;
  const room = await openRedisRoom({
    connection: client ? { client } : address,
    connections,
    coherence,
    rootPath: escapeSegment(namespace),
    random,
    // Whether a connection is alive is a matter of the network's time, whatever time the entries live in.
    clock: systemClock,
    onError: (operation, error) => listener.onError(operation, error),
  });
  return createSharedStore(room, options, isolation, listener);
}
