import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { ChatOpenAI, type ChatOpenAIFields } from '@langchain/openai';
import type { AiCacheOptions } from 'nestjs-cached/ai';
import { cacheChatModel, type CachedChatModelOptions } from 'nestjs-cached/langchain';
import { LangChainServer } from '../../support/langchain-server.js';
import { aiCache, type TestAiCache } from '../ai/ai-cache.js';

/** The server of a test file, started before its tests. */
export function langChainServer(): { readonly it: LangChainServer } {
  const scene = { it: undefined as unknown as LangChainServer };
  beforeAll(async () => {
    scene.it = await LangChainServer.start();
  });
  beforeEach(() => scene.it.reset());
  afterAll(() => scene.it.stop());
  return scene;
}

/** A model that talks to the server, and tries once. */
export function chatOpenAI(server: LangChainServer, { configuration, ...fields }: ChatOpenAIFields = {}): ChatOpenAI {
  return new ChatOpenAI({
    model: 'gpt-x',
    apiKey: 'sk-test',
    maxRetries: 0,
    configuration: { baseURL: server.url, logLevel: 'off', ...configuration },
    ...fields,
  });
}

export interface CachedScene extends TestAiCache {
  readonly model: ChatOpenAI;
  /** The model itself. */
  readonly plain: ChatOpenAI;
  /** Why calls ran uncached. */
  readonly uncached: string[];
}

export async function cachedModel(
  server: LangChainServer,
  fields: ChatOpenAIFields = {},
  options: CachedChatModelOptions = {},
  cache: AiCacheOptions = {},
): Promise<CachedScene> {
  const scene = await aiCache(cache);
  const plain = chatOpenAI(server, fields);
  const uncached: string[] = [];
  const onUncached = ({ message }: Error): void => void uncached.push(message);
  return { ...scene, plain, uncached, model: cacheChatModel(plain, scene.ai, { onUncached, ...options }) };
}
