import { afterEach, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { EmbeddingCache, type EmbeddingCacheOptions } from 'nestjs-cached/ai';
import { cachedFetch, type CachedFetchOptions } from 'nestjs-cached/openai';
import { deferred, until } from '../../support/deferred.js';
import { json, type Answer } from '../../support/provider-server.js';
import { vectorOf } from '../embeddings/support.js';
import { closeServers, openAi, type TestClient } from './openai-client.js';

afterEach(closeServers);

const model = 'text-embedding-x';

/** As OpenAI answers: in both formats, token ids as their text, and in an order that only `index` tells. */
const vectors: Answer = ({ body }, response) => {
  const inputs = [body['input']].flat();
  const list = inputs.every((one) => typeof one === 'number') ? [inputs] : inputs;
  const data = list.map((input, index) => {
    const vector = vectorOf(Array.isArray(input) ? `tokens ${input.join(' ')}` : String(input));
    const bytes = Buffer.from(Float32Array.from(vector).buffer).toString('base64');
    return { object: 'embedding', index, embedding: body['encoding_format'] === 'base64' ? bytes : vector };
  });
  const usage = { prompt_tokens: list.length * 10, total_tokens: list.length * 10 };
  return json({ object: 'list', data: data.toReversed(), model: `${model}-2026`, usage })({} as never, response);
};

interface TestEmbedder extends TestClient {
  readonly openai: OpenAI;
  /** The inputs of each request. */
  asked(): unknown[];
  caching(options?: CachedFetchOptions): OpenAI;
}

async function embedder(answer: Answer = vectors, options: Partial<EmbeddingCacheOptions> = {}): Promise<TestEmbedder> {
  const made = await openAi(answer);
  const embeddings = new EmbeddingCache(made.manager, { model, batchSize: 2_048, ...options });
  const caching = (more?: CachedFetchOptions): OpenAI =>
    new OpenAI({
      apiKey: 'sk-test',
      baseURL: made.server.url,
      maxRetries: 0,
      fetch: cachedFetch(made.ai, { embeddings, ...more }),
    });
  return { ...made, openai: caching(), caching, asked: () => made.server.asked.map(({ body }) => body['input']) };
}

const found = ({ data }: OpenAI.CreateEmbeddingResponse): number[][] => data.map(({ embedding }) => [...embedding]);
const expected = (...texts: string[]): number[][] => texts.map((text) => [...Float32Array.from(vectorOf(text))]);

describe('embeddings', () => {
  it('are asked for once, in both formats', async () => {
    const { openai, asked } = await embedder();
    for (const encoding_format of [undefined, 'base64', 'float'] as const) {
      const answer = await openai.embeddings.create({
        model,
        input: 'Hello?',
        ...(encoding_format && { encoding_format }),
      });
      expect(answer.data).toHaveLength(1);
      if (encoding_format !== 'base64') expect(found(answer)).toEqual(expected('Hello?'));
    }
    expect(asked()).toEqual(['Hello?']);
  });

  it('of many inputs are asked for where they are missing, and come in the order of the inputs', async () => {
    const { openai, asked } = await embedder();
    await openai.embeddings.create({ model, input: ['b', 'd'] });
    const input = ['a', 'b', 'c', 'd', 'a'];
    const mixed = await openai.embeddings.create({ model, input }).withResponse();
    expect(found(mixed.data)).toEqual(expected(...input));
    expect(mixed.data.data.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
    expect(mixed.response.headers.get('x-cache')).toBe('partial');
    expect(mixed.request_id).toBe('req_1');
    expect(asked()).toEqual([
      ['b', 'd'],
      ['a', 'c'],
    ]);
    const again = await openai.embeddings.create({ model, input, encoding_format: 'float' }).withResponse();
    expect(found(again.data)).toEqual(expected(...input));
    expect(again.response.headers.get('x-cache')).toBe('hit');
    expect(asked()).toHaveLength(2);
  });

  it('count the tokens of what this call has asked for', async () => {
    const { openai } = await embedder();
    const input = ['a', 'b'];
    const first = await openai.embeddings.create({ model, input });
    expect(first).toMatchObject({ model: `${model}-2026`, usage: { prompt_tokens: 20, total_tokens: 20 } });
    expect((await openai.embeddings.create({ model, input: ['b', 'c'] })).usage.prompt_tokens).toBe(10);
    expect((await openai.embeddings.create({ model, input })).usage.prompt_tokens).toBe(0);
  });

  it('of token ids are others than of a text that is spelled like them', async () => {
    const { openai, asked } = await embedder();
    for (let run = 0; run < 2; run++) {
      expect(found(await openai.embeddings.create({ model, input: '1,2' }))).toEqual(expected('1,2'));
      expect(found(await openai.embeddings.create({ model, input: [1, 2] }))).toEqual(expected('tokens 1 2'));
      const both = await openai.embeddings.create({ model, input: [[1, 2], [3]] });
      expect(found(both)).toEqual(expected('tokens 1 2', 'tokens 3'));
    }
    expect(asked()).toEqual(['1,2', [1, 2], [[3]]]);
  });

  it.each([
    ['model', { model: 'a' }, { model: 'b' }],
    ['dimensions', { dimensions: 3 }, {}],
    ['user', { user: 'a' }, { user: 'b' }],
    ['a parameter of another provider', { input_type: 'query' }, { input_type: 'passage' }],
  ])('differ by %s', async (_, one, two) => {
    const { openai, server } = await embedder();
    for (const more of [one, two, one, two]) await openai.embeddings.create({ model, input: 'a', ...more });
    expect(server.asked).toHaveLength(2);
  });

  it('of another key are those of another account, unless it is said that they are not', async () => {
    const { server, caching } = await embedder();
    for (const apiKey of ['a', 'b', 'a'])
      await caching().withOptions({ apiKey }).embeddings.create({ model, input: 'x' });
    expect(server.asked).toHaveLength(2);
    for (const apiKey of ['a', 'b']) {
      await caching({ account: 'ours' }).withOptions({ apiKey }).embeddings.create({ model, input: 'x' });
    }
    expect(server.asked).toHaveLength(3);
  });

  it('are one answer where the body has numbers that no double can tell apart', async () => {
    const { server, ai, manager } = await embedder();
    const fetch = cachedFetch(ai, { embeddings: new EmbeddingCache(manager, { model }) });
    for (const seed of ['9007199254740993', '9007199254740992', '9007199254740993']) {
      const body = `{"model":"m","input":["A","B"],"seed":${seed}}`;
      await fetch(`${server.url}/embeddings`, { method: 'POST', body });
    }
    expect(server.asked.map(({ text }) => text)).toEqual([
      '{"model":"m","input":["A","B"],"seed":9007199254740993}',
      '{"model":"m","input":["A","B"],"seed":9007199254740992}',
    ]);
  });

  it('that overlap share what is under way', async () => {
    const gate = deferred<undefined>();
    const { openai, asked, server } = await embedder(async (request, response) => {
      await gate.promise;
      return vectors(request, response);
    });
    const one = openai.embeddings.create({ model, input: ['a', 'b'] });
    await until(() => server.asked.length === 1);
    const two = openai.embeddings.create({ model, input: ['b', 'c'] });
    await until(() => server.asked.length === 2);
    gate.resolve(undefined);
    expect(found(await one)).toEqual(expected('a', 'b'));
    expect(found(await two)).toEqual(expected('b', 'c'));
    expect(asked()).toEqual([['a', 'b'], ['c']]);
  });

  it('are asked for in batches of the size of the cache', async () => {
    const { openai, asked } = await embedder(vectors, { batchSize: 2, maxConcurrency: 1 });
    const answer = await openai.embeddings.create({ model, input: ['a', 'b', 'c'] });
    expect(found(answer)).toEqual(expected('a', 'b', 'c'));
    expect(answer.usage.prompt_tokens).toBe(30);
    expect(asked()).toEqual([['a', 'b'], ['c']]);
  });
});

describe('embeddings that cannot be had', () => {
  const wrong = (data: unknown): Answer => json({ object: 'list', data, model });
  const vector = (embedding: unknown, index = 0): object => ({ object: 'embedding', index, embedding });

  it.each([
    ['401', json({ error: { message: 'no' } }, 401)],
    ['429', json({ error: { message: 'no' } }, 429, { 'retry-after': '7' })],
    ['200 with an error body', json({ error: { message: 'no' } })],
    ['half a JSON', json('{"data":[{"emb')],
    ['too few of them', wrong([vector('AACAPw==')])],
    ['one twice', wrong([vector('AACAPw=='), vector('AACAPw==')])],
    ['numbers where base64 was asked for', wrong([vector([1, 2]), vector([1, 2], 1)])],
    ['bytes that are no vector', wrong([vector('AACA'), vector('AACA', 1)])],
    ['another content type', json({}, 200, { 'content-type': 'text/html' })],
  ])('come as the provider has said it: %s', async (_, answer) => {
    const { openai, server, manager } = await embedder(answer);
    const plain = new OpenAI({ apiKey: 'sk-test', baseURL: server.url, maxRetries: 0 });
    const [direct, cached] = await Promise.all(
      [plain, openai].map(async (client) => {
        const asking = client.embeddings.create({ model, input: ['a', 'b'], encoding_format: 'base64' });
        const response = await asking.asResponse().catch((error: { status: number; message: string }) => error);
        return response instanceof Response
          ? [response.status, await response.text()]
          : [response.status, response.message];
      }),
    );
    expect(cached).toEqual(direct);
    expect(server.asked).toHaveLength(2);
    expect(manager.getStats().entries).toBe(0);
  });

  it('because a vector is none are passed through', async () => {
    const { openai, server, manager } = await embedder(wrong([vector([1, 'two'])]));
    const answer = await openai.embeddings.create({ model, input: 'a', encoding_format: 'float' });
    expect(answer.data[0]!.embedding).toEqual([1, 'two']);
    expect(server.asked).toHaveLength(2);
    expect(manager.getStats().entries).toBe(0);
  });

  it.each([
    ['no input', { input: [] }],
    ['inputs of two kinds', { input: ['a', [1]] }],
    ['ids that are none', { input: [1.5] }],
    ['another format', { input: 'a', encoding_format: 'int8' }],
    ['dimensions that are none', { input: 'a', dimensions: 0 }],
  ])('because of %s are between the client and the provider', async (_, more) => {
    const { openai, asked } = await embedder(json({ error: { message: 'no' } }, 400));
    await expect(openai.embeddings.create({ model, ...more } as never)).rejects.toMatchObject({ status: 400 });
    expect(asked()).toEqual([more.input]);
  });

  it.each([
    ['nonsense', json({ data: [] }), 200, true],
    ['400, for one of its texts say', json({ error: {} }, 400), 400, true],
    ['429', json({ error: {} }, 429), 429, false],
    ['500', json({ error: {} }, 500), 500, false],
  ])('by another call for some of the same, which was answered with %s', async (_, answer, status, asksAgain) => {
    const gate = deferred<undefined>();
    const { openai, server } = await embedder(async (request, response) => {
      await gate.promise;
      return (server.asked[0] === request ? answer : vectors)(request, response);
    });
    const statusOf = (input: string[]): Promise<number> =>
      openai.embeddings
        .create({ model, input, encoding_format: 'base64' })
        .asResponse()
        .catch((error: { status: number }) => error)
        .then((told) => told.status);
    const first = statusOf(['a', 'b']);
    await until(() => server.asked.length === 1);
    const second = statusOf(['b']);
    gate.resolve(undefined);
    expect([await first, await second]).toEqual([status, asksAgain ? 200 : status]);
    expect(server.asked).toHaveLength(asksAgain ? 2 : 1);
  });

  it('because the caller has left are there for the next one', async () => {
    const gate = deferred<undefined>();
    const { openai, server } = await embedder(async (request, response) => {
      await gate.promise;
      return vectors(request, response);
    });
    const leaving = new AbortController();
    const one = openai.embeddings.create({ model, input: 'a' }, { signal: leaving.signal });
    await until(() => server.asked.length === 1);
    const two = openai.embeddings.create({ model, input: 'a' });
    leaving.abort();
    await expect(one).rejects.toThrow('Request was aborted.');
    gate.resolve(undefined);
    expect(found(await two)).toEqual(expected('a'));
    expect(server.asked).toHaveLength(1);
  });
});
