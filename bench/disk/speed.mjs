import { join } from 'node:path';
import { open } from 'lmdb';
import { median, ratiosOf, spread } from '../kit/stats.mjs';
import { MIB, openShared } from './open-store.mjs';

const ROUNDS = 25;
const KEYS = 5_000;
const CALLERS = 64;
const HOUR = 3_600_000;
const VALUE = Buffer.alloc(1_024, 7);

/** Reads and writes of 1 KiB, beside lmdb with the same durability: its own default. @param {string} folder */
export async function speed(folder) {
  const raw = open({ path: join(folder, 'raw.mdb'), encoding: 'binary' });
  const { backend: store, fleet } = await openShared(join(folder, 'speed'), 256 * MIB);
  let nth = 0;
  const key = () => `bench:v:{${nth++ % KEYS}}`;
  for (let each = 0; each < KEYS; each++) {
    const name = key();
    await Promise.all([raw.put(name, VALUE), store.set(name, VALUE, HOUR)]);
  }
  // As a cache does it: the value, the lease of a load that has to lose, and word of it for other processes.
  const put = () => {
    const name = key();
    const lease = name.replace(':v:', ':l:');
    return fleet.store({ value: name, lease, bytes: VALUE, ttlMs: HOUR, token: undefined, isPut: false });
  };
  const together = (work) => () => Promise.all(Array.from({ length: CALLERS }, work));
  /** @type {[string, number, number, () => unknown, () => Promise<unknown>][]} */
  const cases = [
    ['get, one after the other', 4_000, 1, async () => raw.get(key()), () => store.get(key())],
    [
      `set, ${CALLERS} callers`,
      8,
      CALLERS,
      together(() => raw.put(key(), VALUE)),
      together(() => store.set(key(), VALUE, HOUR)),
    ],
    [`set for a fleet, ${CALLERS} callers`, 8, CALLERS, together(() => raw.put(key(), VALUE)), together(put)],
    ['set for a fleet, one after the other', 60, 1, () => raw.put(key(), VALUE), put],
    ['set, one after the other', 60, 1, () => raw.put(key(), VALUE), () => store.set(key(), VALUE, HOUR)],
  ];
  const lines = [];
  for (const [name, times, calls, limit, own] of cases) {
    const found = { limit: /** @type {number[]} */ ([]), own: /** @type {number[]} */ ([]) };
    for (let round = -3; round < ROUNDS; round++) {
      for (const [who, work] of round % 2 === 0
        ? [
            ['limit', limit],
            ['own', own],
          ]
        : [
            ['own', own],
            ['limit', limit],
          ]) {
        const begun = performance.now();
        for (let time = 0; time < times; time++) await work();
        if (round >= 0) found[who].push(((performance.now() - begun) * 1_000) / times / calls);
      }
    }
    const ratio = spread(ratiosOf(found.limit, found.own));
    lines.push([`${name}: lmdb`, `${median(found.limit).toFixed(1)} us`, '1.00', '']);
    const shown = `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)}..${ratio.max.toFixed(2)})`;
    lines.push([
      `${name}: the store`,
      `${median(found.own).toFixed(1)} us`,
      shown,
      `>= 0.3: ${ratio.median >= 0.3 ? 'met' : 'NOT met'}`,
    ]);
  }
  await Promise.all([raw.close(), store.close()]);
  return lines;
}
