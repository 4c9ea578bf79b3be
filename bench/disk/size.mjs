import { statSync } from 'node:fs';
import { join } from 'node:path';
import { FORMAT } from '../../dist/backends/disk/layout.js';
import { MIB, openStore } from './open-store.mjs';

const BOUND = 32 * MIB;
const ROUNDS = 500;

/** How large a store of sizes from 200 B to 200 KiB grows, with overwrites and deletes. @param {string} folder */
export async function size(folder) {
  const directory = join(folder, 'size');
  const store = await openStore(directory, BOUND);
  let state = 1;
  const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const most = { own: 0, file: 0 };
  let written = 0;
  for (let round = 0; round < ROUNDS; round++) {
    await Promise.all(
      Array.from({ length: 16 }, () => {
        const key = `k${Math.floor(random() * 4_000)}`;
        if (random() < 0.15) return store.delete(key);
        const value = Buffer.alloc(Math.floor(200 * 1_000 ** random()), round);
        written += value.length;
        return store.set(key, value, random() < 0.3 ? 50 : undefined);
      }),
    );
    most.own = Math.max(most.own, store.usage.bytes / BOUND);
    most.file = Math.max(most.file, statSync(join(directory, `cache-${FORMAT}.mdb`)).size / BOUND);
  }
  await store.close();
  const what = `${Math.round(written / MIB)} MiB through a store of ${BOUND / MIB} MiB`;
  return [
    [
      `${what}: its own measure at most`,
      `${most.own.toFixed(3)} of the bound`,
      '',
      `<= 1: ${most.own <= 1 ? 'met' : 'NOT met'}`,
    ],
    [
      `${what}: the file at most`,
      `${most.file.toFixed(3)} of the bound`,
      '',
      `<= 1.2: ${most.file <= 1.2 ? 'met' : 'NOT met'}`,
    ],
  ];
}
