import type { CacheManager } from '../../index.js';
import type { Outcome, Step } from './callers.js';

/** Until when entries end by themselves, should nobody be left to remove them. */
export const KEEP = '30m';
/** Of what a miss stores: no second one is read, and the server shall not fill up. */
const KEEP_MISSED = '1s';

/** The keys of one group, in the order in which they are stored. */
export function keysOf(group: string, count: number): string[] {
  return Array.from({ length: count }, (_, nth) => `${group}-${nth}`);
}

function anyOf(keys: readonly string[]): string {
  return keys[Math.floor(Math.random() * keys.length)]!;
}

const isThere = (value: unknown): Outcome => (value === undefined ? 'failed' : 'done');

/** Reads a key that is there. */
export function getStep(cache: CacheManager, keys: readonly string[]): () => Step {
  return () => ({ start: () => cache.get(anyOf(keys)), judge: isThere });
}

/**
 * Overwrites one key after the other. Of two calls about one key at the same time the earlier gives way, and answers
 * `false`: so there are to be more keys than callers.
 */
export function setStep(cache: CacheManager, keys: readonly string[], value: unknown): () => Step {
  let nth = 0;
  return () => ({
    start: () => cache.set(keys[nth++ % keys.length]!, value, KEEP),
    judge: (isStored) => (isStored === true ? 'done' : 'failed'),
  });
}

export interface ReadThrough {
  readonly hitRatio: number;
  readonly loadMs: number;
  readonly value: unknown;
}

/** Reads a key that is there, and, as often as the hit ratio leaves, one that never was. */
export function getOrSetStep(
  cache: CacheManager,
  keys: readonly string[],
  { hitRatio, loadMs, value }: ReadThrough,
): () => Step {
  let missed = 0;
  const load = loadMs === 0 ? () => value : () => later(loadMs, value);
  return () => {
    let isMiss = false;
    return {
      start() {
        isMiss = Math.random() >= hitRatio;
        return isMiss ? cache.getOrSet(`miss-${missed++}`, load, KEEP_MISSED) : cache.getOrSet(anyOf(keys), load, KEEP);
      },
      judge: () => (isMiss ? 'miss' : 'hit'),
    };
  };
}

function later(ms: number, value: unknown): Promise<unknown> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(value), ms);
  });
}
