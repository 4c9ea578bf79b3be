import { sleep } from '../../fleet/kit/clock.mjs';
import { MortalServer } from '../kit/mortal.mjs';
import { withWorkers } from '../kit/workers.mjs';

const PROCESSES = 3;
const AWAY_MS = 2_000;
const LOOK_MS = 3_000;

/** What was taken away while the server was gone, and is read when it is back: frozen, or killed and started from its dump. */
export async function run({ quick, say }) {
  const rounds = quick ? 1 : 5;
  const lines = [];
  for (const how of /** @type {const} */ (['freeze', 'kill'])) {
    const total = { old: {}, reads: 0, done: 0, queued: 0, last: 0, pending: 0 };
    for (let round = 0; round < rounds; round++) {
      const found = await measure(how);
      say(`revoked, ${how}: ${JSON.stringify(found)}`);
      for (const key of /** @type {const} */ (['reads', 'done', 'queued'])) total[key] += found[key];
      total.last = Math.max(total.last, found.last);
      total.pending = Math.max(total.pending, found.pending);
      for (const [way, count] of Object.entries(found.old)) total.old[way] = (total.old[way] ?? 0) + count;
    }
    lines.push(lineOf(how, total));
  }
  return lines;
}

/** @param {'freeze' | 'kill'} how */
async function measure(how) {
  const server = await MortalServer.start();
  try {
    return await withWorkers({ jobs: 'revoked', count: PROCESSES, port: server.port }, async (workers) => {
      const all = (job, ...args) => Promise.all(workers.map((worker) => worker.call(job, ...args)));
      await all('prepare');
      await all('warm', PROCESSES);
      await server.leave(how, true);
      await sleep(AWAY_MS / 4);
      await all('raise', 2);
      const told = await Promise.all(workers.map((worker, nth) => worker.call('revoke', nth, PROCESSES)));
      await sleep(AWAY_MS / 2);
      await server.comeBack(how);
      const seen = await all('look', PROCESSES, LOOK_MS);
      const pending = await all('pending');
      const sum = (/** @type {number[]} */ values) => values.reduce((one, other) => one + other, 0);
      return {
        reads: sum(seen.map(({ reads }) => reads)),
        old: Object.fromEntries(Object.keys(seen[0].old).map((way) => [way, sum(seen.map(({ old }) => old[way]))])),
        last: Math.max(...seen.map(({ last }) => last)),
        done: sum(told.map(({ done }) => done)),
        queued: sum(told.map(({ queued }) => queued)),
        pending: sum(pending),
      };
    });
  } finally {
    await server.stop();
  }
}

function lineOf(how, { old, reads, done, queued, last, pending }) {
  const sum = Object.values(old).reduce((one, other) => one + other, 0);
  const ways = Object.entries(old)
    .filter(([, count]) => count > 0)
    .map(([way, count]) => `${count} by ${way}`);
  return {
    what: `${PROCESSES} processes, ${how === 'freeze' ? 'frozen' : 'killed and back with its data'}`,
    limit: `${reads} reads in ${LOOK_MS / 1_000} s each`,
    ours:
      `${sum} old${ways.length > 0 ? ` (${ways.join(', ')}; last after ${last.toFixed(0)} ms)` : ''}; ` +
      `${queued} answered false, ${done} true; ${pending} pending`,
    target: '0 old, 0 true, 0 pending',
    met: sum === 0 && done === 0 && pending === 0,
    details: { old, reads, done, queued, last, pending },
  };
}
