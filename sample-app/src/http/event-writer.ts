import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** Writes a `text/event-stream`, no faster than its reader reads: WHATWG HTML, section 9.2. */
export class EventWriter {
  readonly #response: ServerResponse;
  readonly #left = new AbortController();

  constructor(response: ServerResponse) {
    this.#response = response;
    response.once('close', () => this.#left.abort());
  }

  /** Aborted when the answer is sent, or its reader has hung up. */
  get left(): AbortSignal {
    return this.#left.signal;
  }

  /** Resolves when there is room for more, or nobody to write for. */
  async write(event: string, data: unknown): Promise<void> {
    if (this.left.aborted) return;
    if (!this.#response.headersSent) this.#begin();
    // JSON has no line ends of its own, so each event is one line of data.
    const hasRoom = this.#response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    if (!hasRoom) await once(this.#response, 'drain', { signal: this.left }).catch(() => {});
  }

  end(): void {
    this.#response.end();
  }

  #begin(): void {
    // Proxies that gather an answer before they pass it on, as nginx does, are told not to.
    this.#response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
  }
}
