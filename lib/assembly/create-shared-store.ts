import type { CacheBackend } from '../contracts/backend.js';
import type { EntryStore } from '../contracts/entry-store.js';
import type { ValueIsolation } from '../contracts/entry.js';
import type { FleetCommands } from '../contracts/fleet.js';
import type { InvalidationBus } from '../contracts/invalidation-bus.js';
import { MemoryBackend } from '../backends/memory/memory.backend.js';
import type { ResolvedOptions } from '../config/resolved-options.js';
import { escapeSegment } from '../support/wire-key.js';
import { EncodedStore } from '../wrappers/encoded/encoded.store.js';
import { TieredStore, type FarStore } from '../wrappers/tiered/tiered.store.js';
import { createFormat } from './create-format.js';
import type { StoreListener } from './store-listener.js';

/** A place for bytes; where several processes share it, with what keeps them in step. */
export interface SharedRoom {
  readonly backend: CacheBackend;
  readonly fleet?: FleetCommands;
  readonly bus?: InvalidationBus;
}

/** Entries in bytes, and with `tiered` a copy of them in the process. */
export async function createSharedStore(
  { backend, fleet, bus }: SharedRoom,
  options: ResolvedOptions,
  isolation: ValueIsolation,
  listener: StoreListener,
): Promise<EntryStore> {
  const { clock, commandTimeout, lease, memory, namespace, random } = options;
  const far = new EncodedStore({
    backend,
    format: await createFormat(options),
    clock,
    random,
    commandTimeout,
    owned: true,
    rootPath: escapeSegment(namespace),
    fleet: fleet && bus && { commands: fleet, bus, lease },
    onError: (operation, error, key) => listener.onError(operation, error, key),
  });
  if (options.backend !== 'tiered') return far;
  const near = new MemoryBackend(memory, clock, isolation, (scope, key) => listener.onEvicted(scope, key));
  return new TieredStore(near, far as FarStore, isolation);
}
