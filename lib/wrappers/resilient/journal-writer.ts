import type { Clock } from '../../contracts/clock.js';
import type { JournalFile, QueuedChange } from '../../contracts/journal.js';
import { CacheTimeoutError } from '../../support/errors.js';
import { withTimeLimit } from '../../support/time-limit.js';

/** How many changes the file may hold beside twice those that count, and how many may wait for a disk that is slow. */
const MOST_BESIDE = 1_000;
const MOST_WAITING = 10_000;
/** How long a shutdown may wait for the disk, and a start, in milliseconds. */
const CLOSE_LIMIT = 1_000;
const READ_LIMIT = 5_000;

export interface JournalWriterParts {
  readonly file: JournalFile;
  readonly clock: Clock;
  /** How long a call may wait for the disk, in milliseconds. */
  readonly timeout: number;
  /** All that is queued: the last ones only. */
  readonly all: () => readonly QueuedChange[];
  readonly onError: (error: unknown) => void;
}

/**
 * Writes queued changes down, one write after the other. What comes while one is under way goes out together with the next, so
 * that many calls cost one write; when too much waits, all that counts is written anew.
 */
export class JournalWriter {
  private waiting: QueuedChange[] = [];
  private isWhole = false;
  private written = 0;
  private running: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;
  private isLate = false;

  constructor(private readonly parts: JournalWriterParts) {}

  /** Resolves when the changes would outlive the process, or the time is over; they are written all the same. */
  async append(changes: readonly QueuedChange[]): Promise<void> {
    if (this.waiting.length + changes.length > MOST_WAITING) this.isWhole = true;
    if (!this.isWhole) this.waiting.push(...changes);
    await this.limited(this.flush(), this.parts.timeout);
  }

  /** Nothing, or other things than before, are queued. */
  rewrite(): void {
    this.isWhole = true;
    void this.flush();
  }

  async read(): Promise<readonly QueuedChange[]> {
    const { clock, file } = this.parts;
    const left = await withTimeLimit(clock, 'Reading the journal', READ_LIMIT, file.read());
    this.written = left.length;
    return left;
  }

  async close(): Promise<void> {
    const { file, onError } = this.parts;
    const closed = this.running.then(() => file.close()).catch(onError);
    await this.limited(closed, CLOSE_LIMIT);
  }

  /** Never rejects. */
  private flush(): Promise<void> {
    this.next ??= this.running = this.running.then(() => this.write()).catch(this.parts.onError);
    return this.next;
  }

  private async write(): Promise<void> {
    const { all, file } = this.parts;
    this.next = undefined;
    const changes = this.waiting.splice(0);
    const everything = all();
    const isWhole = this.isWhole || this.written + changes.length > MOST_BESIDE + 2 * everything.length;
    this.isWhole = false;
    if (isWhole) {
      await file.replace(everything);
      this.written = everything.length;
    } else {
      await file.append(changes);
      this.written += changes.length;
    }
  }

  /** A disk that hangs must not hang the cache. */
  private async limited(work: Promise<void>, ms: number): Promise<void> {
    try {
      await withTimeLimit(this.parts.clock, 'Writing the journal', ms, work);
      this.isLate = false;
    } catch (error) {
      if (error instanceof CacheTimeoutError && !this.isLate) this.parts.onError(error);
      this.isLate = true;
    }
  }
}
