import { AsyncLocalStorage } from 'node:async_hooks';
import type { StreamSource } from './stream-source.js';

/**
 * A generator runs in the context of whoever asks it for the next item. It shall be that of the call that opened it, as for any
 * loader: whose tenant and whose trace it is must not depend on who reads.
 */
export function inThisContext(source: StreamSource): StreamSource {
  const run = AsyncLocalStorage.snapshot();
  return { next: () => run(() => source.next()), cancel: (reason) => run(() => source.cancel(reason)) };
}

/** The same for a source that is asked in its own context anyway, and only left in that of others. */
export function cancelledHere(source: StreamSource): StreamSource {
  const run = AsyncLocalStorage.snapshot();
  return { next: () => source.next(), cancel: (reason) => run(() => source.cancel(reason)) };
}
