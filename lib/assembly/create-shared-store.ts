import type { EntryStore } from '../contracts/entry-store.js';
import type { ValueIsolation } from '../contracts/entry.js';
import type { ResolvedOptions } from '../config/resolved-options.js';
import { escapeSegment } from '../support/wire-key.js';
import { EncodedStore } from '../wrappers/encoded/encoded.store.js';
import { TieredStore, type FarStore } from '../wrappers/tiered/tiered.store.js';
import { createFormat } from './create-format.js';
import { createResilientStore } from './create-resilient-store.js';
import { memoryOpener } from './open-memory.js';
import type { SharedRoom } from './shared-room.js';
import type { StoreListener } from './store-listener.js';

/** Entries in bytes, with `tiered` a copy of them in the process, and something to do without them for a while. */
export async function createSharedStore(
  room: SharedRoom,
  options: ResolvedOptions,
  isolation: ValueIsolation,
  listener: StoreListener,
): Promise<EntryStore> {
  const { backend, fleet, bus, link } = room;
  const { clock, commandTimeout, lease, memory, namespace, random } = options;
  const onServerChange = options.redis?.onServerChange ?? 'clear';
  const far = new EncodedStore({
    backend,
    format: await createFormat(options),
    clock,
    random,
    commandTimeout,
    owned: true,
    usage: room.usage,
    notices: room.notices,
    rootPath: escapeSegment(namespace),
    fleet: fleet && bus && { commands: fleet, bus, lease, link, onServerChange },
    onError: (operation, error, key) => listener.onError(operation, error, key),
  });
  const openNear = memoryOpener(options, listener);
  const primary =
    options.backend === 'tiered' ? new TieredStore(openNear(), far as FarStore, isolation, memory.admit) : far;
  const { resilience } = options;
  if (!resilience) return primary;
  return createResilientStore({ primary, far, room, openNear }, { ...options, resilience }, listener);
}
