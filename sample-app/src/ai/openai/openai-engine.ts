import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, streamText, wrapLanguageModel } from 'ai';
import type { FinishReason, LanguageModel, LanguageModelMiddleware, LanguageModelUsage } from 'ai';
import type { AiAnswer, AiEngine, AiFinish, AiPart, AiTask, AiTokens } from '../ai-engine.js';
import { callOptions } from './cached-answers.js';
import { chatPrompt, PROMPT_VERSION } from './chat-messages.js';
import type { ModelEndpoint } from './provider-client.js';
import { providerErrorOf } from './provider-error-of.js';

const TIMEOUT = 120_000;

/** Asks a model behind an endpoint that speaks OpenAI's chat completions: OpenAI's own, or vLLM, Ollama, llama.cpp, LM Studio. */
export class OpenAiEngine implements AiEngine {
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  readonly version = PROMPT_VERSION;
  readonly #model: LanguageModel;
  readonly #timeout: number;

  constructor(
    { baseUrl, apiKey, model, timeout = TIMEOUT }: ModelEndpoint,
    middleware: LanguageModelMiddleware[] = [],
  ) {
    const { host } = new URL(baseUrl);
    this.name = `${model} at ${host}`;
    this.provider = host;
    this.model = model;
    this.#timeout = timeout;
    const provider = createOpenAICompatible({
      name: 'endpoint',
      baseURL: baseUrl,
      includeUsage: true,
      ...(apiKey ? { apiKey } : {}),
    });
    this.#model = wrapLanguageModel({ model: provider(model), middleware });
  }

  async answer(task: AiTask, signal: AbortSignal): Promise<AiAnswer> {
    const limit = this.#limited(signal);
    try {
      const { text, finishReason, usage } = await generateText({ ...this.#callOf(task), abortSignal: limit });
      return { text, finishReason: finishOf(finishReason), ...tokensOf(usage) };
    } catch (error) {
      throw providerErrorOf(error, signal, limit);
    }
  }

  async *stream(task: AiTask, signal: AbortSignal): AsyncGenerator<AiPart> {
    const leaving = new AbortController();
    const limit = AbortSignal.any([this.#limited(signal), leaving.signal]);
    try {
      const { fullStream } = streamText({ ...this.#callOf(task), abortSignal: limit, onError: () => {} });
      for await (const part of fullStream) {
        if (part.type === 'text-delta' && part.text !== '') yield { type: 'text-delta', text: part.text };
        else if (part.type === 'finish') {
          yield { type: 'finish', finishReason: finishOf(part.finishReason), ...tokensOf(part.totalUsage) };
        } else if (part.type === 'error') throw part.error;
        else if (part.type === 'abort') throw limit.reason;
      }
    } catch (error) {
      // Who has left is told nothing any more.
      if (!signal.aborted) throw providerErrorOf(error, signal, limit);
    } finally {
      // Whoever leaves early hangs up, and the model stops writing.
      leaving.abort();
    }
  }

  #callOf({ operation, document, options, ...task }: AiTask) {
    return {
      model: this.#model,
      ...chatPrompt({ operation, options, ...task }),
      temperature: options.temperature,
      maxOutputTokens: options.maxTokens,
      providerOptions: callOptions({ operation, ...(document === undefined ? {} : { document }) }),
      // Whoever asks is told how long to wait, and asks again.
      maxRetries: 0,
    };
  }

  /** The signal, which is aborted as well when the answer has taken too long. */
  #limited(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, AbortSignal.timeout(this.#timeout)]);
  }
}

const finishOf = (reason: FinishReason): AiFinish => (reason === 'error' ? 'other' : reason);

/** Nothing where nobody counts. */
function tokensOf({ inputTokens, outputTokens }: LanguageModelUsage): { usage?: AiTokens } {
  return inputTokens === undefined || outputTokens === undefined ? {} : { usage: { inputTokens, outputTokens } };
}
