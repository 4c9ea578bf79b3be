import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { EmbeddingModelV3, LanguageModelV3 } from '@ai-sdk/provider';
import { wrapLanguageModel, type LanguageModel } from 'ai';
import type { AiResponseCache } from 'nestjs-cached/ai';
import { cacheLanguageModel, type LanguageModelCacheOptions } from 'nestjs-cached/ai-sdk';
import type { OpenAiServer } from '../../support/openai-server.js';

type MakeModel = (server: OpenAiServer, name?: string) => LanguageModelV3;

/** Real models of real packages, each by its own protocol. */
export const MODELS: readonly [name: string, make: MakeModel][] = [
  ['chat completions of @ai-sdk/openai', (server, name = 'small') => openai(server).chat(name)],
  ['responses of @ai-sdk/openai', (server, name = 'small') => openai(server).responses(name)],
  ['@ai-sdk/openai-compatible', (server, name = 'small') => compatible(server)(name)],
];

export const openai = (server: OpenAiServer): ReturnType<typeof createOpenAI> =>
  createOpenAI({ baseURL: server.url, apiKey: 'sk-of-this-test' });

export const compatible = (server: OpenAiServer, provider = 'local'): ReturnType<typeof createOpenAICompatible> =>
  createOpenAICompatible({ name: provider, baseURL: server.url, includeUsage: true, supportsStructuredOutputs: true });

export const embeddingModel = (server: OpenAiServer, name = 'tiny'): EmbeddingModelV3 =>
  openai(server).embeddingModel(name);

/** A model behind the cache. */
export function cached(
  model: LanguageModelV3,
  ai: AiResponseCache,
  options?: LanguageModelCacheOptions,
): LanguageModelV3 & LanguageModel {
  return wrapLanguageModel({ model, middleware: cacheLanguageModel(ai, options) });
}

export async function partsOf<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const parts: T[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}
