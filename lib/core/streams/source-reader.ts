import type { StreamReader } from './stream-reader.js';
import { DONE } from './stream-reader.js';
import type { StreamSource } from './stream-source.js';

/** Reads a source that is nobody else's. */
export class SourceReader implements StreamReader<unknown> {
  private isOver = false;
  /** The answer before this one: a source is asked for one item at a time. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly source: StreamSource,
    private readonly onLeave: (reason: Error) => void,
  ) {}

  next(): Promise<IteratorResult<unknown, undefined>> {
    const result = this.last.then(() => this.ask());
    this.last = result.catch(() => {});
    return result;
  }

  leave(): void {
    if (this.isOver) return;
    this.isOver = true;
    const reason = new DOMException('Nobody reads the stream any more.', 'AbortError');
    this.onLeave(reason);
    this.source.cancel(reason);
  }

  private async ask(): Promise<IteratorResult<unknown, undefined>> {
    if (this.isOver) return DONE;
    try {
      const { done, value } = await this.source.next();
      if (done) this.isOver = true;
      return this.isOver ? DONE : { done: false, value };
    } catch (error) {
      this.isOver = true;
      throw error;
    }
  }
}
