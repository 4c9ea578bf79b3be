import { serverSentEvents } from './event-stream.js';

export interface ReadEvent {
  readonly type: string;
  readonly data: Record<string, unknown>;
}

/** Reads a `text/event-stream` of the sample application, event by event. */
export class EventReader {
  readonly #leaving: AbortController;
  readonly #events: AsyncIterator<ReadEvent>;

  private constructor(
    readonly response: Response,
    leaving: AbortController,
  ) {
    this.#leaving = leaving;
    this.#events = eventsOf(response);
  }

  /** Resolves once the service has begun its answer. */
  static async open(url: string, body: unknown): Promise<EventReader> {
    const leaving = new AbortController();
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(body), signal: leaving.signal });
    return new EventReader(response, leaving);
  }

  get cache(): string | null {
    return this.response.headers.get('x-cache');
  }

  async next(): Promise<ReadEvent> {
    const step = await this.#events.next();
    if (step.done) throw new Error('The stream has ended.');
    return step.value;
  }

  /** What is left of it. */
  async rest(): Promise<ReadEvent[]> {
    const all: ReadEvent[] = [];
    for (;;) {
      const step = await this.#events.next();
      if (step.done) return all;
      all.push(step.value);
    }
  }

  /** Hangs up. */
  leave(): void {
    this.#leaving.abort();
  }
}

async function* eventsOf({ body }: Response): AsyncGenerator<ReadEvent> {
  if (!body) throw new Error('There is no body.');
  for await (const { type, data } of serverSentEvents(body)) {
    yield { type, data: JSON.parse(data) as Record<string, unknown> };
  }
}
