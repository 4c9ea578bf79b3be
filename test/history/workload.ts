import type { FreshnessOptions, SetOptions } from '../../lib/contracts/options.js';

/** A key and how everybody asks for it. */
export interface WalkedKey {
  readonly name: string;
  readonly options: SetOptions & FreshnessOptions;
  /** Tags that only its loader tells. */
  readonly lateTags: readonly string[];
}

export type Change =
  'delete' | 'deleteMany' | 'set' | 'putAfter' | 'expire' | 'invalidateTags' | 'invalidate' | 'clear';

/** What the processes of a run do. */
export interface Workload {
  readonly keys: readonly WalkedKey[];
  /** Each as often as it stands here. */
  readonly changes: readonly Change[];
  /** Default: `PATTERNS`. */
  readonly patterns?: readonly string[];
  /** Callers at a time, of each process. */
  readonly readers: number;
  readonly writers: number;
  /** How many of the reads wait until all has been heard that was changed before. */
  readonly inStep: number;
  /** How long a loader takes at most, in milliseconds. */
  readonly loadTime: number;
  /** How long a writer rests at most between two changes, in milliseconds. */
  readonly rest: number;
  /** Whether all writers rest now and then. */
  readonly pauses: boolean;
}

/** Some that stay, one with a name that is hashed, some that go stale quickly, some that are renewed early. */
const EVERY_KEY: readonly WalkedKey[] = [
  { name: 'plain:0', options: { tags: ['red'] }, lateTags: [] },
  { name: 'plain:1', options: { tags: ['red'] }, lateTags: [] },
  { name: 'plain:late', options: {}, lateTags: ['red'] },
  { name: `plain:${'long'.repeat(100)}`, options: { tags: ['blue'] }, lateTags: [] },
  { name: 'swr:0', options: { ttl: 50, staleWhileRevalidate: '1m', tags: ['blue'] }, lateTags: [] },
  { name: 'swr:1', options: { ttl: 50, staleWhileRevalidate: '1m' }, lateTags: [] },
  { name: 'ahead:0', options: { ttl: 200, refreshAhead: 3 }, lateTags: [] },
  { name: 'short:0', options: { ttl: 40 }, lateTags: [] },
];

const EVERY_CHANGE: readonly Change[] = [
  ...['delete', 'delete', 'delete', 'deleteMany', 'deleteMany', 'set', 'set', 'putAfter', 'putAfter'],
  ...['expire', 'expire', 'invalidateTags', 'invalidateTags', 'invalidate', 'clear'],
] as Change[];

export const EVERYTHING: Workload = {
  keys: EVERY_KEY,
  changes: EVERY_CHANGE,
  readers: 5,
  writers: 2,
  inStep: 0.4,
  loadTime: 15,
  rest: 40,
  pauses: true,
};

/** Two keys that everybody wants and changes all the time: loads, changes and sweeps of several processes cross. */
export const CROWDED: Workload = {
  keys: [EVERY_KEY[0]!, EVERY_KEY[2]!],
  changes: ['delete', 'delete', 'putAfter', 'invalidate'],
  readers: 8,
  writers: 2,
  inStep: 0.8,
  loadTime: 10,
  rest: 5,
  pauses: false,
};

/** Few keys, slow loads and quick deletes: for faults of the fence. */
export const DELETES: Workload = {
  keys: EVERY_KEY.slice(0, 2),
  changes: ['delete', 'deleteMany'],
  readers: 6,
  writers: 1,
  inStep: 0.4,
  loadTime: 40,
  rest: 60,
  pauses: false,
};

/** The same, but that everything is quick: for faults that need two things to happen at once. */
export const QUICK: Workload = { ...DELETES, writers: 2, loadTime: 2, rest: 8 };

/** One key that is nearly always being loaded: for faults of what joins a load. */
export const JOINS: Workload = { ...DELETES, keys: EVERY_KEY.slice(0, 1), readers: 12, loadTime: 60, rest: 30 };

const MANY_KEYS: readonly WalkedKey[] = Array.from({ length: 40 }, (_, nth) => ({
  name: `${nth % 2 === 0 ? 'many' : `few:${nth % 8}`}:${nth}`,
  options: nth % 5 === 0 ? { tags: ['red'] } : {},
  lateTags: nth % 10 === 3 ? ['blue'] : [],
}));

/**
 * Many keys that stay, and changes that are rare and concern few of them: what an outage has left behind must not be swept
 * away by the next change before anybody has looked.
 */
export const OUTAGES: Workload = {
  ...EVERYTHING,
  keys: [...MANY_KEYS, ...EVERY_KEY],
  changes: [
    ...(['delete', 'delete', 'delete', 'delete', 'delete', 'delete', 'set', 'set', 'putAfter', 'expire'] as const),
    ...(['invalidateTags', 'invalidate'] as const),
  ],
  patterns: ['few:1:*', 'few:3:*', 'few:5:*', 'swr:?'],
  writers: 2,
  rest: 400,
  pauses: false,
};

/** Nothing is changed, much goes stale: for faults of the lease. */
export const READS: Workload = { ...EVERYTHING, changes: [], writers: 0 };

export const PATTERNS: readonly string[] = ['plain:*', 'swr:?', '*'];
export const TAGS: readonly string[] = ['red', 'blue'];

/** Which of the keys the change concerns. */
export function tagged(keys: readonly WalkedKey[], tag: string): string[] {
  return keys
    .filter(({ options, lateTags }) => [...(options.tags ?? []), ...lateTags].includes(tag))
    .map(({ name }) => name);
}

export function matching(keys: readonly WalkedKey[], pattern: string): string[] {
  const begin = pattern.replace(/[*?]$/, '');
  return keys.map(({ name }) => name).filter((name) => name.startsWith(begin));
}
