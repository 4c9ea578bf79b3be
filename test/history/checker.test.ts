import { describe, expect, it } from '@jest/globals';
import type { HistoryEvent } from './history.js';
import { CHANGED, load, put, raise, read, remove, trouble } from './made-events.js';
import { overlappingLoads } from './overlaps.js';
import { sliceOf } from './slice.js';
import { PUSH_BOUND, staleReads } from './staleness.js';

describe('the check of what was read', () => {
  const stale = (...events: HistoryEvent[]): number => staleReads([...CHANGED, ...events]).length;

  it('finds an old version in the process that has invalidated it', () => {
    expect(stale(read(1, { at: [31, 32] }))).toBe(1);
    expect(stale(read(2, { at: [31, 32] }))).toBe(0);
  });

  it('allows an old version to reads that began before the acknowledgement', () => {
    expect(stale(read(1, { at: [29, 90] }))).toBe(0);
    expect(stale(read(1, { at: [30, 90] }))).toBe(0);
  });

  it('binds another process when it has heard of everything, from then on', () => {
    expect(stale(read(1, { process: 2, at: [40, 41], heardFrom: 31 }))).toBe(1);
    expect(stale(read(1, { process: 2, at: [40, 41], heardFrom: 29 }))).toBe(0);
    expect(stale(read(1, { process: 2, at: [40, 41] }))).toBe(0);
  });

  it('binds another process that was told nothing after the time a push may take, and what it stood still', () => {
    const began = 31 + PUSH_BOUND;
    const late = read(1, { process: 2, at: [began, began + 1] });
    expect(stale(late)).toBe(1);
    expect(stale(read(1, { process: 2, at: [began - 2, began + 1] }))).toBe(0);
    expect(stale(late, trouble('stall', { at: [100, 300] }))).toBe(0);
    expect(stale(late, trouble('error', { at: [100, 300] }))).toBe(1);
  });

  it('asks for nothing that was not acknowledged', () => {
    const failed = [raise(1, { at: [0, 1] }), raise(2, { at: [10, 11] }), remove({ at: [20, 30], complete: false })];
    expect(staleReads([...failed, read(1, { at: [31, 32] })])).toEqual([]);
  });

  it('asks for no version that came after the invalidation was issued', () => {
    expect(stale(raise(3, { at: [19, 21] }), read(2, { at: [31, 32] }))).toBe(0);
    expect(stale(raise(3, { at: [18, 19] }), read(2, { at: [31, 32] }))).toBe(1);
  });

  it('looks at each key by itself', () => {
    expect(stale(read(1, { key: 'other', at: [31, 32] }))).toBe(0);
    const both = [raise(2, { key: 'other', at: [10, 11] }), remove({ keys: ['other', 'k'], at: [40, 50] })];
    expect(stale(...both, read(1, { key: 'other', at: [51, 52] }))).toBe(1);
  });

  it('allows an expired version to whoever takes stale values, and no other', () => {
    const expired = [raise(2, { at: [0, 1] }), remove({ how: 'expire', at: [20, 30] })];
    expect(staleReads([...expired, read(1, { at: [31, 32], takesStale: true })])).toEqual([]);
    expect(staleReads([...expired, read(1, { at: [31, 32] })])).toHaveLength(1);
    expect(stale(read(1, { at: [31, 32], takesStale: true }))).toBe(1);
  });

  it('asks of a put for its own version', () => {
    const set = remove({ how: 'set', version: 2, at: [40, 50] });
    expect(stale(raise(3, { at: [35, 36] }), set, read(2, { at: [51, 52] }))).toBe(0);
    expect(stale(set, read(1, { at: [51, 52] }))).toBe(1);
  });

  it('allows an old version that another process has put in while the invalidation was under way', () => {
    const old = read(1, { at: [31, 32] });
    expect(stale(put(1, { process: 2, at: [5, 21] }), old)).toBe(0);
    expect(stale(put(1, { process: 2, at: [5, Infinity] }), old)).toBe(0);
    expect(stale(put(1, { process: 2, at: [5, 19] }), old)).toBe(1);
    expect(stale(put(1, { process: 1, at: [5, 21] }), old)).toBe(1);
    expect(stale(put(1, { process: 1, at: [22, 25] }), old)).toBe(0);
  });

  it('tells the story of the key, and nothing else', () => {
    const history = [
      ...CHANGED,
      raise(7, { key: 'other', at: [11, 12] }),
      load({ at: [2, 3] }),
      read(1, { at: [31, 32] }),
    ];
    const [found] = staleReads(history);
    expect(sliceOf(history, found!).split('\n')).toEqual([
      'k: process 1 was given version 1, at least 2 was due.',
      '  0.000..1.000 p1 raise 1',
      '  2.000..3.000 p1 load 1',
      '  10.000..11.000 p1 raise 2',
      '> 20.000..30.000 p1 invalidation delete acknowledged',
      '> 31.000..32.000 p1 read get -> 1',
    ]);
  });
});

describe('the check of what was loaded', () => {
  const first = load({ at: [1_000, 1_020] });
  const second = load({ process: 2, at: [1_010, 1_030] });

  it('finds two loads of a key at a time', () => {
    expect(overlappingLoads([first, second])).toEqual({ violations: [{ first, second }], excused: 0, quiet: 2 });
  });

  it('finds them across one that ended early', () => {
    const long = load({ at: [990, 1_100] });
    expect(overlappingLoads([long, load({ at: [995, 996] }), second]).violations).toHaveLength(2);
  });

  it('allows one after the other, and two keys at a time', () => {
    const after = load({ at: [1_020, 1_030] });
    expect(overlappingLoads([first, after, load({ key: 'other', at: [1_000, 1_100] })]).violations).toEqual([]);
  });

  it.each<[string, HistoryEvent]>([
    ['an invalidation takes the lease away', remove({ at: [1_005, 1_006] })],
    ['one that failed may have', remove({ at: [900, 901], complete: false })],
    ['a value is put', put(2, { at: [1_000, Infinity] })],
    ['a connection was killed', trouble('kill', { at: [10, 11] })],
    ['a process stood still', trouble('stall', { at: [900, 990] })],
  ])('excuses them when %s', (_, unrest) => {
    expect(overlappingLoads([first, second, unrest])).toMatchObject({ violations: [], excused: 1 });
  });

  it('does not excuse them for what happens to another key, or long before', () => {
    const unrest = [remove({ keys: ['other'], at: [1_005, 1_006] }), remove({ at: [10, 11] })];
    expect(overlappingLoads([first, second, ...unrest]).violations).toHaveLength(1);
  });
});
