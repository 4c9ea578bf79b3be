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
import { Outages } from './outages.js';
import { ACKNOWLEDGED, grouped, Promises, PUSH_BOUND, queuedAsWell, type Promised, type Terms } from './promises.js';

export { PUSH_BOUND };

/** How far back a process that did nothing is forgiven for what it has not heard. */
const STALL_REACH = 5_000;

/** A read that was given a version which an invalidation, binding before the read began, had taken away. */
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
  return readsThatBreak(history, ACKNOWLEDGED, (put) => put.ended);
}

/**
 * The rule where the server goes away, and what could not be said is queued. Besides what is acknowledged, what was
 * answered with `false` binds
 *
 * - the process that issued it, from then on and for ever: whatever comes back, it does not serve the old version;
 * - everybody, `RECOVERY_BOUND` after the server is there again both for that process and for the reader; after an
 *   outage of all of them already when the reader has said that it is back;
 * - nobody else before: while the server is away each process serves what it has itself.
 *
 * What was acknowledged reaches a process that is cut off when it is back, in the same time. What a process knew before an
 * outage it knows in it and after it, also if the server has forgotten it. A put that has failed may land for
 * as long as its process may take to say that it must not stay.
 */
export function staleReadsThroughOutages(history: History): StaleRead[] {
  const outages = new Outages(history);
  const endOf = ({ process, began, ended, failedAt }: Put): number =>
    failedAt === undefined ? ended : outages.throughOf(process, { began, ended: failedAt }, PUSH_BOUND);
  return readsThatBreak(history, queuedAsWell(history), endOf);
}

function readsThatBreak(history: History, terms: Terms, endOf: (put: Put) => number): StaleRead[] {
  const stalls = ofKind(history, 'trouble').filter(({ what }) => what === 'stall');
  const invalidations = ofKind(history, 'invalidation');
  const raises = grouped(ofKind(history, 'raise'), ({ key }) => key);
  const puts = grouped(ofKind(history, 'put'), ({ key }) => key);
  return [...grouped(ofKind(history, 'read'), ({ key }) => key)].flatMap(([key, reads]) => {
    const concerning = invalidations.filter(({ keys }) => keys.includes(key));
    const ended = (puts.get(key) ?? []).map((put) => ({ ...put, ended: endOf(put) }));
    return new KeyCheck(terms, concerning, raises.get(key) ?? [], ended, stalls).staleAmong(reads);
  });
}

class KeyCheck {
  readonly #promises: Promises;
  readonly #strictPromises: Promises;

  constructor(
    private readonly terms: Terms,
    invalidations: readonly Invalidation[],
    raises: readonly Raise[],
    private readonly puts: readonly Put[],
    private readonly stalls: readonly Trouble[],
  ) {
    this.#promises = Promises.of(invalidations, raises, terms);
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
    const { process, began, version, heardFrom = -Infinity } = read;
    const unstalled = began - this.#stallsBefore(began);
    const asked = Math.max(
      promises.ofProcess(process, began),
      promises.acknowledged(heardFrom),
      promises.dueTo(process, unstalled),
    );
    if (asked <= version) return undefined;
    const missed = promises.all.filter(
      ({ invalidation, required }) =>
        required > version &&
        ((invalidation.complete && invalidation.ended < heardFrom) ||
          (invalidation.process === process && invalidation.ended < began) ||
          this.terms.dueOf(invalidation, process) < unstalled) &&
        !this.#putsBack(read, invalidation),
    );
    // The last one makes the shortest story.
    return missed.toSorted((one, other) => other.invalidation.ended - one.invalidation.ended)[0];
  }

  /** For how long a process stood still of late, whichever: what was to be said, or heard, comes later by that. */
  #stallsBefore(instant: number): number {
    return this.stalls
      .filter((stall) => meet(stall, { began: instant - STALL_REACH, ended: instant }))
      .reduce((sum, { began, ended }) => sum + ended - began, 0);
  }

  /** Within one process, what is issued later counts; between two, whatever was not over might come later. */
  #putsBack({ began, version }: Read, invalidation: Invalidation): boolean {
    return this.puts.some(
      (put) =>
        put.version === version &&
        (put.failedAt === undefined || put.ended === Infinity || began <= put.ended) &&
        (put.process === invalidation.process ? put.began > invalidation.began : put.ended > invalidation.began),
    );
  }
}
