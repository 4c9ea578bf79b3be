import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that has reached the server. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Of JSON. */
  readonly body: Record<string, unknown>;
  /** Resolves when the connection of the answer is closed, by whomever. */
  readonly closed: Promise<void>;
}

/** Answers one request; a promise is not waited for. */
export type Answer = (asked: Asked, response: ServerResponse) => unknown;

/** In the place of a provider of models: answers by script, on a free port of the loopback interface, and counts. */
export interface ProviderServer {
  readonly url: string;
  /** Every request, in the order in which they came. */
  readonly asked: Asked[];
  /** What the next requests are answered with. */
  answer: Answer;
  close(): Promise<void>;
}

export async function providerServer(answer: Answer): Promise<ProviderServer> {
  const server = createServer((request, response) => {
    void textOf(request).then((text) => {
      const { method = '', url = '', headers } = request;
      const closed = once(response, 'close').then(() => {});
      const asked: Asked = { method, path: url, headers, text, body: bodyIn(text), closed };
      provider.asked.push(asked);
      return provider.answer(asked, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const provider: ProviderServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    answer,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return provider;
}

/** A whole answer. A string is sent as it is. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req_1', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

/** A stream of events, as the texts of their data. Waits for what is a promise among them. */
export function events(...items: readonly unknown[]): Answer {
  return async (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-request-id': 'req_2' });
    response.flushHeaders();
    for (const item of items) {
      const text = await item;
      if (typeof text === 'string') response.write(text);
      else if (text !== undefined) response.write(dataEvent(text));
    }
    response.end();
  };
}

/** An event as OpenAI sends it in chat completions. */
export function dataEvent(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

/** An event as Anthropic sends it, and OpenAI in responses: named by its type. */
export function namedEvent(data: { readonly type: string }): string {
  return `event: ${data.type}\n${dataEvent(data)}`;
}

/** Breaks the connection off. */
export function cutOff(): Answer {
  return (_, response) => void response.destroy();
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function bodyIn(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
