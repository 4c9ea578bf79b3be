import type { Clock } from '../../contracts/clock.js';
import type { JournalFile, QueuedChange } from '../../contracts/journal.js';
import type { Scope } from '../../contracts/scope.js';
import { CacheTimeoutError } from '../../support/errors.js';
import { JournalWriter } from './journal-writer.js';

/** How much text the names of queued changes may hold together, in UTF-16 code units. */
const MAX_TEXT = 8 * 1_048_576;
/** How often in a row a replay may go unanswered. */
const MOST_UNANSWERED = 3;

export interface JournalParts {
  /** The cache's own namespace: what a journal that is full falls back to. */
  readonly root: Scope;
  readonly maxEntries: number;
  readonly file: JournalFile | undefined;
  readonly clock: Clock;
  /** How long a call may wait for the file, in milliseconds. */
  readonly timeout: number;
  /** Told when the file fails; the journal goes on in memory. */
  readonly onError: (error: unknown) => void;
}

/**
 * Invalidations that could not reach the server: the last one of each key, tag, pattern and scope. All of them take values
 * away, so that doing one again, or later than it was asked for, costs a miss and never brings anything back. Hence no
 * order among them, and several processes may replay theirs side by side.
 *
 * A journal that is full becomes one clear of the whole namespace.
 */
export class Journal {
  private readonly queued = new Map<string, QueuedChange>();
  private text = 0;
  private readonly writer: JournalWriter | undefined;
  /** How often a replay was not answered in time, one after the other. */
  private unanswered = 0;

  constructor(private readonly parts: JournalParts) {
    const { clock, file, onError, timeout } = parts;
    this.writer = file && new JournalWriter({ file, clock, timeout, onError, all: () => this.snapshot() });
  }

  get size(): number {
    return this.queued.size;
  }

  /** Takes the changes in at once. Resolves when they would outlive the process, where they are to. Never rejects. */
  async add(changes: readonly QueuedChange[]): Promise<void> {
    for (const change of changes) this.put(change);
    await this.writer?.append(changes);
  }

  /** What an earlier process left over. */
  async load(): Promise<void> {
    try {
      for (const change of (await this.writer?.read()) ?? []) this.put(change);
    } catch (error) {
      this.parts.onError(error);
      // Nobody knows what stood there.
      this.put({ kind: 'scope', scope: this.parts.root });
    }
  }

  /** What is queued at this moment: clears first, which make others needless; patterns last, which take time. */
  snapshot(): QueuedChange[] {
    return [...this.queued.values()].toSorted((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind));
  }

  /** Forgets what was replayed, unless it was queued anew meanwhile. */
  done(changes: readonly QueuedChange[]): void {
    this.unanswered = 0;
    for (const change of changes) {
      const id = idOf(change);
      if (this.queued.get(id) === change) this.remove(id, change);
    }
    if (this.queued.size === 0) this.writer?.rewrite();
  }

  /**
   * A replay came to nothing. When it is not answered again and again, although the server answers otherwise (a write of the same
   * key may never end, and hold up what follows), all of it becomes one clear, which waits for no key.
   */
  failed(error: unknown): void {
    if (!(error instanceof CacheTimeoutError)) return;
    this.unanswered++;
    if (this.unanswered < MOST_UNANSWERED) return;
    this.put({ kind: 'scope', scope: this.parts.root });
    this.writer?.rewrite();
  }

  async close(): Promise<void> {
    await this.writer?.close();
  }

  private put(change: QueuedChange): void {
    const { maxEntries, root } = this.parts;
    if (change.kind === 'scope') this.dropBelow(change.scope);
    const id = idOf(change);
    const before = this.queued.get(id);
    if (before) this.remove(id, before);
    if (this.queued.size >= maxEntries || this.text + lengthOf(change) > MAX_TEXT) {
      this.queued.clear();
      this.text = 0;
      return this.enter({ kind: 'scope', scope: root });
    }
    this.enter(change);
  }

  private enter(change: QueuedChange): void {
    this.queued.set(idOf(change), change);
    this.text += lengthOf(change);
  }

  private remove(id: string, change: QueuedChange): void {
    this.queued.delete(id);
    this.text -= lengthOf(change);
  }

  private dropBelow(scope: Scope): void {
    for (const [id, change] of this.queued) {
      if (change.scope.lineage.includes(scope.path)) this.remove(id, change);
    }
  }
}

const ORDER: readonly QueuedChange['kind'][] = ['scope', 'tag', 'key', 'pattern'];

function idOf(change: QueuedChange): string {
  return `${change.kind}\0${change.scope.path}\0${change.kind === 'scope' ? '' : change.name}`;
}

function lengthOf(change: QueuedChange): number {
  return change.kind === 'scope' ? 0 : change.name.length;
}
