import { median, spread } from '../../fleet/kit/stats.mjs';
import { withWorkers } from '../kit/workers.mjs';

const CALLERS = 64;
const KINDS = /** @type {const} */ (['bare', 'guarded']);
const LEAST_RATIO = 0.97;

/** What the guard against outages costs as long as there is none. */
export async function run({ server, quick, say }) {
  const rounds = quick ? 9 : 40;
  const ms = quick ? 200 : 300;
  return withWorkers({ jobs: 'cost', count: KINDS.length, port: server.port }, async (workers) => {
    await Promise.all(workers.map((worker, nth) => worker.call('prepare', KINDS[nth])));
    for (const worker of workers) await worker.call('measure', CALLERS, 500);
    const speeds = KINDS.map(() => /** @type {number[]} */ ([]));
    for (let round = 0; round < rounds; round++) {
      // Who goes first takes turns, so that neither always finds the machine as the other has left it.
      const order = round % 2 === 0 ? [0, 1] : [1, 0];
      for (const nth of order) speeds[nth]?.push(await workers[nth].call('measure', CALLERS, ms));
    }
    say(`cost: ${rounds} rounds`);
    const [bare = [], guarded = []] = speeds;
    const ratio = spread(guarded.map((speed, round) => speed / (bare[round] ?? NaN)));
    return [
      {
        what: `get from Redis, ${CALLERS} callers, 1 KiB`,
        limit: `without the guard ${thousands(median(bare))}/s`,
        ours: `${thousands(median(guarded))}/s`,
        ratio,
        target: `>= ${LEAST_RATIO}`,
        met: ratio.median >= LEAST_RATIO,
        details: { bare, guarded },
      },
    ];
  });
}

const thousands = (/** @type {number} */ speed) => `${(speed / 1_000).toFixed(1)}k`;
