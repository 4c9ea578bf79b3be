import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { EmbeddingModelV3 } from '@ai-sdk/provider';
import { embed, embedMany, wrapEmbeddingModel } from 'ai';
import { EmbeddingCache, type EmbeddingCacheOptions } from 'nestjs-cached/ai';
import { cacheEmbeddingModel, type EmbeddingModelCacheOptions } from 'nestjs-cached/ai-sdk';
import { vectorOf } from '../../support/openai-replies.js';
import { OpenAiServer, sendJson, textsOf } from '../../support/openai-server.js';
import { testCache } from '../../support/caches.js';
import { compatible, embeddingModel } from './models.js';

let server: OpenAiServer;
beforeAll(async () => {
  globalThis.AI_SDK_LOG_WARNINGS = false;
  server = await OpenAiServer.start();
});
afterAll(() => server.stop());
beforeEach(() => server.reset());

async function vectors(options: Partial<EmbeddingCacheOptions> = {}): Promise<EmbeddingCache> {
  return new EmbeddingCache((await testCache()).cache, { model: 'tiny', ...options });
}
const cached = (
  model: EmbeddingModelV3,
  embeddings: EmbeddingCache,
  options?: EmbeddingModelCacheOptions,
): EmbeddingModelV3 => wrapEmbeddingModel({ model, middleware: cacheEmbeddingModel(embeddings, options) });

const asked = (): string[][] => server.calls.map(({ body }) => textsOf(body));
const MODELS: [string, () => EmbeddingModelV3][] = [
  ['@ai-sdk/openai', () => embeddingModel(server)],
  ['@ai-sdk/openai-compatible', () => compatible(server).embeddingModel('tiny')],
];

describe.each(MODELS)('vectors of %s', (_, make) => {
  it('are asked for once, one by one and many at a time', async () => {
    const model = cached(make(), await vectors());
    const first = await embed({ model, value: 'a' });
    expect(first.embedding).toEqual(vectorOf('a'));
    expect(first.usage).toEqual({ tokens: 10 });
    expect(first.response?.headers).toMatchObject({ 'x-served-by': 'test' });
    const second = await embed({ model, value: 'a' });
    expect(second.embedding).toEqual(first.embedding);
    expect(Array.isArray(second.embedding)).toBe(true);
    expect(second.usage).toEqual({ tokens: 0 });
    expect(second.response).toBeUndefined();
    expect((await embedMany({ model, values: ['a', 'a'] })).embeddings).toEqual([vectorOf('a'), vectorOf('a')]);
    expect(asked()).toEqual([['a']]);
  });

  it('are asked for only where they are missing, each once, and come in order', async () => {
    const model = cached(make(), await vectors());
    await embedMany({ model, values: ['b', 'd'] });
    const values = ['a', 'b', 'c', 'd', 'e', 'a', 'b'];
    const { embeddings, usage, warnings } = await embedMany({ model, values });
    expect(embeddings).toEqual(values.map(vectorOf));
    expect(usage).toEqual({ tokens: 30 });
    expect(warnings).toEqual([]);
    expect(asked()).toEqual([
      ['b', 'd'],
      ['a', 'c', 'e'],
    ]);
    expect((await embedMany({ model, values })).usage).toEqual({ tokens: 0 });
    expect(asked()).toHaveLength(2);
  });

  it('are one request for all who ask at the same time', async () => {
    const model = cached(make(), await vectors());
    const all = await Promise.all(Array.from({ length: 6 }, () => embedMany({ model, values: ['a', 'b'] })));
    for (const { embeddings } of all) expect(embeddings).toEqual([vectorOf('a'), vectorOf('b')]);
    expect(all.map(({ usage }) => usage.tokens).toSorted((a, b) => a - b)).toEqual([0, 0, 0, 0, 0, 20]);
    expect(server.calls).toHaveLength(1);
  });
});

describe('embedMany', () => {
  it('takes the values apart as the model wants it; each part asks for what it misses', async () => {
    const source = embeddingModel(server);
    const small: EmbeddingModelV3 = {
      ...{ specificationVersion: 'v3', provider: source.provider, modelId: source.modelId },
      ...{ maxEmbeddingsPerCall: 3, supportsParallelCalls: false },
      doEmbed: (options) => source.doEmbed(options),
    };
    const model = cached(small, await vectors({ batchSize: 2 }));
    await embedMany({ model, values: ['b', 'e', 'f', 'g'] });
    server.calls.length = 0;
    const values = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    expect((await embedMany({ model, values })).embeddings).toEqual(values.map(vectorOf));
    expect(asked()).toEqual([['a', 'c'], ['d'], ['h']]);
  });

  it('is one request where the model takes all at once, whatever the batches of the cache', async () => {
    const model = cached(embeddingModel(server), await vectors({ batchSize: 5 }));
    const values = Array.from({ length: 300 }, (_, at) => `text ${at}`);
    expect((await embedMany({ model, values })).embeddings).toEqual(values.map(vectorOf));
    expect(server.calls).toHaveLength(1);
  });
});

