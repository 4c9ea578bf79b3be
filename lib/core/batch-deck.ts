import type { Lookup } from '../contracts/entry-store.js';
import { freshnessOf } from '../contracts/entry.js';
import type { Lease } from '../contracts/lease.js';
import type { Address } from '../contracts/scope.js';
import { CacheUsageError } from '../support/errors.js';
import { fillAll, type BatchItem } from './batch-fill.js';
import { FailedItem } from './batches/loaded-item.js';
import { Budget } from './budget.js';
import type { CallOptions } from './call-options.js';
import { Gathering } from './gathering.js';
import { LeaseTurns, type TurnRequest } from './lease-turns.js';
import { LoadContext } from './load.js';
import type { CacheParts } from './parts.js';
import type { CacheScope } from './scopes.js';
import { ABSENT, LATE, landedElsewhere } from './landed.js';
import type { Flight } from './single-flight.js';
import { lookUpMany, takeStamp } from './store-steps.js';
import { Tenure } from './tenure.js';

export type BatchLoader<T> = (missing: string[]) => Promise<Map<string, T> | T[]>;

/** One whose key another process is loading. */
interface Waiting {
  readonly request: TurnRequest;
  readonly answer: 'taken' | 'changed';
}

/** The flights' side of a batch: one look-up and one run of the loader for all of them, each landing by itself. */
export class BatchDeck {
  private readonly turns: LeaseTurns;

  constructor(private readonly parts: CacheParts) {
    this.turns = new LeaseTurns(parts);
  }

  takeOff(address: Address & { readonly scope: CacheScope }, options: CallOptions): Flight {
    return this.parts.flights.takeOff(address, options.tags);
  }

  /** Looks all of them up and loads what is missing. Never rejects: each flight finds, lands or fails by itself. */
  async fly<T>(
    scope: CacheScope,
    flights: readonly Flight[],
    load: BatchLoader<T>,
    options: CallOptions,
    budget: Budget,
  ): Promise<void> {
    const { clock } = this.parts;
    const keys = flights.map(keyOf);
    const lookups = await lookUpMany(this.parts, scope, keys, options.tags, budget, options.maxLooks);
    const now = clock.now();
    const missing: TurnRequest[] = [];
    const behind: TurnRequest[] = [];
    flights.forEach((flight, index) => {
      const lookup = lookups?.[index];
      const entry = lookup?.entry;
      const state = entry ? freshnessOf(entry, now) : 'expired';
      if (state === 'fresh') this.end(flight);
      if (state !== 'expired') flight.settleFound({ entry: entry!, state });
      if (state === 'fresh') return;
      const isServedStale = state === 'stale' && now < entry!.staleAt + options.staleWhileRevalidate;
      const at = { ...flight.ticket.address, scope };
      const request = { flight, at, tags: options.tags, lookup, sleeper: this.parts.wakeUp.enter(at.id) };
      (isServedStale ? behind : missing).push(request);
    });
    // Those whose callers have a stale value to go with must not hold up the others, nor be held up by them.
    const renewing = this.share(behind, load, options, new Budget(clock, this.parts.commandTimeout));
    await this.share(missing, load, options, budget);
    await renewing;
  }

  /** Loads those whose turn it is, then waits for what other processes are loading. Never rejects. */
  private async share<T>(
    requests: readonly TurnRequest[],
    load: BatchLoader<T>,
    options: CallOptions,
    budget: Budget,
  ): Promise<void> {
    if (requests.length === 0) return;
    const answers = await this.turns.ask(requests, budget);
    const own: BatchItem[] = [];
    const others: Waiting[] = [];
    requests.forEach((request, index) => {
      const answer = answers?.[index];
      if (typeof answer === 'string') return void others.push({ request, answer });
      own.push(this.begin(request, answer, request.lookup));
    });
    await this.loadAll(own, load, options, budget);
    const later = new Gathering<BatchItem>((items) =>
      this.loadAll(items, load, options, new Budget(this.parts.clock, this.parts.commandTimeout)),
    );
    await Promise.all(others.map(async (waiting) => this.waitFor(waiting, later)));
  }

