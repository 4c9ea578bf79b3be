import type { AiAnswer, AiEngine, AiFinish, AiPart, AiTask, AiTokens } from '../ai-engine.js';
import { ChatClient } from './chat-client.js';
import type { ChatEndpoint, ChatRequest } from './chat-client.js';
import { chatMessages, PROMPT_VERSION } from './chat-messages.js';

/** Asks a model behind an endpoint that speaks OpenAI's chat completions: OpenAI's own, or vLLM, Ollama, llama.cpp, LM Studio. */
export class OpenAiEngine implements AiEngine {
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  readonly version = PROMPT_VERSION;
  readonly #client: ChatClient;

  constructor(endpoint: ChatEndpoint) {
    const { host } = new URL(endpoint.baseUrl);
    this.name = `${endpoint.model} at ${host}`;
    this.provider = host;
    this.model = endpoint.model;
    this.#client = new ChatClient(endpoint);
  }

  async answer(task: AiTask, signal: AbortSignal): Promise<AiAnswer> {
    const { text, finish, usage } = await this.#client.complete(requestOf(task), signal);
    return { text, finishReason: finish ?? 'other', ...(usage ? { usage } : {}) };
  }

  async *stream(task: AiTask, signal: AbortSignal): AsyncGenerator<AiPart> {
    let finishReason: AiFinish = 'other';
    let usage: AiTokens | undefined;
    for await (const piece of this.#client.stream(requestOf(task), signal)) {
      if (piece.text !== '') yield { type: 'text-delta', text: piece.text };
      finishReason = piece.finish ?? finishReason;
      usage = piece.usage ?? usage;
    }
    yield { type: 'finish', finishReason, ...(usage ? { usage } : {}) };
  }
}

const requestOf = (task: AiTask): ChatRequest => ({ messages: chatMessages(task), ...task.options });
