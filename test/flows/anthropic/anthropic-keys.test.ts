import { afterEach, describe, expect, it } from '@jest/globals';
import type Anthropic from '@anthropic-ai/sdk';
import type { MessageCreateParamsBase as BetaMessageCreateParamsBase } from '@anthropic-ai/sdk/resources/beta/messages/messages';
import type { MessageCountTokensParams, MessageCreateParamsBase } from '@anthropic-ai/sdk/resources/messages/messages';
import { AiResponseCache } from 'nestjs-cached/ai';
import { cachedMiddleware } from 'nestjs-cached/anthropic';
import { otherCalls, type TwoOfEach } from '../../support/other-calls.js';
import { events, json } from '../../support/provider-server.js';
import { closeRedisCaches, redisCache } from '../../support/redis-caches.js';
import { startRedis } from '../../support/redis-server.js';
import { itemsIn } from '../ai/ai-cache.js';
import { anthropic, closeServers, message, messageEvents, question, textOf } from './anthropic-client.js';

afterEach(closeServers);

const shared: TwoOfEach<Omit<MessageCountTokensParams, 'tools'>> = {
  model: ['a', 'b'],
  messages: [[{ role: 'user', content: 'A' }], [{ role: 'assistant', content: 'A' }]],
  cache_control: [{ type: 'ephemeral' }, { type: 'ephemeral', ttl: '1h' }],
  output_config: [{ effort: 'low' }, { effort: 'high' }],
  speed: ['standard', 'fast'],
  system: ['A', [{ type: 'text', text: 'A' }]],
  thinking: [{ type: 'disabled' }, { type: 'enabled', budget_tokens: 1024 }],
  tool_choice: [{ type: 'auto' }, { type: 'none' }],
  user_profile_id: ['a', 'b'],
  workspace_id: ['a', 'b'],
};
const tool = { name: 'f', input_schema: { type: 'object' as const } };

const messages: Omit<TwoOfEach<MessageCreateParamsBase>, 'stream' | 'container'> = {
  ...shared,
  diagnostics: [{}, { previous_message_id: 'msg_0' }],
  inference_geo: ['us', 'eu'],
  max_tokens: [1, 2],
  metadata: [{ user_id: 'a' }, { user_id: 'b' }],
  service_tier: ['auto', 'standard_only'],
  stop_sequences: [['A'], ['B']],
  tools: [[tool], [{ ...tool, name: 'g' }]],
};

const beta: Omit<
  TwoOfEach<BetaMessageCreateParamsBase>,
  'stream' | 'container' | 'thread' | 'mcp_servers' | keyof typeof shared
> = {
  betas: [['files-api-2025-04-14'], ['context-1m-2025-08-07']],
  billing_policy: [{ type: 'billing_policy' }, { type: 'billing_policy', bill_to: 'A' as never }],
  compaction: [{ type: 'A' } as never, { type: 'B' } as never],
  context_management: [{}, { edits: [] }],
  diagnostics: [{}, { previous_message_id: 'msg_0' }],
  fallback_credit_token: ['a', 'b'],
  fallbacks: ['A' as never, 'B' as never],
  inference_geo: ['us', 'eu'],
  max_tokens: [1, 2],
  metadata: [{ user_id: 'a' }, { user_id: 'b' }],
  output_format: [
    { type: 'json_schema', schema: {} },
    { type: 'json_schema', schema: { type: 'object' } },
  ],
  service_tier: ['auto', 'standard_only'],
  stop_sequences: [['A'], ['B']],
  tools: [[tool], [{ ...tool, name: 'g' }]],
};

describe('two calls share an answer exactly when they ask for the same', () => {
  const { max_tokens: _, ...counted } = question;

  it.each([
    [
      'messages.create',
      message('Hello.'),
      otherCalls({ ...question }, messages as never),
      (claude: Anthropic, params: object) =>
        claude.messages.create(params as Anthropic.MessageCreateParamsNonStreaming),
    ],
    [
      'beta.messages.create',
      message('Hello.'),
      otherCalls({ ...question }, { ...shared, ...beta } as never),
      (claude: Anthropic, params: object) => claude.beta.messages.create(params as never),
    ],
    [
      'messages.countTokens',
      { input_tokens: 7 },
      otherCalls({ ...counted }, { ...shared, tools: messages.tools } as never),
      (claude: Anthropic, params: object) => claude.messages.countTokens(params as MessageCountTokensParams),
    ],
  ])('%s: each parameter of the SDK, at each of two values', async (_name, answer, calls, create) => {
    const { client, server } = await anthropic(json(answer));
    const claude = client();
    for (const { params } of calls) await create(claude, params);
    // Were there two that share an answer, one of them would not have been asked.
    expect(server.asked).toHaveLength(calls.length);
    for (const { params } of calls) {
      const turned = Object.fromEntries(Object.entries(params).toReversed());
      const response = await (create(claude, turned) as { asResponse(): Promise<Response> }).asResponse();
      expect(response.headers.get('x-cache')).toBe('hit');
    }
    expect(server.asked).toHaveLength(calls.length);
  });

  it.each([
    ['a key', { apiKey: 'a' }, { apiKey: 'b' }],
    ['a token', { apiKey: null, authToken: 'a' }, { apiKey: null, authToken: 'b' }],
    ['a version', {}, { defaultHeaders: { 'anthropic-version': '2023-06-01' } }],
    ['a feature', {}, { defaultHeaders: { 'anthropic-beta': 'context-1m-2025-08-07' } }],
  ])('not with another one of %s', async (_name, one, two) => {
    const { client, server } = await anthropic(json(message('Hello.')));
    for (const options of [one, two, one, two]) await client(options).messages.create(question);
    expect(server.asked).toHaveLength(2);
  });

  it('clients that name one account share it, whatever their keys, and each tenant has its own', async () => {
    const { ai, client, server } = await anthropic(json(message('Hello.')));
    for (const apiKey of ['a', 'b']) await client({ apiKey }, { account: 'ours' }).messages.create(question);
    expect(server.asked).toHaveLength(1);
    for (const tenant of ['acme', 'other', 'acme']) {
      const middleware = [cachedMiddleware(ai.forTenant(tenant), { account: 'ours' })];
      await client({ middleware }).messages.create(question);
    }
    expect(server.asked).toHaveLength(3);
  });
});

describe('over Redis', () => {
  afterEach(closeRedisCaches);

  it('two processes ask once, whole and streamed', async () => {
    const redis = await startRedis();
    try {
      const { client, server } = await anthropic(json(message('Hello.')));
      for (let nth = 0; nth < 2; nth++) {
        const middleware = [cachedMiddleware(new AiResponseCache(await redisCache(redis.url)))];
        const claude = client({ middleware });
        server.answer = json(message('Hello.'));
        expect((await claude.messages.create(question)).content).toMatchObject([{ text: 'Hello.' }]);
        server.answer = events(...messageEvents('Hello you.'));
        expect(textOf(await itemsIn(await claude.messages.create({ ...question, stream: true })))).toBe('Hello you.');
      }
      expect(server.asked).toHaveLength(2);
    } finally {
      await closeRedisCaches();
      await redis.stop();
    }
  });
});
