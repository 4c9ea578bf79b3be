import { openDisk } from '../../../lib/backends/disk/open-disk.js';
import { wholeValue } from './whole-values.js';

/** One process that writes to a store: `node writer.js '<orders>'`. Says how far it has come, and what failed. */
interface Orders {
  readonly directory: string;
  readonly maxBytes: number;
  /** The first number of its values. */
  readonly from: number;
  readonly writes: number;
  /** How many keys they share. */
  readonly keys: number;
}

const { directory, from, keys, maxBytes, writes } = JSON.parse(process.argv[2]!) as Orders;
const say = (message: object): void => void process.send!(message);
const { backend, notices } = await openDisk({
  directory,
  maxBytes,
  eviction: 'lru',
  now: Date.now,
  upTime: () => performance.now(),
  onEvicted: () => {},
  onError: (error) => say({ says: 'trouble', message: String(error) }),
});
say({ says: 'ready', notices });
const failures: string[] = [];
const stale: string[] = [];
for (let nth = 0; nth < writes; nth += 10) {
  await Promise.all(
    Array.from({ length: 10 }, async (_, index) => {
      const seed = from + nth + index;
      const key = `k${(seed * 7) % keys}`;
      if (seed % 9 === 0) return backend.delete(key);
      try {
        await backend.set(key, wholeValue(seed), seed % 3 === 0 ? 20 : undefined);
      } catch (error) {
        failures.push(String(error));
        if ((await backend.get(key)) !== undefined) stale.push(key);
      }
    }),
  );
  say({ says: 'written', count: nth + 10 });
}
await backend.close();
say({ says: 'done', failures, stale });
