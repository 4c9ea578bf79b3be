import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { embedMany, generateText, streamText, wrapEmbeddingModel } from 'ai';
import { AiResponseCache, EmbeddingCache, vectorCodec, type AiCacheOptions } from 'nestjs-cached/ai';
import { cacheEmbeddingModel } from 'nestjs-cached/ai-sdk';
import { createCache } from '../../../lib/assembly/create-cache.js';
import { cacheOptionsOf } from '../../../lib/ai/options/cache-options-of.js';
import { resolveOptions } from '../../../lib/config/resolved-options.js';
import { validateOptions } from '../../../lib/config/validate-options.js';
import type { CacheModuleOptions } from '../../../lib/contracts/options.js';
import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { shutDown } from '../../../lib/core/shutdown.js';
import { eventually } from '../../support/eventually.js';
import { vectorOf } from '../../support/openai-replies.js';
import { OpenAiServer } from '../../support/openai-server.js';
import { startRedis, type RunningRedis } from '../../support/redis-server.js';
import { cached, embeddingModel, openai } from './models.js';

let server: OpenAiServer;
let redis: RunningRedis;
const opened: CacheManager[] = [];
beforeAll(async () => {
  globalThis.AI_SDK_LOG_WARNINGS = false;
  [server, redis] = await Promise.all([OpenAiServer.start(), startRedis()]);
});
beforeEach(() => server.reset());
afterEach(() => Promise.all(opened.splice(0).map(({ cache }) => shutDown(cache.parts))));
afterAll(() => Promise.all([server.stop(), redis.stop()]));

async function manager(options: CacheModuleOptions): Promise<CacheManager> {
  const made = await createCache(
    resolveOptions(validateOptions({ ...options, redis: { url: redis.url, commandTimeout: 5_000 } })),
  );
  opened.push(made);
  await eventually(
    () => made.healthCheck(),
    ({ status }) => status === 'up',
  );
  return made;
}

/** The cache of one process. */
async function process(options: AiCacheOptions = {}): Promise<AiResponseCache> {
  const cache = { redis: { url: redis.url } };
  return new AiResponseCache(await manager({ ...cacheOptionsOf({ ...options, cache }), name: 'ai' }), options);
}

describe('two processes over one Redis', () => {
  it('ask once for a text, and have one answer', async () => {
    const models = (await Promise.all([process(), process()])).map((ai) => cached(openai(server).chat('small'), ai));
    const all = await Promise.all(models.flatMap((model) => [1, 2].map(() => generateText({ model, prompt: 'a' }))));
    expect(new Set(all.map(({ response }) => `${response.id} ${response.timestamp.toISOString()}`)).size).toBe(1);
    expect(server.calls).toHaveLength(1);
  });

  it('ask once for a stream', async () => {
    const models = (await Promise.all([process(), process()])).map((ai) => cached(openai(server).chat('small'), ai));
    const all = await Promise.all(models.map(async (model) => streamText({ model, prompt: 'b' }).text));
    expect(all).toEqual(['Hello you there.', 'Hello you there.']);
    expect(server.calls).toHaveLength(1);
  });

  it('ask again where the one that has asked is left: the other does not wait for its lease to run out', async () => {
    const [one, two] = (await Promise.all([process(), process()])).map((ai) =>
      cached(openai(server).chat('small'), ai),
    );
    let reached = (): void => {};
    const asked = new Promise<void>((resolve) => (reached = resolve));
    server.behave = () => reached();
    const leaving = new AbortController();
    const first = generateText({ model: one!, prompt: 'd', abortSignal: leaving.signal });
    first.then(
      () => {},
      () => {},
    );
    await asked;
    server.behave = undefined;
    const second = generateText({ model: two!, prompt: 'd' });
    leaving.abort(new DOMException('Stopped.', 'AbortError'));
    await expect(first).rejects.toThrow('Stopped.');
    await server.calls[0]!.closed;
    expect((await second).text).toBe('Hello you there.');
    expect((await generateText({ model: one!, prompt: 'd' })).response.id).toBe((await second).response.id);
    expect(server.calls).toHaveLength(2);
  });

  it('keep tenants apart, and those that name none', async () => {
    const [one, two] = [await process(), await process()];
    const tenant = ({ prompt }: { prompt: readonly object[] }): string | undefined =>
      prompt.length > 0 ? 'acme' : undefined;
    await generateText({ model: cached(openai(server).chat('small'), one, { tenant }), prompt: 'c' });
    await generateText({ model: cached(openai(server).chat('small'), two.forTenant('acme')), prompt: 'c' });
    expect(server.calls).toHaveLength(1);
    await generateText({ model: cached(openai(server).chat('small'), two, { tenant: 'other' }), prompt: 'c' });
    await generateText({ model: cached(openai(server).chat('small'), two), prompt: 'c' });
    expect(server.calls).toHaveLength(3);
    const required = await process({ tenant: { required: true } });
    await expect(generateText({ model: cached(openai(server).chat('small'), required), prompt: 'c' })).rejects.toThrow(
      'The request is of no tenant',
    );
    expect(server.calls).toHaveLength(3);
  });

  it('share vectors', async () => {
    const models = await Promise.all(
      [1, 2].map(async () => {
        const cache = await manager({ name: 'embeddings', codec: vectorCodec, compression: false });
        const middleware = cacheEmbeddingModel(new EmbeddingCache(cache, { model: 'tiny' }));
        return wrapEmbeddingModel({ model: embeddingModel(server), middleware });
      }),
    );
    await embedMany({ model: models[0]!, values: ['a', 'b'] });
    const { embeddings } = await embedMany({ model: models[1]!, values: ['b', 'c', 'a'] });
    expect(embeddings).toEqual(['b', 'c', 'a'].map(vectorOf));
    expect(server.calls.map(({ body }) => body['input'])).toEqual([['a', 'b'], ['c']]);
  });
});
