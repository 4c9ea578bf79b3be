import { AiProviderError } from './ai-provider.error.js';
import { readChatPiece } from './chat-completion.js';
import type { ChatPiece } from './chat-completion.js';
import type { ChatMessage } from './chat-messages.js';
import { serverSentEvents } from './event-stream.js';
import { explained, parsed, ProviderClient } from './provider-client.js';
import type { ModelEndpoint } from './provider-client.js';

export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly temperature?: number;
  readonly maxTokens?: number;
}

const PATH = '/chat/completions';
const DONE = '[DONE]';

/** Talks to any server that speaks OpenAI's chat completions. */
export class ChatClient {
  readonly #provider: ProviderClient;

  constructor(endpoint: ModelEndpoint) {
    this.#provider = new ProviderClient(endpoint);
  }

  /** @throws {AiProviderError}; the signal's reason, once it is aborted */
  async complete(request: ChatRequest, signal: AbortSignal): Promise<ChatPiece> {
    const piece = pieceOf(await this.#provider.ask(PATH, bodyOf(request), signal));
    if (piece.text === '' && piece.finish === undefined) throw noCompletion();
    return piece;
  }

  /** Ends behind the server's `[DONE]`. @throws {AiProviderError}; the signal's reason, once it is aborted */
  async *stream(request: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatPiece> {
    const limited = this.#provider.limited(signal);
    const body = { ...bodyOf(request), stream: true, stream_options: { include_usage: true } };
    const response = await explained(signal, limited, () =>
      this.#provider.post({ path: PATH, body, accept: 'text/event-stream' }, limited),
    );
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
        yield pieceOf(parsed(next.value.data));
      }
    } finally {
      // Whoever leaves early hangs up, and the model stops writing.
      await events.return(undefined).catch(() => {});
    }
  }
}

const bodyOf = ({ messages, temperature, maxTokens }: ChatRequest): object => ({
  messages,
  temperature,
  max_tokens: maxTokens,
});

function pieceOf(body: unknown): ChatPiece {
  const piece = readChatPiece(body);
  if (!piece) throw noCompletion();
  return piece;
}

const noCompletion = (): AiProviderError =>
  new AiProviderError('malformed', 'The provider of the model answered with no chat completion.');
