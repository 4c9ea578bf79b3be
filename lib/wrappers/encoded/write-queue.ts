interface Line {
  tail: Promise<void>;
  /** Removals that wait or run. While there is one, whatever the backend still answers for the key is void. */
  removals: number;
  length: number;
}

/**
 * Writes of one key, one after the other, in the order they were asked for.
 *
 * The interleaving it prevents, on a backend that answers slowly or not at all:
 *
 *     set(k, old) is sent, and hangs; its caller is told after the time limit
 *                                        delete(k) is sent, and done
 *     set(k, old) lands
 *
 * A write begins when the one before it has really ended, however long its callers have ceased to wait.
 */
export class WriteQueue {
  private readonly lines = new Map<string, Line>();

  /** Runs `work` when it is its turn. */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    return this.enqueue(key, work, 0);
  }

  /** The same, for work that takes the key's value away. */
  remove<T>(key: string, work: () => Promise<T>): Promise<T> {
    return this.enqueue(key, work, 1);
  }

  /** Whether a removal is still to be done: what a read finds until then must not be served. */
  isRemoving(key: string): boolean {
    return (this.lines.get(key)?.removals ?? 0) > 0;
  }

  isBusy(key: string): boolean {
    return this.lines.has(key);
  }

  /** The keys that have a write under way. */
  get busy(): string[] {
    return [...this.lines.keys()];
  }

  private enqueue<T>(key: string, work: () => Promise<T>, removals: 0 | 1): Promise<T> {
    const line = this.lines.get(key) ?? { tail: Promise.resolve(), removals: 0, length: 0 };
    this.lines.set(key, line);
    // Nothing before it: it starts now, in the caller's own synchronous stretch.
    const turn = line.length === 0 ? attempt(work) : line.tail.then(work);
    line.length++;
    line.removals += removals;
    line.tail = turn.then(nothing, nothing).then(() => {
      line.length--;
      line.removals -= removals;
      if (line.length === 0) this.lines.delete(key);
    });
    return turn;
  }
}

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  return work();
}

function nothing(): void {}
