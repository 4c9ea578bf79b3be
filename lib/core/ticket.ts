import type { Address } from '../contracts/scope.js';

/** How many different tags one load may see invalidated before it counts as touched by all. */
const MAX_BUMPED = 1_000;

/**
 * The proof that nothing was invalidated since a load began. Taken before the loader runs; a value is stored only
 * while its ticket stands.
 *
 * The interleaving it prevents:
 *
 *     load(k) begins -> reads the old row
 *                         delete(k) -> resolves
 *     load(k) ends   -> would store the old row: refused, the ticket fell with the delete
 */
export class Ticket {
  /** Who felled it, if anybody: a newer value, or an invalidation. */
  fallen: 'overwritten' | 'invalidated' | undefined;
  /** Tags that were invalidated while it stood, each with the number of the first time; for tags that turn up later. */
  private bumped: Map<string, number> | undefined;
  /** The tags of what the look-up found; `undefined`: nothing. */
  private seen: readonly string[] | undefined;
  private looking = true;
  /** Whether it may load, or does: from then on the end of its lease matters. */
  hasTurn = false;
  /** Whether its loader has begun: what others invalidate from then on concerns what it will bring. */
  loading = false;
  /** Whether it may go unheard when another process invalidates the key while the loader runs. */
  isDeaf = false;
  /** Too many tags were invalidated to remember them. */
  private flooded = false;
  /** When another process first invalidated some tag of the scope while the loader ran. */
  private strange: number | undefined;
  private sealed = false;
  private spoiled = false;
  /** The flight it was taken for, if it was for one; only `SingleFlight` looks at it. */
  flight: object | undefined;
  /** The next one of the same key: a list, because there is hardly ever a second. */
  beside: Ticket | undefined;
  /** Called once, at once, when what is under way will not be stored, or must not be. */
  onSpoil: (() => void) | undefined;

  constructor(
    readonly address: Address,
    readonly tags: readonly string[],
  ) {}

  /** Whether nobody may join any more what it stands for. */
  get isSealed(): boolean {
    return this.sealed;
  }

  get stands(): boolean {
    return this.fallen === undefined;
  }

  /** Whether a value that carries these tags may still be stored. */
  admits(tags: readonly string[]): boolean {
    return this.fallen === undefined && !this.wasBumped(tags, Infinity);
  }

  /**
   * Whether one of the tags was invalidated, here or perhaps elsewhere, while it stood, and by then there had been no
   * more than `count` invalidations.
   */
  mayBeOld(tags: readonly string[], count: number): boolean {
    if (this.strange !== undefined && this.strange <= count && tags.length > 0) return true;
    return this.wasBumped(tags, count);
  }

  private wasBumped(tags: readonly string[], count: number): boolean {
    if (this.flooded) return tags.length > 0;
    if (this.bumped === undefined) return false;
    return tags.some((tag) => {
      const at = this.bumped?.get(tag);
      return at !== undefined && at <= count;
    });
  }

  fall(reason: 'overwritten' | 'invalidated'): void {
    if (this.fallen !== undefined) return;
    this.fallen = reason;
    this.spoil();
  }

  /** What is under way is not worth waiting for any more: whoever wants the key needs another load. */
  spoil(): void {
    if (this.spoiled) return;
    this.spoiled = true;
    this.seal();
    this.onSpoil?.();
  }

  /** Lets nobody else aboard. What is under way may still be stored. */
  seal(): void {
    this.sealed = true;
  }

  /** Says that the look-up is over, and the tags of what it found. */
  saw(tags: readonly string[] | undefined): void {
    this.looking = false;
    this.seen = tags;
  }

  /** While another look is under way, as in the first. Returns what to call when it is over. */
  lookAgain(): () => void {
    const before = this.looking;
    this.looking = true;
    return () => void (this.looking = before);
  }

  bump(tags: readonly string[], count: number): void {
    if (overlap(tags, this.tags)) return this.fall('invalidated');
    this.bumped ??= new Map();
    // The first time counts: whoever came aboard after it came after an invalidation, however many follow.
    for (const tag of tags) if (!this.bumped.has(tag)) this.bumped.set(tag, count);
    if (this.bumped.size > MAX_BUMPED) this.flooded = true;
    if (this.flooded) this.bumped = undefined;
  }

  /** Another process has invalidated some tag of the scope, nobody here knows which. Says nothing of the ticket's own. */
  bumpedElsewhere(count: number): void {
    if (this.loading) this.strange ??= count;
  }

  /** Another process has invalidated this. Nothing falls: whether what is under way is stored, the store's own fence decides. */
  overtakeElsewhere(tags?: readonly string[]): void {
    if (this.loading && (tags === undefined || overlap(tags, this.tags))) this.spoil();
    else this.overtake(tags);
  }

  /** An invalidation is through. What was looked up while it was on its way may be from before it. */
  overtake(tags?: readonly string[]): void {
    if (this.looking || (this.seen !== undefined && (tags === undefined || overlap(tags, this.seen)))) this.seal();
  }
}

function overlap(some: readonly string[], others: readonly string[]): boolean {
  return others.length > 0 && some.some((tag) => others.includes(tag));
}
