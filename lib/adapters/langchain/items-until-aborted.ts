import { untilAborted } from '../../support/until-aborted.js';

/** The items, for one reader who leaves when the signal says so, also while it waits for the next one. */
export async function* itemsUntilAborted<T>(
  items: AsyncIterableIterator<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void> {
  try {
    for (;;) {
      const step = await (signal ? untilAborted(signal, items.next()) : items.next());
      if (step.done) return;
      yield step.value;
    }
  } finally {
    await items.return?.();
  }
}
