import type { JournalFile, QueuedChange } from '../../contracts/journal.js';
import type { Scope } from '../../contracts/scope.js';

/** How much text the names of queued changes may hold together, in UTF-16 code units. */
const MAX_TEXT = 8 * 1_048_576;
/** How many changes the file may hold beside twice those that count. */
const MOST_IN_FILE = 1_000;

export interface JournalParts {
  /** The cache's own namespace: what a journal that is full falls back to. */
  readonly root: Scope;
  readonly maxEntries: number;
  readonly file: JournalFile | undefined;
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
  /** How many changes stand in the file. */
  private inFile = 0;
  /** One write to the file after the other. */
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly parts: JournalParts) {}

  get size(): number {
    return this.queued.size;
  }

  /** Takes the changes in at once. Resolves when they would outlive the process, where they are to. */
  add(changes: readonly QueuedChange[]): Promise<void> {
    for (const change of changes) this.put(change);
    this.inFile += changes.length;
    if (this.inFile <= MOST_IN_FILE + 2 * this.queued.size) return this.write((file) => file.append(changes));
    return this.rewrite();
  }

  /** What an earlier process left over. */
  async load(): Promise<void> {
    const { file, onError } = this.parts;
    if (!file) return;
    try {
      const left = await file.read();
      for (const change of left) this.put(change);
      this.inFile += left.length;
    } catch (error) {
      onError(error);
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
    for (const change of changes) {
      const id = idOf(change);
      if (this.queued.get(id) === change) this.remove(id, change);
    }
    if (this.queued.size === 0) void this.rewrite();
  }

  async close(): Promise<void> {
    await this.write((file) => file.close());
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

  /** Last ones only. */
  private rewrite(): Promise<void> {
    const changes = this.snapshot();
    this.inFile = changes.length;
    return this.write((file) => file.replace(changes));
  }

  private write(work: (file: JournalFile) => Promise<void>): Promise<void> {
    const { file, onError } = this.parts;
    if (!file) return Promise.resolve();
    this.writing = this.writing.then(() => work(file)).catch(onError);
    return this.writing;
  }
}

const ORDER: readonly QueuedChange['kind'][] = ['scope', 'tag', 'key', 'pattern'];

function idOf(change: QueuedChange): string {
  return `${change.kind}\0${change.scope.path}\0${change.kind === 'scope' ? '' : change.name}`;
}

function lengthOf(change: QueuedChange): number {
  return change.kind === 'scope' ? 0 : change.name.length;
}
