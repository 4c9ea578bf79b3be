import type { Kept, ValueIsolation } from '../contracts/entry.js';
import type { ClassInstances, Isolation } from '../contracts/options.js';
import { copyDeep, copyEscaping, copyPlain } from './copy-value.js';
import { takeErrorApart } from './error-parts.js';
import { takeSnapshot, type Sharing } from './snapshot.js';
import { classify } from './value-kind.js';

/** What `keep` makes. One hidden class for all modes, because every hit reads it. */
class KeptValue implements Kept {
  /** Made by the first who asks, where one does for all. */
  private one: Promise<unknown> | undefined = undefined;

  constructor(
    readonly value: unknown,
    readonly bytes: number,
    readonly sharing: Sharing,
    /**
     * Containers to be told from the others. Under `clone`: long arrays of primitives, which need no look inside. Under
     * `freeze`: those on the way to what freezing cannot protect; the others are shared.
     */
    readonly marks: ReadonlySet<object> | undefined,
  ) {}

  /** A hit that makes no promise of its own costs hardly more than the look at the list. */
  get promise(): Promise<unknown> {
    return (this.one ??= Promise.resolve(this.value));
  }
}

/**
 * `clone`: every caller gets a copy of its own. `freeze`: plain data is frozen and shared; Map, Set, Date, typed arrays
 * and their like are copied, and what leads to them. `share`: one reference for all, validated but not protected.
 *
 * `keep` runs at write time and does all the work it can: `give` is the hot path of every hit, and takes only what
 * `keep` of the same isolation made.
 */
export function createIsolation(mode: Isolation, classInstances: ClassInstances): ValueIsolation {
  switch (mode) {
    case 'clone':
      return new CloneIsolation(classInstances);
    case 'freeze':
      return new FreezeIsolation(classInstances);
    case 'share':
      return new ShareIsolation(classInstances);
  }
}

class CloneIsolation implements ValueIsolation {
  constructor(private readonly classInstances: ClassInstances) {}

  keep(value: unknown): KeptValue {
    const taken = takeSnapshot(value, { classInstances: this.classInstances });
    return new KeptValue(taken.value, taken.bytes, taken.sharing, taken.leaves);
  }

  give(kept: KeptValue): unknown {
    const { value, sharing } = kept;
    if (sharing === 'plain') return copyPlain(value as object, kept.marks);
    if (sharing === 'primitive') return value;
    if (sharing === 'exotic') return copyDeep(value as object, kept.marks);
    return Array.isArray(value) ? (value as unknown[]).slice() : { ...(value as object) };
  }

  promise(kept: KeptValue): Promise<unknown> {
    return kept.sharing === 'primitive' ? kept.promise : Promise.resolve(this.give(kept));
  }
}

class FreezeIsolation implements ValueIsolation {
  constructor(private readonly classInstances: ClassInstances) {}

  keep(value: unknown): KeptValue {
    const taken = takeSnapshot(value, { classInstances: this.classInstances });
    const escapes = new Set<object>();
    freezeDeep(taken.value, escapes);
    const exotic = taken.sharing === 'exotic';
    return new KeptValue(taken.value, taken.bytes, taken.sharing, exotic ? escapes : undefined);
  }

  give(kept: KeptValue): unknown {
    return kept.marks === undefined ? kept.value : copyEscaping(kept.value as object, kept.marks);
  }

  promise(kept: KeptValue): Promise<unknown> {
    return kept.marks === undefined ? kept.promise : Promise.resolve(this.give(kept));
  }
}

class ShareIsolation implements ValueIsolation {
  constructor(private readonly classInstances: ClassInstances) {}

  keep(value: unknown): KeptValue {
    const taken = takeSnapshot(value, { classInstances: this.classInstances, reference: true });
    return new KeptValue(taken.value, taken.bytes, taken.sharing, undefined);
  }

  give(kept: KeptValue): unknown {
    return kept.value;
  }

  promise(kept: KeptValue): Promise<unknown> {
    return kept.promise;
  }
}

/** Freezes every plain container; whether something inside escapes. Those with such content are added to `escapes`. */
function freezeDeep(value: unknown, escapes: Set<object>): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { kind } = classify(value);
  if (kind === 'object' || kind === 'array') {
    const escaping = freezeAll(Object.values(value), escapes);
    if (escaping) escapes.add(value);
    Object.freeze(value);
    return escaping;
  }
  if (kind === 'map') freezeAll([...(value as Map<unknown, unknown>)].flat(), escapes);
  if (kind === 'set') freezeAll([...(value as Set<unknown>)], escapes);
  if (kind === 'error') freezeAll(Object.values(takeErrorApart(value as Error).data), escapes);
  return true;
}

function freezeAll(values: readonly unknown[], escapes: Set<object>): boolean {
  let escaping = false;
  for (const value of values) escaping = freezeDeep(value, escapes) || escaping;
  return escaping;
}
