import { existsSync, readdirSync } from 'node:fs';

const HOME = new URL('../peers/', import.meta.url);

/** Whether `npm run bench:setup` ran. */
export const peersAreInstalled = () => existsSync(new URL('node_modules', HOME));

/**
 * A peer takes part in a room by having a file of its name: `bench/peers/<library>/<room>.mjs`. One of another setting is
 * `<room>.<setting>.mjs` and is shown as `<library>, <setting>`.
 * @param {string} room @returns {import('./compare.mjs').Contestant[]}
 */
export function peersOf(room) {
  if (!peersAreInstalled()) return [];
  const folders = readdirSync(HOME, { withFileTypes: true }).filter((item) => item.isDirectory());
  const libraries = folders.map(({ name }) => name).filter((name) => name !== 'node_modules');
  return libraries.toSorted().flatMap((library) =>
    readdirSync(new URL(`${library}/`, HOME))
      .toSorted((a, b) => a.length - b.length)
      .flatMap((file) => {
        const [of, setting, ...rest] = file.split('.');
        if (of !== room) return [];
        const name = rest.length === 0 ? library : `${library}, ${setting}`;
        return [{ name, kind: /** @type {const} */ ('peer'), module: `peers/${library}/${file}` }];
      }),
  );
}
