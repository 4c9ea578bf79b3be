import { median, round, spread } from '../kit/stats.mjs';
import { peersOf } from '../kit/peers.mjs';
import { Worker } from '../kit/workers.mjs';

const CASE = '100,000 entries of 200 bytes';
const ENTRIES = 100_000;
const TARGET = 1.2;
const BARE = { name: 'keys and values alone', kind: 'peer', module: 'contestants/bare/memory.mjs' };
const LIMIT = { name: 'lru-cache', kind: 'limit', module: 'contestants/lru-cache/memory.mjs' };
const module = 'contestants/nestjs-cached/memory.mjs';
const OURS = ['share', 'freeze', 'clone'].map((isolation) => {
  return { name: `nestjs-cached, ${isolation}`, kind: 'ours', module, params: { isolation } };
});

/** Memory that an entry takes, its key and value with it. */
export const row = { name: 'bytes', title: 'bytes that an entry holds, after a full collection', run };

async function run({ quick, say }) {
  const all = [LIMIT, ...OURS, ...peersOf('memory'), BARE];
  /** @type {Map<string, { bytes: number[], failed?: string, absent?: boolean }>} */
  const found = new Map(all.map(({ name }) => [name, { bytes: [] }]));
  for (let round_ = 0; round_ < (quick ? 1 : 3); round_++) {
    for (const contestant of all) {
      const one = /** @type {any} */ (found.get(contestant.name));
      if (one.absent || one.failed !== undefined) continue;
      Object.assign(one, await measure(contestant, one.bytes));
      if (one.failed !== undefined) say(`  ${contestant.name} fails: ${one.failed}`);
    }
  }
  const alone = median(found.get(BARE.name)?.bytes ?? []);
  const limit = found.get(LIMIT.name)?.bytes ?? [];
  return all.flatMap(({ name, kind }) => {
    const { bytes, failed, absent } = /** @type {any} */ (found.get(name));
    if (absent) return [];
    if (failed !== undefined) return [{ case: CASE, contestant: name, kind, failed }];
    const ratio = spread(bytes.map((own) => limit[0] / own));
    const times = median(bytes) / median(limit);
    const promised = kind === 'ours' ? { target: `<= ${TARGET} times the limit's`, met: times <= TARGET } : {};
    const figure = `${median(bytes).toFixed(0)} B, ${(median(bytes) - alone).toFixed(0)} B of its own`;
    return [{ case: CASE, contestant: name, kind, figure, ratio, ...promised, details: { bytes: bytes.map(round) } }];
  });
}

async function measure({ module: file, params }, bytes) {
  const worker = new Worker();
  try {
    // One before, so that what is compiled and made once is not counted; then one that is counted with all it is made of.
    const { absent } = await worker.open(file, 'bytes', { max: 1_000, ...params });
    if (absent !== undefined) return { absent: true };
    await worker.call('run', 1_000);
    const before = await worker.call('held');
    await worker.open(file, 'bytes', { max: ENTRIES, ...params });
    await worker.call('run', ENTRIES);
    const after = await worker.call('held');
    await worker.call('check');
    bytes.push((after - before) / ENTRIES);
    return {};
  } catch (error) {
    return { failed: String(error instanceof Error ? error.message : error).split('\n')[0] };
  } finally {
    await worker.end();
  }
}
