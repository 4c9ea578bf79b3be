import { afterEach, describe, expect, it } from '@jest/globals';
import OpenAI, { AzureOpenAI } from 'openai';
import type { ChatCompletionCreateParamsBase } from 'openai/resources/chat/completions';
import type { CompletionCreateParamsBase } from 'openai/resources/completions';
import type { EmbeddingCreateParams } from 'openai/resources/embeddings';
import type { ModerationCreateParams } from 'openai/resources/moderations';
import type { ResponseCreateParamsBase } from 'openai/resources/responses/responses';
import { cachedFetch } from 'nestjs-cached/openai';
import { otherCalls, type TwoOfEach } from '../../support/other-calls.js';
import { json } from '../../support/provider-server.js';
import { closeServers, completion, openAi, question } from './openai-client.js';

afterEach(closeServers);

const f = { name: 'f', parameters: {} };
const chat: Omit<TwoOfEach<ChatCompletionCreateParamsBase>, 'stream' | 'store'> = {
  model: ['a', 'b'],
  messages: [[{ role: 'user', content: 'A' }], [{ role: 'system', content: 'A' }]],
  audio: [
    { format: 'mp3', voice: 'alloy' },
    { format: 'wav', voice: 'alloy' },
  ],
  frequency_penalty: [0, 1],
  function_call: ['none', 'auto'],
  functions: [[f], [{ ...f, name: 'g' }]],
  logit_bias: [{ 1: 1 }, { 1: 2 }],
  logprobs: [true, false],
  max_completion_tokens: [1, 2],
  max_tokens: [1, 2],
  metadata: [{ a: '1' }, { a: '2' }],
  modalities: [['text'], ['text', 'audio']],
  moderation: [{ model: 'm' }, { model: 'n' }],
  n: [1, 2],
  parallel_tool_calls: [true, false],
  prediction: [
    { type: 'content', content: 'A' },
    { type: 'content', content: 'B' },
  ],
  presence_penalty: [0, 1],
  prompt_cache_key: ['a', 'b'],
  prompt_cache_options: [{ mode: 'implicit' }, { mode: 'explicit' }],
  prompt_cache_retention: ['in_memory', '24h'],
  reasoning_effort: ['low', 'high'],
  response_format: [{ type: 'text' }, { type: 'json_object' }],
  safety_identifier: ['a', 'b'],
  seed: [0, 1],
  service_tier: ['auto', 'flex'],
  stop: ['A', ['A']],
  stream_options: [{ include_usage: true }, { include_usage: false }],
  temperature: [0, 1],
  tool_choice: ['none', 'auto'],
  tools: [[{ type: 'function', function: f }], [{ type: 'function', function: { ...f, name: 'g' } }]],
  top_logprobs: [1, 2],
  top_p: [0, 1],
  user: ['a', 'b'],
  verbosity: ['low', 'high'],
  web_search_options: [{}, { search_context_size: 'low' }],
};

const responses: Omit<
  TwoOfEach<ResponseCreateParamsBase>,
  'stream' | 'store' | 'background' | 'conversation' | 'previous_response_id'
> = {
  model: ['a', 'b'],
  input: ['A', 'B'],
  context_management: [[{ type: 'compaction' }], [{ type: 'compaction', compact_threshold: 9 }]],
  include: [['message.output_text.logprobs'], ['reasoning.encrypted_content']],
  instructions: ['A', 'B'],
  max_output_tokens: [16, 17],
  metadata: [{ a: '1' }, { a: '2' }],
  moderation: [{ model: 'm' }, { model: 'n' }],
  parallel_tool_calls: [true, false],
  prompt: [{ id: 'a' }, { id: 'a', version: '2' }],
  prompt_cache_key: ['a', 'b'],
  prompt_cache_options: [{ mode: 'implicit' }, { mode: 'explicit' }],
  prompt_cache_retention: ['in_memory', '24h'],
  reasoning: [{ effort: 'low' }, { effort: 'high' }],
  safety_identifier: ['a', 'b'],
  service_tier: ['auto', 'flex'],
  stream_options: [{ include_obfuscation: true }, { include_obfuscation: false }],
  temperature: [0, 1],
  text: [{ verbosity: 'low' }, { verbosity: 'high' }],
  tool_choice: ['none', 'auto'],
  tools: [[{ type: 'web_search' }], [{ type: 'file_search', vector_store_ids: ['a'] }]],
  top_logprobs: [1, 2],
  top_p: [0, 1],
  truncation: ['auto', 'disabled'],
  user: ['a', 'b'],
};

const completions: Omit<TwoOfEach<CompletionCreateParamsBase>, 'stream'> = {
  model: ['a', 'b'],
  prompt: ['A', [1, 2]],
  best_of: [1, 2],
  echo: [true, false],
  frequency_penalty: [0, 1],
  logit_bias: [{ 1: 1 }, { 1: 2 }],
  logprobs: [1, 2],
  max_tokens: [1, 2],
  n: [1, 2],
  presence_penalty: [0, 1],
  seed: [0, 1],
  stop: ['A', ['A']],
  stream_options: [{ include_usage: true }, { include_usage: false }],
  suffix: ['A', 'B'],
  temperature: [0, 1],
  top_p: [0, 1],
  user: ['a', 'b'],
};

