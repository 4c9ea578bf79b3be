import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { AiResponseCache, EmbeddingCache } from 'nestjs-cached/ai';
import { cachedFetch } from 'nestjs-cached/openai';
import { deferred, until } from '../../support/deferred.js';
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

it.each([false, true])('processes that ask at the same time ask once; as a stream: %s', async (stream) => {
  const before = server.asked.length;
  const answer = stream ? events(...chatEvents('Hello you.')) : json(completion('Hello you.'));
  const gate = deferred<undefined>();
  server.answer = async (asked, response) => {
    await gate.promise;
    return answer(asked, response);
  };
  const fetches = await Promise.all(
    [1, 2, 3].map(async () => cachedFetch(new AiResponseCache(await redisCache(redis.url)))),
  );
  const body = JSON.stringify({ ...question, stream, seed: 7 });
  const asking = fetches.map(async (fetch) => {
    const response = await fetch(`${server.url}/v1/chat/completions`, { method: 'POST', body });
    return response.text();
  });
  await until(() => server.asked.length > before);
  gate.resolve(undefined);
  const texts = await Promise.all(asking);
  expect(new Set(texts).size).toBe(1);
  expect(texts[0]).toContain('you.');
  expect(server.asked).toHaveLength(before + 1);
});

it.each([false, true])('a store that has gone costs no caller its answer; as a stream: %s', async (stream) => {
  const gone = await startRedis();
  const fetch = cachedFetch(new AiResponseCache(await redisCache(gone.url)));
  await gone.stop();
  const before = server.asked.length;
  server.answer = stream ? events(...chatEvents('Hello you.')) : json(completion('Hello you.'));
  const body = JSON.stringify({ ...question, stream, seed: 8 });
  const ask = async (): Promise<string> =>
    (await fetch(`${server.url}/v1/chat/completions`, { method: 'POST', body })).text();
  const texts = await Promise.all([ask(), ask(), ask()]);
  expect(new Set(texts).size).toBe(1);
  expect(texts[0]).toContain('you.');
  expect(server.asked).toHaveLength(before + 1);
});
