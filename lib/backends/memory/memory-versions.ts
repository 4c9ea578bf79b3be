import type { Stamp } from '../../contracts/entry-store.js';
import type { Scope } from '../../contracts/scope.js';
import { BareShapes, NO_CELLS, type ScopeCell, type VersionCell } from './memory-shape.js';

export interface MemoryStamp extends Stamp {
  /** The cells of the scope's lineage are folded into one, its own: a clear above lowers those below. */
  readonly scope: ScopeCell;
  readonly cells: readonly VersionCell[];
}

class ScopeVersion implements ScopeCell {
  stands = true;
  readonly shapes: BareShapes = new BareShapes(this);

  constructor(public of: Scope) {}
}

/** The versions of a process. A version that is forgotten for room falls: its entries are misses, never stale hits. */
export class MemoryVersions {
  private readonly scopes: Cells<ScopeCell>;
  private readonly tags: Cells<VersionCell>;

  constructor(maxScopes: number, maxTags: number) {
    this.scopes = new Cells(maxScopes);
    this.tags = new Cells(maxTags);
  }

  stamp(scope: Scope, tags: readonly string[]): MemoryStamp {
    // A new one each time: others tell loads apart by their stamps.
    return {
      tags,
      scope: this.scopeCell(scope),
      cells: tags.length === 0 ? NO_CELLS : tags.map((tag) => this.tagCell(scope, tag)),
    };
  }

  widen(scope: Scope, stamp: MemoryStamp, tags: readonly string[]): MemoryStamp {
    return {
      tags: [...stamp.tags, ...tags],
      scope: stamp.scope,
      cells: [...stamp.cells, ...tags.map((tag) => this.tagCell(scope, tag))],
    };
  }

  invalidateTags(scope: Scope, tags: readonly string[]): void {
    for (const tag of tags) this.tags.delete(scope.idOf(tag));
  }

  clear(scope: Scope): void {
    for (const [path, cell] of this.scopes) if (cell.of.lineage.includes(scope.path)) this.scopes.delete(path);
  }

  private scopeCell(scope: Scope): ScopeCell {
    const known = this.scopes.get(scope.path);
    if (known) known.of = scope;
    if (known) return known;
    const cell = new ScopeVersion(scope);
    this.scopes.set(scope.path, cell);
    return cell;
  }

  private tagCell(scope: Scope, tag: string): VersionCell {
    const id = scope.idOf(tag);
    const known = this.tags.get(id);
    if (known) return known;
    const cell = { stands: true };
    this.tags.set(id, cell);
    return cell;
  }
}

export function standing(scope: VersionCell, cells: readonly VersionCell[]): boolean {
  if (!scope.stands) return false;
  // Counted, not iterated: an iterator costs a tenth of a hit.
  for (let at = 0; at < cells.length; at++) if (!cells[at]!.stands) return false;
  return true;
}

/**
 * Cells by name, the least recently used forgotten first. A forgotten one falls. Grows with what is in it: a list that
 * reserves its room beforehand would take megabytes for versions that most applications never have.
 */
class Cells<C extends VersionCell> {
  private readonly cells = new Map<string, C>();
  /** The one that was asked for last. */
  private last: { readonly name: string; readonly cell: C } | undefined;

  constructor(private readonly max: number) {}

  get(name: string): C | undefined {
    const { last } = this;
    // The most recently used already; and most caches have one scope.
    if (last?.name === name && last.cell.stands) return last.cell;
    const cell = this.cells.get(name);
    if (cell === undefined) return undefined;
    this.cells.delete(name);
    this.cells.set(name, cell);
    this.last = { name, cell };
    return cell;
  }

  set(name: string, cell: C): void {
    this.cells.set(name, cell);
    this.last = { name, cell };
    if (this.cells.size <= this.max) return;
    const [oldest] = this.cells.keys();
    this.delete(oldest!);
  }

  delete(name: string): void {
    const cell = this.cells.get(name);
    if (cell) cell.stands = false;
    this.cells.delete(name);
  }

  [Symbol.iterator](): IterableIterator<[string, C]> {
    return this.cells.entries();
  }
}
