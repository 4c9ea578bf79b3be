import { describe, expect, test } from '@jest/globals';

interface Summary {
  median: number;
  low: number;
  high: number;
}
interface Measured {
  ratio: Summary;
  bytes: Summary;
}
interface Verdict {
  id: string;
  what: 'speed' | 'bytes';
  failed: boolean;
  bound: number;
}
interface Judge {
  leastRatio(recorded: Summary): number;
  mostBytes(recorded: Summary): number;
  judge(id: string, recorded: Measured, found: Measured): Verdict[];
  judgeAll(
    recorded: Record<string, Measured>,
    found: Record<string, Measured>,
  ): { verdicts: Verdict[]; failed: string[]; gone: string[]; unrecorded: string[] };
  sentenceOf(verdict: object): string;
}

// The benchmark is plain JavaScript, which no declaration describes.
const path = '../../../bench/check/judge.mjs';
const { judge, judgeAll, leastRatio, mostBytes, sentenceOf } = (await import(path)) as Judge;

const steady = (median: number): Summary => ({ median, low: median, high: median });
const measured = (ratio: number, bytes: number): Measured => ({ ratio: steady(ratio), bytes: steady(bytes) });

describe('what is still no regression', () => {
  test('of a steady ratio: 15 % less', () => {
    expect(leastRatio(steady(1))).toBeCloseTo(0.85, 10);
  });

  test('of one that swung by more: what it swung by', () => {
    expect(leastRatio({ median: 1, low: 0.75, high: 1.3 })).toBeCloseTo(0.75, 10);
  });

  test('of one that swung beyond measure: a third less, else nothing would ever fail', () => {
    expect(leastRatio({ median: 1, low: 0.05, high: 3 })).toBeCloseTo(0.65, 10);
  });

  test('of allocations: 5 % more, or one small object', () => {
    expect(mostBytes(steady(10_000))).toBe(10_500);
    expect(mostBytes(steady(256))).toBe(288);
    expect(mostBytes({ median: 10_000, low: 9_000, high: 11_000 })).toBe(11_500);
  });
});

describe('the verdict on one hot path', () => {
  const failedOf = (found: Measured): string[] =>
    judge('get', measured(1, 256), found).flatMap(({ what, failed }) => (failed ? [what] : []));

  test.each([
    ['the same', measured(1, 256), []],
    ['faster, with less', measured(3, 10), []],
    ['just within', measured(0.851, 288), []],
    ['too slow', measured(0.84, 256), ['speed']],
    ['too much taken of the heap', measured(1, 289), ['bytes']],
    ['both', measured(0.5, 600), ['speed', 'bytes']],
    ['no figure at all', measured(NaN, NaN), ['speed', 'bytes']],
  ])('%s', (_, found, expected) => {
    expect(failedOf(found)).toEqual(expected);
  });
});

describe('the verdict on all of them', () => {
  test('names who fails once, who is gone, and who was never recorded', () => {
    const recorded = { a: measured(1, 100), b: measured(1, 100), old: measured(1, 100) };
    const found = { a: measured(0.2, 900), b: measured(1, 100), fresh: measured(0.001, 1e6) };
    const { verdicts, ...rest } = judgeAll(recorded, found);
    expect(rest).toEqual({ failed: ['a'], gone: ['old'], unrecorded: ['fresh'] });
    expect(verdicts.map(({ id, what, failed }) => `${id} ${what} ${failed}`)).toEqual([
      'a speed true',
      'a bytes true',
      'b speed false',
      'b bytes false',
    ]);
  });

  test('is told with the figures', () => {
    const [speed, bytes] = judge('get', measured(1, 256), measured(0.5, 300));
    expect(sentenceOf(speed!)).toBe("REGRESSION  get: 0.500 times the limit's speed, recorded 1.000, bound 0.850");
    expect(sentenceOf(bytes!)).toBe('REGRESSION  get: 300 bytes an operation, recorded 256, bound 288');
  });
});
