import { describe, expect, it } from '@jest/globals';
import type { History, HistoryEvent } from './history.js';
import { outage, put, raise, read, remove, trouble } from './made-events.js';
import { RECOVERY_BOUND, slowestReturn } from './outages.js';
import { PUSH_BOUND, staleReads, staleReadsThroughOutages } from './staleness.js';

const BACK = 5_000;
const THROUGH = BACK + RECOVERY_BOUND;
/** Version 1, then version 2, which process 1 could only queue while the server was away from everybody. */
const QUEUED: History = [
  raise(1, { at: [0, 1] }),
  outage('all', { at: [2_000, BACK] }),
  raise(2, { at: [3_000, 3_001] }),
  remove({ at: [3_010, 3_020], complete: false }),
];
const old = (process: number, began: number): HistoryEvent => read(1, { process, at: [began, began + 1] });
const stale = (...events: HistoryEvent[]): number => staleReadsThroughOutages([...QUEUED, ...events]).length;

describe('an invalidation that is queued', () => {
  it('binds its own process at once, and for ever', () => {
    for (const instant of [3_021, BACK - 1, BACK + 1, THROUGH, 60_000]) expect(stale(old(1, instant))).toBe(1);
    expect(stale(old(1, 3_019))).toBe(0);
  });

  it('binds the others when there was time to say it, after the return of the server', () => {
    for (const instant of [3_021, BACK - 1, THROUGH]) expect(stale(old(2, instant))).toBe(0);
    expect(stale(old(2, THROUGH + 1))).toBe(1);
    expect(stale(read(2, { process: 2, at: [THROUGH + 1, THROUGH + 2] }))).toBe(0);
  });

  it('binds whoever says that it is back from then on', () => {
    const back = trouble('recovered', { process: 2, at: [BACK + 100, BACK + 100] });
    expect(stale(back, old(2, BACK + 99))).toBe(0);
    expect(stale(back, old(2, BACK + 101))).toBe(1);
    expect(stale(back, old(3, BACK + 101))).toBe(0);
  });

  it('is not bound by what was said of an earlier return', () => {
    const earlier = trouble('recovered', { process: 2, at: [1_000, 1_000] });
    expect(stale(earlier, old(2, BACK + 101))).toBe(0);
  });

  it('does not bind one that is back where its own process is cut off for longer', () => {
    const back = trouble('recovered', { process: 2, at: [BACK + 100, BACK + 100] });
    const longer = outage([1], { at: [BACK - 100, BACK + 300] });
    expect(stale(back, longer, old(2, BACK + 101))).toBe(0);
    expect(stale(back, longer, old(2, BACK + 301 + RECOVERY_BOUND))).toBe(1);
  });

  it('comes later where processes stood still', () => {
    expect(stale(old(2, THROUGH + 100), trouble('stall', { process: 3, at: [BACK, BACK + 200] }))).toBe(0);
  });

  it('has to wait for the next return where the server goes away again too soon', () => {
    const again = outage('all', { at: [BACK + 500, BACK + 2_000] });
    expect(stale(again, old(2, THROUGH + 1))).toBe(0);
    expect(stale(again, old(2, BACK + 2_001 + RECOVERY_BOUND))).toBe(1);
  });

  it('goes with its process', () => {
    const crash = trouble('crash', { process: 1, at: [4_000, 4_001] });
    expect(stale(crash, old(2, 60_000))).toBe(0);
    expect(stale(trouble('crash', { process: 1, at: [THROUGH + 1, THROUGH + 1] }), old(2, 60_000))).toBe(1);
  });

  it('may have been queued without an outage that anybody has seen', () => {
    const calm = QUEUED.filter(({ kind }) => kind !== 'outage');
    expect(staleReadsThroughOutages([...calm, old(2, 3_020 + PUSH_BOUND)])).toHaveLength(0);
    expect(staleReadsThroughOutages([...calm, old(2, 3_021 + PUSH_BOUND)])).toHaveLength(1);
  });

  it('is not one where a method’s result was refused', () => {
    const refused = remove({ how: 'putAfter', version: 2, at: [3_010, 3_020], complete: false });
    const history = QUEUED.filter(({ kind }) => kind !== 'invalidation');
    expect(staleReadsThroughOutages([...history, refused, old(1, 60_000)])).toEqual([]);
  });

  it('binds nobody where there is no queue', () => {
    expect(staleReads([...QUEUED, old(1, 60_000)])).toEqual([]);
  });
});

describe('a process that alone is cut off', () => {
  const cutOff = (complete: boolean, process: number): History => [
    ...QUEUED.filter(({ kind }) => kind === 'raise'),
    outage([1], { at: [2_000, BACK] }),
    remove({ process, at: [3_010, 3_020], complete }),
  ];
  const found = (history: History, ...events: HistoryEvent[]): number =>
    staleReadsThroughOutages([...history, ...events]).length;

  it('is heard by the others when it is back', () => {
    expect(found(cutOff(false, 1), old(2, THROUGH), old(3, THROUGH + 1))).toBe(1);
  });

  it('hears of what the others did when it is back; they hear at once', () => {
    expect(found(cutOff(true, 2), old(1, THROUGH))).toBe(0);
    expect(found(cutOff(true, 2), old(1, THROUGH + 1))).toBe(1);
    expect(found(cutOff(true, 2), old(3, 3_021 + PUSH_BOUND))).toBe(1);
  });
});

describe('an invalidation that was acknowledged', () => {
  const acknowledged: History = [
    ...[raise(1, { at: [0, 1] }), raise(2, { at: [10, 11] }), remove({ at: [20, 30] })],
    outage('all', { at: [2_000, BACK] }),
  ];

  it('binds on if the server goes away, and has forgotten it when it returns', () => {
    for (const instant of [2_100, BACK + 1, 60_000]) {
      expect(staleReadsThroughOutages([...acknowledged, old(2, instant)])).toHaveLength(1);
    }
  });

  it('reaches later who had not heard yet', () => {
    const sudden = [...acknowledged, outage('all', { at: [100, 1_900] })];
    expect(staleReadsThroughOutages([...sudden, old(2, 1_800)])).toEqual([]);
    expect(staleReadsThroughOutages([...sudden, old(2, THROUGH + 1)])).toHaveLength(1);
  });
});

it('tells how long the slowest took to come back', () => {
  const recovered = (process: number, at: number): HistoryEvent => trouble('recovered', { process, at: [at, at] });
  const again = outage([2], { at: [7_000, 8_000] });
  const history = [...QUEUED, again, recovered(1, BACK + 300), recovered(2, BACK + 900), recovered(2, 8_100)];
  expect(slowestReturn(history)).toBe(900);
  // Still in an outage, or in none at all.
  expect(slowestReturn([...QUEUED, again, recovered(2, 7_500), recovered(1, 1_000)])).toBe(0);
});

describe('a put that has failed', () => {
  const failed = put(1, { process: 2, at: [2_500, Infinity], failedAt: 2_600 });

  it('may land until its process has had the time to take it back', () => {
    expect(stale(failed, old(3, THROUGH))).toBe(0);
    expect(stale(failed, old(1, THROUGH))).toBe(0);
    expect(stale(failed, old(3, THROUGH + 1))).toBe(1);
    expect(stale(failed, old(1, THROUGH + 1))).toBe(1);
  });
});
