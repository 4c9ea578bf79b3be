import type { Random } from '../contracts/clock.js';

/** What `next` answers when the script is over: jitter in the middle, no early refresh to speak of. */
const DEFAULT_NEXT = 0.5;

/** Shared by all instances of this process: two caches over one store must never draw the same version stamp. */
const drawn = new Map<string, number>();

/**
 * Randomness by script: `next` gives the numbers it was told, in their order, and `id` counts (`id-1`, `id-2`, ...).
 *
 * Ids are unique over all instances of a process, because the library takes them for owner tokens and version stamps.
 * A test that compares ids gives a prefix of its own, which then counts from 1.
 */
export class FakeRandom implements Random {
  readonly #script: number[] = [];

  /**
   * @param values What `next` answers, each in [0, 1). Default: none, so always 0.5.
   * @param prefix What ids begin with. Default `id`.
   */
  constructor(
    values: readonly number[] = [],
    readonly prefix = 'id',
  ) {
    this.script(...values);
  }

  /** Appends numbers for `next`. @throws RangeError when one is not in [0, 1). */
  script(...values: readonly number[]): void {
    for (const value of values) {
      if (!(value >= 0 && value < 1)) throw new RangeError(`FakeRandom: ${value} is not in [0, 1).`);
    }
    this.#script.push(...values);
  }

  next(): number {
    return this.#script.shift() ?? DEFAULT_NEXT;
  }

  id(): string {
    const count = (drawn.get(this.prefix) ?? 0) + 1;
    drawn.set(this.prefix, count);
    return `${this.prefix}-${count}`;
  }
}
