import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that the server was sent. */
export interface Asked {
  readonly path: string;
  readonly body: Body;
  /** Resolves when the connection was closed before the answer was whole. */
  readonly left: Promise<void>;
}

export interface Body {
  readonly model: string;
  readonly messages?: readonly { readonly role: string; readonly content: unknown }[];
  readonly input?: unknown;
  readonly stream?: boolean;
  readonly n?: number;
  readonly dimensions?: number;
  readonly encoding_format?: string;
  readonly [name: string]: unknown;
}

export type Answer = (response: ServerResponse, asked: Asked, nth: number) => void | Promise<void>;

/** Speaks the protocol of OpenAI on a free port of the loopback interface: chat completions, responses, embeddings. */
export class LangChainServer {
  readonly asked: Asked[] = [];
  /** Answers instead of the usual way, until it is unset. */
  answer: Answer | undefined;
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => void this.take(request, response));
  }

  static async start(): Promise<LangChainServer> {
    const started = new LangChainServer();
    started.server.listen(0, '127.0.0.1');
    await once(started.server, 'listening');
    return started;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  /** As if nothing had been asked yet. */
  reset(): void {
    this.asked.length = 0;
    this.answer = undefined;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const piece of request.setEncoding('utf8')) text += piece as string;
    const left = new Promise<void>((resolve) => {
      response.on('close', () => {
        if (!response.writableFinished) resolve();
      });
    });
    const asked: Asked = { path: request.url ?? '', body: JSON.parse(text) as Body, left };
    const nth = this.asked.push(asked);
    await (this.answer ?? usual)(response, asked, nth);
  }
}

/** An answer of another text to each request. */
export const usual: Answer = (response, asked, nth) => {
  if (asked.path.endsWith('/embeddings')) return sendEmbeddings(response, asked.body);
  if (asked.path.endsWith('/responses')) return sendJson(response, responseOf(`Answer ${nth}.`));
  if (asked.body.stream !== true) return sendJson(response, completionOf(`Answer ${nth}.`, asked.body));
  sendEvents(response, chunksOf(['Answer ', `${nth}`, '.'], asked.body));
};

export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** `data:` lines, and the end of the protocol. */
export function sendEvents(response: ServerResponse, events: readonly unknown[], end = 'data: [DONE]\n\n'): void {
  beginEvents(response);
  for (const event of events) sendEvent(response, event);
  response.end(end);
}

export function beginEvents(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
}

export function sendEvent(response: ServerResponse, event: unknown): void {
  response.write(`data: ${JSON.stringify(event)}\n\n`);
}

const USAGE = {
  prompt_tokens: 11,
  completion_tokens: 3,
  total_tokens: 14,
  prompt_tokens_details: { cached_tokens: 2, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 1, audio_tokens: 0 },
};

/** A `ChatCompletion`, of `n` choices where the request wants several. */
export function completionOf(content: string, body: Body, more: Record<string, unknown> = {}): object {
  const choices = Array.from({ length: body.n ?? 1 }, (_, index) => ({
    index,
    message: { role: 'assistant', content: index === 0 ? content : `${content} (${index})`, refusal: null },
    finish_reason: 'stop',
    ...more,
  }));
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: `${body.model}-2026`,
    system_fingerprint: 'fp_1',
    service_tier: 'default',
    choices,
    usage: USAGE,
  };
}

/** `ChatCompletionChunk`s: a role, the words, the reason, the usage. */
export function chunksOf(words: readonly string[], body: Body, finish: string | null = 'stop'): object[] {
  const chunk = (choices: readonly object[], more: object = {}): object => ({
    id: 'chatcmpl-2',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: `${body.model}-2026`,
    system_fingerprint: 'fp_1',
    choices,
    ...more,
  });
  return [
    chunk([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]),
    ...words.map((content) => chunk([{ index: 0, delta: { content }, finish_reason: null }])),
    ...(finish === null ? [] : [chunk([{ index: 0, delta: {}, finish_reason: finish }])]),
    ...(finish === null ? [] : [chunk([], { usage: USAGE })]),
  ];
}

/** A `Response` of OpenAI. */
export function responseOf(text: string, more: Record<string, unknown> = {}): object {
  const content = [{ type: 'output_text', text, annotations: [], logprobs: [] }];
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1_700_000_000,
    status: 'completed',
    error: null,
    incomplete_details: null,
    model: 'gpt-x-2026',
    output: [{ id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content }],
    metadata: {},
    usage: {
      input_tokens: 11,
      output_tokens: 3,
      total_tokens: 14,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens_details: { reasoning_tokens: 0 },
    },
    ...more,
  };
}

/** Of three dimensions, or as many as are asked for, another one for each text. */
export function vectorOf(text: string, dimensions = 3): number[] {
  let sum = 7;
  for (const character of text) sum = (sum * 31 + character.codePointAt(0)!) % 10_007;
  return Array.from({ length: dimensions }, (_, at) => sum + at * 0.5);
}

function sendEmbeddings(response: ServerResponse, body: Body): void {
  const texts = Array.isArray(body.input) ? (body.input as string[]) : [body.input as string];
  const data = texts.map((text, index) => {
    const vector = vectorOf(text, body.dimensions);
    const bytes = Buffer.from(Float32Array.from(vector).buffer);
    return {
      object: 'embedding',
      index,
      embedding: body.encoding_format === 'base64' ? bytes.toString('base64') : vector,
    };
  });
  sendJson(response, { object: 'list', model: body.model, data, usage: { prompt_tokens: 1, total_tokens: 1 } });
}
