import { describe, expect, test } from '@jest/globals';

interface Stats {
  ratiosOf(limit: number[], own: number[]): number[];
  inTime(ns: number): string;
  median(values: number[]): number;
  spread(values: number[]): { median: number; min: number; max: number };
}
interface Growth {
  growthOf(sizes: number[], costs: (number | undefined)[]): { ratio: number; word: string };
}
interface Table {
  tableOf(result: object): string;
}

// The benchmark is plain JavaScript, which no declaration describes.
const statsPath = '../../../bench/kit/stats.mjs';
const growthPath = '../../../bench/scaling/growth.mjs';
const tablePath = '../../../bench/kit/table.mjs';
const { inTime, median, ratiosOf, spread } = (await import(statsPath)) as Stats;
const { growthOf } = (await import(growthPath)) as Growth;
const { tableOf } = (await import(tablePath)) as Table;

describe('ratios', () => {
  test('are of the speed, taken within each round', () => {
    expect(ratiosOf([10, 40], [20, 10])).toEqual([0.5, 4]);
  });

  test('a machine that is busy in one round changes no ratio of it', () => {
    expect(ratiosOf([10, 1_000, 10], [20, 2_000, 20])).toEqual([0.5, 0.5, 0.5]);
  });

  test('are summed up by their median and their ends', () => {
    expect(spread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});

test.each([
  [4.25, '4.3 ns'],
  [382, '382 ns'],
  [1_240, '1.24 us'],
  [48_100, '48.1 us'],
  [2_500_000, '2.50 ms'],
  [46_100_000, '46.1 ms'],
])('%d ns is told as %s', (ns, text) => {
  expect(inTime(ns)).toBe(text);
});

describe('how a cost grows', () => {
  test.each([
    ['the same everywhere', [1e3, 1e4, 1e6], [100, 90, 120], 'flat'],
    ['what caches of the processor explain', [1e3, 1e4, 1e6], [100, 150, 350], 'flat'],
    ['with the size', [1e3, 1e4, 1e6], [1e3, 1e4, 1e6], 'grows with it'],
    [
      'with the size, once that is more than what every call costs',
      [1, 100, 10_000],
      [1_000, 1_100, 90_000],
      'grows with it',
    ],
    ['with its root', [1e2, 1e4, 1e6], [1e1, 1e2, 1e3], 'grows slowly'],
    ['not measured at the largest', [1e3, 1e4, 1e6], [100, 100, undefined], 'flat'],
    ['measured once', [1e3, 1e4], [100, undefined], ''],
  ])('%s', (_, sizes, costs, word) => {
    expect(growthOf(sizes, costs).word).toBe(word);
  });

  test('is told as largest over smallest', () => {
    expect(growthOf([10, 1_000], [50, 200]).ratio).toBe(4);
  });
});

describe('the table', () => {
  const line = {
    case: 'one key',
    contestant: 'lru-cache',
    kind: 'limit',
    ns: 45,
    ratio: { median: 1, min: 1, max: 1 },
  };
  const peer = { case: 'one key', kind: 'peer', note: 'a copy for each caller' };
  const ours = { ...line, kind: 'ours', contestant: 'ours', ratio: { median: 0.9, min: 0.03, max: 1.2 } };

  test('shows a case once, and a footnote once', () => {
    const text = tableOf({
      name: 'get',
      title: 'a get',
      lines: [line, { ...peer, contestant: 'one', ns: 10 }, { ...peer, contestant: 'other', ns: 20 }],
    });
    expect(text.match(/one key/g)).toHaveLength(1);
    expect(text.match(/a copy for each caller/g)).toHaveLength(1);
    expect(text.match(/\[1\]/g)).toHaveLength(3);
  });

  test('hides no peer that fails, and says why', () => {
    const failed = { ...peer, contestant: 'wrong', failed: 'AssertionError: another value' };
    const text = tableOf({ name: 'get', title: 'a get', lines: [line, failed] });
    expect(text).toMatch(/wrong +\| fails its check/);
    expect(text).toContain('[1] AssertionError: another value');
  });

  test('says of a promise whether it is kept', () => {
    const kept = { ...ours, target: '>= 0.85', met: true };
    const broken = { ...ours, contestant: 'theirs', target: '>= 0.95', met: false };
    const text = tableOf({ name: 'get', title: 'a get', lines: [line, kept, broken] });
    expect(text).toMatch(/\*\*ours\*\* .*0\.90 \(0\.030\.\.1\.20\).*>= 0\.85 \| yes/);
    expect(text).toMatch(/>= 0\.95 \| NO/);
  });
});
