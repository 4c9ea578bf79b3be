import type { Contents } from './opened.js';

/** How many changes one transaction makes at most. */
const MOST_TOGETHER = 1_000;

/** A change that waits for its transaction. */
export interface Job {
  readonly run: (file: Contents) => unknown;
  /** How many pages it brings at most; 0: it takes away, or changes in place. */
  readonly pages: number;
  /** What is done instead where there is no room, so that nothing of before stays. Absent: nothing has to be. */
  readonly instead?: (file: Contents) => void;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Changes in the order in which they were asked for, many to a transaction: what is asked for meanwhile shares the next one. */
export class WriteQueue {
  readonly #waiting: Job[] = [];
  #draining: Promise<void> | undefined;

  constructor(
    /** Sees to each of the jobs; never rejects. */
    private readonly commit: (jobs: readonly Job[]) => Promise<void>,
    /** How many pages one transaction brings at most; a job that has more goes alone. */
    private readonly pages: () => number,
  ) {}

  add<T>(change: Pick<Job, 'pages' | 'instead'> & { readonly run: (file: Contents) => T }): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ ...change, resolve: resolve as (result: unknown) => void, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Resolves when everything that was asked for is done. */
  async idle(): Promise<void> {
    while (this.#draining) await this.#draining;
  }

  async #drain(): Promise<void> {
    // What is asked for in the same turn goes along.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.commit(this.#take());
    this.#draining = undefined;
  }

  #take(): Job[] {
    const limit = this.pages();
    let pages = 0;
    const count = this.#waiting.findIndex((job, index) => {
      pages += job.pages;
      return index > 0 && (pages > limit || index >= MOST_TOGETHER);
    });
    return this.#waiting.splice(0, count === -1 ? this.#waiting.length : count);
  }
}
