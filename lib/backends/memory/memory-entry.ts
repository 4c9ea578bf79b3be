import type { EntryDraft, Kept, NearEntry, ValueIsolation } from '../../contracts/entry.js';
import type { Scope } from '../../contracts/scope.js';
import type { MemoryStamp, VersionCell } from './memory-versions.js';

/** What an entry weighs beside its key and value, in bytes: the object, its numbers and the list it hangs in. */
const OVERHEAD = 120;
/** A tag beside its text: a slot in the entry, and one for its version. */
const TAG_OVERHEAD = 32;

export class MemoryEntry implements NearEntry {
  readonly tier = 'l1' as const;
  readonly createdAt: number;
  staleAt: number;
  readonly expiresAt: number;
  readonly loadTime: number;
  readonly tags: readonly string[];
  readonly scopeCell: VersionCell;
  readonly tagCells: readonly VersionCell[];
  readonly bytes: number;
  private readonly kept: Kept;

  constructor(
    readonly scope: Scope,
    readonly key: string,
    draft: EntryDraft,
    stamp: MemoryStamp,
    private readonly isolation: ValueIsolation,
  ) {
    this.createdAt = draft.createdAt;
    this.staleAt = draft.staleAt;
    this.expiresAt = draft.expiresAt;
    this.loadTime = draft.loadTime;
    this.tags = draft.tags;
    this.scopeCell = stamp.scope;
    this.tagCells = stamp.cells;
    this.kept = draft.kept;
    this.bytes = Math.ceil(draft.kept.bytes) + key.length * 2 + OVERHEAD;
    for (const tag of draft.tags) this.bytes += tag.length * 2 + TAG_OVERHEAD;
  }

  read(): unknown {
    return this.isolation.give(this.kept);
  }

  promise(): Promise<unknown> {
    return this.isolation.promise(this.kept);
  }
}
