import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournalFile } from '../../../dist/backends/journal/disk.journal.js';
import { rootScope } from '../../../dist/core/scopes.js';
import { systemClock } from '../../../dist/support/clock.js';
import { Journal } from '../../../dist/wrappers/resilient/journal.js';
import { replay } from '../../../dist/wrappers/resilient/replay.js';
import { cost } from '../cost.mjs';

const ROOT = rootScope('bench');
/** Answers at once: what is measured is the journal. */
const STORE = /** @type {any} */ ({
  deleteMany: async () => 0,
  invalidateTags: async () => {},
  invalidate: async () => 0,
  clear: async () => {},
});
const key = (/** @type {string} */ name) => ({ kind: /** @type {const} */ ('key'), scope: ROOT, name });

/** Invalidations that wait for a server that is away. */
export const family = {
  title: 'pending invalidations in the journal of an outage',
  sizes: (/** @type {boolean} */ quick) => (quick ? [10, 1_000, 10_000] : [10, 100, 1_000, 10_000]),
  measure,
};

/** @param {number} size */
async function measure(size) {
  const directory = await mkdtemp(join(tmpdir(), 'bench-journal-'));
  try {
    const file = openJournalFile({ directory, namespace: 'bench' });
    return { ...(await costsOf(size, undefined, 'in memory')), ...(await costsOf(size, file, 'in a file')) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** @param {number} size @param {any} file @param {string} where */
async function costsOf(size, file, where) {
  const parts = { root: ROOT, maxEntries: 2 * size + 10_000, file, clock: systemClock, timeout: 10_000, onError };
  const journal = new Journal(parts);
  const fill = async () => {
    const all = Array.from({ length: size }, (_, nth) => key(`key:${nth}`));
    await journal.add(all);
  };
  await fill();
  const times = 50;
  return {
    [`${where}: one more is recorded`]: await cost({
      times,
      run: (nth, chunk) => journal.add([key(`more:${chunk}:${nth}`)]),
    }),
    [`${where}: one that is there is recorded again`]: await cost({
      times,
      run: (nth) => journal.add([key(`key:${nth % size}`)]),
    }),
    [`${where}: all of it is replayed, for each`]:
      (await cost({ times: 1, prepare: fill, run: () => replay(journal, STORE) })) / size,
  };
}

function onError(/** @type {unknown} */ error) {
  throw error;
}
