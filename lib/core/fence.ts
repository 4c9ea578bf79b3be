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
  /** The first of each key. */
  private readonly standing = new Map<string, Ticket>();
  /**
   * The only ticket there is, while it is alone: that is the common case, and a map that is filled and emptied at each load is
   * made anew again and again. `standing` is empty then.
   */
  private alone: Ticket | undefined;
  private readonly watches = new Set<Set<string>>();

  /** `onSettled` hears of every invalidation that is through: of which key, or of nobody knows which. */
  constructor(private readonly onSettled: (id: string | undefined) => void = () => {}) {}

  open(address: Address, tags: readonly string[]): Ticket {
    const ticket = new Ticket(address, tags);
    const { alone, standing } = this;
    if (alone === undefined && standing.size === 0) {
      this.alone = ticket;
      return ticket;
    }
    if (alone) {
      this.alone = undefined;
      standing.set(alone.address.id, alone);
    }
    ticket.beside = standing.get(address.id);
    standing.set(address.id, ticket);
    return ticket;
  }

  /** Closing twice does nothing. */
  close(ticket: Ticket): void {
    if (this.alone === ticket) {
      this.alone = undefined;
      return;
    }
    const { id } = ticket.address;
    const first = this.standing.get(id);
    if (first === ticket) {
      if (ticket.beside) this.standing.set(id, ticket.beside);
      else this.standing.delete(id);
      return;
    }
    let before = first;
    while (before && before.beside !== ticket) before = before.beside;
    if (before) before.beside = ticket.beside;
  }

  /** How many tickets and watches are out; 0 when nothing is under way. */
  get size(): number {
    return this.watches.size + this.tickets(() => true).length;
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

  /** A ticket of the key; the others stand beside it. */
  firstAt(id: string): Ticket | undefined {
    const { alone } = this;
    if (alone) return alone.address.id === id ? alone : undefined;
    return this.standing.size === 0 ? undefined : this.standing.get(id);
  }

  /** The tickets of one key. */
  ticketsAt(id: string): Ticket[] {
    const found: Ticket[] = [];
    for (let ticket = this.firstAt(id); ticket; ticket = ticket.beside) found.push(ticket);
    return found;
  }

  /** Every ticket that is concerned. */
  tickets(concerns: (ticket: Ticket) => boolean): Ticket[] {
    const found: Ticket[] = [];
    if (this.alone && concerns(this.alone)) found.push(this.alone);
    for (const first of this.standing.values())
      for (let ticket: Ticket | undefined = first; ticket; ticket = ticket.beside)
        if (concerns(ticket)) found.push(ticket);
    return found;
  }
}
