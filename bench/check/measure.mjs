import { compare } from '../kit/compare.mjs';
import { median, quantile, round } from '../kit/stats.mjs';
import { Worker } from '../kit/workers.mjs';

/** What runs in one process and waits for nothing else. */
export const HOT_ROWS = ['memory-get', 'decorated', 'get-or-set', 'keys'];
const PACE = Object.freeze({ rounds: 8, sets: 3, batchMs: 10, warmMs: 200 });
/** A young generation that holds all that one look allocates: no collection takes some of it away meanwhile. */
const ROOMY = ['--min-semi-space-size=128', '--max-semi-space-size=128'];
const LOOK_BYTES = 8 * 2 ** 20;
const LOOK_MS = 50;
const MOST_OPERATIONS = 20_000;

/**
 * The hot paths of this library against their limits, without the peers.
 * @param {{ say: (text: string) => void, rows?: readonly string[], only?: readonly string[] }} options `only`: these ids.
 * @returns {Promise<Record<string, import('./judge.mjs').Measured>>}
 */
export async function measureHotPaths({ say, rows = HOT_ROWS, only }) {
  /** @type {Record<string, import('./judge.mjs').Measured>} */
  const found = {};
  for (const name of rows) {
    const { row } = await import(`../rows/${name}.mjs`);
    for (const one of row.cases) {
      const idOf = (/** @type {{ name: string }} */ contestant) => `${name} / ${one.name} / ${contestant.name}`;
      const ours = (one.ours ?? row.ours).filter((each) => only === undefined || only.includes(idOf(each)));
      if (ours.length === 0) continue;
      say(`${name}: ${one.name}`);
      const options = { row: name, case: one.name, limit: row.limit, others: ours, params: one.params };
      const lines = await compare({ ...options, pace: PACE, say });
      const bytes = await Promise.all(ours.map((contestant) => allocationOf(contestant, name, one.params)));
      for (const [nth, contestant] of ours.entries()) {
        const ratios = ratiosOfLine(lines.find((each) => each.contestant === contestant.name));
        found[idOf(contestant)] = { ratio: ratios, bytes: /** @type {any} */ (bytes[nth]) };
      }
    }
  }
  return found;
}

/** Bytes of the heap one operation takes, once the code is compiled. */
async function allocationOf({ module, params }, row, own) {
  const worker = new Worker(ROOMY);
  try {
    await worker.open(module, row, { ...own, ...params });
    const batch = await worker.call('calibrate', { batchMs: LOOK_MS, warmMs: 400, most: MOST_OPERATIONS });
    // Few operations first: what a look itself costs is spread over them, so this is more than it is.
    const first = median(await worker.call('allocated', Math.min(batch, 64)));
    const operations = Math.max(16, Math.min(batch, Math.floor(LOOK_BYTES / Math.max(first, 1))));
    await worker.call('run', operations);
    return summaryOf(await worker.call('allocated', operations));
  } finally {
    await worker.end();
  }
}

/** @param {import('../kit/table.mjs').Line | undefined} line */
function ratiosOfLine(line) {
  if (line === undefined || line.failed !== undefined) throw new Error(`${line?.contestant} fails: ${line?.failed}`);
  return summaryOf(/** @type {{ ratios: number[] }} */ (line.rounds).ratios);
}

/** @param {readonly number[]} values @returns {import('./judge.mjs').Summary} */
const summaryOf = (values) => ({
  median: round(median(values)),
  low: round(quantile(values, 0.1)),
  high: round(quantile(values, 0.9)),
});
