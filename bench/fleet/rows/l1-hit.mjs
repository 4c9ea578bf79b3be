import { sleep } from '../kit/clock.mjs';
import { difference } from '../kit/redis.mjs';
import { median, spread } from '../kit/stats.mjs';
import { Worker } from '../kit/workers.mjs';

const SCENARIOS = /** @type {const} */ (['get', 'getOrSet']);
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
  const sets = count === 1 ? (quick ? 3 : 8) : quick ? 1 : 4;
  const rounds = quick ? 4 : 8;
  const found = {
    commands: /** @type {Record<string, number>} */ ({}),
    limits: { get: /** @type {number[]} */ ([]), getOrSet: /** @type {number[]} */ ([]) },
    times: { get: /** @type {number[]} */ ([]), getOrSet: /** @type {number[]} */ ([]) },
  };
  for (let set = 0; set < sets; set++) await measureSet({ server, count, rounds, batches: quick ? 12 : 20 }, found);
  const sent = Object.values(found.commands).reduce((sum, calls) => sum + calls, 0);
  say(`l1-hit, ${count} key(s): ${sets} x ${rounds} rounds, Redis commands during the hits: ${sent}`);
  return SCENARIOS.map((scenario) => {
    const limits = found.limits[scenario];
    const times = found.times[scenario];
    const ratio = spread(times.map((time, round) => limits[round] / time));
    return {
      what: `${scenario}, ${count === 1 ? 'one key' : `${count} keys`}`,
      limit: `lru-cache ${median(limits).toFixed(0)} ns`,
      ours: `${median(times).toFixed(0)} ns, ${sent} commands`,
      ratio,
      target: target === undefined ? 'none' : `>= ${target}, 0 commands`,
      met: target === undefined ? undefined : ratio.median >= target && sent === 0,
      details: { sets, rounds, commands: found.commands, limitNs: limits, oursNs: times },
    };
  });
}

/** One process for each contestant. */
async function measureSet({ server, count, rounds, batches }, found) {
  const all = ['lru-cache', ...SCENARIOS];
  const workers = all.map(() => new Worker('l1-hit', server.port));
  try {
    await Promise.all(workers.map((worker, nth) => worker.call('prepare', all[nth], count)));
    await sleep(QUIET_MS);
    const before = await server.commands();
    for (let round = 0; round < rounds; round++) {
      // A B A C: each has a limit of its own that was measured right before it.
      for (const [nth, scenario] of SCENARIOS.entries()) {
        found.limits[scenario].push(await workers[0].call('measure', batches));
        found.times[scenario].push(await workers[nth + 1].call('measure', batches));
      }
    }
    for (const [name, calls] of Object.entries(difference(before, await server.commands()))) {
      found.commands[name] = (found.commands[name] ?? 0) + calls;
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.end()));
  }
}
