import { meet, ofKind, type History, type Outage, type Span, type Trouble } from './history.js';

/**
 * How long after the server is there again its processes may take to have done what they could not do meanwhile: to
 * reconnect, to say what they had queued, and to hear of each other's, in milliseconds.
 */
export const RECOVERY_BOUND = 1_000;

/** When which process could not reach the server, and what it said of that itself. */
export class Outages {
  readonly #outages: readonly Outage[];
  readonly #recoveries: readonly Trouble[];
  readonly #crashes: readonly Trouble[];

  constructor(history: History) {
    const trouble = ofKind(history, 'trouble');
    this.#outages = ofKind(history, 'outage').toSorted((one, other) => one.began - other.began);
    this.#recoveries = trouble.filter(({ what }) => what === 'recovered');
    this.#crashes = trouble.filter(({ what }) => what === 'crash');
  }

  /**
   * The instant when what `process` was to hear, or to say, in this span must have come through: `bound` after its end;
   * or, if the server was out of its reach before that, `RECOVERY_BOUND` after the server's return. One outage may follow
   * upon another.
   */
  throughOf(process: number, { began, ended }: Pick<Span, 'began' | 'ended'>, bound: number): number {
    let due = ended + bound;
    for (const outage of this.#outages) {
      if (outage.ended < began || outage.began > due || !concerns(outage, process)) continue;
      due = Math.max(due, outage.ended + RECOVERY_BOUND);
    }
    return due;
  }

  /**
   * When the reader had said that it is back, after an outage of everybody in which the span lies: from then on it serves
   * nothing that is older than the outage's end, until all others have had the time to say what they had queued. One who is
   * cut off for longer than that, or again, cannot say it in that time.
   */
  backOf(reader: number, span: Span): number | undefined {
    const outage = this.#outages.find(
      (one) => one.processes === 'all' && one.began <= span.began && span.ended <= one.ended,
    );
    if (!outage) return undefined;
    const isMoreThanThat = this.#outages.some(
      (one) =>
        one !== outage &&
        concerns(one, span.process) &&
        meet(one, { began: outage.began, ended: outage.ended + RECOVERY_BOUND }),
    );
    if (isMoreThanThat) return undefined;
    const back = this.#recoveries.filter(({ process, ended }) => process === reader && ended >= outage.ended);
    return back.length === 0 ? undefined : Math.min(...back.map(({ ended }) => ended));
  }

  /** Whether the process died before this instant, and what it had queued with it. */
  diedBefore(process: number, instant: number): boolean {
    return this.#crashes.some((crash) => crash.process === process && crash.began < instant);
  }
}

/**
 * How long the slowest process took to say that it is back, from the end of the last outage it was in, in milliseconds. Whoever
 * takes longer than `RECOVERY_BOUND` cannot keep what is promised.
 */
export function slowestReturn(history: History): number {
  const outages = ofKind(history, 'outage');
  const returns = ofKind(history, 'trouble')
    .filter(({ what }) => what === 'recovered')
    .map(({ process, ended }) => {
      const ends = outages.filter((one) => concerns(one, process) && one.ended <= ended).map((one) => one.ended);
      const isAgain = outages.some((one) => concerns(one, process) && one.began <= ended && one.ended > ended);
      return isAgain || ends.length === 0 ? 0 : ended - Math.max(...ends);
    });
  return Math.max(0, ...returns);
}

function concerns({ processes }: Outage, process: number): boolean {
  return processes === 'all' || processes.includes(process);
}
