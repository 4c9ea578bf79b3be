import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** A request to the model, as the server has received it. */
export interface ModelCall {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: { model: string; messages: { role: string; content: string }[]; stream?: boolean } & Record<
    string,
    unknown
  >;
  /** Resolves once the client has hung up or the answer is sent. */
  readonly closed: Promise<void>;
}

export const USAGE = { prompt_tokens: 120, completion_tokens: 30, total_tokens: 150 };

/** A server of this machine that speaks OpenAI's chat completions, and answers what the test says. */
export class ModelServer {
  readonly calls: ModelCall[] = [];
  /** The pieces of each answer. */
  pieces: readonly string[] = ['The harbour ', 'is open, ', 'mostly.'];
  finish = 'stop';
  /** Awaited before each piece of a stream. */
  beforePiece: (place: number) => void | Promise<void> = () => {};
  /** Answers in place of all of the above. */
  behave: ((response: ServerResponse, call: ModelCall) => void | Promise<void>) | undefined;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<ModelServer> {
    const server = new ModelServer();
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  get text(): string {
    return this.pieces.join('');
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const closed = once(response, 'close').then(() => {});
    const call = {
      path: request.url,
      headers: request.headers,
      body: (await json(request)) as ModelCall['body'],
      closed,
    };
    this.calls.push(call);
    if (this.behave) await this.behave(response, call);
    else if (call.body.stream) await this.#stream(response);
    else this.#complete(response);
  }

  #complete(response: ServerResponse): void {
    const message = { role: 'assistant', content: this.text };
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        object: 'chat.completion',
        choices: [{ index: 0, message, finish_reason: this.finish }],
        usage: USAGE,
      }),
    );
  }

  async #stream(response: ServerResponse): Promise<void> {
    const send = (choices: unknown[], rest: object = {}): void => {
      response.write(`data: ${JSON.stringify({ object: 'chat.completion.chunk', choices, ...rest })}\n\n`);
    };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    for (const [place, content] of this.pieces.entries()) {
      await this.beforePiece(place);
      send([{ index: 0, delta: { content }, finish_reason: null }]);
    }
    send([{ index: 0, delta: {}, finish_reason: this.finish }]);
    send([], { usage: USAGE });
    response.end('data: [DONE]\n\n');
  }
}
