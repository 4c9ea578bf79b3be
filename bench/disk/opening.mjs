import { join } from 'node:path';
import { median } from '../kit/stats.mjs';
import { MIB, openStore } from './open-store.mjs';

const BOUND = 1_100 * MIB;
const ENTRIES = 128_000;
const TIMES = 5;

/** How much later a store of 1 GB opens than an empty one. @param {string} folder */
export async function opening(folder) {
  const [full, empty] = [join(folder, 'full'), join(folder, 'empty')];
  const filling = await openStore(full, BOUND);
  for (let nth = 0; nth < ENTRIES; nth += 500) {
    await Promise.all(
      Array.from({ length: 500 }, (_, index) => filling.set(`k${nth + index}`, Buffer.alloc(8_000, index), 3_600_000)),
    );
  }
  const { bytes, entries } = filling.usage;
  await filling.close();
  const times = { full: /** @type {number[]} */ ([]), empty: /** @type {number[]} */ ([]) };
  for (let time = 0; time < TIMES; time++) {
    for (const [name, directory] of /** @type {const} */ ([
      ['empty', empty],
      ['full', full],
    ])) {
      const begun = performance.now();
      const store = await openStore(directory, BOUND);
      await store.get('k1');
      times[name].push(performance.now() - begun);
      await store.close();
    }
  }
  const later = median(times.full) - median(times.empty);
  return [
    ['an empty store opens, and is read', `${median(times.empty).toFixed(0)} ms`, '', ''],
    [
      `one of ${entries} entries, ${(bytes / 1e9).toFixed(2)} GB`,
      `${median(times.full).toFixed(0)} ms`,
      `${later.toFixed(0)} ms later`,
      `<= 1,000 ms: ${later <= 1_000 ? 'met' : 'NOT met'}`,
    ],
  ];
}
