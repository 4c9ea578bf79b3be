import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { HumanMessage, type AIMessageChunk } from '@langchain/core/messages';
import { CacheTenantError } from 'nestjs-cached';
import { AiResponseCache, EmbeddingCache, vectorCodec, type AiCacheOptions } from 'nestjs-cached/ai';
import { cacheChatModel, CachedEmbeddings, CacheStore, LangChainCache } from 'nestjs-cached/langchain';
import { OpenAIEmbeddings } from '@langchain/openai';
import { createCache } from '../../../lib/assembly/create-cache.js';
import { cacheOptionsOf } from '../../../lib/ai/options/cache-options-of.js';
import { resolveOptions } from '../../../lib/config/resolved-options.js';
import { validateOptions } from '../../../lib/config/validate-options.js';
import type { CacheModuleOptions } from '../../../lib/contracts/options.js';
import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { shutDown } from '../../../lib/core/shutdown.js';
import { eventually } from '../../support/eventually.js';
import { vectorOf } from '../../support/langchain-server.js';
import { redisUrl, stopSharedRedis } from '../../support/redis-server.js';
import { aiCache, itemsIn } from '../ai/ai-cache.js';
import { chatOpenAI, langChainServer } from './scene.js';

const server = langChainServer();
let url: string;
const opened: CacheManager[] = [];

beforeAll(async () => {
  url = await redisUrl();
});
afterEach(() => Promise.all(opened.splice(0).map(({ cache }) => shutDown(cache.parts))));
afterAll(stopSharedRedis);

async function open(options: CacheModuleOptions): Promise<CacheManager> {
  const redis = { url, commandTimeout: 5_000 };
  const manager = await createCache(
    resolveOptions(validateOptions({ namespace: 'langchain-test', ...options, redis })),
  );
  opened.push(manager);
  await eventually(
    () => manager.healthCheck(),
    ({ status }) => status === 'up',
  );
  return manager;
}

/** A process of its own, as far as its cache goes. */
async function openAi(options: AiCacheOptions = {}): Promise<AiResponseCache> {
  return new AiResponseCache(await open(cacheOptionsOf(options)), options);
}

const shapeOf = ({ lc_kwargs: _made, id, ...own }: AIMessageChunk): object => ({
  ...own,
  id: id?.replace(/^run-.*/, 'run'),
});

describe('over Redis', () => {
  it('one process serves what another has asked for, whole and as a stream, the same in everything', async () => {
    const [one, other] = [await openAi(), await openAi()];
    const models = [one, other].map((ai) => cacheChatModel(chatOpenAI(server.it), ai));
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };
    const prompt = [new HumanMessage({ content: [{ type: 'text', text: 'What is it?' }, image] })];
    const answers = [await models[0]!.invoke(prompt), await models[1]!.invoke(prompt)];
    expect(shapeOf(answers[1]!)).toStrictEqual(shapeOf(answers[0]!));
    expect(JSON.stringify(answers[1])).toBe(JSON.stringify(answers[0]));
    const streams: object[][] = [];
    for (const model of models) streams.push((await itemsIn(await model.stream(prompt))).map(shapeOf));
    expect(streams[1]).toStrictEqual(streams[0]);
    expect(server.it.asked).toHaveLength(2);
  });

  it('the same is asked once by all processes at the same time', async () => {
    const caches = [await openAi(), await openAi()];
    const models = caches.map((ai) => cacheChatModel(chatOpenAI(server.it), ai));
    const answers = await Promise.all([...models, ...models].map((model) => model.invoke('At once')));
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['Answer 1.']));
    expect(server.it.asked).toHaveLength(1);
  });

  it("LangChain's own hook, embedders and stores are shared too", async () => {
    const [one, other] = [await openAi(), await openAi()];
    for (const ai of [one, other]) await chatOpenAI(server.it, { cache: new LangChainCache(ai) }).invoke('By the hook');
    expect(server.it.asked).toHaveLength(1);
    server.it.reset();
    const vectors = { namespace: 'langchain-vectors', codec: vectorCodec, compression: false } as const;
    const embedder = new OpenAIEmbeddings({ model: 'm', apiKey: 'sk-test', configuration: { baseURL: server.it.url } });
    for (const manager of [await open(vectors), await open(vectors)]) {
      const embeddings = new CachedEmbeddings(embedder, new EmbeddingCache(manager, { model: 'm' }));
      expect(await embeddings.embedDocuments(['a', 'b'])).toEqual([vectorOf('a'), vectorOf('b')]);
    }
    expect(server.it.asked).toHaveLength(1);
    const [mine, yours] = [new CacheStore(await open({})), new CacheStore(await open({}))];
    await mine.mset([['doc:1', Uint8Array.of(1, 2, 3)]]);
    expect(await yours.mget(['doc:1'])).toEqual([Uint8Array.of(1, 2, 3)]);
    expect(await itemsIn(yours.yieldKeys('doc:'))).toEqual(['doc:1']);
  });
});

describe('tenants', () => {
  it('never share an answer, whole or as a stream', async () => {
    const { ai } = await aiCache();
    let tenant = 'acme';
    const model = cacheChatModel(chatOpenAI(server.it), ai, { tenant: () => tenant });
    const ask = async (): Promise<string[]> => {
      const chunks = await itemsIn(await model.stream('Hello'));
      return [(await model.invoke('Hello')).text, chunks.map(({ text }) => text).join('')];
    };
    const acme = await ask();
    tenant = 'globex';
    const globex = await ask();
    expect(acme.filter((text) => globex.includes(text))).toEqual([]);
    tenant = 'acme';
    expect(await ask()).toEqual(acme);
    expect(server.it.asked).toHaveLength(4);
    await ai.forTenant('acme').clear();
    expect(await ask()).not.toEqual(acme);
    tenant = 'globex';
    expect(await ask()).toEqual(globex);
  });

  it('are required where the cache says so: nobody is asked then', async () => {
    const { ai } = await aiCache({ tenant: { required: true } });
    const model = cacheChatModel(chatOpenAI(server.it), ai);
    await expect(model.invoke('Hello')).rejects.toThrow(CacheTenantError);
    await expect(model.stream('Hello').then(itemsIn)).rejects.toThrow(CacheTenantError);
    expect(server.it.asked).toHaveLength(0);
    const nameless = cacheChatModel(chatOpenAI(server.it), ai, { tenant: () => '' });
    await expect(nameless.invoke('Hello')).rejects.toThrow(CacheTenantError);
    expect(server.it.asked).toHaveLength(0);
    expect((await cacheChatModel(chatOpenAI(server.it), ai.forTenant('acme')).invoke('Hello')).text).toBe('Answer 1.');
  });
});
