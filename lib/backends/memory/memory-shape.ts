import type { Handing } from '../../contracts/entry.js';
import type { Scope } from '../../contracts/scope.js';

/**
 * One standing version. Entries point at the versions they were loaded under, so checking one is reading a flag; an
 * invalidation lowers it, in O(1) however many entries point here.
 */
export interface VersionCell {
  stands: boolean;
}

/** The version of a scope; the scope itself is the one of the last load. */
export interface ScopeCell extends VersionCell {
  of: Scope;
  readonly shapes: BareShapes;
}

/** How often an entry was read, as far as it matters: never, once, more often. */
export type Reads = 0 | 1 | 2;

/**
 * What an entry has in common with many others, so that each of them holds one word for all of it: under which versions it
 * stands, its tags, and how its value is handed out.
 */
export class MemoryShape {
  constructor(
    readonly scope: ScopeCell,
    readonly cells: readonly VersionCell[],
    readonly tags: readonly string[],
    readonly handing: Handing,
    /** Counted only where everybody is given the same: there the second who reads leaves a promise for all. */
    readonly reads: Reads = 0,
  ) {}

  get afterRead(): MemoryShape {
    const { scope, cells, tags, handing } = this;
    const reads = this.reads === 0 ? 1 : 2;
    if (cells.length === 0 && tags.length === 0) return scope.shapes.of(handing, reads);
    return new MemoryShape(scope, cells, tags, handing, reads);
  }
}

/** The shapes of the entries of one scope that have no tags, which is most. */
export class BareShapes {
  /** By how often such an entry was read. */
  private readonly known: Record<Reads, MemoryShape[]> = { 0: [], 1: [], 2: [] };

  constructor(private readonly scope: ScopeCell) {}

  of(handing: Handing, reads: Reads = 0): MemoryShape {
    const shapes = this.known[reads];
    // A handful at most, and mostly the first.
    for (const shape of shapes) if (shape.handing === handing) return shape;
    const shape = new MemoryShape(this.scope, NO_CELLS, NO_TAGS, handing, reads);
    // Any other is of one value, and goes with it.
    if (handing.isCommon) shapes.push(shape);
    return shape;
  }
}

export const NO_TAGS: readonly string[] = [];
export const NO_CELLS: readonly VersionCell[] = [];
