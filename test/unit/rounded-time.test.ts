import { describe, expect, it } from '@jest/globals';
import { assert, double, property } from 'fast-check';
import { TIME_CODES, codeOfTime, timeOfCode } from '../../lib/support/rounded-time.js';

describe('a rounded time', () => {
  it('is exact in whole milliseconds up to 512, and never shorter', () => {
    for (let ms = 0; ms < 512; ms++) expect(timeOfCode(codeOfTime(ms))).toBe(ms);
    expect([0.2, 511.5, 512, 513, 1_000, 1_001, 2_500].map((ms) => timeOfCode(codeOfTime(ms)))).toEqual([
      1, 512, 512, 514, 1_000, 1_002, 2_504,
    ]);
  });

  it('is longer by less than half a percent, however long it is', () => {
    assert(
      property(double({ min: 512, max: 1e11, noNaN: true }), (ms) => {
        const code = codeOfTime(ms);
        expect(Number.isInteger(code) && code < TIME_CODES).toBe(true);
        expect(timeOfCode(code)).toBeGreaterThanOrEqual(ms);
        expect(timeOfCode(code) / Math.ceil(ms)).toBeLessThan(1.005);
      }),
    );
  });

  it('has an end', () => {
    expect([1e12, 1e300, Infinity].map((ms) => codeOfTime(ms) < TIME_CODES)).toEqual([true, true, true]);
  });
});
