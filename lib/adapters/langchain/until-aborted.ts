/** The promise, for one who waits no longer than until the signal: then it rejects with its reason, and goes on for others. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(reasonOf(signal));
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    const stay = (): void => signal.removeEventListener('abort', leave);
    promise.then(resolve, reject).finally(stay);
  });
}

/** The items, for one reader who leaves when the signal says so, also while it waits for the next one. */
export async function* itemsUntilAborted<T>(
  items: AsyncIterableIterator<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void> {
  try {
    for (;;) {
      const step = await untilAborted(items.next(), signal);
      if (step.done) return;
      yield step.value;
    }
  } finally {
    await items.return?.();
  }
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(typeof reason === 'string' ? reason : 'Aborted');
}
