import type { AnswerItem } from './http-answer.js';

const ENCODER = new TextEncoder();

/** Whose stream it is. */
export interface BodyOwner {
  /** Its reader leaves: ends it where all that matters has come, so that it is worth storing. `false`: it has not. */
  endEarly(): boolean;
}

/**
 * The events of a live or recorded stream as the body of a response. One event is read ahead, as a connection would bring it;
 * else the pace is the reader's. A reader who cancels, or whose signal is aborted, leaves the others alone.
 */
export function liveBody(
  items: AsyncIterableIterator<AnswerItem>,
  owner: BodyOwner,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array> {
  let stopListening = (): void => {};
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const abort = (): void => {
        stopListening();
        controller.error(signal!.reason);
        void leave(items);
      };
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort, { once: true });
      stopListening = () => signal?.removeEventListener('abort', abort);
    },
    async pull(controller) {
      try {
        const step = await items.next();
        if (step.done !== true) return controller.enqueue(bytesOf(step.value));
        stopListening();
        controller.close();
      } catch (error) {
        stopListening();
        controller.error(error);
      }
    },
    cancel() {
      stopListening();
      // Many clients leave at `[DONE]`, without a look at the end of the connection.
      return owner.endEarly() ? void drain(items) : leave(items);
    },
  });
}

function bytesOf(item: AnswerItem): Uint8Array {
  if (typeof item === 'string') return ENCODER.encode(item);
  return item instanceof Uint8Array ? item : new Uint8Array();
}

export async function leave(items: AsyncIterableIterator<unknown>): Promise<void> {
  try {
    await items.return?.();
  } catch {
    // Who leaves does not care how it ended.
  }
}

async function drain(items: AsyncIterableIterator<unknown>): Promise<void> {
  try {
    while ((await items.next()).done !== true);
  } catch {
    // It is not stored then.
  }
}
