import { openDisk, type DiskParts, type OpenDisk } from '../../lib/backends/disk/open-disk.js';

export const MIB = 1_048_576;

export interface OpenedDisk extends OpenDisk {
  readonly errors: unknown[];
  readonly evicted: string[];
}

/** The disk backend alone, with what it tells. */
export async function diskAt(directory: string, parts: Partial<DiskParts> = {}): Promise<OpenedDisk> {
  const errors: unknown[] = [];
  const evicted: string[] = [];
  const opened = await openDisk({
    directory,
    maxBytes: 16 * MIB,
    eviction: 'lru',
    now: Date.now,
    upTime: () => performance.now(),
    onEvicted: (key) => evicted.push(key),
    onError: (error) => errors.push(error),
    ...parts,
  });
  return { ...opened, errors, evicted };
}
