import { CacheBackendError } from '../../support/errors.js';

/** How much may wait for its turn at one key. More than that waits for a backend that does not answer. */
const MAX_LENGTH = 1_000;

/** One piece of work after the other for each key, all of them, in the order they were asked for. */
export class KeyQueue {
  private readonly lines = new Map<string, { tail: Promise<void>; length: number }>();

  /** What `work` gives when it is its turn. @throws CacheBackendError when the line is too long. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const line = this.lines.get(key) ?? { tail: Promise.resolve(), length: 0 };
    if (line.length >= MAX_LENGTH) throw new CacheBackendError(`${MAX_LENGTH} writes of ${key} wait for an answer.`);
    this.lines.set(key, line);
    // Nothing before it: it starts now, in the caller's own synchronous stretch.
    const turn = line.length === 0 ? attempt(work) : line.tail.then(work);
    line.length++;
    line.tail = turn.then(nothing, nothing).then(() => {
      line.length--;
      if (line.length === 0) this.lines.delete(key);
    });
    return turn;
  }

  /** How many keys have work under way. */
  get size(): number {
    return this.lines.size;
  }
}

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  return work();
}

function nothing(): void {}
