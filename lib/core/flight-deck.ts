import type { Lookup } from '../contracts/entry-store.js';
import { freshnessOf, type Entry, type Kept } from '../contracts/entry.js';
import type { Lease } from '../contracts/lease.js';
import type { Loader } from '../contracts/options.js';
import type { Address } from '../contracts/scope.js';
import { Budget } from './budget.js';
import type { CallOptions } from './call-options.js';
import { isDueEarly } from './early-refresh.js';
import type { FillPermit } from './filler.js';
import { LeaseTurns, type TurnRequest } from './lease-turns.js';
import { LoadContext, runLoader, type Loaded } from './load.js';
import type { CacheParts } from './parts.js';
import type { CacheScope } from './scopes.js';
import { servesAside } from './serves-aside.js';
import { LATE, landedElsewhere, type Landed } from './landed.js';
import type { Flight } from './single-flight.js';
import { lookUp, takeStamp } from './store-steps.js';
import { UnrecordedError } from './streams/unrecorded-error.js';
import { Tenure } from './tenure.js';
import type { Sleeper } from './wake-up.js';

/** One call of `getOrSet`. */
export interface ReadCall<T> {
  readonly address: Address & { readonly scope: CacheScope };
  readonly loader: Loader<T>;
  readonly options: CallOptions;
  /** Milliseconds to wait for another process that loads it. Default: that of the leases. */
  readonly patience?: number;
}

/**
 * The flight's side of a read-through: look up, and where that is not enough, lease, stamp, load and fill. Once for all
 * callers that are aboard.
 */
export class FlightDeck {
  private readonly turns: LeaseTurns;

  constructor(private readonly parts: CacheParts) {
    this.turns = new LeaseTurns(parts);
  }

  /** `known` is what the caller has already found, when it comes from a synchronous look; `budget` what is left of its time. */
  takeOff<T>(
    call: ReadCall<T>,
    known: Entry | undefined,
    budget = new Budget(this.parts.clock, this.parts.commandTimeout),
  ): Flight {
    // Before the look-up, so that nobody who comes after an invalidation is given what was read before it.
    const flight = this.parts.flights.takeOff(call.address, call.options.tags);
    void this.fly(flight, call, known, budget);
    return flight;
  }

  /** Never rejects: whatever goes wrong reaches the callers through the flight. */
  private async fly<T>(flight: Flight, call: ReadCall<T>, known: Entry | undefined, budget: Budget): Promise<void> {
    const { clock } = this.parts;
    const { address: at, options } = call;
    let sleeper: Sleeper | undefined;
    try {
      const lookup = await lookUp(this.parts, at, options.tags, budget);
      const entry = lookup ? lookup.entry : known;
      const state = entry ? freshnessOf(entry, clock.now()) : 'expired';
      const renews = state === 'fresh' && this.renews(entry!, call, known);
      if (state === 'fresh') flight.background = true;
      if (state === 'fresh' && !renews) this.end(flight);
      if (state !== 'expired') flight.settleFound({ entry: entry!, state });
      if (state === 'fresh' && !renews) return;

      sleeper = this.parts.wakeUp.enter(at.id);
      const request = { flight, at, tags: options.tags, lookup, sleeper, patience: call.patience };
      const answer = (await this.turns.ask([request], budget))?.[0];
      if (typeof answer !== 'string') return await this.takeTurn(request, call, { lease: answer, lookup }, budget);
      // Somebody else is renewing what is still good: nobody waits for that.
      if (renews) return this.end(flight);
      const turn = await this.turns.wait(request, answer);
      if (turn.kind === 'load') return await this.takeTurn(request, call, turn, budget);
      // Without anything stale to go with, it is loaded once for all who have waited here.
      if (turn.kind === 'late' && state === 'expired')
        return await this.takeTurn(request, call, { lease: undefined, lookup }, budget);
      this.end(flight);
      if (turn.kind === 'late') return flight.land(LATE);
      flight.settleFound({ entry: turn.entry, state: 'fresh' });
      flight.land(landedElsewhere(turn.entry));
    } catch (error) {
      this.end(flight);
      flight.settleFound(undefined);
      flight.fail(error);
    } finally {
      sleeper?.leave();
    }
  }

  /** Loads, and stores what was loaded if there is a lease. Rejects with the loader's error. */
  private async takeTurn<T>(
    request: TurnRequest,
    call: ReadCall<T>,
    { lease, lookup }: { readonly lease: Lease | undefined; readonly lookup: Lookup | undefined },
    budget: Budget,
  ): Promise<void> {
    this.turns.begin(request, lease);
    const { clock } = this.parts;
    const { flight } = request;
    const { scope, key } = call.address;
    const tenure = new Tenure(this.parts, lease ? [{ flight, lease }] : []);
    flight.settleFound(undefined);
    try {
      const stamp = lease && (await takeStamp(this.parts, scope, call.options.tags, lookup, budget, key));
      const entry = lookup?.entry;
      const isStale = entry !== undefined && freshnessOf(entry, clock.now()) === 'stale';
      flight.begin(new LoadContext(key, isStale ? entry : undefined));
      const loaded = await this.load(flight, call);
      tenure.fills();
      const permit = lease && stamp && { lease, stamp, budget };
      const { landed, stored } = await this.fill(flight, call, loaded, permit);
      if (stored) tenure.filled(flight);
      // Ended before it lands: whoever calls from here on sees what was stored, or loads anew.
      this.end(flight);
      flight.land(landed);
    } finally {
      tenure.end();
    }
  }

  private end(flight: Flight): void {
    this.parts.flights.end(flight);
  }

  /** Whether a fresh entry is loaded again all the same. */
  private renews<T>(entry: Entry, call: ReadCall<T>, known: Entry | undefined): boolean {
    const { clock, random } = this.parts;
    if (known === undefined) return isDueEarly(entry, call.options.refreshAhead, clock.now(), random);
    // Unless somebody else has renewed it between the caller's look and ours.
    return entry.createdAt <= known.createdAt;
  }

  private async load<T>(flight: Flight, call: ReadCall<T>): Promise<Loaded> {
    const { clock, events } = this.parts;
    const { scope, key } = call.address;
    const begun = clock.now();
    try {
      return await flight.carry(() => runLoader(clock, call.loader, flight.context as LoadContext<T>));
    } catch (error) {
      if (error instanceof UnrecordedError) events.error(scope, 'keep', error, key);
      else events.loadError(scope, { key, duration: clock.now() - begun, error, background: flight.background });
      throw error;
    }
  }

  private async fill<T>(
    flight: Flight,
    call: ReadCall<T>,
    loaded: Loaded,
    permit: FillPermit | undefined,
  ): Promise<{ landed: Landed; stored: boolean }> {
    const { events, filler } = this.parts;
    const { scope, key } = call.address;
    const wanted = filler.wants(call.address, loaded, call.options);
    // What is not stored is nobody's to join any more, so that the number of those who have joined is final.
    if (wanted === 0) flight.ticket.seal();
    let kept: Kept | undefined;
    // Kept before anybody gets the value: what its first owner does to it must not reach the others.
    if (wanted > 0 || flight.joined > 0) kept = filler.keep(call.address, loaded.value, wanted > 0);
    const stored =
      wanted > 0 &&
      kept !== undefined &&
      permit !== undefined &&
      (!permit.budget.exhausted || servesAside(this.parts.store))
        ? await filler.store(flight.ticket, kept, loaded, wanted, call.options, permit)
        : false;
    events.load(scope, { key, duration: loaded.duration, stored, background: flight.background });
    return { landed: { value: loaded.value, kept, tags: loaded.tags }, stored };
  }
}
