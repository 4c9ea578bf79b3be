import { AsyncLocalStorage } from 'node:async_hooks';
import { deserted, DONE, Replay, type StreamReader } from './stream-reader.js';

/**
 * A stream as its caller holds it. Nothing happens before the first item is asked for. It can be read once, by one reader;
 * to leave it early (`break`, `return()`) is to say that nobody here wants the rest.
 *
 * It is opened in the context of the call that made it, whoever reads: the tenant was told there, and the source has to run
 * for that one.
 */
export class CachedStream<T> implements AsyncIterableIterator<T, undefined> {
  private opening: Promise<StreamReader<unknown>> | undefined;
  private reader: StreamReader<unknown> | undefined;
  private isOver = false;

  /** Answers those who wait for it to be open. */
  private stopWaiting: (() => void) | undefined;
  private gone: AbortController | undefined;
  private readonly inItsContext = AsyncLocalStorage.snapshot();

  /**
   * `open`: rejects as the first `next` shall. The signal that it may ask for is aborted when the caller leaves before the
   * stream is open.
   */
  constructor(private readonly open: (gone: () => AbortSignal) => Promise<StreamReader<unknown>>) {}

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
    const thrown: Error = error as Error;
    return Promise.reject(thrown);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Those who ask meanwhile are answered in the order in which they have asked. */
  private async begin(): Promise<IteratorResult<T, undefined>> {
    const isFirst = this.opening === undefined;
    this.opening ??= this.openUnlessLeft();
    let reader: StreamReader<unknown>;
    try {
      reader = await this.opening;
    } catch (error) {
      this.isOver = true;
      if (isFirst) throw error;
      return DONE;
    }
    if (this.isOver) {
      reader.leave();
      return DONE;
    }
    this.reader = reader;
    return (await reader.next()) as IteratorResult<T, undefined>;
  }

  /** It may take as long as the first item does, or another process: who leaves meanwhile waits for neither. */
  private openUnlessLeft(): Promise<StreamReader<unknown>> {
    return new Promise((resolve, reject) => {
      this.stopWaiting = () => resolve(new Replay([]));
      this.inItsContext(this.open, () => (this.gone ??= new AbortController()).signal).then((reader) => {
        if (this.isOver) reader.leave();
        resolve(reader);
      }, reject);
    });
  }

  private leave(): void {
    this.isOver = true;
    if (this.reader !== undefined) return this.reader.leave();
    this.stopWaiting?.();
    this.gone?.abort(deserted());
  }
}
