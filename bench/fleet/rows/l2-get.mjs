import { difference } from '../kit/redis.mjs';
import { median, spread } from '../kit/stats.mjs';
import { withWorkers } from '../kit/workers.mjs';

const CALLERS = 64;
/** With the default options the second is deflated. */
const SIZES = [
  { size: 1_000, name: '1 kB' },
  { size: 2_000, name: '2 kB, deflated' },
];
const SCENARIOS = ['GET', 'GET + JSON.parse', 'getOrSet'];

/** A hit that only Redis has, against GETs that ioredis gathers by itself. */
export async function run({ server, quick, say }) {
  const lines = [];
  for (const { size, name } of SIZES) lines.push(...(await compare({ server, quick, say, size, name })));
  return lines;
}

async function compare({ server, quick, say, size, name }) {
  const rounds = quick ? 5 : 30;
  const ms = quick ? 150 : 300;
  return withWorkers({ jobs: 'l2-get', count: SCENARIOS.length, port: server.port }, async (workers) => {
    await Promise.all(workers.map((worker, nth) => worker.call('prepare', SCENARIOS[nth], size)));
    for (const worker of workers) await worker.call('measure', CALLERS, 300);
    const speeds = SCENARIOS.map(() => /** @type {number[]} */ ([]));
    let commands = 0;
    for (let round = 0; round < rounds; round++) {
      for (const [nth, worker] of workers.entries()) {
        const before = nth === 2 ? await server.commands() : {};
        const speed = await worker.call('measure', CALLERS, ms);
        const sent = nth === 2 ? Object.values(difference(before, await server.commands())) : [];
        commands += sent.reduce((sum, calls) => sum + calls, 0) / ((speed * ms) / 1_000);
        speeds[nth].push(speed);
      }
    }
    say(`l2-get, ${name}: ${rounds} rounds`);
    const [, , ours] = speeds;
    return [0, 1].map((nth) => ({
      what: `getOrSet, ${CALLERS} callers, ${name}`,
      limit: `ioredis ${SCENARIOS[nth]} ${thousands(median(speeds[nth]))}/s`,
      ours: `${thousands(median(ours))}/s, ${(commands / rounds).toFixed(2)} commands a get`,
      ratio: spread(ours.map((speed, round) => speed / speeds[nth][round])),
      target: 'none',
      met: undefined,
      details: { limit: speeds[nth], ours, commandsOfAGet: commands / rounds },
    }));
  });
}

const thousands = (/** @type {number} */ speed) => `${(speed / 1_000).toFixed(1)}k`;
