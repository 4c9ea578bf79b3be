import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LanguageModelV3, LanguageModelV3Content, LanguageModelV3StreamPart } from '@ai-sdk/provider';
import { simulateReadableStream } from 'ai';
import { MockLanguageModelV3 } from 'ai/test';
import { aiCache, type TestAiCache } from '../ai/ai-cache.js';
import { cached, partsOf } from './models.js';

const finishReason = { unified: 'stop', raw: 'stop' } as const;
const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};
const call = {
  prompt: [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'a' }] }],
  responseFormat: { type: 'json' as const },
};
/** A search, say, that the provider has run before it wrote. */
const searched: LanguageModelV3Content & LanguageModelV3StreamPart = {
  ...{ type: 'tool-call', toolCallId: 'c', toolName: 'search', input: '{}', providerExecuted: true },
};

let opened: TestAiCache;
beforeEach(async () => {
  opened = await aiCache();
});

describe('a call for JSON that the provider has run a tool for', () => {
  const model = (text: string): LanguageModelV3 =>
    new MockLanguageModelV3({
      doGenerate: async () => ({
        content: [searched, { type: 'text', text }],
        ...{ finishReason, usage, warnings: [] },
      }),
      doStream: async () => ({
        stream: simulateReadableStream<LanguageModelV3StreamPart>({
          chunks: [searched, { type: 'text-delta', id: '0', delta: text }, { type: 'finish', finishReason, usage }],
        }),
      }),
    });

  it.each([
    ['{"city":"Oslo"}', ['generated', 'served']],
    ['{"city":"Os', ['generated', 'refused', 'generated', 'refused']],
  ])('is cached when its text is one: %s', async (text, told) => {
    const source = model(text);
    const { ai, events } = opened;
    for (let nth = 0; nth < 2; nth++) await cached(source, ai).doGenerate(call);
    expect(events.map(([type]) => type)).toEqual(told);
    events.length = 0;
    for (let nth = 0; nth < 2; nth++) await partsOf((await cached(source, ai).doStream(call)).stream);
    expect(events.map(([type]) => type)).toEqual(told);
  });
});
