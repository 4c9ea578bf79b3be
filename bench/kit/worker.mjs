// A forked process that holds one contestant of one case, and runs it when it is told to.
import { setImmediate as turn } from 'node:timers/promises';

/** @type {{ run: (count: number) => Promise<unknown>, check: () => Promise<void>, close: () => Promise<void>,
 *   note?: string } | undefined} */
let contestant;
/** An earlier one stays: what it holds must not be counted as given back. */
const opened = [];
/** Operations of one batch. */
let count = 1;

const jobs = {
  /** @returns {Promise<{ absent?: string, note?: string }>} */
  async open(/** @type {string} */ module, /** @type {string} */ row, /** @type {object} */ params) {
    const made = await (await import(module)).open(row, params);
    if (made?.run === undefined) return { absent: made?.absent ?? '' };
    contestant = made;
    opened.push(made);
    return { note: made.note };
  },

  check: () => contestant?.check(),

  /**
   * Warms up, and finds how many operations take `batchMs`.
   * @param {{ batchMs: number, warmMs: number, most?: number }} wanted
   */
  async calibrate({ batchMs, warmMs, most = 5_000_000 }) {
    const begun = performance.now();
    for (;;) {
      const took = await timeOf(count);
      const next = Math.max(1, Math.min(most, Math.round((count * batchMs) / Math.max(took, 0.001)), count * 4));
      const settled = took >= batchMs / 2 || count === most;
      count = next;
      if (settled && performance.now() - begun >= warmMs) return count;
    }
  },

  /** Nanoseconds of one operation. */
  async batch() {
    return ((await timeOf(count)) / count) * 1e6;
  },

  /** Exactly so many operations; nanoseconds of one. */
  async run(/** @type {number} */ operations) {
    return ((await timeOf(operations)) / operations) * 1e6;
  },

  /**
   * Bytes taken of the heap by one operation. The young generation is made so large (`--max-semi-space-size`) that the
   * operations of one look fit in it; a look that a collection has spoiled shows a fall, and is not counted.
   */
  async allocated(/** @type {number} */ operations) {
    const { run } = /** @type {NonNullable<typeof contestant>} */ (contestant);
    const looks = [];
    for (let nth = 0; nth < 15 && looks.length < 7; nth++) {
      globalThis.gc?.();
      await turn();
      const before = process.memoryUsage().heapUsed;
      await run(operations);
      const after = process.memoryUsage().heapUsed;
      if (after >= before) looks.push((after - before) / operations);
    }
    return looks;
  },

  /** Bytes held after a full collection, on the heap and beside it. */
  async held() {
    for (let nth = 0; nth < 4; nth++) {
      globalThis.gc?.();
      await turn();
    }
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  },

  close: () => contestant?.close(),
};

/** Milliseconds. @param {number} operations */
async function timeOf(operations) {
  const { run } = /** @type {NonNullable<typeof contestant>} */ (contestant);
  await turn();
  const begun = performance.now();
  await run(operations);
  return performance.now() - begun;
}

process.on('disconnect', () => process.exit());
process.on('message', (/** @type {{ id: number, job: keyof typeof jobs, args: any[] }} */ { id, job, args }) => {
  const run = /** @type {(...args: any[]) => unknown} */ (jobs[job]);
  void Promise.resolve()
    .then(() => run(...args))
    .then(
      (value) => process.send?.({ id, value }),
      (error) => process.send?.({ id, error: error?.stack ?? String(error) }),
    );
});
