import type { EntryDraft, Handing, NearEntry } from '../../contracts/entry.js';
import type { Scope } from '../../contracts/scope.js';
import { keyOfId } from '../../support/entry-id.js';
import type { MemoryStamp } from './memory-versions.js';
import { Listed } from './recency-list.js';

/** What an entry weighs beside its key and value, in bytes: the object, and its place among the others. */
const OVERHEAD = 160;
/** A tag beside its text: a slot in the entry, and one for its version. */
const TAG_OVERHEAD = 32;

/** Of what everybody is given itself, and somebody was. */
const SHARED_ONCE: Handing = { isShared: true, give: (value) => value };

/** What instants are counted from, so that they are small. */
const BIRTH = Math.floor(performance.timeOrigin);

/**
 * An entry, in few bytes: there may be a million. What many have in common stands in their stamp, the key is cut from the
 * id, and instants are whole milliseconds since the process began: small integers stand in the object itself, any other
 * number is an object of its own.
 */
export class MemoryEntry extends Listed<MemoryEntry> implements NearEntry {
  private readonly value: unknown;
  /**
   * How the value is handed out. Where all are given the same, it is marked by the first who reads it, and becomes one promise
   * for all with the second: an entry that is read once holds none.
   */
  private hand: Handing | Promise<unknown>;
  // Without a number at first: else the engine, at the sight of one that is not small, makes objects of them all.
  private created: number | undefined = undefined;
  private stale: number | undefined = undefined;
  private loading: number | undefined = undefined;

  constructor(
    id: string,
    draft: EntryDraft,
    readonly stamp: MemoryStamp,
  ) {
    super(id, weigh(id, draft));
    this.value = draft.kept.value;
    this.hand = draft.kept.handing;
    // Never later than it is, so that nothing lives too long; but never older, so that nobody's renewal looks like another's.
    this.created = Math.ceil(draft.createdAt - BIRTH);
    this.stale = Math.floor(draft.staleAt - BIRTH);
    this.loading = Math.ceil(draft.loadTime);
  }

  get tier(): 'l1' {
    return 'l1';
  }

  get scope(): Scope {
    return this.stamp.scope.of;
  }

  get key(): string {
    return keyOfId(this.id, this.scope);
  }

  get tags(): readonly string[] {
    return this.stamp.tags;
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
    return this.loading!;
  }

  read(): unknown {
    const { hand } = this;
    return hand instanceof Promise ? this.value : hand.give(this.value);
  }

  /** A hit that makes no promise of its own costs hardly more than the look at the list; but only the second keeps one. */
  promise(): Promise<unknown> {
    const { hand } = this;
    if (hand instanceof Promise) return hand;
    const promise = Promise.resolve(hand.give(this.value));
    if (hand === SHARED_ONCE) this.hand = promise;
    else if (hand.isShared) this.hand = SHARED_ONCE;
    return promise;
  }
}

/** One that is served to some for a while after it is stale. */
class LingeringEntry extends MemoryEntry {
  private expired: number | undefined = undefined;

  constructor(id: string, draft: EntryDraft, stamp: MemoryStamp) {
    super(id, draft, stamp);
    this.expired = Math.floor(draft.expiresAt - BIRTH);
  }

  override get expiresAt(): number {
    return BIRTH + this.expired!;
  }
}

export function entryOf(id: string, draft: EntryDraft, stamp: MemoryStamp): MemoryEntry {
  return draft.expiresAt !== draft.staleAt ? new LingeringEntry(id, draft, stamp) : new MemoryEntry(id, draft, stamp);
}

function weigh(id: string, { kept, tags }: EntryDraft): number {
  let bytes = Math.ceil(kept.bytes) + id.length * 2 + OVERHEAD;
  for (const tag of tags) bytes += tag.length * 2 + TAG_OVERHEAD;
  return bytes;
}
