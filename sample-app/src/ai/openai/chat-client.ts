import { AiProviderError } from './ai-provider.error.js';
import { readChatPiece } from './chat-completion.js';
import type { ChatPiece } from './chat-completion.js';
import type { ChatMessage } from './chat-messages.js';
import { serverSentEvents } from './event-stream.js';

export interface ChatEndpoint {
  /** Up to and without `/chat/completions`: `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  readonly apiKey?: string;
  readonly model: string;
  /** How long an answer may take in all, in milliseconds. Default 2 minutes. */
  readonly timeout?: number;
}

export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly temperature?: number;
  readonly maxTokens?: number;
}

const TIMEOUT = 120_000;
const DONE = '[DONE]';

/** Talks to any server that speaks OpenAI's chat completions, with nothing but `fetch`. */
export class ChatClient {
  readonly #endpoint: ChatEndpoint;

  constructor(endpoint: ChatEndpoint) {
    this.#endpoint = endpoint;
  }

  /** @throws {AiProviderError}; the signal's reason, once it is aborted */
  async complete(request: ChatRequest, signal: AbortSignal): Promise<ChatPiece> {
    const limited = this.#limited(signal);
    const body = await explained(signal, limited, async () => {
      const response = await this.#post(request, false, limited);
      return await response.text();
    });
    const piece = pieceOf(body);
    if (piece.text === '' && piece.finish === undefined) throw noCompletion();
    return piece;
  }

  /** Ends behind the server's `[DONE]`. @throws {AiProviderError}; the signal's reason, once it is aborted */
  async *stream(request: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatPiece> {
    const limited = this.#limited(signal);
    const response = await explained(signal, limited, () => this.#post(request, true, limited));
    const type = response.headers.get('content-type') ?? '';
    if (!response.body || !type.startsWith('text/event-stream')) {
      await response.body?.cancel();
      throw new AiProviderError('malformed', 'The provider of the model did not answer with a stream of events.');
    }
    const events = serverSentEvents(response.body);
    try {
      for (;;) {
        const next = await explained(signal, limited, () => events.next());
        if (next.done) throw new AiProviderError('cut', 'The answer of the model stopped before its end.');
        if (next.value.data === DONE) return;
        yield pieceOf(next.value.data);
      }
    } finally {
      // Whoever leaves early hangs up, and the model stops writing.
      await events.return(undefined).catch(() => {});
    }
  }

  async #post(
    { messages, temperature, maxTokens }: ChatRequest,
    stream: boolean,
    signal: AbortSignal,
  ): Promise<Response> {
    const { baseUrl, apiKey, model } = this.#endpoint;
    const response = await fetch(`${baseUrl.replace(/\/+$/u, '')}/chat/completions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: stream ? 'text/event-stream' : 'application/json',
        ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
      },
      body: JSON.stringify({
        model,
        messages,
        temperature,
        max_tokens: maxTokens,
        ...(stream ? { stream, stream_options: { include_usage: true } } : {}),
      }),
      signal,
    });
    if (response.ok) return response;
    await response.body?.cancel();
    throw statusError(response);
  }

  #limited(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, AbortSignal.timeout(this.#endpoint.timeout ?? TIMEOUT)]);
  }
}

/** Failures of the network in words; one that the caller's own signal has caused stays what it is. */
async function explained<T>(signal: AbortSignal, limited: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted || error instanceof AiProviderError) throw error;
    if (error instanceof RangeError) {
      throw new AiProviderError('malformed', 'The provider of the model sent a line without end.', { cause: error });
    }
    const reason = limited.aborted ? 'did not answer in time' : 'cannot be reached, or hung up';
    throw new AiProviderError('unreachable', `The provider of the model ${reason}.`, { cause: error });
  }
}

/** The provider's own words are left out: they may repeat a part of the prompt, or of the key. */
function statusError({ status, headers }: Response): AiProviderError {
  const retryAfter = headers.get('retry-after') ?? undefined;
  const reason =
    status === 429
      ? 'has had too many requests (429)'
      : status === 401 || status === 403
        ? `does not accept the key of this service (${status})`
        : `answered with the status ${status}`;
  return new AiProviderError('status', `The provider of the model ${reason}.`, { status, retryAfter });
}

function pieceOf(json: string): ChatPiece {
  let body: unknown;
  try {
    body = JSON.parse(json);
  } catch {
    // What was read is not told, and neither is the parser's message, which quotes it.
    throw new AiProviderError('malformed', 'The provider of the model answered with something that is not JSON.');
  }
  const piece = readChatPiece(body);
  if (!piece) throw noCompletion();
  return piece;
}

const noCompletion = (): AiProviderError =>
  new AiProviderError('malformed', 'The provider of the model answered with no chat completion.');
