import { CacheBackendError } from '../../support/errors.js';
import { diskError, isFull } from './disk-error.js';
import type { Opened } from './opened.js';
import type { RecentUses } from './recent-uses.js';
import type { Job } from './write-queue.js';

/** How often room is made for one transaction before its values are refused. */
const MOST_ATTEMPTS = 50;

/** A value could not be stored, and what stood there before could not be removed either. */
export class UnremovedError extends CacheBackendError {}

export interface CommitParts {
  readonly directory: string;
  readonly uses: RecentUses;
  /** Milliseconds of the wall clock. */
  readonly now: () => number;
  /** The file as it is now; opened anew where that has to be. */
  readonly opened: () => Promise<Opened>;
  /** Told of every failure, which may be one of the file itself. */
  readonly failed: (error: unknown) => void;
}

/** Carries out changes: makes room, commits, and sees to it that what cannot be stored leaves nothing stale behind. */
export class Commits {
  constructor(private readonly parts: CommitParts) {}

  /** Answers each of the jobs; never rejects. */
  async run(jobs: readonly Job[]): Promise<void> {
    let opened: Opened | undefined;
    try {
      opened = await this.parts.opened();
      const results = await this.#together(opened, jobs);
      jobs.forEach((job, index) => job.resolve(results[index]));
    } catch (error) {
      this.parts.failed(error);
      // Some that are stored already make room for the next.
      if (isFull(error)) opened?.keepWithin();
      if (jobs.length === 1) return this.#instead(jobs[0]!, error);
      // One that cannot be done must not take the others along.
      for (const job of jobs) await this.run([job]);
    }
  }

  async #together(opened: Opened, jobs: readonly Job[]): Promise<unknown[]> {
    const { now, uses } = this.parts;
    const { keeper } = opened;
    const pages = jobs.reduce((sum, job) => sum + job.pages, 0);
    if (pages > 0 && keeper.isPinned(pages, opened.file.tables.use())) throw this.#full();
    const before = (): void => uses.take().forEach(([id, times]) => opened.entries.used(id, times));
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const results = await opened.transaction((file) => {
        const room = pages > 0 ? keeper.make(pages, now(), before) : 'enough';
        return room === 'enough' ? jobs.map((job) => job.run(file)) : room;
      });
      if (results === 'none') break;
      if (results !== 'made') return results;
      if (keeper.isTight(pages, opened.file.tables.use())) await this.#ripen(opened);
    }
    throw this.#full();
  }

  /** Pages that were given up can be used when that is on the disk, and a further transaction has come and gone. */
  async #ripen({ file, transaction }: Opened): Promise<void> {
    await file.tables.environment.flushed;
    await transaction(() => file.facts.turn());
  }

  async #instead(job: Job, error: unknown): Promise<void> {
    const failure = diskError(error, this.parts.directory);
    if (!job.instead) return job.reject(failure);
    try {
      const opened = await this.parts.opened();
      await opened.transaction(job.instead);
      job.reject(failure);
    } catch {
      job.reject(new UnremovedError(failure.message, { cause: error }));
    }
  }

  #full(): CacheBackendError {
    return new CacheBackendError(
      `The cache in ${this.parts.directory} is full, and nothing that could go makes room: its disk takes no more, or a process reads there since long. The value is not stored.`,
    );
  }
}
