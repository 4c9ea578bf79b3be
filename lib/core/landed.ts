import type { Entry, Kept } from '../contracts/entry.js';

/** What the look-up of a flight brought, and what it was at that moment: its callers must not judge otherwise. */
export interface Found {
  readonly entry: Entry;
  readonly state: 'fresh' | 'stale';
}

/** What a flight brings its passengers. */
export interface Landed {
  /** The loader's own result, for the caller whose loader ran. */
  readonly value: unknown;
  /** The cache's copy, from which every other caller gets one of its own; `undefined` when the value cannot be kept. */
  readonly kept: Kept | undefined;
  /** The tags the loader added. */
  readonly tags: readonly string[];
  /** Set when another process has loaded the key meanwhile: then this is what everybody gets. */
  readonly entry?: Entry;
}

/** What another process has loaded. */
export function landedElsewhere(entry: Entry): Landed {
  return { ...ABSENT, entry };
}

/** Another process has been loading for longer than anybody should wait: a stale value has to do. */
export const LATE: Landed = Object.freeze({ value: undefined, kept: undefined, tags: [] });

/** A batch loader did not know this key: the answer to the batches that came before it began; all others load again. */
export const ABSENT: Landed = Object.freeze({ value: undefined, kept: undefined, tags: [] });
