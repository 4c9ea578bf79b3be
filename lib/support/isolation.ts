import type { Handing, Kept, ValueIsolation } from '../contracts/entry.js';
import type { ClassInstances, Isolation } from '../contracts/options.js';
import { copyDeep, copyEscaping, copyPlain } from './copy-value.js';
import { takeErrorApart } from './error-parts.js';
import { takeSnapshot, type Snapshot } from './snapshot.js';
import { classify, type ValueKind } from './value-kind.js';

/** What `keep` makes. One hidden class for all modes. */
class KeptValue implements Kept {
  constructor(
    readonly value: unknown,
    readonly bytes: number,
    readonly handing: Handing,
  ) {}
}

/** Everybody gets the value itself. */
const SHARED: Handing = { isCommon: true, isShared: true, give: (value) => value };
/** One plain object or array of primitives. */
const FLAT: Handing = {
  isCommon: true,
  isShared: false,
  give: (value) => (Array.isArray(value) ? (value as unknown[]).slice() : { ...(value as object) }),
};
const PLAIN: Handing = { isCommon: true, isShared: false, give: (value) => copyPlain(value as object, undefined) };
const DEEP: Handing = { isCommon: true, isShared: false, give: (value) => copyDeep(value as object, undefined) };

/** With the long arrays of primitives inside, which need no look. */
class Marked implements Handing {
  readonly isCommon = false;
  readonly isShared = false;

  constructor(
    private readonly copy: (value: object, marks: ReadonlySet<object>) => object,
    private readonly marks: ReadonlySet<object>,
  ) {}

  give(value: unknown): unknown {
    return this.copy(value as object, this.marks);
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

abstract class Keeping implements ValueIsolation {
  constructor(protected readonly classInstances: ClassInstances) {}

  abstract keep(value: unknown): KeptValue;

  give(kept: Kept): unknown {
    return kept.handing.give(kept.value);
  }
}

class CloneIsolation extends Keeping {
  keep(value: unknown): KeptValue {
    const taken = takeSnapshot(value, { classInstances: this.classInstances });
    return new KeptValue(taken.value, taken.bytes, copying(taken));
  }
}

function copying({ sharing, leaves }: Snapshot): Handing {
  if (sharing === 'primitive') return SHARED;
  if (sharing === 'flat') return FLAT;
  if (leaves) return new Marked(sharing === 'plain' ? copyPlain : copyDeep, leaves);
  return sharing === 'plain' ? PLAIN : DEEP;
}

class FreezeIsolation extends Keeping {
  keep(value: unknown): KeptValue {
    const taken = takeSnapshot(value, { classInstances: this.classInstances });
    // Those on the way to what freezing cannot protect; all others are shared.
    const escapes = new Set<object>();
    const shared = frozen(taken.value, escapes);
    const handing = taken.sharing === 'exotic' ? new Marked(copyEscaping, escapes) : SHARED;
    return new KeptValue(shared, taken.bytes, handing);
  }
}

class ShareIsolation extends Keeping {
  keep(value: unknown): KeptValue {
    const taken = takeSnapshot(value, { classInstances: this.classInstances, reference: true });
    return new KeptValue(taken.value, taken.bytes, SHARED);
  }
}

/**
 * The value with every plain container frozen. Those on the way to what freezing cannot protect are added to `escapes`, and
 * so is that.
 */
function frozen(value: unknown, escapes: Set<object>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { kind } = classify(value);
  if (kind !== 'object' && kind !== 'array') {
    freezeInside(value, kind, escapes);
    escapes.add(value);
    return value;
  }
  const own = kind === 'object' ? rebuilt(value) : value;
  const fields = own as Record<string, unknown>;
  for (const key of Object.keys(fields)) {
    const field = fields[key];
    if (typeof field !== 'object' || field === null) continue;
    const kept = frozen(field, escapes) as object;
    if (kept !== field) fields[key] = kept;
    if (escapes.has(kept)) escapes.add(own);
  }
  return Object.freeze(own);
}

/**
 * Freezing what a spread has made gives each object a hidden class of its own, three times as large as the object itself
 * (V8 11.3). What was put together key by key shares one. A name that every object knows already cannot be put so.
 */
function rebuilt(value: object): object {
  const fields: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    if (key in Object.prototype) return value;
    fields[key] = (value as Record<string, unknown>)[key];
  }
  return fields;
}

/** What others hold stays where it is: it is copied for everybody, and only what is inside is shared. */
function freezeInside(value: object, kind: ValueKind, escapes: Set<object>): void {
  const freeze = (part: unknown): void => freezeInPlace(part, escapes);
  if (kind === 'map') [...(value as Map<unknown, unknown>)].flat().forEach(freeze);
  if (kind === 'set') [...(value as Set<unknown>)].forEach(freeze);
  if (kind === 'error') Object.values(takeErrorApart(value as Error).data).forEach(freeze);
}

function freezeInPlace(value: unknown, escapes: Set<object>): void {
  if (typeof value !== 'object' || value === null) return;
  const { kind } = classify(value);
  if (kind !== 'object' && kind !== 'array') {
    freezeInside(value, kind, escapes);
    return void escapes.add(value);
  }
  for (const part of Object.values(value) as unknown[]) {
    freezeInPlace(part, escapes);
    if (escapes.has(part as object)) escapes.add(value);
  }
  Object.freeze(value);
}
