import { termsOf, wordsOf } from '../../ai/text-rank/words.js';
import { hashFeature } from './feature-hash.js';
import type { FeatureKind } from './feature-hash.js';

/** A power of two: the low bits of a hash are the place of a feature. */
export const DIMENSIONS = 1_024;

const SHORTEST = 3;
const LONGEST = 5;

/**
 * The vector of a text: its words, and the character 3- to 5-grams of each word with its edges marked, each counted as
 * 1 + ln(times) and added to or taken from one of 1,024 places, both as its hash says; then brought to the length 1. The sign
 * makes what collides cancel out on the average (Weinberger et al., "Feature Hashing for Large Scale Multitask Learning",
 * ICML 2009). Words that every English text has are left out as long as there are others.
 */
export function hashedVector(text: string): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  for (const [feature, times] of countsOf(text)) {
    vector[feature & (DIMENSIONS - 1)]! += (feature >>> 31 === 0 ? 1 : -1) * (1 + Math.log(times));
  }
  const length = Math.hypot(...vector);
  // Two features of a tiny text may cancel out; every text has a direction, so that one like it is found.
  if (length === 0) vector[hashFeature('word', text) & (DIMENSIONS - 1)] = 1;
  else for (let place = 0; place < DIMENSIONS; place += 1) vector[place]! /= length;
  return vector;
}

/** How often each feature occurs, by its hash. */
function countsOf(text: string): Map<number, number> {
  const counts = new Map<number, number>();
  const count = (kind: FeatureKind, feature: string): void => {
    const hash = hashFeature(kind, feature);
    counts.set(hash, (counts.get(hash) ?? 0) + 1);
  };
  for (const term of featuredTerms(text)) {
    count('word', term);
    const marked = `<${term}>`;
    for (let size = SHORTEST; size <= LONGEST; size += 1) {
      for (let start = 0; start + size <= marked.length; start += 1) count('n-gram', marked.slice(start, start + size));
    }
  }
  return counts;
}

function featuredTerms(text: string): readonly string[] {
  const terms = termsOf(text);
  if (terms.length > 0) return terms;
  const words = wordsOf(text);
  return words.length > 0 ? words : [text];
}
