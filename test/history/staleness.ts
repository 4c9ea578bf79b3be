import {
  meet,
  ofKind,
  type History,
  type Invalidation,
  type Put,
  type Raise,
  type Read,
  type Trouble,
} from './history.js';
import { grouped, Promises, type Promised } from './promises.js';

/** How long a change may take to reach a process that does not ask, in milliseconds. */
export const PUSH_BOUND = 1_000;
/** How far back a process that did nothing is forgiven for what it has not heard. */
const STALL_REACH = 5_000;

/** A read that was given a version which an invalidation, acknowledged before the read began, had taken away. */
export interface StaleRead {
  readonly read: Read;
  readonly missed: Invalidation;
  /** The version that the invalidation put, or that the source had when it was issued. */
  readonly required: number;
}

/**
 * The rule. A read may not bring a version older than the source had when an invalidation was issued that was acknowledged
 *
 * - by the reader's own process before the read began;
 * - by anybody before the reader asked for everything that was changed, and was told that it had heard of it;
 * - by anybody more than `PUSH_BOUND` before the read began, besides the time in which a process stood still.
 *
 * It does not bind a read of a version that was put in by hand while, or after, the invalidation was issued: whoever did
 * that has put an old version in.
 */
export function staleReads(history: History): StaleRead[] {
  const stalls = ofKind(history, 'trouble').filter(({ what }) => what === 'stall');
  const invalidations = ofKind(history, 'invalidation');
  const raises = grouped(ofKind(history, 'raise'), ({ key }) => key);
  const puts = grouped(ofKind(history, 'put'), ({ key }) => key);
  return [...grouped(ofKind(history, 'read'), ({ key }) => key)].flatMap(([key, reads]) => {
    const concerning = invalidations.filter(({ keys }) => keys.includes(key));
    return new KeyCheck(concerning, raises.get(key) ?? [], puts.get(key) ?? [], stalls).staleAmong(reads);
  });
}

class KeyCheck {
  readonly #promises: Promises;
  readonly #strictPromises: Promises;

  constructor(
    invalidations: readonly Invalidation[],
    raises: readonly Raise[],
    private readonly puts: readonly Put[],
    private readonly stalls: readonly Trouble[],
  ) {
    this.#promises = Promises.of(invalidations, raises);
    this.#strictPromises = this.#promises.butExpire();
  }

  staleAmong(reads: readonly Read[]): StaleRead[] {
    return reads.flatMap((read) => {
      const missed = this.#missedBy(read);
      return missed ? [{ read, missed: missed.invalidation, required: missed.required }] : [];
    });
  }

  #missedBy(read: Read): Promised | undefined {
    const promises = read.takesStale ? this.#strictPromises : this.#promises;
    const { process, began, version } = read;
    const heard = this.#heardOf(read);
    if (Math.max(promises.ofProcess(process, began), promises.ofFleet(heard)) <= version) return undefined;
    const missed = promises.all.filter(
      ({ invalidation, required }) =>
        required > version &&
        (invalidation.ended < heard || (invalidation.process === process && invalidation.ended < began)) &&
        !this.#putsBack(version, invalidation),
    );
    // The last one makes the shortest story.
    return missed.toSorted((one, other) => other.invalidation.ended - one.invalidation.ended)[0];
  }

  /** What was acknowledged before this instant, the process of the read must know. */
  #heardOf({ began, heardFrom }: Read): number {
    let bound = PUSH_BOUND;
    for (const stall of this.stalls) {
      if (meet(stall, { began: began - STALL_REACH, ended: began })) bound += stall.ended - stall.began;
    }
    return Math.max(heardFrom ?? -Infinity, began - bound);
  }

  /** Within one process, what is issued later counts; between two, whatever was not over might come later. */
  #putsBack(version: number, invalidation: Invalidation): boolean {
    return this.puts.some(
      (put) =>
        put.version === version &&
        (put.process === invalidation.process ? put.began > invalidation.began : put.ended > invalidation.began),
    );
  }
}
