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
const { backend, fleet, notices } = await openDisk({
  directory,
  maxBytes,
  eviction: 'lru',
  now: Date.now,
  upTime: () => performance.now(),
  onEvicted: () => {},
  onError: (error) => say({ says: 'trouble', message: String(error) }),
});
say({ says: 'ready', notices });

/** Alone, by hand, or under a lease, which somebody else may have. */
async function write(key: string, seed: number): Promise<unknown> {
  const bytes = wholeValue(seed);
  const ttlMs = seed % 3 === 0 ? 20 : undefined;
  const shared = { value: key, lease: `lease:${key}` };
  if (seed % 4 === 0) return backend.set(key, bytes, ttlMs);
  if (seed % 4 === 1) return fleet.store({ ...shared, bytes, ttlMs, token: undefined });
  const token = `${process.pid}.${seed}`;
  await fleet.seize(shared, token, 1_000);
  return fleet.store({ ...shared, bytes, ttlMs, token, isPut: seed % 4 === 2 });
}

const failures: string[] = [];
const stale: string[] = [];
for (let nth = 0; nth < writes; nth += 10) {
  await Promise.all(
    Array.from({ length: 10 }, async (_, index) => {
      const seed = from + nth + index;
      const key = `k${(seed * 7) % keys}`;
      if (seed % 9 === 0) return backend.delete(key);
      try {
        await write(key, seed);
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
