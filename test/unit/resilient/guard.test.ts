import { describe, expect, it } from '@jest/globals';
import { OverdueError } from '../../../lib/support/overdue-error.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { Breaker } from '../../../lib/wrappers/resilient/breaker.js';
import { Guard } from '../../../lib/wrappers/resilient/guard.js';
import type { Recovery } from '../../../lib/wrappers/resilient/recovery.js';
import { settle } from '../../support/deferred.js';

/** A guard of a store that is up, and how often it was given up. */
function open(failures = 5) {
  let left = 0;
  const recovery = { stage: 'up', leave: () => left++ } as unknown as Recovery;
  const guard = new Guard(new Breaker({ failures, errorRate: 0.5 }, new FakeClock()), recovery);
  const ask = async (calls: number, error?: Error): Promise<void> => {
    const work = error ? Promise.reject(error) : Promise.resolve();
    Promise.resolve(guard.watchedFor(calls, work)).catch(() => {});
    await settle();
  };
  return { ask, left: () => left };
}

/*
 *     64 callers ask at once, as three questions; none is answered in time
 *     counted as three failures, and not as 64, the store would be asked twice more, and all callers wait twice more
 */
describe('a question that is asked for many callers', () => {
  it('counts as many failures', async () => {
    const { ask, left } = open();
    await ask(4, new Error('timeout'));
    expect(left()).toBe(0);
    await ask(1, new Error('timeout'));
    expect(left()).toBe(1);
  });

  it('counts as many successes', async () => {
    const { ask, left } = open(1_000);
    await ask(30);
    await ask(20, new Error('timeout'));
    expect(left()).toBe(0);
    await ask(10, new Error('timeout'));
    expect(left()).toBe(1);
  });

  it('says nothing of the store when it was not asked', async () => {
    const { ask, left } = open();
    await ask(64, new OverdueError('late'));
    expect(left()).toBe(0);
  });
});
