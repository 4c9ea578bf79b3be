import type { Kept } from '../../contracts/entry.js';
import type { MaybePromise } from '../../contracts/maybe-promise.js';
import { Aboard } from '../../core/aboard.js';
import type { AiRequest } from '../ai-request.js';
import { Waiter } from '../waiter.js';
import type { SemanticEntry } from './semantic-entries.js';
import type { Making } from './semantic-fence.js';
import { candidateOf, SemanticLook, type Looked } from './semantic-look.js';
import type { SemanticParts } from './semantic-parts.js';
import type { SemanticPlace } from './semantic-place.js';

/** Makes the answer where none is similar enough. `skip()` keeps it out of the cache. */
export type SemanticLoad<V> = (context: { skip(): void }) => MaybePromise<V>;

/** What `getOrSet` gives: a value, and whose it was. */
export interface SemanticAnswer<V> {
  readonly value: V;
  /** From -1 to 1; `undefined` when `load` has brought the value. */
  readonly similarity: number | undefined;
  /** The text it was stored for; `undefined` when `load` has brought the value. */
  readonly matched: string | undefined;
}

/** One call of `getOrSet`. */
export interface SemanticCall<V> {
  readonly place: SemanticPlace;
  readonly request: AiRequest;
  readonly load: SemanticLoad<V>;
  /** Milliseconds. */
  readonly ttl: number;
  readonly tags: readonly string[];
}

/** What one flight brings all who are aboard. */
interface Landing<V> {
  readonly answer: SemanticAnswer<V>;
  /** From which each but the first is given a copy; `undefined` when there can be none. */
  readonly kept: Kept | undefined;
  /** Where the answer was found. */
  readonly entry: SemanticEntry | undefined;
}

/** Tells from which flight a call is made, be it by its `load`, its embedder or its `verify`. */
const flightsAboard = new Aboard<Flight<unknown>>();

/** One look and one `load`. */
class Flight<V> extends Waiter {
  /** Set as soon as it has begun. */
  landing!: Promise<Landing<V>>;
}

/** One look and one `load` for all who ask for the very same at the same time. */
export class SemanticFlights<V> {
  /** Those that may be joined, by the place of their text. */
  private readonly flights = new Map<string, Flight<V>>();

  constructor(private readonly parts: SemanticParts<V>) {}

  async get(call: SemanticCall<V>): Promise<SemanticAnswer<V>> {
    const { parts } = this;
    const { around } = flightsAboard;
    const under = this.flights.get(call.place.id);
    // It would wait for itself, or for one that waits for it.
    if (around !== undefined && under?.leadsTo(around)) return loaded(await call.load({ skip() {} }));
    const flight = under ?? this.takeOff(call);
    const { answer, entry, kept } = await (around?.waitFor(flight, flight.landing) ?? flight.landing);
    if (under === undefined) return answer;
    // It may have been invalidated after it was found, and before this caller came.
    if (entry !== undefined && !parts.entries.has(entry)) return this.get(call);
    parts.count(entry !== undefined);
    return kept ? { ...answer, value: parts.isolation.give(kept) as V } : answer;
  }

  private takeOff(call: SemanticCall<V>): Flight<V> {
    const { flights } = this;
    const { fence } = this.parts;
    const { id } = call.place;
    const making = fence.open(call);
    const flight = new Flight<V>();
    const leave = (): void => {
      if (flights.get(id) === flight) flights.delete(id);
    };
    flights.set(id, flight);
    // Whoever comes after an invalidation must not be given what was made before it.
    making.onSpoiled(leave);
    flight.landing = flightsAboard
      .carry(flight, () => this.fly(call, making))
      .finally(() => {
        fence.close(making);
        leave();
      });
    return flight;
  }

  private async fly(call: SemanticCall<V>, making: Making): Promise<Landing<V>> {
    const { parts } = this;
    const { load, place, ttl } = call;
    const { found, vector } = await this.look(call);
    parts.count(found !== undefined);
    if (found) {
      const { entry, similarity } = found;
      parts.entries.touch(entry);
      return { answer: candidateOf(parts, entry, similarity), kept: entry.kept, entry };
    }
    let isSkipped = ttl === 0;
    const value = await load({ skip: () => void (isSkipped = true) });
    let kept: Kept | undefined;
    try {
      // Before anybody gets the value: what its first owner does to it must not reach the others.
      kept = parts.isolation.keep(value);
      if (!isSkipped && vector) await parts.store(place, kept, vector, ttl, making);
    } catch (error) {
      // The value is the callers' all the same.
      parts.report(error);
    }
    return { answer: loaded(value), kept, entry: undefined };
  }

  private async look({ place, request }: SemanticCall<V>): Promise<Looked> {
    const { parts } = this;
    try {
      return await new SemanticLook(parts, place, request).run();
    } catch (error) {
      // A cache in trouble is no reason to fail who can do without.
      parts.report(error);
      return { found: undefined, vector: undefined };
    }
  }
}

function loaded<V>(value: V): SemanticAnswer<V> {
  return { value, similarity: undefined, matched: undefined };
}
