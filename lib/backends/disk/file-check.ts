import { closeSync, openSync } from 'node:fs';
import { FileBytes, newestOf, readMetas, type Meta } from './file-bytes.js';
import { PageWalk } from './page-walk.js';

/** How long each of two walks may take, in milliseconds; what is left then is believed. */
const PATIENCE = 200;
/** How often a file is looked at that somebody changes meanwhile. */
const MOST_LOOKS = 5;

/**
 * What is wrong with a file, for LMDB believes it: of one that is shorter than its pages say, or whose pages say nonsense, it dies
 * by a signal. `undefined`: nothing that was looked at. A file that is not there, or empty, is in order.
 */
export function fileFault(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    for (let look = 0; look < MOST_LOOKS; look++) {
      const metas = readMetas(new FileBytes(file));
      const fault = faultOf(new FileBytes(file), metas);
      if (fault === undefined) return undefined;
      // Somebody who writes meanwhile may have used a page anew that was being looked at.
      const now = readMetas(new FileBytes(file));
      if (newestOf(now)?.transaction === newestOf(metas)?.transaction) return fault;
    }
    // Somebody works with it, and does not die of it.
    return undefined;
  } finally {
    closeSync(file);
  }
}

function faultOf(bytes: FileBytes, metas: readonly Meta[]): string | undefined {
  if (bytes.size === 0) return undefined;
  const newest = newestOf(metas);
  if (!newest || metas.length < 2) return 'it is not a store of this kind, or its beginning is damaged';
  const pages = Math.floor(bytes.size / newest.pageSize);
  // Pages at the end that were given up at once are never written; but every other has to be looked for.
  const isShort = metas.some(({ lastPage }) => lastPage >= pages);
  // After a loss of power LMDB goes back to the older of the two.
  const isWhole = metas.every((meta) => new PageWalk(bytes, meta, isShort ? Infinity : PATIENCE).run());
  if (isWhole) return undefined;
  return isShort ? 'it is shorter than it should be' : 'one of its pages is damaged';
}
