import { DONE, type StreamReader } from './stream-reader.js';

/**
 * A stream as its caller holds it. Nothing happens before the first item is asked for. It can be read once, by one reader;
 * to leave it early (`break`, `return()`) is to say that nobody here wants the rest.
 */
export class CachedStream<T> implements AsyncIterableIterator<T, undefined> {
  private opening: Promise<StreamReader<unknown>> | undefined;
  private reader: StreamReader<unknown> | undefined;
  private isOver = false;

  /** `open`: rejects as the first `next` shall. */
  constructor(private readonly open: () => Promise<StreamReader<unknown>>) {}

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.reader !== undefined) return this.reader.next() as Promise<IteratorResult<T, undefined>>;
    if (this.isOver) return Promise.resolve(DONE);
    return this.begin();
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.leave();
    return Promise.resolve(DONE);
  }

  throw(error: unknown): Promise<IteratorResult<T, undefined>> {
    this.leave();
    return Promise.reject(error as Error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Those who ask meanwhile are answered in the order in which they have asked. */
  private async begin(): Promise<IteratorResult<T, undefined>> {
    const isFirst = this.opening === undefined;
    this.opening ??= this.open();
    try {
      const reader = await this.opening;
      if (this.isOver) {
        reader.leave();
        return DONE;
      }
      this.reader = reader;
      return (await reader.next()) as IteratorResult<T, undefined>;
    } catch (error) {
      this.isOver = true;
      if (isFirst) throw error;
      return DONE;
    }
  }

  private leave(): void {
    this.isOver = true;
    this.reader?.leave();
  }
}
