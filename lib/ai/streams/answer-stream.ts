import type { AnswerRecord } from '../ai-books.js';
import { trailerOf, type StreamTrailer } from '../stored-answer.js';
import type { StreamGeneration } from './stream-generation.js';

/** What one caller reads from, and its own way to it. */
export interface OpenedStream<P> {
  readonly items: AsyncIterator<P | StreamTrailer>;
  readonly generation: StreamGeneration<P>;
}

/** The items of an answer as one caller reads them: without the trailer, and counted once. */
export class AnswerStream<P> implements AsyncIterableIterator<P> {
  private opened: OpenedStream<P> | undefined;
  private begun = 0;
  /** Milliseconds until the first item. */
  private waited: number | undefined;
  private record: AnswerRecord | undefined;
  private isOver = false;

  /** @param open Called by the first `next()`. */
  constructor(private readonly open: () => OpenedStream<P>) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<P, undefined>> {
    if (this.isOver) return { done: true, value: undefined };
    const { items, generation } = this.start();
    const step = await items.next();
    this.waited ??= generation.now() - this.begun;
    if (step.done) return this.end();
    const record = trailerOf(step.value);
    if (record === undefined) return { done: false, value: step.value as P };
    this.record = record;
    // Only a source that was read to its end is stored.
    await items.next();
    return this.end();
  }

  async return(): Promise<IteratorResult<P, undefined>> {
    if (!this.isOver) await this.opened?.items.return?.();
    return this.end();
  }

  private start(): OpenedStream<P> {
    if (this.opened === undefined) {
      this.opened = this.open();
      this.begun = this.opened.generation.now();
    }
    return this.opened;
  }

  private end(): { done: true; value: undefined } {
    if (!this.isOver && this.opened !== undefined && this.waited !== undefined) {
      const { generation } = this.opened;
      if (!generation.hasMade(this.record)) generation.served(this.record, this.waited);
    }
    this.isOver = true;
    return { done: true, value: undefined };
  }
}
