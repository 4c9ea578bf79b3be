import type { Address, Scope } from '../contracts/scope.js';
import type { CacheScope } from './scopes.js';
import { Ticket } from './ticket.js';

/** How many overwritten keys one watch tells apart. */
const MAX_WATCHED = 10_000;

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

  /** `onSettled` hears of every invalidation that is through: of which key, or of nobody knows which. */
  constructor(private readonly onSettled: (id: string | undefined) => void = () => {}) {}

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
    return this.fell(() => this.ticketsAt(id), id);
  }

  /** A newer value is on its way to the key: what older loads bring must not overwrite it. */
  overwriteKey(id: string, by: Ticket): Settle {
    for (const ticket of this.ticketsAt(id)) if (ticket !== by) ticket.fall('overwritten');
    for (const ids of this.watches) {
      if (ids.size < MAX_WATCHED) ids.add(id);
      // Too many to tell apart: counts as something that touches every key.
      else this.invalidations++;
    }
    return () => {
      for (const ticket of this.ticketsAt(id)) ticket.overtake();
      this.onSettled(id);
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
    for (const ticket of this.tickets(inScope)) ticket.bump(tags, this.invalidations);
    return () => {
      for (const ticket of this.tickets(inScope)) ticket.overtake(tags);
      this.onSettled(undefined);
    };
  }

  invalidateMatching(scope: Scope, matches: (key: string) => boolean): Settle {
    return this.fell(() => this.tickets(({ address }) => address.scope.path === scope.path && matches(address.key)));
  }

  invalidateScope(scope: CacheScope): Settle {
    return this.fell(() => this.tickets(({ address }) => scope.contains(address.scope)));
  }

  private fell(concerned: () => Ticket[], id?: string): Settle {
    this.invalidations++;
    for (const ticket of concerned()) ticket.fall('invalidated');
    return () => {
      for (const ticket of concerned()) ticket.overtake();
      this.onSettled(id);
    };
  }

  /** The tickets of one key. */
  ticketsAt(id: string): Ticket[] {
    return [...(this.standing.get(id) ?? [])];
  }

  /** Every ticket that is concerned. */
  tickets(concerns: (ticket: Ticket) => boolean): Ticket[] {
    const found: Ticket[] = [];
    for (const tickets of this.standing.values())
      for (const ticket of tickets) if (concerns(ticket)) found.push(ticket);
    return found;
  }
}
