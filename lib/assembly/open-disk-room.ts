import { openDisk } from '../backends/disk/open-disk.js';
import type { ResolvedDisk } from '../config/resolved-disk.js';
import type { ResolvedOptions } from '../config/resolved-options.js';
import { systemClock } from '../support/clock.js';
import { machineTime } from '../support/machine-time.js';
import { escapeSegment } from '../support/wire-key.js';
import { placeOf } from '../support/wire-place.js';
import type { SharedRoom } from './shared-room.js';
import type { StoreListener } from './store-listener.js';

/**
 * A file in a directory. Its entries outlive the process, so they end by the wall clock: the process's own only knows how long
 * it has run, and stands still with the machine.
 */
export async function openDiskRoom(
  { clock, disk, namespace }: ResolvedOptions & { readonly disk: ResolvedDisk },
  listener: StoreListener,
): Promise<SharedRoom> {
  const root = escapeSegment(namespace);
  const { backend, bus, fleet, notices } = await openDisk({
    ...disk,
    now: clock === systemClock ? Date.now : () => clock.now(),
    // As on a server: it is not the time of the entries, and no process has another one.
    upTime: machineTime,
    onEvicted(key) {
      const place = placeOf(key);
      // Versions of tags and namespaces are no entries; others' entries are none of ours.
      if (place?.kind !== 'v' || place.path === undefined || !isWithin(place.path, root)) return;
      listener.onSharedEvicted(place.path, place.name ?? '');
    },
    onError: (error) => listener.onError('disk', error),
  });
  return { backend, bus, fleet, notices, usage: () => backend.usage };
}

function isWithin(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`) || path.startsWith(`${root}@`);
}
