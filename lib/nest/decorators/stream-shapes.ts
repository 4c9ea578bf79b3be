import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable } from 'node:stream';
import { Observable } from 'rxjs';
import type { StreamKind } from './returned.js';

type Open = () => AsyncIterableIterator<unknown, undefined>;

/** What a method of that kind returns, over streams that are opened when somebody reads. */
export function shaped(kind: StreamKind, open: Open): unknown {
  switch (kind) {
    case 'iterable':
      return open();
    case 'observable':
      return observable(open);
    case 'readable':
      return readable(open());
    case 'node':
      return Readable.from(open());
  }
}

/** Each subscription is a call of its own, as with any cold observable; in the context of the call that gave the observable. */
function observable(open: Open): Observable<unknown> {
  const inItsContext = AsyncLocalStorage.snapshot();
  return new Observable((subscriber) => {
    const stream = inItsContext(open);
    const run = async (): Promise<void> => {
      try {
        for (;;) {
          const { done, value } = await stream.next();
          if (subscriber.closed) return;
          if (done) return subscriber.complete();
          subscriber.next(value);
        }
      } catch (error) {
        subscriber.error(error);
      }
    };
    void run();
    return () => void stream.return!();
  });
}

/** Asks for nothing before somebody reads. */
function readable(stream: AsyncIterableIterator<unknown, undefined>): ReadableStream<unknown> {
  return new ReadableStream<unknown>(
    {
      async pull(controller) {
        const { done, value } = await stream.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await stream.return!();
      },
    },
    { highWaterMark: 0 },
  );
}
