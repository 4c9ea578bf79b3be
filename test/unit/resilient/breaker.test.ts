import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { Breaker } from '../../../lib/wrappers/resilient/breaker.js';

const LIMITS = { failures: 3, errorRate: 0.5 };

describe('a breaker', () => {
  it('opens at the last of several failures in a row', () => {
    const breaker = new Breaker(LIMITS, new FakeClock());
    expect([breaker.failed(), breaker.failed(), breaker.failed()]).toEqual([false, false, true]);
  });

  it('begins to count again with a success', () => {
    const breaker = new Breaker(LIMITS, new FakeClock());
    breaker.failed();
    breaker.failed();
    breaker.succeeded();
    expect([breaker.failed(), breaker.failed(), breaker.failed()]).toEqual([false, false, true]);
  });

  it('counts calls, and not the questions that were asked for several of them', () => {
    const breaker = new Breaker(LIMITS, new FakeClock());
    expect([breaker.failed(2), breaker.failed()]).toEqual([false, true]);
    const often = new Breaker({ failures: 100, errorRate: 0.5 }, new FakeClock());
    often.succeeded(10);
    expect([often.failed(9), often.failed()]).toEqual([false, true]);
  });

  it('opens when too large a share fails, however well the others go', () => {
    const breaker = new Breaker({ failures: 100, errorRate: 0.5 }, new FakeClock());
    const answers: boolean[] = [];
    for (let pair = 0; pair < 10; pair++) {
      breaker.succeeded();
      answers.push(breaker.failed());
    }
    // Fewer than 20 calls say nothing about a share.
    expect(answers).toEqual([...Array.from({ length: 9 }, () => false), true]);
  });

  it('leaves a smaller share alone', () => {
    const breaker = new Breaker({ failures: 100, errorRate: 0.5 }, new FakeClock());
    for (let turn = 0; turn < 100; turn++) {
      breaker.succeeded();
      breaker.succeeded();
      expect(breaker.failed()).toBe(false);
    }
  });

  it('forgets what is older than ten seconds', async () => {
    const clock = new FakeClock();
    const breaker = new Breaker({ failures: 100, errorRate: 0.5 }, clock);
    for (let turn = 0; turn < 19; turn++) breaker.failed();
    await clock.advance(10_001);
    expect(breaker.failed()).toBe(false);
  });

  it('begins anew after an outage', () => {
    const breaker = new Breaker(LIMITS, new FakeClock());
    breaker.failed();
    breaker.failed();
    breaker.reset();
    expect(breaker.failed()).toBe(false);
  });
});
