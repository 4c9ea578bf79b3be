import type { Address, Scope } from '../contracts/scope.js';
import type { CacheScope } from './scopes.js';

/** How many different tags one load may see invalidated before it counts as touched by all. */
const MAX_BUMPED = 1_000;
/** How many overwritten keys one watch tells apart. */
const MAX_WATCHED = 10_000;

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
  /** Too many tags were invalidated to remember them. */
  private flooded = false;
  private sealed = false;

  constructor(
    readonly address: Address,
    readonly tags: readonly string[],
    private readonly onSeal: (() => void) | undefined,
  ) {}

  get stands(): boolean {
    return this.fallen === undefined;
  }

  /** Whether a value that carries these tags may still be stored. */
  admits(tags: readonly string[]): boolean {
    return this.fallen === undefined && !this.wasBumped(tags, Infinity);
  }

  /** Whether one of the tags was invalidated while it stood, and by then there had been no more than `count` invalidations. */
  wasBumped(tags: readonly string[], count: number): boolean {
    if (this.flooded) return tags.length > 0;
    return tags.some((tag) => {
      const at = this.bumped?.get(tag);
      return at !== undefined && at <= count;
    });
  }

  fall(reason: 'overwritten' | 'invalidated'): void {
    if (this.fallen !== undefined) return;
    this.fallen = reason;
    this.seal();
  }

  /** Lets nobody else aboard. What is under way may still be stored. */
  seal(): void {
    if (this.sealed) return;
    this.sealed = true;
    this.onSeal?.();
  }

  /** Says that the look-up is over, and the tags of what it found. */
  saw(tags: readonly string[] | undefined): void {
    this.looking = false;
    this.seen = tags;
  }

  bump(tags: readonly string[], count: number): void {
    if (overlap(tags, this.tags)) return this.fall('invalidated');
    this.bumped ??= new Map();
    // The first time counts: whoever came aboard after it came after an invalidation, however many follow.
    for (const tag of tags) if (!this.bumped.has(tag)) this.bumped.set(tag, count);
    if (this.bumped.size > MAX_BUMPED) this.flooded = true;
    if (this.flooded) this.bumped = undefined;
  }

  /** An invalidation is through. What was looked up while it was on its way may be from before it. */
  overtake(tags?: readonly string[]): void {
    if (this.looking || (this.seen !== undefined && (tags === undefined || overlap(tags, this.seen)))) this.seal();
  }
}

/** To be called when the store is through with an invalidation, whatever came of it. */
export type Settle = () => void;

/**
 * Every ticket that stands, so that an invalidation reaches all of them before it does anything else. Synchronous
 * throughout: there is no moment at which an invalidation was issued and a ticket still stands.
 *
 * Each invalidation returns what to call when the store is through with it. The interleaving that prevents, on a store
 * that takes its time:
 *
 *     delete(k) is issued
 *                              get(k) takes off, and looks up: its answer is read before the delete lands
 *     delete(k) lands, resolves
 *                                                       get(k) would join that flight, and be given the old value
 */
export class Fence {
  /** How many invalidations there were, of whatever kind. */
  invalidations = 0;
  private readonly standing = new Map<string, Set<Ticket>>();
  private readonly watches = new Set<Set<string>>();

  /** `onSeal` runs once, at once, when nobody may join any more what the ticket stands for; never after `close`. */
  open(address: Address, tags: readonly string[], onSeal?: () => void): Ticket {
    const ticket = new Ticket(address, tags, onSeal);
    const beside = this.standing.get(address.id);
    if (beside) beside.add(ticket);
    else this.standing.set(address.id, new Set([ticket]));
    return ticket;
  }

  close(ticket: Ticket): void {
    const beside = this.standing.get(ticket.address.id);
    if (beside?.delete(ticket) && beside.size === 0) this.standing.delete(ticket.address.id);
  }

  /** How many tickets and watches are out; 0 when nothing is under way. */
  get size(): number {
    let size = this.watches.size;
    for (const tickets of this.standing.values()) size += tickets.size;
    return size;
  }

  invalidateKey(id: string): Settle {
    return this.fell(() => this.at(id));
  }

  /** A newer value is on its way to the key: what older loads bring must not overwrite it. */
  overwriteKey(id: string, by: Ticket): Settle {
    for (const ticket of this.at(id)) if (ticket !== by) ticket.fall('overwritten');
    for (const ids of this.watches) {
      if (ids.size < MAX_WATCHED) ids.add(id);
      // Too many to tell apart: counts as something that touches every key.
      else this.invalidations++;
    }
    return () => {
      for (const ticket of this.at(id)) ticket.overtake();
    };
  }

  /**
   * For a put whose key only its result tells: collects, until it is closed, the ids that newer values were stored
   * under. Two updates of one row that end in another order than they were done in must not leave the older one.
   */
  watchOverwrites(): { readonly ids: ReadonlySet<string>; close(): void } {
    const ids = new Set<string>();
    this.watches.add(ids);
    return { ids, close: () => void this.watches.delete(ids) };
  }

  invalidateTags(scope: Scope, tags: readonly string[]): Settle {
    this.invalidations++;
    const inScope = (ticket: Ticket): boolean => ticket.address.scope.path === scope.path;
    for (const ticket of this.all(inScope)) ticket.bump(tags, this.invalidations);
    return () => {
      for (const ticket of this.all(inScope)) ticket.overtake(tags);
    };
  }

  invalidateMatching(scope: Scope, matches: (key: string) => boolean): Settle {
    return this.fell(() => this.all(({ address }) => address.scope.path === scope.path && matches(address.key)));
  }

  invalidateScope(scope: CacheScope): Settle {
    return this.fell(() => this.all(({ address }) => scope.contains(address.scope)));
  }

  private fell(concerned: () => Ticket[]): Settle {
    this.invalidations++;
    for (const ticket of concerned()) ticket.fall('invalidated');
    return () => {
      for (const ticket of concerned()) ticket.overtake();
    };
  }

  private at(id: string): Ticket[] {
    return [...(this.standing.get(id) ?? [])];
  }

  private all(concerns: (ticket: Ticket) => boolean): Ticket[] {
    const found: Ticket[] = [];
    for (const tickets of this.standing.values())
      for (const ticket of tickets) if (concerns(ticket)) found.push(ticket);
    return found;
  }
}

function overlap(some: readonly string[], others: readonly string[]): boolean {
  return others.length > 0 && some.some((tag) => others.includes(tag));
}
