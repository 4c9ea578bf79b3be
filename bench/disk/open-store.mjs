import { openDisk } from '../../dist/backends/disk/open-disk.js';

export const MIB = 1_048_576;

/** The backend alone. @param {string} directory @param {number} maxBytes */
export async function openStore(directory, maxBytes) {
  return (await openShared(directory, maxBytes)).backend;
}

/** With what processes share. @param {string} directory @param {number} maxBytes */
export function openShared(directory, maxBytes) {
  return openDisk({
    directory,
    maxBytes,
    eviction: 'lru',
    now: Date.now,
    upTime: () => performance.now(),
    onEvicted: () => {},
    onError: (error) => console.error(error),
  });
}
