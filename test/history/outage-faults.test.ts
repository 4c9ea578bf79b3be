import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis, type RunningRedis } from '../support/redis-server.js';
import { compile, type Compiled } from './compiled.js';
import { OUTAGE_FAULTS } from './faults.js';
import type { OutageFault } from './orders.js';
import type { OutageKind } from './outage-ordeal.js';
import { runOutages } from './outage-run.js';
import { sliceOf } from './slice.js';
import { staleReadsThroughOutages } from './staleness.js';

const SECONDS = 6;
/** A fault that needs an unlucky moment has more than one chance. */
const ATTEMPTS = 3;

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

  for (const [does, fault, kinds] of FAULTS) {
    const name = `${does} shows old values (${fault})`;
    // What stands between the cache and a server that goes away is not there yet.
    if (!OUTAGE_FAULTS[fault]) it.todo(name);
    else {
      it(
        name,
        async () => {
          let stories: string[] = [];
          let found = 0;
          for (let seed = 1; seed <= ATTEMPTS && found === 0; seed++) {
            const run = { mode: 'tracking', seed, fault, kinds, seconds: SECONDS } as const;
            const history = await runOutages({ ...run, program: program.path, sourceUrl: truth.url });
            const stale = staleReadsThroughOutages(history);
            found = stale.length;
            stories = stale.slice(0, 1).map((one) => sliceOf(history, one));
          }
          if (process.env['HISTORY_FIGURES']) process.stderr.write(`${name}: ${found}\n${stories.join('')}\n`);
          expect(found).toBeGreaterThan(0);
        },
        90_000,
      );
    }
  }
});
