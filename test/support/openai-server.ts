import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import {
  chatChunks,
  chatCompletion,
  embeddingsBody,
  responsesBody,
  responsesEvents,
  type Reply,
} from './openai-replies.js';

/** A request as the server has had it. */
export interface OpenAiCall {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
  /** Resolves when the answer is sent, or the client has hung up. */
  readonly closed: Promise<void>;
}

/** Answers in place of the server. */
export type Behaviour = (response: ServerResponse, call: OpenAiCall) => void | Promise<void>;

/**
 * A server of this machine that speaks OpenAI's chat completions, responses and embeddings, whole and as events. What it
 * answers the test says; each answer has an id of its own, so that two are never mistaken for one.
 */
export class OpenAiServer {
  readonly calls: OpenAiCall[] = [];
  /** The next answers; the last one stays. */
  replies: readonly Reply[] = [];
  /** Awaited before each event of a stream. */
  beforeEvent: (place: number) => void | Promise<void> = () => {};
  behave: Behaviour | undefined;
  private answered = 0;
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => void this.take(request, response));
    this.reset();
  }

  static async start(): Promise<OpenAiServer> {
    const server = new OpenAiServer();
    server.server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  /** As it was when it was started. */
  reset(): void {
    this.calls.length = 0;
    this.answered = 0;
    this.replies = [{ pieces: ['Hello ', 'you ', 'there.'], finish: 'stop' }];
    this.beforeEvent = () => {};
    this.behave = undefined;
  }

  /** Streams stop before the event of this place, until it is opened. */
  gate(place: number): { readonly reached: Promise<void>; readonly open: () => void } {
    let reach!: () => void;
    let open!: () => void;
    const reached = new Promise<void>((resolve) => (reach = resolve));
    const opened = new Promise<void>((resolve) => (open = resolve));
    this.beforeEvent = (next) => {
      if (next !== place) return;
      reach();
      return opened;
    };
    return { reached, open };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const closed = once(response, 'close').then(() => {});
    const body = (await json(request)) as Record<string, unknown>;
    const call = { path: request.url!.replace('/v1', ''), headers: request.headers, body, closed };
    this.calls.push(call);
    if (this.behave) await this.behave(response, call);
    else await this.answer(response, call);
  }

  private async answer(response: ServerResponse, { path, body }: OpenAiCall): Promise<void> {
    if (path === '/embeddings') return sendJson(response, embeddingsBody(body['model'], textsOf(body)));
    const id = `answer-${++this.answered}`;
    const reply = this.replies.length > 1 ? this.replies[0]! : this.replies.at(-1)!;
    if (this.replies.length > 1) this.replies = this.replies.slice(1);
    const isChat = path === '/chat/completions';
    const of = [id, body['model'], reply] as const;
    if (body['stream'] !== true) return sendJson(response, isChat ? chatCompletion(...of) : responsesBody(...of));
    await this.stream(response, isChat ? chatChunks(...of) : responsesEvents(...of));
    response.end(isChat ? 'data: [DONE]\n\n' : undefined);
  }

  private async stream(response: ServerResponse, events: readonly object[]): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-served-by': 'test' });
    response.flushHeaders();
    for (const [place, event] of events.entries()) {
      await this.beforeEvent(place);
      response.write(`data: ${JSON.stringify(event)}\n\n`);
    }
  }
}

export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-served-by': 'test' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** The texts that a call for embeddings is about. */
export function textsOf({ input }: Record<string, unknown>): string[] {
  return Array.isArray(input) ? (input as string[]) : [input as string];
}
