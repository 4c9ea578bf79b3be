import { existsSync, readdirSync } from 'node:fs';

const HOME = new URL('../peers/', import.meta.url);

/** Whether `npm run bench:setup` ran. */
export const peersAreInstalled = () => existsSync(new URL('node_modules', HOME));

/**
 * A peer takes part in a room by having a file of its name: `bench/peers/<library>/<room>.mjs`.
 * @param {string} room @returns {import('./compare.mjs').Contestant[]}
 */
export function peersOf(room) {
  if (!peersAreInstalled()) return [];
  const folders = readdirSync(HOME, { withFileTypes: true }).filter((item) => item.isDirectory());
  return folders
    .filter(({ name }) => name !== 'node_modules' && existsSync(new URL(`${name}/${room}.mjs`, HOME)))
    .map(({ name }) => ({ name, kind: /** @type {const} */ ('peer'), module: `peers/${name}/${room}.mjs` }));
}
