import { median, spread } from '../kit/stats.mjs';
import { withWorkers } from '../kit/workers.mjs';

const CALLERS = 64;
const SCENARIOS = ['GET', 'GET + JSON.parse', 'getOrSet'];

/** A hit that only Redis has, 1 KiB, against GETs that ioredis gathers by itself. */
export async function run({ server, quick, say }) {
  const rounds = quick ? 6 : 30;
  const ms = quick ? 150 : 300;
  return withWorkers({ jobs: 'l2-get', count: SCENARIOS.length, port: server.port }, async (workers) => {
    await Promise.all(workers.map((worker, nth) => worker.call('prepare', SCENARIOS[nth])));
    for (const worker of workers) await worker.call('measure', CALLERS, 300);
    const speeds = SCENARIOS.map(() => /** @type {number[]} */ ([]));
    for (let round = 0; round < rounds; round++) {
      for (const [nth, worker] of workers.entries()) speeds[nth].push(await worker.call('measure', CALLERS, ms));
    }
    say(`l2-get: ${rounds} rounds`);
    const [, , ours] = speeds;
    return [0, 1].map((nth) => ({
      what: `getOrSet, ${CALLERS} callers, 1 KiB`,
      limit: `ioredis ${SCENARIOS[nth]} ${thousands(median(speeds[nth]))}/s`,
      ours: `${thousands(median(ours))}/s`,
      ratio: spread(ours.map((speed, round) => speed / speeds[nth][round])),
      target: 'none',
      met: undefined,
      details: { limit: speeds[nth], ours },
    }));
  });
}

const thousands = (/** @type {number} */ speed) => `${(speed / 1_000).toFixed(1)}k`;
