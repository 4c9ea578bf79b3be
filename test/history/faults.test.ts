import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis, type RunningRedis } from '../support/redis-server.js';
import { compile, type Compiled } from './compiled.js';
import { runFleet } from './fleet-run.js';
import type { History } from './history.js';
import type { Fault, Orders } from './orders.js';
import { overlappingLoads } from './overlaps.js';
import { sliceOf, sliceOfOverlap } from './slice.js';
import { staleReads } from './staleness.js';
import { DELETES, JOINS, QUICK, READS, type Workload } from './workload.js';

type Mode = Orders['mode'];

const SECONDS = 1.5;
/** A fault that needs an unlucky moment has more than one chance. */
const ATTEMPTS = 3;

/** How many were found is told with HISTORY_FIGURES=1: what is found only now and then needs another workload. */
describe('a history of several processes that', () => {
  let redis: RunningRedis;
  let program: Compiled;
  beforeAll(async () => {
    [redis, program] = await Promise.all([startRedis(), compile('instance.ts')]);
  });
  afterAll(async () => {
    await redis?.stop();
    await program?.remove();
  });

  it.each<[does: string, fault: Fault, mode: Mode, workload: Workload]>([
    ['store what they have loaded whatever became of the lease', 'no fence', 'tracking', DELETES],
    ['do not read again what they have written', 'no second read', 'tracking', QUICK],
    ['join loads of before a change by another one', 'no epoch', 'tracking', JOINS],
    ['join loads of before a change by another one', 'no epoch', 'pubsub', JOINS],
    ['keep what was changed while they read it', 'no markers', 'tracking', QUICK],
  ])(
    '%s shows old values (%s, %s)',
    async (_, fault, mode, workload) => {
      expect(await firstOf((seed) => storiesOf(fault, mode, workload, seed))).not.toEqual([]);
    },
    60_000,
  );

  it('load without asking whose turn it is shows loads at the same time', async () => {
    const overlaps = async (seed: number): Promise<string[]> => {
      const history = await run('no lease', 'tracking', READS, seed);
      return overlappingLoads(history).violations.map((overlap) => sliceOfOverlap(history, overlap));
    };
    expect(await firstOf(overlaps)).not.toEqual([]);
  }, 60_000);

  it.each<[Mode, Workload]>([
    ['tracking', QUICK],
    ['pubsub', JOINS],
  ])('do none of that shows no old values (%s)', async (mode, workload) => {
    expect(await storiesOf(undefined, mode, workload, 1)).toEqual([]);
  });

  async function storiesOf(fault: Fault | undefined, mode: Mode, workload: Workload, seed: number): Promise<string[]> {
    const history = await run(fault, mode, workload, seed);
    return staleReads(history).map((found) => sliceOf(history, found));
  }

  async function run(fault: Fault | undefined, mode: Mode, workload: Workload, seed: number): Promise<History> {
    const plan = {
      fault,
      mode,
      workload,
      seed,
      lent: false,
      connections: 1,
      seconds: SECONDS,
      processes: 3,
      disturbed: false,
    };
    return runFleet({ ...plan, url: redis.url, program: program.path });
  }
});

async function firstOf(attempt: (seed: number) => Promise<string[]>): Promise<string[]> {
  let found: string[] = [];
  for (let seed = 1; seed <= ATTEMPTS && found.length === 0; seed++) found = await attempt(seed);
  if (process.env['HISTORY_FIGURES']) process.stderr.write(`${expect.getState().currentTestName}: ${found.length}\n`);
  return found;
}