describe('vectors', () => {
  it('are kept with 32 bits a number, for whoever asks', async () => {
    const exact = [0.1, 1 / 3, -Math.PI, 1e-20];
    server.behave = (response) =>
      sendJson(response, { data: [{ index: 0, embedding: exact }], usage: { prompt_tokens: 1, total_tokens: 1 } });
    const model = cached(embeddingModel(server), await vectors());
    const rounded = exact.map(Math.fround);
    expect(rounded).not.toEqual(exact);
    for (let nth = 0; nth < 2; nth++) expect((await embed({ model, value: 'a' })).embedding).toEqual(rounded);
  });

  it('of two models, two ways to ask, and two tenants are never shared', async () => {
    const embeddings = await vectors();
    const asks: [EmbeddingModelV3, EmbeddingModelCacheOptions, object][] = [
      [embeddingModel(server), {}, {}],
      [embeddingModel(server, 'large'), {}, {}],
      [compatible(server).embeddingModel('tiny'), {}, {}],
      [embeddingModel(server), { variant: 'eu' }, {}],
      [embeddingModel(server), { tenant: 'acme' }, {}],
      [embeddingModel(server), { tenant: () => 'other' }, {}],
      [embeddingModel(server), {}, { providerOptions: { openai: { dimensions: 8 } } }],
      [embeddingModel(server), {}, { headers: { 'x-app': 'a' } }],
    ];
    for (const [model, options, more] of [...asks, ...asks]) {
      await embed({ model: cached(model, embeddings, options), value: 'a', ...more });
    }
    expect(server.calls).toHaveLength(asks.length);
    const other = new EmbeddingCache(Reflect.get(embeddings, 'manager') as never, { model: 'tiny', version: 2 });
    await embed({ model: cached(embeddingModel(server), other), value: 'a' });
    expect(server.calls).toHaveLength(asks.length + 1);
  });

  it('are not asked for by the cache where a call shall go past it, or its options go text by text', async () => {
    const embeddings = await vectors();
    const past = cached(embeddingModel(server), embeddings, { condition: ({ values }) => values[0] !== 'a' });
    for (let nth = 0; nth < 2; nth++) await embed({ model: past, value: 'a' });
    const parts = Object.assign(Object.create(embeddingModel(server)) as EmbeddingModelV3, {
      [Symbol.for('vercel.ai.embeddingModel.providerOptionsTransformer')]: () => ({}),
    });
    const model = cached(parts, embeddings);
    for (let nth = 0; nth < 2; nth++) {
      await model.doEmbed({ values: ['a', 'b'], providerOptions: { google: { content: [null, null] } } });
    }
    expect(server.calls).toHaveLength(4);
    for (let nth = 0; nth < 2; nth++) await model.doEmbed({ values: ['a', 'b'] });
    expect(server.calls).toHaveLength(5);
  });
});

describe('a caller who leaves', () => {
  it('leaves those their vectors who wait for the same, and the cache', async () => {
    let answer = (): void => {};
    const gate = new Promise<void>((resolve) => (answer = resolve));
    let reached = (): void => {};
    const begun = new Promise<void>((resolve) => (reached = resolve));
    server.behave = async (response, { body }) => {
      reached();
      await gate;
      const data = textsOf(body).map((text, index) => ({ index, embedding: vectorOf(text) }));
      sendJson(response, { data, usage: { prompt_tokens: 1, total_tokens: 1 } });
    };
    const model = cached(embeddingModel(server), await vectors());
    const leaving = new AbortController();
    const first = embedMany({ model, values: ['a', 'b'], abortSignal: leaving.signal });
    const second = embedMany({ model, values: ['b'] });
    await begun;
    leaving.abort(new DOMException('Stopped.', 'AbortError'));
    await expect(first).rejects.toThrow('Stopped.');
    answer();
    expect((await second).embeddings).toEqual([vectorOf('b')]);
    await embedMany({ model, values: ['a', 'b'], abortSignal: new AbortController().signal });
    expect(asked()).toEqual([['a', 'b']]);
    await expect(embedMany({ model, values: ['a'], abortSignal: leaving.signal })).rejects.toThrow('Stopped.');
  });
});

describe('what a provider answers that is no vector', () => {
  it.each([401, 429, 500])('a %i is the caller’s as the SDK knows it, and nothing is stored', async (status) => {
    server.behave = (response) => sendJson(response, { error: { message: 'No.' } }, status);
    const model = cached(embeddingModel(server), await vectors());
    const failed = await embed({ model, value: 'a', maxRetries: 0 }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ name: 'AI_APICallError', statusCode: status, isRetryable: status !== 401 });
    const both = await Promise.allSettled([
      embedMany({ model, values: ['a', 'b'], maxRetries: 0 }),
      embedMany({ model, values: ['b'], maxRetries: 0 }),
    ]);
    for (const each of both) expect(each).toMatchObject({ reason: { name: 'AI_APICallError', statusCode: status } });
    server.behave = undefined;
    expect((await embed({ model, value: 'a' })).embedding).toEqual(vectorOf('a'));
  });

  it('is tried again by the SDK', async () => {
    server.behave = (response) => {
      server.behave = undefined;
      response.writeHead(500, { 'content-type': 'application/json', 'retry-after-ms': '1' });
      response.end('{"error":{"message":"No."}}');
    };
    const model = cached(embeddingModel(server), await vectors());
    expect((await embed({ model, value: 'a' })).embedding).toEqual(vectorOf('a'));
    expect(server.calls).toHaveLength(2);
  });

  it.each<[string, unknown, RegExp]>([
    ['a body that is an error', { error: { message: 'No.' } }, /Invalid JSON response/],
    ['half a JSON', '{"data": [{"embed', /Invalid JSON response/],
    ['too few', { data: [] }, /asked for 2 texts and returned 0 vectors/],
    ['another length', { data: [{ embedding: vectorOf('a') }, { embedding: [1, 2] }] }, /has 2 dimensions/],
    ['an empty one', { data: [{ embedding: [] }, { embedding: vectorOf('b') }] }, /is empty/],
  ])('is named: %s', async (_, body, fault) => {
    server.behave = (response) => sendJson(response, body);
    const model = cached(embeddingModel(server), await vectors());
    await expect(embedMany({ model, values: ['a', 'b'], maxRetries: 0 })).rejects.toThrow(fault);
    server.behave = undefined;
    expect((await embedMany({ model, values: ['c', 'b'] })).embeddings[0]).toBeDefined();
  });
});
