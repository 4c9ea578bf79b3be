import { unlink } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Clock, Timer } from '../../contracts/clock.js';
import type { JournalFile, QueuedChange } from '../../contracts/journal.js';
import type { Scope } from '../../contracts/scope.js';
import { systemClock } from '../../support/clock.js';
import { CacheBackendError } from '../../support/errors.js';
import { BEAT_MS, newFileName, spellName } from './file-name.js';
import { journalError } from './journal-error.js';
import { changeLine, headLine, rootOf } from './journal-text.js';
import { OwnFile } from './own-file.js';
import { findFiles, type FoundFile } from './take-over.js';

/** How often a file that was claimed by somebody else is begun anew before that counts as a failure. */
const MOST_FILES = 3;

export interface DiskJournalOptions {
  /** Made with mode 0700 at the first change if it is not there. May be shared by any number of processes and namespaces. */
  readonly directory: string;
  /** The cache's namespace, as the user wrote it. */
  readonly namespace: string;
  /** For the heartbeat. Default: the system's. */
  readonly clock?: Clock;
}

/**
 * Queued invalidations in a file of this process alone. There is none until the first of them is appended, and none when the
 * last one is done.
 *
 * An `append` resolves when the kernel has its bytes: from then on the process may crash. Bringing them to the disk, against a
 * loss of power, starts at once but is not waited for: it takes milliseconds, and callers wait for an invalidation. One sync
 * runs at a time and takes along all that was appended before it. Had it failed, the next call rejects.
 *
 * Every member rejects with a `CacheBackendError` that names the directory and what helps.
 */
export function openJournalFile(options: DiskJournalOptions): JournalFile {
  return new DiskJournal(resolve(options.directory), options.namespace, options.clock ?? systemClock);
}

class DiskJournal implements JournalFile {
  readonly #root: Scope;
  readonly #path: string;
  #file: OwnFile | undefined;
  /** Some changes are not in the file although they should be: those after them bring a clear along. */
  #isIncomplete = false;
  #closing: Promise<void> | undefined;
  #beat: Timer | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly directory: string,
    namespace: string,
    private readonly clock: Clock,
  ) {
    this.#root = rootOf(namespace);
    this.#path = join(directory, spellName(newFileName(namespace)));
  }

  async read(): Promise<readonly QueuedChange[]> {
    return this.#inTurn(async () => {
      const files = await findFiles(this.directory, this.#root, this.#file && basename(this.#path));
      const claimed = files.filter((file) => file.claim !== undefined);
      const kept = this.#join(claimed);
      if (kept.length > 0) {
        await this.#append(kept);
        await this.#file?.settle();
      }
      // Who fails here has read in vain at worst: its changes come once more with the next start.
      await Promise.allSettled(claimed.map((file) => unlink(file.claim!)));
      return this.#join(files);
    });
  }

  async append(changes: readonly QueuedChange[]): Promise<void> {
    if (changes.length > 0) await this.#inTurn(() => this.#append(changes));
  }

  async replace(changes: readonly QueuedChange[]): Promise<void> {
    await this.#inTurn(() => (changes.length === 0 ? this.#remove() : this.#replace(changes)));
  }

  close(): Promise<void> {
    this.#closing ??= this.#inTurn(() => this.#release());
    return this.#closing;
  }

  async #append(changes: readonly QueuedChange[]): Promise<void> {
    const lines = changes.map(changeLine).join('');
    await this.#orIncomplete(async () => {
      await this.#write(this.#isIncomplete ? changeLine(this.#clear()) + lines : lines);
      this.#isIncomplete = false;
      this.#file?.check();
    });
  }

  /** What stood in a file that was claimed is in the keeping of who did it, all but these lines. */
  async #write(lines: string): Promise<void> {
    for (let files = 0; files < MOST_FILES; files++) {
      const file = this.#file ?? (await OwnFile.create(this.#path));
      this.#file = file;
      this.#beatLater();
      try {
        if (await file.append(file.isEmpty ? headLine(this.#root.namespace) + lines : lines)) return;
      } catch (error) {
        if (file.isEmpty) await this.#remove().catch(() => {});
        throw error;
      }
      await this.#letGo();
    }
    throw new CacheBackendError(
      `The journal in ${this.directory} failed: other processes remove its files at once. Give each host a directory of its own, ` +
        'and compare their clocks (option `journal.directory`).',
    );
  }

  async #replace(changes: readonly QueuedChange[]): Promise<void> {
    await this.#orIncomplete(async () => {
      const text = [headLine(this.#root.namespace), ...changes.map(changeLine)].join('');
      const file = await OwnFile.replace(this.#path, text);
      const before = this.#file;
      this.#file = file;
      this.#isIncomplete = false;
      this.#beatLater();
      await before?.close();
    });
  }

  async #remove(): Promise<void> {
    await this.#file?.remove();
    this.#file = undefined;
    this.#isIncomplete = false;
    this.#beat?.cancel();
    this.#beat = undefined;
  }

  async #release(): Promise<void> {
    const file = this.#file;
    if (!file) return;
    try {
      await file.settle();
    } finally {
      // Whoever comes next need not wait to see that nobody writes here any more.
      await file.touch(0).catch(() => {});
      await this.#letGo();
    }
  }

  async #letGo(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#beat?.cancel();
    this.#beat = undefined;
    await file?.close();
  }

  async #orIncomplete(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#isIncomplete = true;
      throw error;
    }
  }

  /** One of each; nothing but a clear where a file could not be read, since that may have held any of them. */
  #join(files: readonly FoundFile[]): QueuedChange[] {
    const joined = new Map<string, QueuedChange>();
    for (const { changes } of files) {
      if (!changes) return [this.#clear()];
      for (const change of changes) joined.set(idOf(change), change);
    }
    return [...joined.values()];
  }

  #clear(): QueuedChange {
    return { kind: 'scope', scope: this.#root };
  }

  #beatLater(): void {
    this.#beat ??= this.clock.setTimeout(() => {
      this.#beat = undefined;
      // What fails here, the next change reports.
      this.#inTurn(() => this.#heartbeat()).catch(() => {});
    }, BEAT_MS);
  }

  async #heartbeat(): Promise<void> {
    if (!this.#file) return;
    this.#beatLater();
    await this.#file.touch(Date.now());
    if (!(await this.#file.isInPlace())) await this.#letGo();
  }

  /** One after the other: a write must not meet the replacement of what it writes to. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing) throw new CacheBackendError(`The journal in ${this.directory} is closed.`);
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    try {
      return await turn;
    } catch (error) {
      throw journalError(error, this.directory);
    }
  }
}

/** No path holds a NUL. */
function idOf(change: QueuedChange): string {
  return `${change.kind}\0${change.scope.path}\0${change.kind === 'scope' ? '' : change.name}`;
}
