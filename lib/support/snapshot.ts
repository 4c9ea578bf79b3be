import type { ClassInstances } from '../contracts/options.js';
import { ValueWalk } from './value-walk.js';

/**
 * How a kept value can be handed out. `primitive`: as it is. `flat`: one plain object or array of primitives. `plain`:
 * plain objects and arrays only. `exotic`: it holds something that freezing cannot protect (Map, Date, Buffer ...).
 */
export type Sharing = 'primitive' | 'flat' | 'plain' | 'exotic';

export interface SnapshotPolicy {
  readonly classInstances: ClassInstances;
  /** Validate and weigh only; the snapshot is the value itself. */
  readonly reference?: boolean;
}

export interface Snapshot {
  readonly value: unknown;
  /** An estimate of what the value weighs in memory. */
  readonly bytes: number;
  readonly sharing: Sharing;
  /** Those long arrays inside that hold primitives only; whoever copies the snapshot need not look into them. */
  readonly leaves: ReadonlySet<object> | undefined;
}

/**
 * Copies a value so that nobody else holds any part of it, weighs it, and refuses what no backend can give back.
 * Every kind survives every backend alike: subclasses of built-ins become the built-in, boxed primitives are unwrapped,
 * holes become `undefined`, an object that is mentioned twice becomes two.
 *
 * @throws CacheValueError naming the path of what cannot be kept.
 */
export function takeSnapshot(value: unknown, policy: SnapshotPolicy): Snapshot {
  const reference = policy.reference ?? false;
  const refuses = policy.classInstances === 'refuse';
  const walk = spare?.isLike(refuses, reference) ? spare : new ValueWalk(refuses, reference);
  // A getter on the way may store something itself. And one that throws leaves the walk where it was.
  spare = undefined;
  const copy = walk.start(value);
  const { bytes, leaves } = walk;
  const snapshot = { value: reference ? value : copy, bytes, sharing: sharingOf(walk), leaves };
  spare = walk.clear();
  return snapshot;
}

/** The walk of the last value, for the next: most caches keep many values in one way. */
let spare: ValueWalk | undefined;

function sharingOf(walk: ValueWalk): Sharing {
  if (walk.exotic) return 'exotic';
  if (walk.containers === 0) return 'primitive';
  return walk.containers === 1 ? 'flat' : 'plain';
}
