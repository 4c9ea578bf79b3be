import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { startRedis, type RunningRedis } from '../support/redis-server.js';
import { compile, type Compiled } from './compiled.js';
import { runFleet, type RunPlan } from './fleet-run.js';
import { ofKind, type History, type Trouble } from './history.js';
import { overlappingLoads } from './overlaps.js';
import { grouped } from './promises.js';
import { sliceOf, sliceOfOverlap } from './slice.js';
import { staleReads } from './staleness.js';
import { CROWDED, EVERYTHING, type Change } from './workload.js';

/*
 * Processes at random, connections killed at random, and afterwards a look at all that was read. A long run:
 *
 *     HISTORY_SECONDS=600 npm test -- history/fleet
 *
 * HISTORY_SECONDS is the time of each of the runs below, HISTORY_SEED repeats the choices of one (not the machine's), and
 * HISTORY_CHANGES narrows what takes values away: `delete,set`.
 */
const SECONDS = Number(process.env['HISTORY_SECONDS'] ?? 5);
const CHANGES = process.env['HISTORY_CHANGES']?.split(',') as Change[] | undefined;
const SEED = Number(process.env['HISTORY_SEED'] ?? Math.floor(Math.random() * 1_000_000));
/** Of one history, in seconds: all of it has to be held at once. */
const ROUND = 20;
const WORKLOADS = { everything: EVERYTHING, crowded: CROWDED };
const CROWD = 10_000;

describe('a history of several processes', () => {
  let redis: RunningRedis;
  let program: Compiled;
  beforeAll(async () => {
    [redis, program] = await Promise.all([startRedis(), compile('instance.ts')]);
    await crowd(redis.url);
  });
  afterAll(async () => {
    await redis?.stop();
    await program?.remove();
  });

  it.each([
    { mode: 'tracking', lent: false, connections: 2, name: 'everything' },
    { mode: 'pubsub', lent: false, connections: 1, name: 'everything' },
    { mode: 'tracking', lent: true, connections: 1, name: 'crowded' },
  ] as const)(
    'shows no value that was taken away before: $name, $mode, a client handed in: $lent, connections: $connections',
    async ({ mode, lent, connections, name }) => {
      const kind = WORKLOADS[name];
      const workload = { ...kind, changes: CHANGES ?? kind.changes };
      for (let left = SECONDS, seed = SEED; left > 0; left -= ROUND, seed++) {
        const seconds = Math.min(left, ROUND);
        const plan = { ...{ mode, lent, connections, seconds, seed }, url: redis.url, program: program.path };
        await check({ ...plan, workload, fault: undefined, processes: 3, disturbed: true });
      }
    },
    SECONDS * 2_000 + 60_000,
  );
});

/** Puts somebody else's keys into the server: whatever walks through all of them takes its time then. */
async function crowd(url: string): Promise<void> {
  const client = new Redis(url);
  const script = "for at = 1, ARGV[1] do redis.call('SET', 'crowd:' .. at, '') end";
  await client.eval(script, 0, CROWD);
  client.disconnect();
}

async function check(plan: RunPlan): Promise<void> {
  const history = await runFleet(plan);
  const stale = staleReads(history);
  const loads = overlappingLoads(history);
  process.stderr.write(`HISTORY_SEED=${plan.seed} ${plan.mode}: ${figuresOf(history, loads)}\n`);
  expect(stale.slice(0, 3).map((found) => sliceOf(history, found))).toEqual([]);
  expect(loads.violations.slice(0, 3).map((overlap) => sliceOfOverlap(history, overlap))).toEqual([]);
  // A history in which little happened shows little.
  expect(ofKind(history, 'read').length).toBeGreaterThan(plan.seconds * 100);
}

function figuresOf(history: History, { violations, excused, quiet }: ReturnType<typeof overlappingLoads>): string {
  const reads = ofKind(history, 'read');
  const heard = reads.filter(({ heardFrom }) => heardFrom !== undefined).length;
  const invalidations = ofKind(history, 'invalidation');
  const failed = invalidations.filter(({ complete }) => !complete).length;
  const loads = ofKind(history, 'load').length;
  const trouble = ofKind(history, 'trouble');
  const count = (what: string): number => trouble.filter((event) => event.what === what).length;
  return (
    `${reads.length} reads (${heard} in step), ${invalidations.length} invalidations (${failed} failed), ` +
    `${loads} loads (${quiet} at quiet times; overlapping: ${violations.length}, excused ${excused}), ` +
    `${count('kill')} kills, ${count('stall')} stalls, ${count('error')} errors${commonest(trouble)}`
  );
}

/** What the cache complained of most. */
function commonest(trouble: readonly Trouble[]): string {
  const errors = grouped(
    trouble.filter(({ what }) => what === 'error'),
    ({ detail }) => detail,
  );
  const [most] = [...errors].toSorted(([, some], [, others]) => others.length - some.length);
  return most ? ` (${most[1].length} of them "${most[0]}")` : '';
}
