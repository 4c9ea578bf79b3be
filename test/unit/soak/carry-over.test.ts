import { expect, it } from '@jest/globals';
import type { HistoryEvent } from '../../history/history.js';
import { outage, raise, read, remove, trouble } from '../../history/made-events.js';
import { staleReadsThroughOutages } from '../../history/staleness.js';
import { carryOver } from '../../soak/carry-over.js';

const before = [
  raise(1, { at: [0, 1] }),
  raise(2, { at: [10, 11] }),
  remove({ at: [20, 30] }),
  outage('all', { at: [2_000, 3_000] }),
  raise(3, { at: [2_100, 2_101] }),
  remove({ process: 2, complete: false, at: [2_200, 2_300] }),
  remove({ how: 'expire', at: [5_000, 5_001] }),
  // Not taken away yet by anybody.
  raise(4, { at: [6_000, 6_001] }),
  read(3, { at: [9_000, 9_001] }),
];
const stale = (...events: HistoryEvent[]): number => staleReadsThroughOutages([...carryOver(before), ...events]).length;

it('what was owed is owed on, to every process', () => {
  for (const process of [1, 2, 3]) {
    expect(stale(read(2, { process, at: [10_000, 10_001] }))).toBe(1);
    expect(stale(read(3, { process, at: [10_000, 10_001] }))).toBe(0);
  }
});

it('what was expired may be served stale', () => {
  expect(stale(read(3, { at: [10_000, 10_001], takesStale: true }))).toBe(0);
  expect(stale(read(2, { at: [10_000, 10_001], takesStale: true }))).toBe(1);
});

it('the newest version is known to what comes next', () => {
  expect(stale(remove({ at: [10_000, 10_001] }), read(3, { at: [10_002, 10_003] }))).toBe(1);
});

it('who has just stood still is still forgiven', () => {
  const late = trouble('stall', { at: [8_000, 8_500] });
  const early = trouble('stall', { at: [1_000, 1_500] });
  expect(carryOver([...before, late, early])).toContain(late);
  expect(carryOver([...before, late, early])).not.toContain(early);
});
