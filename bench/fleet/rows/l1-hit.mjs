import { sleep } from '../kit/clock.mjs';
import { difference } from '../kit/redis.mjs';
import { median, spread } from '../kit/stats.mjs';
import { Worker } from '../kit/workers.mjs';

const TARGET = 0.85;
/** What a process has told the others, it says once more half a second later. */
const QUIET_MS = 800;

/** A two-tier hit that the process serves itself, against an awaited get of a plain `lru-cache`. */
export async function run({ server, quick, say }) {
  return [
    ...(await compare({ server, quick, say, count: 1, target: TARGET })),
    ...(await compare({ server, quick, say, count: 1_024, target: undefined })),
  ];
}

async function compare({ server, quick, say, count, target }) {
  const rounds = (quick ? 12 : 50) / (count === 1 ? 1 : 2);
  const batches = quick ? 12 : 20;
  const scenarios = ['lru-cache', 'get', 'getOrSet'];
  const workers = scenarios.map(() => new Worker('l1-hit', server.port));
  try {
    for (const [nth, worker] of workers.entries()) await worker.call('prepare', scenarios[nth], count);
    await sleep(QUIET_MS);
    const before = await server.commands();
    /** @type {number[][]} */
    const times = [[], [], []];
    const limits = { get: /** @type {number[]} */ ([]), getOrSet: /** @type {number[]} */ ([]) };
    for (let round = 0; round < rounds; round++) {
      // A B A C: each has a limit of its own that was measured right before it.
      for (const nth of [1, 2]) {
        limits[scenarios[nth]].push(await workers[0].call('measure', batches));
        times[nth].push(await workers[nth].call('measure', batches));
      }
    }
    const commands = difference(before, await server.commands());
    const sent = Object.values(commands).reduce((sum, calls) => sum + calls, 0);
    say(`l1-hit, ${count} key(s): ${rounds} rounds, Redis commands during the hits: ${sent}`);
    return [1, 2].map((nth) => {
      const scenario = scenarios[nth];
      const ratio = spread(times[nth].map((time, round) => limits[scenario][round] / time));
      return {
        what: `${scenario}, ${count === 1 ? 'one key' : `${count} keys`}`,
        limit: `lru-cache ${median(limits[scenario]).toFixed(0)} ns`,
        ours: `${median(times[nth]).toFixed(0)} ns, ${sent} commands`,
        ratio,
        target: target === undefined ? 'none' : `>= ${target}, 0 commands`,
        met: target === undefined ? undefined : ratio.median >= target && sent === 0,
        details: { commands, limitNs: limits[scenario], oursNs: times[nth] },
      };
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.end()));
  }
}
