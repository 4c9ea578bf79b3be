import { MODES } from '../kit/caches.mjs';
import { now, sleep } from '../kit/clock.mjs';
import { withWorkers } from '../kit/workers.mjs';

const WAYS = ['same process', 'another', 'tag', 'pattern', 'clear'];
const BATCH = 50;
/** Keys that one pattern takes away. */
const OF_A_PATTERN = 5;
const NOTICE_MS = 5;
/** The deletions are spread over the first time, the ends of the loads over the second, which begins in its middle. */
const DELETE_MS = 10;
const END_MS = 15;
/** One push must have come by then. */
const PUSH_MS = 20;

const NOTHING = {
  trials: 0,
  /** The deletion was acknowledged before the loader ended; was under way when it ended or its value was stored; came after. */
  whileLoading: 0,
  atItsEnd: 0,
  afterwards: 0,
  back: 0,
  backInL1: 0,
  backInL2: 0,
  /** Seen in L1 right after the acknowledgement, and gone with the push. */
  beforePush: 0,
};

/** What is deleted while it is being loaded: whether the load brings the old value back, in L1 or in L2. */
export async function run({ server, quick, say }) {
  const trials = quick ? 100 : 1_000;
  return withWorkers({ jobs: 'races', count: 3, port: server.port }, async (workers) => {
    await Promise.all(workers.map((worker) => worker.call('ready')));
    const lines = [];
    const control = await count(workers, 'naive', 'another', 100);
    for (const mode of MODES) {
      /** @type {Record<string, any>} */
      const found = {};
      for (const way of WAYS) {
        found[way] = await count(workers, mode, way, trials);
        say(`deleted-during-load, ${mode}, ${way}: ${JSON.stringify(found[way])}`);
      }
      const sum = (/** @type {string} */ what) => Object.values(found).reduce((total, each) => total + each[what], 0);
      lines.push({
        what: `old value back, ${mode}: ${WAYS.join(', ')}`,
        limit: `0 (a naive one: ${control.back} of ${control.trials})`,
        ours: `${sum('back')} of ${sum('trials')}; deleted while loading ${sum('whileLoading')}, at its end ${sum('atItsEnd')}`,
        target: '0',
        met: sum('back') === 0,
        details: { ...found, naive: control },
      });
    }
    return lines;
  });
}

async function count(workers, mode, way, trials) {
  const total = { ...NOTHING };
  for (let batch = 0; batch * BATCH < trials; batch++) {
    // So many keys a pattern, told by the end of their names; a pattern ends in `*`.
    const keys = Array.from({ length: BATCH }, (_, nth) => {
      return `${way}:${batch}:${Math.floor(nth / OF_A_PATTERN)}:${nth % OF_A_PATTERN}`;
    });
    for (const [what, more] of Object.entries(await trial(workers, mode, way, keys))) total[what] += more;
  }
  return total;
}

async function trial([loading, other, third], mode, way, keys) {
  await loading.call('begin', mode, keys);
  const at = now() + NOTICE_MS;
  const calls = namesOf(way, keys);
  const ends = keys.map(() => at + DELETE_MS / 2 + Math.random() * END_MS);
  const instants = calls.map(() => at + Math.random() * DELETE_MS).sort((a, b) => a - b);
  const remover = way === 'same process' ? loading : other;
  const [loads, removals] = await Promise.all([
    loading.call('finish', ends),
    remover.call('remove', mode, way, calls, instants),
  ]);
  // Who has never read it finds what is in L2.
  const far = await third.call('get', mode, keys);
  const early = await nearValues(mode, keys, [loading, other]);
  await sleep(PUSH_MS);
  const near = await nearValues(mode, keys, [loading, other]);
  const again = await loading.call('get', mode, keys);
  const result = { ...NOTHING };
  for (const [nth, load] of loads.entries()) {
    const removal = removals[Math.floor((nth * calls.length) / keys.length)];
    const inL1 = near.some((values) => values[nth] === 'old') || again[nth] === 'old';
    const inL2 = far[nth] === 'old';
    result.trials++;
    if (removal.ended < load.ended) result.whileLoading++;
    else if (removal.begun < load.answered) result.atItsEnd++;
    else result.afterwards++;
    if (inL1) result.backInL1++;
    if (inL2) result.backInL2++;
    if (inL1 || inL2) result.back++;
    if (early.some((values) => values[nth] === 'old')) result.beforePush++;
  }
  return result;
}

/** What the calls of an invalidation name. */
function namesOf(way, keys) {
  if (way === 'clear') return ['everything'];
  if (way !== 'pattern') return keys;
  return keys.filter((_, nth) => nth % OF_A_PATTERN === 0).map((key) => key.slice(0, -1));
}

const nearValues = (mode, keys, workers) => Promise.all(workers.map((worker) => worker.call('peek', mode, keys)));
