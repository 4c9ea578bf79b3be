import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { AiResponseCache, EmbeddingCache } from 'nestjs-cached/ai';
import { cachedFetch } from 'nestjs-cached/openai';
import { events, json, providerServer, type ProviderServer } from '../../support/provider-server.js';
import { closeRedisCaches, redisCache } from '../../support/redis-caches.js';
import { startRedis, type RunningRedis } from '../../support/redis-server.js';
import { itemsIn } from '../ai/ai-cache.js';
import { chatEvents, completion, question, textOf } from './openai-client.js';

let redis: RunningRedis;
let server: ProviderServer;
beforeAll(async () => {
  redis = await startRedis();
  server = await providerServer(json({}));
});
afterEach(closeRedisCaches);
afterAll(() => Promise.all([server.close(), redis.stop()]));

it('two processes ask once for each, and both get what the provider has sent', async () => {
  for (let nth = 0; nth < 2; nth++) {
    const manager = await redisCache(redis.url);
    const embeddings = new EmbeddingCache(manager, { model: 'm' });
    const fetch = cachedFetch(new AiResponseCache(manager), { embeddings });
    const openai = new OpenAI({ apiKey: 'sk-test', baseURL: server.url, fetch });
    server.answer = json(completion('Hello «you».'));
    expect((await openai.chat.completions.create(question)).choices[0]?.message.content).toBe('Hello «you».');
    server.answer = events(...chatEvents('Hello you.'));
    const stream = await openai.chat.completions.create({ ...question, stream: true });
    expect(textOf(await itemsIn(stream))).toBe('Hello you.');
    server.answer = json({ data: [{ index: 0, embedding: 'AACAPwAAAEA=' }], usage: { prompt_tokens: 1 } });
    const { data } = await openai.embeddings.create({ model: 'm', input: 'Hello?' });
    expect([...data[0]!.embedding]).toEqual([1, 2]);
  }
  expect(server.asked).toHaveLength(3);
});
