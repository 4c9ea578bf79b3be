import { describe, expect, it } from '@jest/globals';
import { Embeddings } from '@langchain/core/embeddings';
import { OpenAIEmbeddings, type OpenAIEmbeddingsParams } from '@langchain/openai';
import { CacheEmbeddingError, CacheKeyError, CacheTenantError, CacheUsageError } from 'nestjs-cached';
import { EmbeddingCache, type EmbeddingCacheOptions } from 'nestjs-cached/ai';
import { CachedEmbeddings, type CachedEmbeddingsOptions } from 'nestjs-cached/langchain';
import { sendJson, usual, vectorOf } from '../../support/langchain-server.js';
import { testCache } from '../../support/caches.js';
import { langChainServer } from './scene.js';

const server = langChainServer();

function openAI(fields: Partial<OpenAIEmbeddingsParams> = {}): OpenAIEmbeddings {
  return new OpenAIEmbeddings({
    ...{ model: 'm', apiKey: 'sk-test', maxRetries: 0, ...fields },
    configuration: { baseURL: server.it.url, logLevel: 'off' },
  });
}

async function cacheOf(options: Partial<EmbeddingCacheOptions> = {}): Promise<EmbeddingCache> {
  return new EmbeddingCache((await testCache()).cache, { model: 'm', ...options });
}

async function cached(
  options: CachedEmbeddingsOptions = {},
  fields: Partial<OpenAIEmbeddingsParams> = {},
): Promise<CachedEmbeddings> {
  return new CachedEmbeddings(openAI(fields), await cacheOf(), options);
}

/** The texts of each request. */
const asked = (): unknown[] => server.it.asked.map(({ body }) => body.input);
const vectorsOf = (texts: readonly string[]): number[][] => texts.map((text) => vectorOf(text));

