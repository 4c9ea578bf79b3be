import type { CacheBackend } from '../contracts/backend.js';
import type { EntryStore } from '../contracts/entry-store.js';
import type { ValueIsolation } from '../contracts/entry.js';
import type { Scope } from '../contracts/scope.js';
import { MemoryBackend } from '../backends/memory/memory.backend.js';
import { nullBackend } from '../backends/null.backend.js';
import { openRedis } from '../backends/redis/redis-client.js';
import { RedisBackend } from '../backends/redis/redis.backend.js';
import type { ResolvedOptions } from '../config/resolved-options.js';
import type { ResolvedRedis } from '../config/resolved-redis.js';
import { EncodedStore } from '../wrappers/encoded/encoded.store.js';
import { createFormat } from './create-format.js';

/** What a store tells the cache round it. */
export interface StoreListener {
  onEvicted(scope: Scope, key: string): void;
  onError(operation: string, error: unknown, key?: string): void;
}

/** From the options to the store, wrappers in their order. Nothing is waited for: a server may be down. */
export async function createStore(
  options: ResolvedOptions,
  isolation: ValueIsolation,
  listener: StoreListener,
): Promise<EntryStore> {
  if (!options.enabled || options.backend === 'null') return nullBackend;
  if (options.backend === 'memory') {
    return new MemoryBackend(options.memory, options.clock, isolation, (scope, key) => listener.onEvicted(scope, key));
  }
  if (options.backend === 'redis') return encoded(await createRedis(options.redis!), true, options, listener);
  // A custom backend belongs to whoever made it, but only the cache knows when nobody needs it any more.
  return encoded(options.backend, true, options, listener);
}

async function createRedis(redis: ResolvedRedis): Promise<CacheBackend> {
  if (redis.client) return new RedisBackend([redis.client], false);
  const clients = await Promise.all(Array.from({ length: redis.connections }, () => openRedis(redis)));
  return new RedisBackend(clients, true);
}

async function encoded(
  backend: CacheBackend,
  owned: boolean,
  options: ResolvedOptions,
  listener: StoreListener,
): Promise<EntryStore> {
  const { clock, random, commandTimeout } = options;
  return new EncodedStore({
    backend,
    format: await createFormat(options),
    clock,
    random,
    commandTimeout,
    owned,
    onError: (operation, error, key) => listener.onError(operation, error, key),
  });
}
