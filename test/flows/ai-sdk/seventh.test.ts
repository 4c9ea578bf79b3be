import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  embed,
  embedMany,
  generateText,
  Output,
  stepCountIs,
  streamText,
  tool,
  wrapEmbeddingModel,
  wrapLanguageModel,
} from 'ai-v7';
import type { LanguageModelV4 } from 'ai-sdk-provider-v4';
import { EmbeddingCache } from 'nestjs-cached/ai';
import { cacheEmbeddingModel, cacheLanguageModel, type LanguageModelCacheOptions } from 'nestjs-cached/ai-sdk';
import * as z from 'zod';
import { vectorOf } from '../../support/openai-replies.js';
import { OpenAiServer, textsOf } from '../../support/openai-server.js';
import { testCache } from '../../support/caches.js';
import { aiCache } from '../ai/ai-cache.js';
import { embeddingModel, MODELS, openai } from './models.js';

let server: OpenAiServer;
beforeAll(async () => {
  globalThis.AI_SDK_LOG_WARNINGS = false;
  server = await OpenAiServer.start();
});
afterAll(() => server.stop());
beforeEach(() => server.reset());

const prompt = 'Who is there?';

/** Models of today's providers, as `ai` 7 takes them: it makes models of its own specification of them. */
async function cached(make: (typeof MODELS)[number][1], options?: LanguageModelCacheOptions): Promise<LanguageModelV4> {
  const { ai } = await aiCache();
  return wrapLanguageModel({ model: make(server), middleware: cacheLanguageModel(ai, options) });
}

describe.each(MODELS)('ai 7 over %s', (_, make) => {
  it('generates a text once', async () => {
    const model = await cached(make);
    const [first, ...others] = await Promise.all([1, 2, 3].map(() => generateText({ model, prompt })));
    expect(first!.text).toBe('Hello you there.');
    for (const { finalStep } of [...others, await generateText({ model, prompt })]) {
      expect(finalStep.response.id).toBe(first!.finalStep.response.id);
      expect(finalStep.response.timestamp).toEqual(first!.finalStep.response.timestamp);
    }
    expect(server.calls).toHaveLength(1);
  });

  it('streams a text once', async () => {
    const model = await cached(make);
    const all = await Promise.all([1, 2, 3].map(async () => streamText({ model, prompt }).text));
    expect([...all, await streamText({ model, prompt }).text]).toEqual(
      Array.from({ length: 4 }, () => 'Hello you there.'),
    );
    expect(server.calls).toHaveLength(1);
  });
});

describe('ai 7', () => {
  it('makes objects, by their schema', async () => {
    server.replies = [{ pieces: ['{"city":', '"Oslo"}'], finish: 'stop' }];
    const model = await cached((to) => openai(to).chat('small'));
    const output = Output.object({ schema: z.object({ city: z.string() }) });
    for (let nth = 0; nth < 2; nth++) expect((await generateText({ model, prompt, output })).output.city).toBe('Oslo');
    expect(server.calls).toHaveLength(1);
  });

  it('runs tools of several steps', async () => {
    const asks = {
      pieces: [],
      finish: 'tool_calls',
      toolCalls: [{ id: 'c', name: 'weather', input: { city: 'Oslo' } }],
    };
    server.replies = [asks, { pieces: ['It rains.'], finish: 'stop' }];
    const tools = {
      weather: tool({ inputSchema: z.object({ city: z.string() }), execute: ({ city }) => `rain in ${city}` }),
    };
    const model = await cached((to) => openai(to).chat('small'), { storeToolCalls: true });
    for (let nth = 0; nth < 2; nth++) {
      expect((await generateText({ model, prompt, tools, stopWhen: stepCountIs(3) })).text).toBe('It rains.');
    }
    expect(server.calls).toHaveLength(2);
  });

  it('reasons as hard as it is told to: another answer', async () => {
    const model = await cached((to) => openai(to).chat('small'));
    for (const reasoning of ['low', 'high', 'low'] as const) await generateText({ model, prompt, reasoning });
    expect(server.calls).toHaveLength(2);
  });

  it('embeds only what is missing, in order', async () => {
    const embeddings = new EmbeddingCache((await testCache()).cache, { model: 'tiny' });
    const model = wrapEmbeddingModel({ model: embeddingModel(server), middleware: cacheEmbeddingModel(embeddings) });
    expect((await embed({ model, value: 'b' })).embedding).toEqual(vectorOf('b'));
    const values = ['a', 'b', 'c', 'a'];
    const { embeddings: found, usage } = await embedMany({ model, values });
    expect(found).toEqual(values.map(vectorOf));
    expect(usage.tokens).toBe(20);
    expect(server.calls.map(({ body }) => textsOf(body))).toEqual([['b'], ['a', 'c']]);
  });
});