  /** Never rejects. */
  private async waitFor({ request, answer }: Waiting, later: Gathering<BatchItem>): Promise<void> {
    const { flight } = request;
    try {
      const turn = await this.turns.wait(request, answer);
      if (turn.kind === 'load') return await later.add(this.begin(request, turn.lease, turn.lookup));
      const { lookup } = request;
      if (turn.kind === 'late' && !lookup?.entry) return await later.add(this.begin(request, undefined, lookup));
      this.end(flight);
      if (turn.kind === 'late') return flight.land(LATE);
      flight.settleFound({ entry: turn.entry, state: 'fresh' });
      flight.land(landedElsewhere(turn.entry));
    } catch (error) {
      this.end(flight);
      flight.settleFound(undefined);
      flight.fail(error);
    } finally {
      request.sleeper.leave();
    }
  }

  private begin(request: TurnRequest, lease: Lease | undefined, lookup: Lookup | undefined): BatchItem {
    this.turns.begin(request, lease);
    request.sleeper.leave();
    return { flight: request.flight, lease, lookup };
  }

  /** One run of the batch loader. Never rejects. */
  private async loadAll<T>(
    items: readonly BatchItem[],
    load: BatchLoader<T>,
    options: CallOptions,
    budget: Budget,
  ): Promise<void> {
    const [first] = items;
    if (!first) return;
    const { clock } = this.parts;
    const scope = first.flight.ticket.address.scope as CacheScope;
    const keys = items.map(({ flight }) => keyOf(flight));
    const held = items.flatMap(({ flight, lease }) => (lease ? [{ flight, lease }] : []));
    const tenure = new Tenure(this.parts, held);
    for (const { flight } of items) flight.settleFound(undefined);
    // The versions are the scope's and the tags', so one look-up speaks for all.
    const lookup = items.find((item) => item.lookup)?.lookup;
    const stamp = held.length > 0 ? await takeStamp(this.parts, scope, options.tags, lookup, budget) : undefined;
    const begun = clock.now();
    try {
      for (const { flight } of items) flight.begin(new LoadContext(keyOf(flight), undefined));
      // A loader that asks for any key of its own batch would wait for itself; the ring makes all of them one.
      items.forEach(({ flight }, index) => flight.tieTo(items[(index + 1) % items.length]!.flight));
      const loaded = byKey(keys, await first.flight.carry(async () => load([...keys])));
      tenure.fills();
      const duration = clock.now() - begun;
      // Before anything is stored: whoever waits for a key that is absent boards another flight at once.
      const present = items.filter((item) => loaded.has(keyOf(item.flight)) || this.landAbsent(item.flight));
      const hasFailed = ({ flight }: BatchItem): boolean => loaded.get(keyOf(flight)) instanceof FailedItem;
      const failed = present.filter(hasFailed);
      const good = failed.length === 0 ? present : present.filter((item) => !hasFailed(item));
      const batch = { items: good, loaded, duration };
      const landings = await fillAll(this.parts, scope, batch, options, stamp, budget);
      for (const { flight, landed, done } of landings) {
        if (done) tenure.filled(flight);
        this.end(flight);
        flight.land(landed);
      }
      // Last, so that all else is stored when a caller hears of it.
      for (const { flight } of failed) this.fail(flight, (loaded.get(keyOf(flight)) as FailedItem).error, duration);
    } catch (error) {
      const duration = clock.now() - begun;
      for (const { flight } of items) this.fail(flight, error, duration);
    } finally {
      tenure.end();
    }
  }

  private fail(flight: Flight, error: unknown, duration: number): void {
    const key = keyOf(flight);
    const scope = flight.ticket.address.scope as CacheScope;
    this.parts.events.loadError(scope, { key, duration, error, background: flight.background });
    this.end(flight);
    flight.fail(error);
  }

  private landAbsent(flight: Flight): false {
    flight.ticket.spoil();
    this.end(flight);
    flight.land(ABSENT);
    return false;
  }

  private end(flight: Flight): void {
    this.parts.flights.end(flight);
  }
}

function keyOf(flight: Flight): string {
  return flight.ticket.address.key;
}

/** @throws CacheUsageError when the loader's answer cannot be matched with the keys. */
export function byKey<T>(keys: readonly string[], loaded: Map<string, T> | T[]): ReadonlyMap<string, T> {
  if (loaded instanceof Map) return loaded;
  if (!Array.isArray(loaded)) {
    throw new CacheUsageError(
      'The batch loader must return a Map by key, or an array in the order of the keys it was given.',
    );
  }
  if (loaded.length !== keys.length) {
    throw new CacheUsageError(
      `The batch loader was given ${keys.length} keys and returned an array of ${loaded.length}. Return as many, or a Map.`,
    );
  }
  return new Map(keys.map((key, index) => [key, loaded[index]!]));
}
