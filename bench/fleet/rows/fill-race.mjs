import { MODES } from '../kit/caches.mjs';
import { now, sleep } from '../kit/clock.mjs';
import { withWorkers } from '../kit/workers.mjs';

const BATCH = 50;
const NOTICE_MS = 10;
/** Between two trials of a batch, and how far apart a read and its write may be. */
const STEP_MS = 1.2;
const OFFSET_MS = 0.4;
const BARRIER_MS = 20;

/** A takes a value into its L1 while B overwrites it: whether A keeps the one before. */
export async function run({ server, quick, say }) {
  const trials = quick ? 500 : 5_000;
  return withWorkers({ jobs: 'races', count: 2, port: server.port }, async (workers) => {
    await Promise.all(workers.map((worker) => worker.call('ready')));
    const control = await count(workers, 'naive', quick ? 500 : 2_000);
    const lines = [];
    for (const mode of MODES) {
      const found = await count(workers, mode, trials);
      say(`fill-race, ${mode}: ${JSON.stringify(found)}`);
      lines.push({
        what: `read while another overwrites, ${mode}`,
        limit: `0 (a naive one: ${control.stale} of ${control.trials})`,
        ours: `${found.stale} of ${found.trials} stale, ${found.overlapped} overlapped, ${found.late} later than 20 ms`,
        target: '0 stale',
        met: found.stale === 0 && found.wrong === 0,
        details: { ...found, naive: control },
      });
    }
    return lines;
  });
}

async function count([reader, writer], mode, trials) {
  const total = { trials: 0, overlapped: 0, readOld: 0, late: 0, stale: 0, wrong: 0 };
  for (let batch = 0; batch * BATCH < trials; batch++) {
    const keys = Array.from({ length: BATCH }, (_, nth) => `race:${batch}:${nth}`);
    await writer.call('put', mode, keys, 'first');
    const at = now() + NOTICE_MS;
    const instants = () => keys.map((_, nth) => at + nth * STEP_MS + Math.random() * OFFSET_MS);
    const [reads, writes] = await Promise.all([
      reader.call('read', mode, keys, instants()),
      writer.call('overwrite', mode, keys, 'last', instants()),
    ]);
    await sleep(BARRIER_MS);
    const values = await reader.call('get', mode, keys);
    const late = values.filter((value) => value !== 'last').length;
    total.trials += keys.length;
    total.late += late;
    if (late > 0) total.stale += await reader.call('settle', mode, keys, 'last');
    for (const [nth, read] of reads.entries()) {
      if (read.begun < writes[nth].ended && writes[nth].begun < read.ended) total.overlapped++;
      if (read.value === 'first') total.readOld++;
      else if (read.value !== 'last') total.wrong++;
    }
  }
  return total;
}
