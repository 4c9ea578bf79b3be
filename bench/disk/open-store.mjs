import { openDisk } from '../../dist/backends/disk/open-disk.js';

export const MIB = 1_048_576;

/** The backend alone. @param {string} directory @param {number} maxBytes */
export async function openStore(directory, maxBytes) {
  const { backend } = await openDisk({
    directory,
    maxBytes,
    eviction: 'lru',
    now: Date.now,
    onEvicted: () => {},
    onError: (error) => console.error(error),
  });
  return backend;
}
