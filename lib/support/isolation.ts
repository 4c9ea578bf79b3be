import type { ClassInstances, Isolation as IsolationMode } from '../contracts/options.js';
import { copyDeep, copyPlain } from './copy-value.js';
import { takeErrorApart } from './error-parts.js';
import { takeSnapshot, type Sharing } from './snapshot.js';
import { classify } from './value-kind.js';

/** A value as an in-process store holds it. One hidden class for all, because every hit reads it. */
export class Kept {
  constructor(
    readonly value: unknown,
    /** Estimated weight, for the store's limit. */
    readonly bytes: number,
    readonly sharing: Sharing,
    /** Under `freeze`: the plain containers on the way to what freezing cannot protect. */
    readonly escapes: ReadonlySet<object> | undefined,
  ) {}
}

/** What stands between the values callers hold and the values a store holds. */
export interface Isolation {
  /** At write time. @throws CacheValueError */
  keep(value: unknown): Kept;
  /** At read time, for every hit: never fails, allocates no more than what the caller gets. */
  give(kept: Kept): unknown;
}

/**
 * `clone`: every caller gets a copy of its own. `freeze`: plain data is frozen and shared; Map, Set, Date, typed arrays
 * and their like are copied, and what leads to them. `share`: one reference for all, validated but not protected.
 */
export function createIsolation(mode: IsolationMode, classInstances: ClassInstances): Isolation {
  switch (mode) {
    case 'clone':
      return new CloneIsolation(classInstances);
    case 'freeze':
      return new FreezeIsolation(classInstances);
    case 'share':
      return new ShareIsolation(classInstances);
  }
}

class CloneIsolation implements Isolation {
  constructor(private readonly classInstances: ClassInstances) {}

  keep(value: unknown): Kept {
    const taken = takeSnapshot(value, { classInstances: this.classInstances });
    return new Kept(taken.value, taken.bytes, taken.sharing, undefined);
  }

  give(kept: Kept): unknown {
    const { value, sharing } = kept;
    if (sharing === 'plain') return copyPlain(value as object);
    if (sharing === 'primitive') return value;
    if (sharing === 'exotic') return copyDeep(value, undefined);
    return Array.isArray(value) ? (value as unknown[]).slice() : { ...(value as object) };
  }
}

class FreezeIsolation implements Isolation {
  constructor(private readonly classInstances: ClassInstances) {}

  keep(value: unknown): Kept {
    const taken = takeSnapshot(value, { classInstances: this.classInstances });
    const escapes = new Set<object>();
    freezeDeep(taken.value, escapes);
    return new Kept(taken.value, taken.bytes, taken.sharing, taken.sharing === 'exotic' ? escapes : undefined);
  }

  give(kept: Kept): unknown {
    return kept.escapes === undefined ? kept.value : copyDeep(kept.value, kept.escapes);
  }
}

class ShareIsolation implements Isolation {
  constructor(private readonly classInstances: ClassInstances) {}

  keep(value: unknown): Kept {
    const taken = takeSnapshot(value, { classInstances: this.classInstances, reference: true });
    return new Kept(taken.value, taken.bytes, taken.sharing, undefined);
  }

  give(kept: Kept): unknown {
    return kept.value;
  }
}

/** Freezes every plain container; whether something inside escapes. Those with such content are added to `escapes`. */
function freezeDeep(value: unknown, escapes: Set<object>): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { kind } = classify(value);
  switch (kind) {
    case 'object':
    case 'array': {
      const escaping = freezeAll(Object.values(value), escapes);
      if (escaping) escapes.add(value);
      Object.freeze(value);
      return escaping;
    }
    case 'map':
      freezeAll([...(value as Map<unknown, unknown>)].flat(), escapes);
      return true;
    case 'set':
      freezeAll([...(value as Set<unknown>)], escapes);
      return true;
    case 'error':
      freezeAll(Object.values(takeErrorApart(value as Error).data), escapes);
      return true;
    default:
      return true;
  }
}

function freezeAll(values: readonly unknown[], escapes: Set<object>): boolean {
  let escaping = false;
  for (const value of values) escaping = freezeDeep(value, escapes) || escaping;
  return escaping;
}
