import type { Invalidation, Raise } from './history.js';

/** An invalidation that was acknowledged, for one key. */
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

/** The acknowledged invalidations of one key. */
export class Promises {
  readonly all: readonly Promised[];
  readonly #fleet: Highest;
  readonly #own: ReadonlyMap<number, Highest>;

  private constructor(all: readonly Promised[]) {
    this.all = all;
    this.#fleet = highestOf(all);
    const byProcess = grouped(all, ({ invalidation }) => invalidation.process);
    this.#own = new Map([...byProcess].map(([process, own]) => [process, highestOf(own)]));
  }

  static of(invalidations: readonly Invalidation[], raises: readonly Raise[]): Promises {
    const source = new Highest(raises.map(({ ended, version }) => [ended, version]));
    return new Promises(
      invalidations
        .filter(({ complete }) => complete)
        .map((invalidation) => ({ invalidation, required: invalidation.version ?? source.before(invalidation.began) })),
    );
  }

  /** The same, as far as they bind a read that accepts stale values. */
  butExpire(): Promises {
    return new Promises(this.all.filter(({ invalidation }) => invalidation.how !== 'expire'));
  }

  /** The version that everything acknowledged before the instant asks for. */
  ofFleet(before: number): number {
    return this.#fleet.before(before);
  }

  ofProcess(process: number, before: number): number {
    return this.#own.get(process)?.before(before) ?? 0;
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
