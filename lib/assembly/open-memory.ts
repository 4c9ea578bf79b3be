import { MemoryBackend } from '../backends/memory/memory.backend.js';
import type { ResolvedOptions } from '../config/resolved-options.js';
import type { StoreListener } from './store-listener.js';

type MemoryParts = Pick<ResolvedOptions, 'memory' | 'clock'>;

/** Entries of this process. @throws CacheConfigError when `memory.eviction` makes no strategy. */
export function openMemory({ memory, clock }: MemoryParts, listener: StoreListener): MemoryBackend {
  return new MemoryBackend(
    memory,
    clock,
    (scope, key) => listener.onEvicted(scope, key),
    (operation, error) => listener.onError(operation, error),
  );
}

/**
 * Opens one after another. What has made a strategy at start, and fails to during an outage, costs that outage its choice: the
 * least recently used goes first then.
 */
export function memoryOpener(options: MemoryParts, listener: StoreListener): () => MemoryBackend {
  let isProven = false;
  return () => {
    try {
      const memory = openMemory(options, listener);
      isProven = true;
      return memory;
    } catch (error) {
      if (!isProven) throw error;
      listener.onError('eviction', error);
      return openMemory({ ...options, memory: { ...options.memory, eviction: 'lru' } }, listener);
    }
  };
}
