import type { Address, Scope } from '../contracts/scope.js';
import type { CacheScope } from './scopes.js';

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
  /** Tags that were invalidated while it stood; for tags the loader adds after the fact. */
  private bumped: Set<string> | undefined;

  constructor(
    readonly address: Address,
    readonly tags: readonly string[],
    private readonly onFall: (() => void) | undefined,
  ) {}

  get stands(): boolean {
    return this.fallen === undefined;
  }

  /** Whether a value that carries these tags may still be stored. */
  admits(tags: readonly string[]): boolean {
    if (this.fallen !== undefined) return false;
    return this.bumped === undefined || !tags.some((tag) => this.bumped!.has(tag));
  }

  fall(reason: 'overwritten' | 'invalidated'): void {
    if (this.fallen !== undefined) return;
    this.fallen = reason;
    this.onFall?.();
  }

  bump(tags: readonly string[]): void {
    if (tags.some((tag) => this.tags.includes(tag))) this.fall('invalidated');
    else for (const tag of tags) (this.bumped ??= new Set()).add(tag);
  }
}

/**
 * Every ticket that stands, so that an invalidation reaches all of them before it does anything else. Synchronous
 * throughout: there is no moment at which an invalidation was issued and a ticket still stands.
 */
export class Fence {
  /** How many invalidations there were, of whatever kind. */
  invalidations = 0;
  private readonly standing = new Map<string, Set<Ticket>>();
  private readonly watches = new Set<Set<string>>();

  /** `onFall` runs at once when an invalidation fells the ticket; never after `close`. */
  open(address: Address, tags: readonly string[], onFall?: () => void): Ticket {
    const ticket = new Ticket(address, tags, onFall);
    const beside = this.standing.get(address.id);
    if (beside) beside.add(ticket);
    else this.standing.set(address.id, new Set([ticket]));
    return ticket;
  }

  close(ticket: Ticket): void {
    const beside = this.standing.get(ticket.address.id);
    if (beside?.delete(ticket) && beside.size === 0) this.standing.delete(ticket.address.id);
  }

  invalidateKey(id: string): void {
    this.invalidations++;
    this.fellAll(id, 'invalidated');
  }

  /** A newer value is on its way to the key: what older loads bring must not overwrite it. */
  overwriteKey(id: string, by: Ticket): void {
    const beside = this.standing.get(id);
    if (beside) for (const ticket of [...beside]) if (ticket !== by) ticket.fall('overwritten');
    for (const ids of this.watches) ids.add(id);
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

  invalidateTags(scope: Scope, tags: readonly string[]): void {
    this.invalidations++;
    this.each((ticket) => {
      if (ticket.address.scope.path === scope.path) ticket.bump(tags);
    });
  }

  invalidateMatching(scope: Scope, matches: (key: string) => boolean): void {
    this.invalidations++;
    this.each((ticket) => {
      if (ticket.address.scope.path === scope.path && matches(ticket.address.key)) ticket.fall('invalidated');
    });
  }

  invalidateScope(scope: CacheScope): void {
    this.invalidations++;
    this.each((ticket) => {
      if (scope.contains(ticket.address.scope)) ticket.fall('invalidated');
    });
  }

  private fellAll(id: string, reason: 'overwritten' | 'invalidated'): void {
    const beside = this.standing.get(id);
    if (beside) for (const ticket of [...beside]) ticket.fall(reason);
  }

  private each(visit: (ticket: Ticket) => void): void {
    for (const tickets of [...this.standing.values()]) for (const ticket of [...tickets]) visit(ticket);
  }
}
