import { closeSync, openSync } from 'node:fs';
import { FileBytes, newestOf, readMetas, type Meta } from './file-bytes.js';
import { PageWalk } from './page-walk.js';

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
    for (let look = 1; ; look++) {
      const metas = readMetas(new FileBytes(file));
      const fault = faultOf(new FileBytes(file), metas);
      if (fault === undefined || look === MOST_LOOKS) return fault;
      // Somebody who writes meanwhile may have used a page anew that was being looked at.
      const now = readMetas(new FileBytes(file));
      if (newestOf(now)?.transaction === newestOf(metas)?.transaction) return fault;
    }
  } finally {
    closeSync(file);
  }
}

function faultOf(bytes: FileBytes, metas: readonly Meta[]): string | undefined {
  if (bytes.size === 0) return undefined;
  const newest = newestOf(metas);
  if (!newest || metas.length < 2) return 'it is not a store of this kind, or its beginning is damaged';
  const pages = Math.floor(bytes.size / newest.pageSize);
  if (metas.some(({ lastPage }) => lastPage >= pages)) return 'it is shorter than it should be';
  return new PageWalk(bytes, newest).run() ? undefined : 'one of its pages is damaged';
}
