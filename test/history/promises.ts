import type { History, Invalidation, Raise } from './history.js';
import { Outages } from './outages.js';

/** How long a change may take to reach a process that does not ask, in milliseconds. */
export const PUSH_BOUND = 1_000;

/** An invalidation that binds, for one key. */
export interface Promised {
  readonly invalidation: Invalidation;
  /** The version that it put, or that the source had when it was issued: nothing older may be served. */
  readonly required: number;
}

/** Answers what stood at an instant: the highest of all numbers that were there before it. */
class Highest {
  readonly #instants: readonly number[];
  readonly #highest: readonly number[];

  constructor(points: readonly (readonly [instant: number, value: number])[]) {
    const sorted = points.toSorted(([one], [other]) => one - other);
    let highest = 0;
    this.#instants = sorted.map(([instant]) => instant);
    this.#highest = sorted.map(([, value]) => (highest = Math.max(highest, value)));
  }

  before(instant: number): number {
    let low = 0;
    let high = this.#instants.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#instants[middle]! < instant) low = middle + 1;
      else high = middle;
    }
    return this.#highest[low - 1] ?? 0;
  }
}

/** When an invalidation binds whom. */
export interface Terms {
  /** Whether it binds at all. */
  binds(invalidation: Invalidation): boolean;
  /** From which instant on it binds this process, which has not issued it and does not ask. */
  dueOf(invalidation: Invalidation, reader: number): number;
}

/** What is acknowledged binds, everybody else after the time of a push. What is not acknowledged does not. */
export const ACKNOWLEDGED: Terms = {
  binds: ({ complete }) => complete,
  dueOf: ({ ended }) => ended + PUSH_BOUND,
};

/** A put whose method did run, and whose value was refused, has promised nothing. */
const MAY_REFUSE = ['putAfter'];

/**
 * What is queued binds as well: its own process at once, the others when it has come through. That takes until the server
 * is there again for the process that issued it, and for the one that is to hear of it, and `RECOVERY_BOUND` more; and no
 * longer than until the reader itself says, after an outage of everybody, that it is back: what it serves from then on is
 * newer than the outage. What was acknowledged binds as ever, but that a process out of reach hears of it
 * when it is back. An outage that begins when an invalidation was due already lifts nothing, whatever the server
 * has forgotten in it.
 */
export function queuedAsWell(history: History): Terms {
  const outages = new Outages(history);
  return {
    binds: ({ complete, how }) => complete || !MAY_REFUSE.includes(how),
    dueOf: (invalidation, reader) => {
      const { complete, process } = invalidation;
      const heard = outages.throughOf(reader, invalidation, PUSH_BOUND);
      if (complete) return heard;
      const said = outages.throughOf(process, invalidation, PUSH_BOUND);
      // Its queue went with it.
      if (outages.diedBefore(process, said)) return Infinity;
      return Math.min(Math.max(heard, said), outages.backOf(reader, invalidation) ?? Infinity);
    },
  };
}

/** The invalidations of one key that bind. */
export class Promises {
  readonly #acknowledged: Highest;
  readonly #own = new Map<number, Highest>();
  readonly #due = new Map<number, Highest>();

  private constructor(
    readonly all: readonly Promised[],
    private readonly terms: Terms,
  ) {
    this.#acknowledged = highestOf(all.filter(({ invalidation }) => invalidation.complete));
    const byProcess = grouped(all, ({ invalidation }) => invalidation.process);
    for (const [process, own] of byProcess) this.#own.set(process, highestOf(own));
  }

  static of(invalidations: readonly Invalidation[], raises: readonly Raise[], terms: Terms): Promises {
    const source = new Highest(raises.map(({ ended, version }) => [ended, version]));
    const all = invalidations
      .filter((invalidation) => terms.binds(invalidation))
      .map((invalidation) => ({ invalidation, required: invalidation.version ?? source.before(invalidation.began) }));
    return new Promises(all, terms);
  }

  /** The same, as far as they bind a read that accepts stale values. */
  butExpire(): Promises {
    return new Promises(
      this.all.filter(({ invalidation }) => invalidation.how !== 'expire'),
      this.terms,
    );
  }

  /** The version that everything acknowledged before the instant asks for. */
  acknowledged(before: number): number {
    return this.#acknowledged.before(before);
  }

  /** The version that everything the process has issued before asks for. */
  ofProcess(process: number, before: number): number {
    return this.#own.get(process)?.before(before) ?? 0;
  }

  /** The version that everything asks for that this process must know by then without having asked. */
  dueTo(process: number, before: number): number {
    let due = this.#due.get(process);
    if (!due) {
      const points = this.all.map(({ invalidation, required }) => {
        return [this.terms.dueOf(invalidation, process), required] as const;
      });
      this.#due.set(process, (due = new Highest(points)));
    }
    return due.before(before);
  }
}

function highestOf(promised: readonly Promised[]): Highest {
  return new Highest(promised.map(({ invalidation, required }) => [invalidation.ended, required]));
}

export function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
