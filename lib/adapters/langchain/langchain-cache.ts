import { BaseCache } from '@langchain/core/caches';
import type { Generation } from '@langchain/core/outputs';
import type { AiRequest } from '../../ai/ai-request.js';
import type { AiResponseCache } from '../../ai/ai-response-cache.js';
import { textField } from '../../ai/answers/fields.js';
import { factsOfAll, type AnyGeneration } from './answer-facts.js';
import { chatModelRules, type CachedChatModelOptions, type ChatModelRules } from './chat-model-options.js';
import { SHAPE } from './chat-request.js';
import { IMPORTED } from './core-copy.js';
import { requireInstalledCore } from './core-version.js';
import { readLlmKey } from './llm-key.js';
import { packGenerations, unpackGeneration, type PackedGeneration } from './packed-generation.js';
import { clear } from './served-usage.js';

/** How answers are kept for LangChain's own hook. */
export interface LangChainCacheOptions extends Omit<CachedChatModelOptions, 'streamEnd' | 'servedUsage'> {
  /** What the model is called, for integrations that do not tell. Then it needs a cache of its own. */
  readonly model?: string;
}

interface StoredGenerations {
  readonly generations: readonly PackedGeneration[];
}

/**
 * What LangChain writes in the place of an image, a sound or a file, `[image]` say, or of whatever it does not know, by its
 * type. People write such things too: their prompts are asked each time, which is never wrong.
 */
const PLACEHOLDER = /\[[a-z][\w.:/-]*(?: file)?\]/i;

/**
 * The cache that a model of LangChain takes as its option `cache`. Prefer `cacheChatModel`: this one is given a prompt that was
 * made a text, and a key that the integration has made, and can know of a question no more than these tell.
 *
 * A prompt with something that looks like the placeholder of an image or file is not cached. What is served is a copy, and
 * has cost no tokens. Of trouble nobody hears: it is a miss. It cannot help the same being asked twice at the same time.
 */
export class LangChainCache extends BaseCache {
  readonly #ai: AiResponseCache;
  readonly #rules: ChatModelRules;
  readonly #model: string | undefined;

  /** @throws CacheUsageError for another `@langchain/core` than 1, and for an option that cannot be meant. */
  constructor(ai: AiResponseCache, { model, ...options }: LangChainCacheOptions = {}) {
    super();
    requireInstalledCore();
    this.#ai = ai;
    this.#rules = chatModelRules(options, 'LangChainCache');
    this.#model = model;
  }

  /** The generations of this prompt, or `null`. Never rejects. */
  override async lookup(prompt: string, llmKey: string): Promise<Generation[] | null> {
    try {
      const request = this.#requestOf(prompt, llmKey);
      const stored = request && (await this.#ai.getCachedResponse<StoredGenerations>(request));
      if (stored === undefined) return null;
      const generations: AnyGeneration[] = stored.generations.map((one) => unpackGeneration(one, IMPORTED));
      for (const { message } of generations) if (message !== undefined) clear(message);
      return generations;
    } catch (error) {
      this.#rules.onUncached(error as Error);
      return null;
    }
  }

  /** Stores the generations, unless they are none to be stored. Never rejects. */
  override async update(prompt: string, llmKey: string, generations: Generation[]): Promise<void> {
    try {
      const request = this.#requestOf(prompt, llmKey);
      const packed = packGenerations(generations);
      if (request === undefined || packed === undefined || isInAnotherVersion(generations, llmKey)) return;
      await this.#ai.cacheResponse<StoredGenerations>(
        { ...request, response: { generations: packed } },
        { ...this.#rules.storing, describe: () => factsOfAll(generations) },
      );
    } catch (error) {
      this.#rules.onUncached(error as Error);
    }
  }

  /** `undefined`: two that differ might share it. */
  #requestOf(prompt: string, llmKey: string): AiRequest | undefined {
    const { operation, tenantOf } = this.#rules;
    const { model = this.#model, options, fault } = readLlmKey(llmKey);
    const reason = fault ?? (model === undefined ? NAMELESS : undefined);
    if (reason !== undefined) this.#rules.onUncached(new Error(`The key that the model has made ${reason}.`));
    if (reason !== undefined || PLACEHOLDER.test(prompt)) return undefined;
    const tenant = tenantOf();
    // Not as the text: keys show texts.
    const asked = { shape: SHAPE, model, prompt, call: options, named: this.#model };
    return { operation, options: asked, ...(tenant !== undefined && { tenant }) };
  }
}

const NAMELESS =
  'does not name it. Name it by the option model of LangChainCache, and give each model a cache of its own';

/**
 * The blocks of `outputVersion: 'v1'`, where the key does not tell it, as it does not where the model is set to it: a model
 * that is set to none would be given them.
 */
function isInAnotherVersion(generations: readonly AnyGeneration[], llmKey: string): boolean {
  if (llmKey.includes('outputVersion:"v1"')) return false;
  return generations.some(({ message }) => textField(message?.response_metadata, 'output_version') === 'v1');
}
