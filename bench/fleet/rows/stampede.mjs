import { MODES } from '../kit/caches.mjs';
import { now } from '../kit/clock.mjs';
import { inMs, percentiles, quantile, spread } from '../kit/stats.mjs';
import { withWorkers } from '../kit/workers.mjs';

const PROCESSES = 4;
const CALLERS = 250;
const TARGET = 1.3;
/** From the message to the release. */
const NOTICE_MS = 25;

/** Many processes, many callers, one cold key: how often it is loaded, and how long everybody waits. */
export async function run({ server, quick, say }) {
  const rounds = quick ? 15 : 100;
  return withWorkers({ jobs: 'stampede', count: PROCESSES, port: server.port }, async (workers) => {
    const inAll = (/** @type {any[]} */ ...call) => Promise.all(workers.map((worker) => worker.call(...call)));
    await inAll('ready');
    const found = MODES.map((mode) => ({ mode, rounds: /** @type {any[]} */ ([]) }));
    for (let round = -2; round < rounds; round++) {
      for (const { mode, rounds: done } of found) {
        const bare = await inAll('bare', now() + NOTICE_MS, CALLERS);
        const ours = await inAll('ours', mode, `cold:${round}`, now() + NOTICE_MS, CALLERS);
        // The first two warm up; what they load counts all the same.
        done.push({ warm: round >= 0, ...summary(bare, ours) });
      }
    }
    say(`stampede: ${rounds} rounds a mode`);
    return found.map(({ mode, rounds: done }) => line(mode, done));
  });
}

function summary(bare, ours) {
  const bareTimes = bare.flatMap(({ times }) => times);
  const times = ours.flatMap((answer) => answer.times);
  const loads = ours.flatMap((answer) => answer.loads);
  return {
    bare: bareTimes,
    times,
    loads: loads.length,
    loadMs: Math.max(...loads),
    wrong: ours.reduce((sum, answer) => sum + answer.wrong, 0),
    errors: ours.reduce((sum, answer) => sum + answer.errors, 0),
    ratio: quantile(times, 0.99) / quantile(bareTimes, 0.99),
    toLoad: quantile(times, 0.99) / Math.max(...loads),
  };
}

function line(mode, done) {
  const warm = done.filter((round) => round.warm);
  const bare = percentiles(warm.flatMap((round) => round.bare));
  const ours = percentiles(warm.flatMap((round) => round.times));
  const most = Math.max(...done.map(({ loads }) => loads));
  const least = Math.min(...done.map(({ loads }) => loads));
  const wrong = done.reduce((sum, round) => sum + round.wrong, 0);
  const ratio = spread(warm.map((round) => round.ratio));
  const more = done.filter(({ loads }) => loads !== 1).length;
  const loads =
    most === 1 && least === 1 ? '1 load in every round' : `${least}..${most} loads, not 1 in ${more} rounds`;
  return {
    what: `${PROCESSES} x ${CALLERS} callers, ${mode}: p99`,
    limit: `bare timer p50 ${inMs(bare.p50)}, p99 ${inMs(bare.p99)}`,
    ours: `p50 ${inMs(ours.p50)}, p99 ${inMs(ours.p99)}; ${loads}${wrong > 0 ? `; ${wrong} WRONG` : ''}`,
    ratio,
    target: `<= ${TARGET}, 1 load`,
    met: ratio.median <= TARGET && most === 1 && least === 1 && wrong === 0,
    details: {
      rounds: done.length,
      loads: done.map((round) => round.loads),
      errors: done.at(-1)?.errors,
      bare,
      ours,
      toOwnLoad: spread(warm.map((round) => round.toLoad)),
      ratios: warm.map((round) => round.ratio),
    },
  };
}
