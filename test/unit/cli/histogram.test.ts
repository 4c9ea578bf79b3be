import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Histogram } from '../../../lib/cli/bench/histogram.js';

const of = (times: readonly number[]): Histogram => {
  const histogram = new Histogram();
  for (const ms of times) histogram.record(ms);
  return histogram;
};

describe('Histogram', () => {
  it('knows nothing of nothing', () => {
    expect(of([])).toMatchObject({ count: 0, mean: 0, max: 0 });
    expect(of([]).percentile(0.5)).toBe(0);
  });

  it('counts, and has the exact mean and maximum', () => {
    expect(of([1, 2, 6])).toMatchObject({ count: 3, mean: 3, max: 6 });
  });

  it('has every percentile within 1 % of the one of the sorted list', () => {
    const times = fc.array(fc.double({ min: 1e-4, max: 1e5, noNaN: true }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(times, fc.constantFrom(0.5, 0.9, 0.99, 0.999), (list, share) => {
        const exact = [...list].sort((a, b) => a - b)[Math.ceil(share * list.length) - 1]!;
        const found = of(list).percentile(share);
        return Math.abs(found - exact) <= 0.01 * exact;
      }),
    );
  });

  it('never says more than was met', () => {
    expect(of([3.3]).percentile(0.999)).toBeLessThanOrEqual(3.3);
  });

  it.each([0, 1e-9, 1e9, Infinity])('takes %d for the shortest or the longest it knows', (ms) => {
    expect(of([ms]).count).toBe(1);
    expect(of([ms]).percentile(1)).toBeGreaterThanOrEqual(0);
  });
});
