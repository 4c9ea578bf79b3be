import { beforeEach, describe, expect, it } from '@jest/globals';
import type { EmbeddingModelV3CallOptions, LanguageModelV3CallOptions } from '@ai-sdk/provider';
import { embed, generateText, simulateReadableStream, wrapEmbeddingModel } from 'ai';
import { MockEmbeddingModelV3, MockLanguageModelV3 } from 'ai/test';
import { EmbeddingCache } from 'nestjs-cached/ai';
import { cacheEmbeddingModel } from 'nestjs-cached/ai-sdk';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { MapBackend } from '../../../lib/testing/map.backend.js';
import { settle } from '../../support/deferred.js';
import { aiCache, type TestAiCache } from '../ai/ai-cache.js';
import { cached, partsOf } from './models.js';

/*
 * A model is asked later than the cache: when the backend has answered, or behind a stale answer. Whoever has called may have
 * gone on with his own objects by then.
 */
const finishReason = { unified: 'stop', raw: 'stop' } as const;
const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};

let asked: string[];
let opened: TestAiCache;
beforeEach(async () => {
  globalThis.AI_SDK_LOG_WARNINGS = false;
  asked = [];
  const clock = new FakeClock();
  opened = await aiCache({}, clock, { backend: new MapBackend(clock) });
});

const told = ({ prompt, providerOptions }: LanguageModelV3CallOptions): string => {
  const said = JSON.stringify([prompt, providerOptions]);
  asked.push(said);
  return said;
};
const source = (): MockLanguageModelV3 =>
  new MockLanguageModelV3({
    doGenerate: async (options) => ({
      content: [{ type: 'text', text: told(options) }],
      ...{ finishReason, usage, warnings: [] },
    }),
    doStream: async (options) => ({
      stream: simulateReadableStream({
        chunks: [
          { type: 'text-delta', id: '0', delta: told(options) },
          { type: 'finish', finishReason, usage },
        ],
      }),
    }),
  });

/** What a caller holds on to, and may use again. */
const ownObjects = () => {
  const data = Buffer.from([1, 2, 3]);
  const content = [{ type: 'file' as const, mediaType: 'image/png', data }];
  const prompt = [{ role: 'user' as const, content }];
  const providerOptions = { own: { user: 'me', list: [1] } };
  const change = (): void => {
    data.fill(9);
    content.push(content[0]!);
    prompt.push(prompt[0]!);
    providerOptions.own.user = 'you';
    providerOptions.own.list.push(2);
  };
  return { call: { prompt, providerOptions }, change };
};
const EXPECTED = JSON.stringify([
  [{ role: 'user', content: [{ type: 'file', mediaType: 'image/png', data: Buffer.from([1, 2, 3]) }] }],
  { own: { user: 'me', list: [1] } },
]);

describe('a caller who goes on with his own objects', () => {
  it('as soon as he has called: the model is asked what the cache was', async () => {
    const model = cached(source(), opened.ai);
    const { call, change } = ownObjects();
    const answer = model.doGenerate(call);
    // The SDK looks at it one turn of the queue later.
    await Promise.resolve();
    change();
    expect((await answer).content).toEqual([{ type: 'text', text: EXPECTED }]);
    const other = ownObjects();
    const stream = model.doStream(other.call);
    await Promise.resolve();
    other.change();
    expect((await partsOf((await stream).stream))[0]).toMatchObject({ delta: EXPECTED });
    expect(asked).toEqual([EXPECTED, EXPECTED]);
  });

  it('when he has been given a stale answer, which is renewed behind it', async () => {
    const tags: string[] = [];
    const model = cached(source(), opened.ai, {
      ...{ ttl: '1m', staleWhileRevalidate: '1h' },
      tags: (params) => (tags.push(JSON.stringify(params.providerOptions)), []),
    });
    const { call, change } = ownObjects();
    await model.doGenerate(call);
    await opened.clock.advance(60_000);
    await model.doGenerate(call);
    change();
    await settle();
    expect(asked).toEqual([EXPECTED, EXPECTED]);
    expect(new Set(tags).size).toBe(1);
  });

  it('with objects of his own making, which the model is handed as they are', async () => {
    class Own {
      readonly url = new URL('https://a.example/');
      toJSON(): string {
        return 'own';
      }
    }
    const own = new Own();
    const circular: Record<string, unknown> = { own };
    circular['self'] = circular;
    const { ai } = await aiCache({ ignore: ['providerOptions.own.circular'] });
    const mock = source();
    mock.doGenerate = async ({ providerOptions }) => {
      asked.push(typeof providerOptions);
      const given = providerOptions!['own']!['circular'] as unknown as { own: Own; self: unknown };
      expect(given.own).toBe(own);
      expect(given.self).toBe(given);
      return { content: [{ type: 'text', text: 'a' }], finishReason, usage, warnings: [] };
    };
    await generateText({ model: cached(mock, ai), prompt: 'a', providerOptions: { own: { circular } } as never });
    expect(asked).toEqual(['object']);
  });

  it('while vectors are looked for', async () => {
    const of = (options: EmbeddingModelV3CallOptions): object => {
      asked.push(JSON.stringify(options.providerOptions));
      return { embeddings: options.values.map(() => [1, 2]), usage: { tokens: 1 }, warnings: [] };
    };
    const embedder = new MockEmbeddingModelV3({ doEmbed: async (options) => of(options) as never });
    const embeddings = new EmbeddingCache(opened.manager, { model: 'mock-model-id' });
    const model = wrapEmbeddingModel({ model: embedder, middleware: cacheEmbeddingModel(embeddings) });
    const providerOptions = { own: { size: 1 } };
    const vector = embed({ model, value: 'a', providerOptions });
    await settle();
    const second = model.doEmbed({ values: ['b'], providerOptions });
    await Promise.resolve();
    providerOptions.own.size = 2;
    await Promise.all([vector, second]);
    expect(asked).toEqual(['{"own":{"size":1}}', '{"own":{"size":1}}']);
  });
});
