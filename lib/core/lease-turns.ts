import type { Lookup } from '../contracts/entry-store.js';
import { freshnessOf, type Entry } from '../contracts/entry.js';
import type { Lease, LeaseOutcome } from '../contracts/lease.js';
import type { Address } from '../contracts/scope.js';
import { Budget } from './budget.js';
import type { CacheParts } from './parts.js';
import type { CacheScope } from './scopes.js';
import { servesAside } from './serves-aside.js';
import type { Flight } from './single-flight.js';
import { lookUp } from './store-steps.js';
import type { Sleeper } from './wake-up.js';

/** In milliseconds: how long one who waits sleeps when nobody wakes it. */
const MIN_NAP = 20;
const MAX_NAP = 80;

/** A flight that has found nothing fresh, and wants to load. */
export interface TurnRequest {
  readonly flight: Flight;
  readonly at: Address & { readonly scope: CacheScope };
  readonly tags: readonly string[];
  /** `undefined`: the store did not answer. */
  readonly lookup: Lookup | undefined;
  /** There since before the first question: what happens while that is on its way is news, too. */
  readonly sleeper: Sleeper;
  /** Milliseconds to wait for somebody else at the most; default: what the leases say. */
  readonly patience?: number | undefined;
}

/**
 * `load`: it is this flight's turn; without a lease the value must not be stored. `found`: somebody else has loaded it.
 * `late`: somebody else has been at it for longer than anybody here should wait.
 */
export type Turn =
  | { readonly kind: 'load'; readonly lease: Lease | undefined; readonly lookup: Lookup | undefined }
  | { readonly kind: 'found'; readonly entry: Entry }
  | { readonly kind: 'late' };

/**
 * Whose turn it is to load a key: one load for the whole fleet.
 *
 *     ask -> granted: load
 *         -> changed: look again -> fresh: found
 *         -> taken: sleep until woken, or for a while -> look, ask again
 *                   until the owner has filled the key, has given up, or has died and its lease has run out
 *
 * Whoever the store does not answer loads at once, and stores nothing.
 */
export class LeaseTurns {
  constructor(private readonly parts: CacheParts) {}

  /**
   * To be called when a flight is about to load, in the same synchronous stretch in which it has its answer. The
   * interleaving that prevents:
   *
   *     A: asks for the lease      -> granted
   *     B:                            delete(k): the lease is gone, and the server tells A, for the last time
   *     A: hears of that           -> does not have it yet: nothing to close
   *     A: hears that it is granted, loads, reads the old row
   *     B:                            row = new; delete(k) -> acknowledged; A is told nothing
   *     A:                                                                    get(k) would join that load
   */
  begin({ flight: { ticket }, sleeper }: TurnRequest, lease: Lease | undefined): void {
    ticket.hasTurn = true;
    // Of a lease one does not hold, nobody says when it is gone.
    ticket.isDeaf = this.parts.leases.shared && lease === undefined;
    if (sleeper.hasNews) ticket.seal();
  }

  /** Asks once for each of the requests, all of one scope. `undefined`: the store did not answer. */
  async ask(requests: readonly TurnRequest[], budget: Budget): Promise<LeaseOutcome[] | undefined> {
    const { leases, store, events } = this.parts;
    const [first] = requests;
    if (!first) return [];
    const answered = requests.every(({ lookup }) => lookup !== undefined);
    if (leases.shared && (!answered || budget.exhausted) && !servesAside(store)) return undefined;
    const seen = requests.map(({ lookup }) => lookup?.witness);
    const addresses = requests.map(({ at }) => at);
    try {
      const outcomes = await budget.spend(`Asking for a lease in ${store.name}`, () => leases.take(addresses, seen));
      return outcomes.map((outcome, index) =>
        typeof outcome === 'object' && leases.shared ? this.ringing(outcome, addresses[index]!.id) : outcome,
      );
    } catch (error) {
      events.error(first.at.scope, 'lease', error, requests.length === 1 ? first.at.key : undefined);
      return undefined;
    }
  }

  /** For one whose first question was answered with `taken` or `changed`. Rejects when nobody wants the value any more. */
  async wait(request: TurnRequest, answer: 'taken' | 'changed'): Promise<Turn> {
    const { clock, flights, leases, random } = this.parts;
    const { at, flight, sleeper } = request;
    // The one who holds the lease may be the loader that asks here.
    if (flights.isAbove(at.id)) return { kind: 'load', lease: undefined, lookup: request.lookup };
    const end = clock.now() + (request.patience ?? leases.waitTimeout);
    const stopAttending = leases.attend(at);
    let lookup = request.lookup;
    let last: LeaseOutcome = answer;
    try {
      for (;;) {
        const nap = MIN_NAP + random.next() * (MAX_NAP - MIN_NAP);
        const woken = last === 'changed' || (await sleeper.next(Math.min(nap, end - clock.now())));
        if (flight.abandonment) throw flight.abandonment;
        // Each question has a time limit of its own, but the first that is not answered is the last.
        const budget = new Budget(clock, this.parts.commandTimeout);
        if (woken) {
          const looked = flight.ticket.lookAgain();
          lookup = await lookUp(this.parts, at, request.tags, budget);
          looked();
          const entry = lookup?.entry;
          if (entry && freshnessOf(entry, clock.now()) === 'fresh') return { kind: 'found', entry };
        }
        const outcome: LeaseOutcome | undefined = (await this.ask([{ ...request, lookup }], budget))?.[0];
        if (outcome === undefined) return { kind: 'load', lease: undefined, lookup };
        if (typeof outcome === 'object') return { kind: 'load', lease: outcome, lookup };
        if (clock.now() >= end) return { kind: 'late' };
        last = outcome;
      }
    } finally {
      stopAttending();
    }
  }

  /** The store tells other processes of the end of a lease, never the one that held it. */
  private ringing(lease: Lease, id: string): Lease {
    const release = async (): Promise<void> => {
      await lease.release();
      this.parts.wakeUp.ring(id);
    };
    return { token: lease.token, extend: () => lease.extend(), release };
  }
}
