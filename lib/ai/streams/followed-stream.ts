import type { ObservableLike, StreamLike } from '../../contracts/stream.js';
import {
  isAsyncIterable,
  isObservable,
  isReadableStream,
  sourceOf,
  type StreamSource,
} from '../../core/streams/stream-source.js';

/** Who goes along with a stream. */
export interface Follower<P, T> {
  /** Each item, before it is handed on. */
  take(item: P): void;
  /** The proper end. What is handed on behind the last item. */
  end(): T;
}

/** The same items in the same manner, with one behind the last. Nothing of how a stream is slowed down or cancelled changes. */
export function followed<P, T>(stream: StreamLike<P>, follower: Follower<P, T>): StreamLike<P | T> {
  // What pushes its items shall go on to do so: whoever records them can bound them.
  if (isPushing(stream)) return new FollowedObservable(stream, follower);
  return new FollowedSource(sourceOf(stream), follower);
}

/** As `sourceOf` tells them. */
function isPushing<P>(stream: StreamLike<P>): stream is ObservableLike<P> {
  return isObservable(stream) && !isReadableStream(stream) && !isAsyncIterable(stream);
}

/** No generator: one that waits for an item would be told of its cancellation only when that has come. */
class FollowedSource<P, T> implements AsyncIterableIterator<P | T, undefined> {
  private isOver = false;

  constructor(
    private readonly source: StreamSource,
    private readonly follower: Follower<P, T>,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<P | T, undefined>> {
    if (this.isOver) return { done: true, value: undefined };
    const step = await this.source.next();
    if (step.done) {
      this.isOver = true;
      return { done: false, value: this.follower.end() };
    }
    this.follower.take(step.value as P);
    return { done: false, value: step.value as P };
  }

  async return(): Promise<IteratorResult<P | T, undefined>> {
    this.isOver = true;
    this.source.cancel(new DOMException('Nobody reads the stream any more.', 'AbortError'));
    return { done: true, value: undefined };
  }
}

class FollowedObservable<P, T> implements ObservableLike<P | T> {
  constructor(
    private readonly stream: ObservableLike<P>,
    private readonly follower: Follower<P, T>,
  ) {}

  subscribe(observer: Parameters<ObservableLike<P | T>['subscribe']>[0]): { unsubscribe(): void } {
    return this.stream.subscribe({
      next: (item) => {
        this.follower.take(item);
        observer.next(item);
      },
      error: (error) => observer.error(error),
      complete: () => {
        observer.next(this.follower.end());
        observer.complete();
      },
    });
  }

  forEach(next: (value: P | T) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.subscribe({ next, error: reject, complete: resolve });
    });
  }

  /** What tells an observable from others. Nobody calls it here. */
  pipe(): this {
    return this;
  }
}
