import type { KeyPart } from './key-part.js';
import { shownPart } from './shown-part.js';

/** One thing in which two requests differ. */
export interface KeyDifference {
  /** Where, such as `options.temperature`. */
  readonly path: string;
  /** What the first request has there: `0`, `absent`, `text of 5,120 characters, sha-256 ab12...`. */
  readonly a: string;
  readonly b: string;
}

/** Before the options, whose paths are none of these. */
const FIELDS = ['operation', 'text', 'question'];

/** Both lists name their paths in the same order; the result goes on in it. */
export function differencesOf(a: readonly KeyPart[], b: readonly KeyPart[]): KeyDifference[] {
  const [left, right] = [byPath(a), byPath(b)];
  const differences: KeyDifference[] = [];
  for (let [inA, inB] = [0, 0]; inA < a.length || inB < b.length;) {
    const path = nextPath(a[inA]?.path, b[inB]?.path, left, right);
    if (path === a[inA]?.path) inA += 1;
    if (path === b[inB]?.path) inB += 1;
    const [first, second] = [left.get(path), right.get(path)];
    if (first?.text !== second?.text) differences.push({ path, a: shownPart(first), b: shownPart(second) });
  }
  return differences;
}

type ByPath = ReadonlyMap<string, KeyPart>;

function byPath(parts: readonly KeyPart[]): ByPath {
  return new Map(parts.map((part) => [part.path, part]));
}

/** What only one of them has comes before what they share. */
function nextPath(a: string | undefined, b: string | undefined, left: ByPath, right: ByPath): string {
  if (a === undefined || b === undefined) return (a ?? b)!;
  if (right.has(a)) return left.has(b) ? a : b;
  if (left.has(b)) return a;
  const rank = rankOf(a) - rankOf(b);
  return rank < 0 || (rank === 0 && a < b) ? a : b;
}

function rankOf(path: string): number {
  const index = FIELDS.indexOf(path);
  return index < 0 ? FIELDS.length : index;
}
