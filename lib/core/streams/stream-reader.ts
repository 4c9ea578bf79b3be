/** One who reads a stream, live or recorded. */
export interface StreamReader<T> {
  /**
   * The next item; after the end, and after `leave`, always done. Several may be asked for at once. Rejects, once, with what
   * the source failed with.
   */
  next(): Promise<IteratorResult<T, undefined>>;
  /** Wants no more. Twice does nothing. */
  leave(): void;
}

export const DONE = Object.freeze({ done: true as const, value: undefined });

/** Reads what was recorded before. */
export class Replay<T> implements StreamReader<T> {
  private at = 0;

  constructor(private items: readonly T[]) {}

  next(): Promise<IteratorResult<T, undefined>> {
    const { items } = this;
    if (this.at === items.length) return Promise.resolve(DONE);
    return Promise.resolve({ done: false, value: items[this.at++]! });
  }

  leave(): void {
    this.items = [];
    this.at = 0;
  }
}

/** What a source is told of whose readers have all left. */
export function deserted(): DOMException {
  return new DOMException('Nobody reads the stream any more.', 'AbortError');
}
