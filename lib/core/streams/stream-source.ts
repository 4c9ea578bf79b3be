import type { ObservableLike, ReadableStreamLike, StreamLike } from '../../contracts/stream.js';
import { CacheStreamError, CacheUsageError } from '../../support/errors.js';

const END = Object.freeze({ done: true, value: undefined });

/** What a recording is made from. */
export interface StreamSource {
  /** The next item. Not called again before it has answered. May throw at once. */
  next(): Promise<IteratorResult<unknown, unknown>>;
  /** Nobody wants any more. Returns at once, and never throws. */
  cancel(reason: unknown): void;
}

export function isReadableStream(value: unknown): value is ReadableStreamLike<unknown> {
  return has(value, 'getReader');
}

export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return has(value, Symbol.asyncIterator);
}

export function isObservable(value: unknown): value is ObservableLike<unknown> {
  return has(value, 'subscribe') && has(value, 'pipe');
}

/** Whether it is one of the three. */
export function isStreamLike(value: unknown): value is StreamLike<unknown> {
  return isReadableStream(value) || isAsyncIterable(value) || isObservable(value);
}

/** @throws CacheUsageError for what is no stream; whatever taking hold of the stream throws, such as a lock. */
export function sourceOf(stream: unknown): StreamSource {
  // A ReadableStream can be iterated too, but its reader takes the reason of a cancellation on.
  if (isReadableStream(stream)) return new ReadableSource(stream);
  if (isAsyncIterable(stream)) return new IterableSource(stream);
  if (isObservable(stream)) return new ObservableSource(stream);
  const what = stream === null ? 'null' : `of type ${typeof stream}`;
  throw new CacheUsageError(
    `What should be a stream is ${what}. Give an async iterable, a ReadableStream or an observable.`,
  );
}

/** The part of a `Readable` of Node that is used. */
interface ReadableLike {
  destroy(): unknown;
  on(event: 'error', listener: () => void): unknown;
}

function isReadable(value: unknown): value is ReadableLike {
  return has(value, 'destroy') && has(value, 'pipe') && has(value, 'on');
}

function end(readable: ReadableLike): void {
  quietly(() => {
    // What it fails with from now on concerns nobody, and without a listener would end the process.
    readable.on('error', () => {});
    readable.destroy();
  });
}

class IterableSource implements StreamSource {
  private readonly iterator: AsyncIterator<unknown, unknown>;

  constructor(private readonly iterable: AsyncIterable<unknown>) {
    this.iterator = iterable[Symbol.asyncIterator]();
  }

  next(): Promise<IteratorResult<unknown, unknown>> {
    return this.iterator.next();
  }

  cancel(): void {
    // A generator that waits for something is told when it goes on; until then only its signal says so.
    quietly(() => this.iterator.return?.());
    // A Readable of Node has a generator too, but can be told by itself: one that was never begun is not let go of else.
    if (isReadable(this.iterable)) end(this.iterable);
  }
}

class ReadableSource implements StreamSource {
  private readonly reader: ReturnType<ReadableStreamLike<unknown>['getReader']>;

  constructor(stream: ReadableStreamLike<unknown>) {
    this.reader = stream.getReader();
  }

  async next(): Promise<IteratorResult<unknown, undefined>> {
    const { done, value } = await this.reader.read();
    return done ? END : { done: false, value };
  }

  cancel(reason: unknown): void {
    quietly(() => this.reader.cancel(reason));
  }
}

/** How many items of an observable may wait: it cannot be told to wait itself. */
const MAX_WAITING = 65_536;

/** Items that come of themselves wait here until they are asked for. Subscribed to with the first question. */
class ObservableSource implements StreamSource {
  private arrived: IteratorResult<unknown, undefined>[] = [];
  /** How many of them have been taken. */
  private taken = 0;
  private failure: { readonly error: unknown } | undefined;
  private wake: (() => void) | undefined;
  private subscription: { unsubscribe(): void } | undefined;
  private isCancelled = false;

  constructor(private readonly observable: ObservableLike<unknown>) {}

  async next(): Promise<IteratorResult<unknown, undefined>> {
    this.subscription ??= this.subscribe();
    while (this.taken === this.arrived.length) {
      if (this.failure) throw this.failure.error;
      this.arrived = [];
      this.taken = 0;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    return this.arrived[this.taken++]!;
  }

  cancel(): void {
    this.isCancelled = true;
    quietly(() => this.subscription?.unsubscribe());
  }

  private subscribe(): { unsubscribe(): void } {
    const subscription = this.observable.subscribe({
      next: (value) => this.take({ done: false, value }),
      error: (error: unknown) => {
        this.failure = { error };
        this.wake?.();
      },
      complete: () => this.take(END),
    });
    // It may have been told to stop, or brought too much, while it was being subscribed to.
    if (this.isCancelled || this.failure) quietly(() => subscription.unsubscribe());
    return subscription;
  }

  /** Memory has an end; what came by then is still to be had. */
  private overflow(): void {
    this.failure = {
      error: new CacheStreamError(`is ${MAX_WAITING} items behind an observable, which waits for nobody`),
    };
    quietly(() => this.subscription?.unsubscribe());
  }

  private take(result: IteratorResult<unknown, undefined>): void {
    if (this.isCancelled || this.failure) return;
    if (this.arrived.length - this.taken < MAX_WAITING) this.arrived.push(result);
    else this.overflow();
    this.wake?.();
  }
}

/** Runs what a source does on its way out; what goes wrong then concerns nobody. */
function quietly(run: () => unknown): void {
  try {
    void Promise.resolve(run()).catch(() => {});
  } catch {
    // Said above.
  }
}

function has(value: unknown, method: string | symbol): boolean {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    typeof (value as Record<string | symbol, unknown>)[method] === 'function'
  );
}
