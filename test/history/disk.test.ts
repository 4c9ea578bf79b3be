import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis, type RunningRedis } from '../support/redis-server.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { compile, type Compiled } from './compiled.js';
import { runFleet } from './fleet-run.js';
import { ofKind, type History } from './history.js';
import type { Fault } from './orders.js';
import { overlappingLoads } from './overlaps.js';
import { sliceOf, sliceOfOverlap } from './slice.js';
import { staleReads } from './staleness.js';
import { CROWDED, EVERYTHING } from './workload.js';

/*
 * Processes at random on one directory, one of which is killed in the middle of a load, and afterwards a look at all that was
 * read. Redis is only where the truth lies. HISTORY_SECONDS is the time of each run, HISTORY_SEED repeats the choices of one.
 */
const SECONDS = Number(process.env['HISTORY_SECONDS'] ?? 2);
/** A planted fault shows itself by chance, too: it is given more time. */
const FAULT_SECONDS = Math.max(5, SECONDS);
const SEED = Number(process.env['HISTORY_SEED'] ?? Math.floor(Math.random() * 1_000_000));
const WORKLOADS = { everything: EVERYTHING, crowded: CROWDED };

describe('a history of several processes on one directory', () => {
  let redis: RunningRedis;
  let program: Compiled;
  beforeAll(async () => {
    [redis, program] = await Promise.all([startRedis(), compile('instance.ts')]);
  });
  afterAll(async () => {
    await redis?.stop();
    await program?.remove();
  });

  async function run(backend: 'disk' | 'tiered', name: keyof typeof WORKLOADS, fault?: Fault): Promise<History> {
    const folder = await temporaryFolder();
    try {
      return await runFleet({
        ...{ mode: 'pubsub', lent: false, connections: 1, fault, processes: 3, disturbed: fault === undefined },
        ...{
          url: redis.url,
          program: program.path,
          workload: WORKLOADS[name],
          seed: SEED,
          seconds: fault ? FAULT_SECONDS : SECONDS,
        },
        disk: { directory: folder.path, backend },
      });
    } finally {
      await folder.remove();
    }
  }

  it.each([
    { backend: 'tiered', name: 'everything' },
    { backend: 'tiered', name: 'crowded' },
    { backend: 'disk', name: 'everything' },
  ] as const)(
    'shows no value that was taken away before, and no two loads at a time: $name, $backend',
    async ({ backend, name }) => {
      const history = await run(backend, name);
      const loads = overlappingLoads(history);
      const reads = ofKind(history, 'read');
      const figures = `${reads.length} reads, ${ofKind(history, 'invalidation').length} invalidations, ${loads.quiet} quiet loads`;
      process.stderr.write(`HISTORY_SEED=${SEED} ${backend}: ${figures}, ${loads.excused} excused\n`);
      expect(
        staleReads(history)
          .map((found) => sliceOf(history, found))
          .slice(0, 3),
      ).toEqual([]);
      expect(loads.violations.map((overlap) => sliceOfOverlap(history, overlap)).slice(0, 3)).toEqual([]);
      // A history in which little happened shows little.
      expect(reads.length).toBeGreaterThan(SECONDS * 100);
    },
    SECONDS * 2_000 + 60_000,
  );

  it.each(['no fence', 'no epoch'] as const)(
    'would show them: %s',
    async (fault) => {
      expect(staleReads(await run('tiered', 'crowded', fault)).length).toBeGreaterThan(0);
    },
    FAULT_SECONDS * 2_000 + 60_000,
  );

  it(
    'would show loads at the same time: no lease',
    async () => {
      expect(overlappingLoads(await run('tiered', 'everything', 'no lease')).violations.length).toBeGreaterThan(0);
    },
    FAULT_SECONDS * 2_000 + 60_000,
  );
});
