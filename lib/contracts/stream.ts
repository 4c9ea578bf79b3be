import type { LoaderContext } from './options.js';

/** The part of a `ReadableStream` (of the platform, or of `node:stream/web`) that is used. */
export interface ReadableStreamLike<T> {
  getReader(): {
    read(): Promise<{ done: boolean; value?: T | undefined }>;
    cancel(reason?: unknown): Promise<void>;
    releaseLock(): void;
  };
}

/** The part of an observable that is used; one of `rxjs` fits. */
export interface ObservableLike<T> {
  subscribe(observer: { next(value: T): void; error(error: unknown): void; complete(): void }): {
    unsubscribe(): void;
  };
  /** Not used; of what kind the items are, this tells the compiler most plainly. */
  forEach(next: (value: T) => void): Promise<void>;
}

/** What emits one item after the other, and then ends. */
export type StreamLike<T> = AsyncIterable<T> | ReadableStreamLike<T> | ObservableLike<T>;

/** Makes the stream of a key. `context.skip()` may be called until the stream has ended. */
export type StreamLoader<T> = (context: LoaderContext<T[]>) => StreamLike<T> | Promise<StreamLike<T>>;
