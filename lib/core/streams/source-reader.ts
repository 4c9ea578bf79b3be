import type { StreamReader } from './stream-reader.js';
import { deserted, DONE } from './stream-reader.js';
import type { StreamSource } from './stream-source.js';

/** Reads a source that is nobody else's. */
export class SourceReader implements StreamReader<unknown> {
  private isOver = false;
  /** The answer before this one: a source is asked for one item at a time. */
  private last: Promise<unknown> = Promise.resolve();
  /** Answers the question that the source has not answered, and may never: it is told that nobody wants more. */
  private stopWaiting: (() => void) | undefined;

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
    const reason = deserted();
    this.stopWaiting?.();
    this.onLeave(reason);
    this.source.cancel(reason);
  }

  private async ask(): Promise<IteratorResult<unknown, undefined>> {
    if (this.isOver) return DONE;
    try {
      const result = await this.nextOfSource();
      if (result.done) this.isOver = true;
      return this.isOver ? DONE : result;
    } catch (error) {
      this.isOver = true;
      throw error;
    }
  }

  private nextOfSource(): Promise<IteratorResult<unknown, undefined>> {
    return new Promise((resolve, reject) => {
      this.stopWaiting = () => resolve(DONE);
      // A source may throw at once, or answer without a promise.
      Promise.resolve(this.source.next()).then(
        ({ done, value }) => resolve(done ? DONE : { done: false, value }),
        reject,
      );
    });
  }
}
