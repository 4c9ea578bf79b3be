import type { EntryDraft, NearEntry } from '../../contracts/entry.js';
import type { Scope } from '../../contracts/scope.js';
import { keyOfId } from '../../support/entry-id.js';
import { TIME_CODES, codeOfTime, timeOfCode } from '../../support/rounded-time.js';
import type { MemoryShape } from './memory-shape.js';
import { Listed } from './recency-list.js';

/** What an entry weighs beside its key and value, in bytes: the object, and its place among the others. */
const OVERHEAD = 160;
/** A tag beside its text: a slot in the entry, and one for its version. */
const TAG_OVERHEAD = 32;

/** What instants are counted from, so that they are small. */
const BIRTH = Math.floor(performance.timeOrigin);

/**
 * An entry, in few bytes: there may be a million. What many have in common is their shape, the key is cut from the
 * id, and instants are whole milliseconds since the process began: small integers stand in the object itself, any other
 * number is an object of its own.
 */
export class MemoryEntry extends Listed<MemoryEntry> implements NearEntry {
  /** The value; where all are given the same and it was read twice, with the promise of it. */
  private held: unknown;
  // Without a number at first: else the engine, at the sight of one that is not small, makes objects of them all.
  private created: number | undefined = undefined;
  private stale: number | undefined = undefined;
  /** What it weighs, and how long its loader ran: where both are usual, one small number. */
  private measures: number | undefined = undefined;

  constructor(
    id: string,
    draft: EntryDraft,
    public shape: MemoryShape,
  ) {
    super(id);
    this.held = draft.kept.value;
    // Never later than it is, so that nothing lives too long; but never older, so that nobody's renewal looks like another's.
    this.created = Math.ceil(draft.createdAt - BIRTH);
    this.stale = Math.floor(draft.staleAt - BIRTH);
    this.measures = weigh(id, draft) * TIME_CODES + codeOfTime(draft.loadTime);
  }

  get bytes(): number {
    return Math.floor(this.measures! / TIME_CODES);
  }

  get tier(): 'l1' {
    return 'l1';
  }

  get scope(): Scope {
    return this.shape.scope.of;
  }

  get key(): string {
    return keyOfId(this.id, this.scope);
  }

  get tags(): readonly string[] {
    return this.shape.tags;
  }

  get createdAt(): number {
    return BIRTH + this.created!;
  }

  get staleAt(): number {
    return BIRTH + this.stale!;
  }

  set staleAt(instant: number) {
    this.stale = Math.floor(instant - BIRTH);
  }

  /** Gone as soon as it is stale: most entries have no time between. */
  get expiresAt(): number {
    return this.staleAt;
  }

  get loadTime(): number {
    return timeOfCode(this.measures! % TIME_CODES);
  }

  read(): unknown {
    const { shape, held } = this;
    return shape.reads === 2 ? (held as Promised).value : shape.handing.give(held);
  }

  /** A hit that makes no promise of its own costs hardly more than the look at the list; but only the second keeps one. */
  promise(): Promise<unknown> {
    const { shape, held } = this;
    if (shape.reads === 2) return (held as Promised).promise;
    const promise = Promise.resolve(shape.handing.give(held));
    if (!shape.handing.isShared) return promise;
    this.shape = shape.afterRead;
    if (this.shape.reads === 2) this.held = new Promised(held, promise);
    return promise;
  }
}

/** A value of which everybody is given the same promise. */
class Promised {
  constructor(
    readonly value: unknown,
    readonly promise: Promise<unknown>,
  ) {}
}

/** One that is served to some for a while after it is stale. */
class LingeringEntry extends MemoryEntry {
  private expired: number | undefined = undefined;

  constructor(id: string, draft: EntryDraft, shape: MemoryShape) {
    super(id, draft, shape);
    this.expired = Math.floor(draft.expiresAt - BIRTH);
  }

  override get expiresAt(): number {
    return BIRTH + this.expired!;
  }
}

export function entryOf(id: string, draft: EntryDraft, shape: MemoryShape): MemoryEntry {
  return draft.expiresAt !== draft.staleAt ? new LingeringEntry(id, draft, shape) : new MemoryEntry(id, draft, shape);
}

function weigh(id: string, { kept, tags }: EntryDraft): number {
  let bytes = Math.ceil(kept.bytes) + id.length * 2 + OVERHEAD;
  for (const tag of tags) bytes += tag.length * 2 + TAG_OVERHEAD;
  return bytes;
}
