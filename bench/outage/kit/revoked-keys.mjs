export const WAYS = /** @type {const} */ (['delete', 'tag', 'pattern', 'clear']);
/** The namespace that is cleared, within the cache's own. */
export const NESTED = 'nested';
const KEYS = 20;

/**
 * A key, the process that takes it away, and how.
 * @typedef {{ key: string, way: typeof WAYS[number], process: number, tags: string[] }} RevokedKey
 */

/** @param {number} processes @returns {RevokedKey[]} */
export function keysOf(processes) {
  return Array.from({ length: processes }, (_, process) =>
    WAYS.flatMap((way) =>
      Array.from({ length: KEYS }, (__, nth) => ({
        key: `${way}:${process}:${nth}`,
        way,
        process,
        tags: way === 'tag' ? [`tag:${process}:${nth}`] : [],
      })),
    ),
  ).flat();
}