const embeddings: TwoOfEach<EmbeddingCreateParams> = {
  model: ['a', 'b'],
  input: ['A', ['A']],
  dimensions: [1, 2],
  encoding_format: ['float', 'base64'],
  user: ['a', 'b'],
};

const moderations: TwoOfEach<ModerationCreateParams> = { model: ['a', 'b'], input: ['A', 'B'] };

const hello = {
  id: 'resp_1',
  object: 'response',
  status: 'completed',
  model: 'gpt-x-2026',
  output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hello.', annotations: [] }] }],
  usage: { input_tokens: 100, output_tokens: 20, total_tokens: 120 },
};
const vectors = { object: 'list', data: [{ object: 'embedding', index: 0, embedding: 'AACAPw==' }], model: 'm' };

describe('two calls share an answer exactly when they ask for the same', () => {
  const model = 'gpt-x';
  it.each([
    [
      'chat.completions.create',
      completion('Hello.'),
      otherCalls({ ...question }, chat as never),
      (openai: OpenAI, params: object) => openai.chat.completions.create(params as never),
    ],
    [
      'responses.create',
      hello,
      otherCalls({ model, input: 'Hello?' }, responses as never),
      (openai: OpenAI, params: object) => openai.responses.create(params as never),
    ],
    [
      'completions.create',
      { ...completion(''), object: 'text_completion', choices: [{ text: 'Hello.', index: 0, finish_reason: 'stop' }] },
      otherCalls({ model, prompt: 'Hello?' }, completions as never),
      (openai: OpenAI, params: object) => openai.completions.create(params as never),
    ],
    [
      'embeddings.create',
      vectors,
      otherCalls({ model, input: 'Hello?' }, embeddings as never).filter(({ name }) => name !== 'encoding_format 2'),
      (openai: OpenAI, params: object) => openai.embeddings.create(params as never),
    ],
    [
      'moderations.create',
      { id: 'modr-1', model, results: [{ flagged: false, categories: {}, category_scores: {} }] },
      otherCalls({ input: 'Hello?' }, moderations as never),
      (openai: OpenAI, params: object) => openai.moderations.create(params as never),
    ],
  ])('%s: each parameter of the SDK, at each of two values', async (_, answer, calls, create) => {
    const { client, server } = await openAi(json(answer));
    const openai = client();
    for (const { params } of calls) await create(openai, params);
    // Were there two that share an answer, one of them would not have been asked.
    expect(server.asked.map(({ body }) => body)).toHaveLength(calls.length);
    for (const { params } of calls) {
      // In another order, all is the same.
      const turned = Object.fromEntries(Object.entries(params).toReversed());
      expect((await create(openai, turned).asResponse()).headers.get('x-cache')).toBe('hit');
    }
    expect(server.asked).toHaveLength(calls.length);
  });

  it('with `stream`, too', async () => {
    const { client, server } = await openAi(json(completion('Hello.')));
    await client().chat.completions.create(question);
    await client().chat.completions.create({ ...question, stream: false });
    await client().chat.completions.create({ ...question, stream: true });
    expect(server.asked).toHaveLength(3);
  });

  it.each([
    ['numbers that no double can tell apart', '{"seed":9007199254740993}', '{"seed":9007199254740992}'],
    ['exponents beyond a double', '{"seed":1e999}', '{"seed":2e999}'],
    ['another null', '{"stop":null}', '{}'],
    ['a property called __proto__', '{"__proto__":{"a":1}}', '{"__proto__":{"a":2}}'],
    ['a body that has headers', '{"headers":{"user-agent":"a"}}', '{"headers":{"user-agent":"b"}}'],
    ['a body with a timeout', '{"timeout":1}', '{"timeout":2}'],
    ['a model that is no name', '{"model":{"id":"a"}}', '{"model":{"id":"b"}}'],
  ])('bodies that are written by hand: %s', async (_, one, two) => {
    const { ai, server } = await openAi(json(completion('Hello.')));
    const fetch = cachedFetch(ai);
    for (const body of [one, two, one, two]) await fetch(`${server.url}/v1/chat/completions`, { method: 'POST', body });
    expect(server.asked.map(({ text }) => text)).toEqual([one, two]);
  });
});

