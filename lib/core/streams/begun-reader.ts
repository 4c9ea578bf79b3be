import { DONE, type StreamReader } from './stream-reader.js';

/** A reader of whom the first item was asked for before it was handed on. */
export class BegunReader<T> implements StreamReader<T> {
  private first: IteratorResult<T, undefined> | undefined;

  constructor(
    private readonly reader: StreamReader<T>,
    first: IteratorResult<T, undefined>,
  ) {
    this.first = first;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const { first } = this;
    if (first === undefined) return this.reader.next();
    this.first = undefined;
    return Promise.resolve(first);
  }

  leave(): void {
    this.first = this.first && DONE;
    this.reader.leave();
  }
}
