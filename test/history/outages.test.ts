import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis, type RunningRedis } from '../support/redis-server.js';
import { compile, type Compiled } from './compiled.js';
import { ofKind, type History } from './history.js';
import { slowestReturn } from './outages.js';
import { EVERY_OUTAGE, type OutageKind } from './outage-ordeal.js';
import { runOutages } from './outage-run.js';
import { grouped } from './promises.js';
import { sliceOf } from './slice.js';
import { staleReadsThroughOutages, type StaleRead } from './staleness.js';

/*
 * Processes at random while their server freezes, dies and comes back, empty, with what it knew, or with what it knew some
 * time ago; and while one of them is cut off. Afterwards a look at all that was read. A long run, of each way of coherence:
 *
 *     HISTORY_SECONDS=600 npm test -- history/outages
 *
 * HISTORY_SEED repeats the choices of one (not the machine's). HISTORY_OUTAGES narrows what happens: `freeze,partition`.
 */
const SECONDS = Number(process.env['HISTORY_SECONDS'] ?? 6);
const SEED = Number(process.env['HISTORY_SEED'] ?? Math.floor(Math.random() * 1_000_000));
const KINDS = (process.env['HISTORY_OUTAGES']?.split(',') as OutageKind[] | undefined) ?? EVERY_OUTAGE;
/** Of one history, in seconds: all of it has to be held at once. */
const ROUND = 30;

describe('a history of several processes whose server goes away', () => {
  let truth: RunningRedis;
  let program: Compiled;
  beforeAll(async () => {
    [truth, program] = await Promise.all([startRedis(), compile('instance.ts')]);
  });
  afterAll(async () => {
    await truth?.stop();
    await program?.remove();
  });

  it.each(['tracking', 'pubsub'] as const)(
    'shows no value that was taken away before, or meanwhile (%s)',
    async (mode) => {
      for (let left = SECONDS, seed = SEED; left > 0; left -= ROUND, seed++) {
        const history = await runOutages({
          ...{ mode, seed, seconds: Math.min(left, ROUND), kinds: KINDS, fault: undefined },
          ...{ program: program.path, sourceUrl: truth.url },
        });
        const stale = staleReadsThroughOutages(history);
        process.stderr.write(`HISTORY_SEED=${seed} ${mode}: ${figuresOf(history, stale)}\n`);
        expect(stale.slice(0, 3).map((found) => sliceOf(history, found))).toEqual([]);
        expect(ofKind(history, 'trouble').filter(({ what }) => what === 'rejected')).toEqual([]);
        // A history in which little happened shows little.
        expect(ofKind(history, 'read').length).toBeGreaterThan(left * 50);
        expect(ofKind(history, 'invalidation').some(({ complete }) => !complete)).toBe(true);
      }
    },
    SECONDS * 2_000 + 60_000,
  );
});

function figuresOf(history: History, stale: readonly StaleRead[]): string {
  const invalidations = ofKind(history, 'invalidation');
  const queued = invalidations.filter(({ complete }) => !complete).length;
  const outages = [...grouped(ofKind(history, 'outage'), ({ how }) => how)].map(([how, all]) => `${all.length} ${how}`);
  const told = (what: string): number => ofKind(history, 'trouble').filter((event) => event.what === what).length;
  return (
    `${ofKind(history, 'read').length} reads (${stale.length} stale), ${invalidations.length} invalidations ` +
    `(${queued} not acknowledged), ${outages.join(', ')}; ${told('degraded')} times degraded, ` +
    `${told('recovered')} recovered (the slowest after ${slowestReturn(history).toFixed(0)} ms), ${told('stall')} stalls, ${told('error')} errors`
  );
}