describe('where and by whom it is asked', () => {
  const asked = async (...options: readonly object[]): Promise<number> => {
    const { client, server } = await openAi(json(completion('Hello.')));
    for (const more of options) await client(more).chat.completions.create(question);
    return server.asked.length;
  };

  it('another key of the provider is another account', async () => {
    expect(await asked({ apiKey: 'sk-a' }, { apiKey: 'sk-b' }, { apiKey: 'sk-a' })).toBe(2);
  });

  it('another organization, project, version or feature is another question', async () => {
    expect(await asked({ organization: 'a' }, { organization: 'b' }, { project: 'a' }, { organization: 'a' })).toBe(3);
    expect(await asked({ defaultQuery: { 'api-version': '1' } }, { defaultQuery: { 'api-version': '2' } })).toBe(2);
    expect(await asked({ defaultHeaders: { 'OpenAI-Beta': 'a' } }, { defaultHeaders: { 'OpenAI-Beta': 'b' } })).toBe(2);
  });

  it('what tells calls apart, and not questions, changes nothing', async () => {
    const headers = ['a', 'b'].map((id) => ({
      defaultHeaders: {
        'Idempotency-Key': id,
        'x-request-id': id,
        traceparent: id,
        'User-Agent': id,
        'X-Stainless-OS': id,
      },
    }));
    expect(await asked(...headers, { timeout: 1_000 }, { timeout: 2_000, maxRetries: 1 })).toBe(1);
  });

  it('clients that name one account share it, whatever their keys, and no other', async () => {
    const { client, server } = await openAi(json(completion('Hello.')));
    for (const [apiKey, account] of [
      ['a', 'x'],
      ['b', 'x'],
      ['b', 'y'],
      ['b', undefined],
    ] as const) {
      await client({ apiKey }, account === undefined ? {} : { account }).chat.completions.create(question);
    }
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer a', 'Bearer b', 'Bearer b']);
  });

  it('no key of the cache holds a credential, a digest of one, or a word of what was asked', async () => {
    const { client, manager } = await openAi(json(completion('Hello.')));
    await client({ apiKey: 'sk-secret' }).chat.completions.create(question);
    const keys: string[] = [];
    for await (const key of manager.keys()) keys.push(key);
    expect(keys).toEqual([expect.stringMatching(/^chat:small:gpt-x:-:-:[0-9a-f]{64}:stream$/)]);
  });

  it('another address is another provider, and another deployment of Azure another model', async () => {
    const one = await openAi(json(completion('One.')));
    const two = await openAi(json(completion('Two.')));
    const fetch = cachedFetch(one.ai);
    for (const { server } of [one, two, one]) {
      const openai = new OpenAI({ apiKey: 'a', baseURL: server.url, fetch });
      await openai.chat.completions.create(question);
    }
    expect([one.server.asked.length, two.server.asked.length]).toEqual([1, 1]);
    for (const deployment of ['a', 'b', 'a']) {
      const options = { endpoint: one.server.url, apiKey: 'a', apiVersion: '2026-01-01', deployment, fetch };
      await new AzureOpenAI(options).chat.completions.create(question);
    }
    expect(one.server.asked.slice(1).map(({ path }) => path)).toEqual([
      '/openai/deployments/a/chat/completions?api-version=2026-01-01',
      '/openai/deployments/b/chat/completions?api-version=2026-01-01',
    ]);
  });

  it('a tenant is served nothing of another one', async () => {
    const { ai, server } = await openAi(json(completion('Hello.')));
    const ask = (tenant: string): Promise<unknown> =>
      new OpenAI({
        apiKey: 'a',
        baseURL: server.url,
        fetch: cachedFetch(ai.forTenant(tenant), { account: 'ours' }),
      }).chat.completions.create(question);
    for (const tenant of ['acme', 'other', 'acme']) await ask(tenant);
    expect(server.asked).toHaveLength(2);
  });

  it('a call without a tenant is refused where one is required, and nothing is asked', async () => {
    const { client, server } = await openAi(json(completion('Hello.')), { tenant: { required: true } });
    await expect(client().chat.completions.create(question)).rejects.toMatchObject({
      cause: expect.objectContaining({ name: 'CacheTenantError' }),
    });
    expect(server.asked).toHaveLength(0);
  });

  it('long numbers in texts are texts: those in what is ignored change nothing', async () => {
    const { ai, server } = await openAi(json(completion('Hello.')), { ignore: ['body.metadata'] });
    const fetch = cachedFetch(ai);
    for (const id of ['1234567890123456', '6543210987654321 "\\\\', '1e999']) {
      const body = JSON.stringify({ ...question, metadata: { id } });
      await fetch(`${server.url}/v1/chat/completions`, { method: 'POST', body });
    }
    expect(server.asked).toHaveLength(1);
  });

  it('paths of the options that are ignored are ignored in the body and the headers', async () => {
    const { client, server } = await openAi(json(completion('Hello.')), {
      ignore: ['body.top_p', 'headers.x-session'],
    });
    for (const top_p of [0.1, 0.2]) {
      const defaultHeaders = { 'X-Session': String(top_p) };
      await client({ defaultHeaders }).chat.completions.create({ ...question, top_p });
    }
    expect(server.asked).toHaveLength(1);
  });
});

describe('another account', () => {
  it('is not told of the failure of the one it waited for', async () => {
    const { client, server } = await openAi(() => {});
    server.answer = (asked, response) => {
      const isRefused = asked.headers.authorization === 'Bearer revoked';
      return (isRefused ? json({ error: {} }, 401) : json(completion('Hello.')))(asked, response);
    };
    const account = 'ours';
    const asking = ['revoked', 'good'].map((apiKey) =>
      client({ apiKey }, { account }).chat.completions.create(question),
    );
    await expect(asking[0]).rejects.toMatchObject({ status: 401 });
    expect((await asking[1]!).choices[0]?.message.content).toBe('Hello.');
  });
});
