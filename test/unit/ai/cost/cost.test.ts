import { describe, expect, it } from '@jest/globals';
import { Breakdown } from '../../../../lib/ai/cost/breakdown.js';
import { GenerationTimes } from '../../../../lib/ai/cost/generation-times.js';
import { HitTimes } from '../../../../lib/ai/cost/hit-times.js';
import { Prices } from '../../../../lib/ai/cost/prices.js';

describe('Prices', () => {
  it('are per million tokens, by the name of the model and nothing else', () => {
    const prices = new Prices({ m: { input: 2, output: 10 }, free: { input: 0, output: 0 } }, 'EUR');
    expect(prices.of('m', 1_000_000, 500_000)).toBe(7);
    expect(prices.of('free', 1, 1)).toBe(0);
    for (const unknown of ['other', 'constructor', '__proto__', undefined]) {
      expect(prices.of(unknown, 1, 1)).toBeUndefined();
    }
  });
});

describe('Breakdown', () => {
  it('keeps a thousand rows at most, and loses nothing', () => {
    const breakdown = new Breakdown();
    for (let at = 0; at < 5_000; at++) breakdown.row(`name ${at}`).spend(1, 2, 3, false);
    for (let at = 0; at < 3; at++) breakdown.row('often').avoid(1, 1, 1, 1);
    const { rows, other } = breakdown.report;
    expect(rows.length).toBeLessThanOrEqual(1_000);
    expect(rows[0]).toMatchObject({ name: 'often', served: 3 });
    expect(other.generated + rows.reduce((sum, { generated }) => sum + generated, 0)).toBe(5_000);
    expect(breakdown.totals).toMatchObject({ generated: 5_000, served: 3, tokensSpent: 5_000, moneySpent: 10_000 });
  });

  it('forgets the last row when that has made room', () => {
    const breakdown = new Breakdown();
    for (let at = 0; at < 1_000; at++) breakdown.row(`name ${at}`).avoid(0, 0, 0, 0);
    const rare = breakdown.row('name 0');
    for (let at = 1; at < 1_000; at++) breakdown.row(`name ${at}`).avoid(0, 0, 0, 0);
    breakdown.row('new');
    expect(breakdown.row('name 0')).not.toBe(rare);
  });
});

describe('GenerationTimes', () => {
  it('tell mean and quantiles, true to 15 percent', () => {
    const times = new GenerationTimes();
    expect([times.mean, times.atMost(0.95)]).toEqual([0, 0]);
    for (let took = 1; took <= 1_000; took++) times.add(took);
    expect(times.mean).toBe(500.5);
    expect(times.atMost(0.95) / 950).toBeGreaterThan(1 / 1.15);
    expect(times.atMost(0.95) / 950).toBeLessThan(1.15);
    expect(times.atMost(1)).toBe(1_000);
  });

  it('take whatever comes', () => {
    const times = new GenerationTimes();
    for (const took of [0, 0.001, 1e12]) times.add(took);
    expect(times.atMost(0.5)).toBeLessThanOrEqual(1);
    expect(times.atMost(1)).toBeGreaterThan(1e9 / 1.15);
  });
});

describe('HitTimes', () => {
  it('time one near hit of 32, and every far one', () => {
    const times = new HitTimes();
    expect(times.mean).toBe(0);
    let timed = 0;
    for (let hit = 0; hit < 96; hit++) {
      const isDue = times.isDue;
      if (isDue) timed++;
      times.addNear(isDue ? 1 : undefined);
    }
    expect(timed).toBe(3);
    expect(times.mean).toBe(1);
    times.addFar(97);
    expect(times.mean).toBeCloseTo((96 + 97) / 97);
  });
});