describe('a cached embedder', () => {
  it('is asked for what is missing alone, each text once, and keeps the order', async () => {
    const embeddings = await cached();
    expect(embeddings).toBeInstanceOf(Embeddings);
    expect(await embeddings.embedDocuments(['b', 'd'])).toEqual(vectorsOf(['b', 'd']));
    const texts = ['a', 'b', 'c', 'a', 'd', 'c', ''];
    const vectors = await embeddings.embedDocuments(texts);
    expect(vectors).toEqual(vectorsOf(texts));
    expect(asked()).toEqual([
      ['b', 'd'],
      ['a', 'c', ''],
    ]);
    // Plain arrays, which are the caller's own.
    expect(vectors.every(Array.isArray)).toBe(true);
    vectors[0]![0] = 0;
    expect(await embeddings.embedDocuments(['a'])).toEqual(vectorsOf(['a']));
    expect(await embeddings.embedDocuments([])).toEqual([]);
    expect(asked()).toHaveLength(2);
  });

  it('is asked once by many at the same time', async () => {
    const embeddings = await cached();
    const texts = ['a', 'b'];
    await Promise.all([1, 2, 3].map(() => embeddings.embedDocuments(texts)));
    await Promise.all([1, 2, 3].map(() => embeddings.embedQuery('a')));
    expect(asked()).toEqual([texts, 'a']);
  });

  it('keeps queries apart from documents, unless it is told that they are alike', async () => {
    const apart = await cached();
    await apart.embedDocuments(['a']);
    expect(await apart.embedQuery('a')).toEqual(vectorOf('a'));
    await apart.embedQuery('a');
    expect(asked()).toEqual([['a'], 'a']);
    server.it.reset();
    const alike = await cached({ queries: 'alike' });
    await alike.embedDocuments(['a']);
    expect(await alike.embedQuery('a')).toEqual(vectorOf('a'));
    expect(asked()).toEqual([['a']]);
  });

  it('keeps models, dimensions and versions apart, in one cache too', async () => {
    const cache = await cacheOf({ version: 1 });
    const all = [
      new CachedEmbeddings(openAI(), cache),
      new CachedEmbeddings(openAI({ dimensions: 4 }), cache),
      new CachedEmbeddings(openAI({ model: 'other' }), cache),
      new CachedEmbeddings(openAI({ model: 'other' }), cache, { version: 2 }),
      new CachedEmbeddings(openAI(), cache, { version: 2 }),
    ];
    for (const embeddings of [...all, ...all]) await embeddings.embedDocuments(['a']);
    expect(asked()).toHaveLength(all.length);
    expect(await all[1]!.embedQuery('a')).toHaveLength(4);
    // Asked without LangChain the cache has vectors of its own.
    await cache.getOrEmbed('a', () => [1, 2, 3]);
    expect(await all[0]!.embedDocuments(['a'])).toEqual(vectorsOf(['a']));
  });

  it('keeps apart what is set otherwise, and not what changes no vector', async () => {
    const cache = await cacheOf();
    const embedderOf = (fields: object, client: object = {}): OpenAIEmbeddings =>
      new OpenAIEmbeddings({
        ...{ model: 'm', apiKey: 'sk-test', maxRetries: 0, ...fields },
        configuration: { baseURL: server.it.url, logLevel: 'off', ...client },
      });
    const all = [
      embedderOf({}),
      embedderOf({ stripNewLines: false }),
      embedderOf({ encodingFormat: 'float' }),
      embedderOf({}, { organization: 'org-a' }),
      embedderOf({}, { baseURL: `${server.it.url}/` }),
      embedderOf({}, { defaultHeaders: { 'openai-beta': 'a' } }),
    ];
    for (const embedder of all) await new CachedEmbeddings(embedder, cache).embedDocuments(['a\nb']);
    expect(asked()).toHaveLength(all.length);
    const same = [
      embedderOf({ apiKey: 'sk-other' }),
      embedderOf({ timeout: 5_000, maxConcurrency: 3, batchSize: 7 }),
      embedderOf({}, { defaultHeaders: { 'x-request-id': '1' } }),
      // One that has been used.
      all[0]!,
    ];
    for (const embedder of same) await new CachedEmbeddings(embedder, cache).embedDocuments(['a\nb']);
    expect(asked()).toHaveLength(all.length);
    const settings: Record<string, unknown> = {};
    settings['self'] = settings;
    const circular = Object.assign(embedderOf({}), { settings });
    expect(() => new CachedEmbeddings(circular, cache)).toThrow(CacheKeyError);
  });

  it('keeps tenants apart', async () => {
    const tenants = ['acme', 'globex', 'acme'];
    let at = 0;
    const embeddings = await cached({ tenant: () => tenants[at] });
    for (; at < tenants.length; at++) await embeddings.embedQuery('a');
    expect(asked()).toEqual(['a', 'a']);
    const { cache: manager } = await testCache({ tenant: { required: true } });
    const nobody = new CachedEmbeddings(openAI(), new EmbeddingCache(manager, { model: 'm' }));
    await expect(nobody.embedQuery('a')).rejects.toThrow(CacheTenantError);
  });

  it('fails as the embedder does, and keeps what it has brought before', async () => {
    const embeddings = new CachedEmbeddings(openAI(), await cacheOf({ batchSize: 1, maxConcurrency: 1 }));
    for (const status of [401, 429, 500]) {
      server.it.answer = (response) => sendJson(response, { error: { message: 'No.' } }, status);
      await expect(embeddings.embedDocuments(['x'])).rejects.toMatchObject({ status });
      await expect(embeddings.embedQuery('x')).rejects.toMatchObject({ status });
    }
    server.it.reset();
    server.it.answer = (response, request, nth) =>
      nth === 2 ? sendJson(response, { error: { message: 'No.' } }, 500) : usual(response, request, nth);
    await expect(embeddings.embedDocuments(['a', 'b'])).rejects.toThrow('No.');
    server.it.answer = undefined;
    server.it.asked.length = 0;
    expect(await embeddings.embedDocuments(['a', 'b'])).toEqual(vectorsOf(['a', 'b']));
    expect(asked()).toEqual([['b']]);
  });

  it('stores nothing of what are no vectors', async () => {
    const embeddings = await cached();
    const bodies: unknown[] = [
      { object: 'list', data: [] },
      { object: 'list', data: [{ index: 0, embedding: [] }] },
      { object: 'list', data: [{ index: 0, embedding: [1, null, 3] }] },
      { error: { message: 'No.' } },
      'half',
    ];
    for (const body of bodies) {
      server.it.answer = (response) => sendJson(response, body);
      await expect(embeddings.embedDocuments(['a'])).rejects.toThrow();
      await expect(embeddings.embedQuery('a')).rejects.toThrow();
    }
    server.it.answer = (response) => sendJson(response, bodies[1]);
    await expect(embeddings.embedQuery('a')).rejects.toThrow(CacheEmbeddingError);
    server.it.answer = undefined;
    expect(await embeddings.embedQuery('a')).toEqual(vectorOf('a'));
  });

  it('is made of an embedder, with options that can be meant', async () => {
    const cache = await cacheOf();
    for (const embedder of [undefined, {}, { embedQuery: () => [1] }]) {
      expect(() => new CachedEmbeddings(embedder as never, cache)).toThrow(CacheUsageError);
    }
    expect(() => new CachedEmbeddings(openAI(), cache, { queries: 'both' as never })).toThrow(/queries must be/);
    expect(() => new CachedEmbeddings(openAI(), cache, { ttl: 'soon' as never })).toThrow(/ttl is "soon"/);
    expect(() => new CachedEmbeddings(openAI(), cache, { purpose: 'a' } as never)).toThrow(/"purpose" is no option/);
    const purpose = { purpose: '' };
    await expect(cache.getOrEmbed('a', () => [1], purpose)).rejects.toThrow('purpose must be');
  });
});
