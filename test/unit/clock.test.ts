import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../lib/support/clock.js';
import { until } from '../support/deferred.js';

const recent = (): number => systemClock.recent!();

describe('the clock of the process', () => {
  it('the recent instant is one and the same within a turn of the event loop', () => {
    const first = recent();
    const begun = performance.now();
    while (performance.now() < begun + 3);
    expect(recent()).toBe(first);
    expect(systemClock.now()).toBeGreaterThan(first);
  });

  it('moves on in later turns, again and again, and never back', async () => {
    for (let round = 0; round < 5; round++) {
      const first = recent();
      await until(() => recent() !== first);
      expect(recent()).toBeGreaterThan(first);
    }
  });

  it('is never later than now, and in later turns not much earlier', async () => {
    const begun = systemClock.now();
    await until(() => {
      expect(recent()).toBeLessThanOrEqual(systemClock.now());
      return systemClock.now() > begun + 20;
    });
    expect(recent()).toBeGreaterThan(begun);
  });

  it('now moves on within a turn', () => {
    const first = systemClock.now();
    const begun = performance.now();
    while (performance.now() < begun + 1);
    expect(systemClock.now()).toBeGreaterThan(first);
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(60_000);
  });

  it('a timer that is cancelled does not run, one that is not does', async () => {
    const ran: string[] = [];
    const cancelled = systemClock.setTimeout(() => ran.push('cancelled'), 0);
    systemClock.setTimeout(() => ran.push('run'), 1);
    cancelled.cancel();
    cancelled.cancel();
    await until(() => ran.length > 0);
    expect(ran).toEqual(['run']);
  });
});
