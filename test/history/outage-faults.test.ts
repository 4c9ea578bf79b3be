import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis, type RunningRedis } from '../support/redis-server.js';
import { compile, type Compiled } from './compiled.js';
import type { OutageFault } from './orders.js';
import type { OutageKind } from './outage-ordeal.js';
import { runOutages } from './outage-run.js';
import { sliceOf } from './slice.js';
import { staleReadsThroughOutages } from './staleness.js';

const SECONDS = 6;
/** A fault that needs an unlucky moment has more than one chance. */
const ATTEMPTS = 3;

/**
 * The one that takes the longest to show, and the most luck, runs with HISTORY_FAULTS=all only: what prevents it is stepped by hand
 * in test/unit/resilient.
 */
const IS_LONG = process.env['HISTORY_FAULTS'] === 'all';

const FAULTS: readonly [does: string, fault: OutageFault, kinds: readonly OutageKind[]][] = [
  ['forget what they could not say', 'no journal', ['freeze', 'restart with data', 'partition']],
  ['serve at once what the server has when it is back', 'no grace', ['freeze', 'restart with data']],
  ['believe a server that was restarted', 'trusts the server', ['restart with old data']],
];

describe('a history of several processes whose server goes away, and that', () => {
  let truth: RunningRedis;
  let program: Compiled;
  beforeAll(async () => {
    [truth, program] = await Promise.all([startRedis(), compile('instance.ts')]);
  });
  afterAll(async () => {
    await truth?.stop();
    await program?.remove();
  });

  it.each(FAULTS.filter(([, fault]) => IS_LONG || fault !== 'no grace'))(
    '%s shows old values (%s)',
    async (does, fault, kinds) => {
      let found: string[] = [];
      for (let seed = 1; seed <= ATTEMPTS && found.length === 0; seed++) {
        const run = { mode: 'tracking', seed, fault, kinds, seconds: SECONDS } as const;
        const history = await runOutages({ ...run, program: program.path, sourceUrl: truth.url });
        found = staleReadsThroughOutages(history).map((stale) => sliceOf(history, stale));
      }
      if (process.env['HISTORY_FIGURES']) process.stderr.write(`${does}: ${found.length}\n`);
      expect(found).not.toEqual([]);
    },
    90_000,
  );
});
