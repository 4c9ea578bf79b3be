import { describe, expect, it } from '@jest/globals';
import type { EmbeddingModelV3CallOptions, LanguageModelV3CallOptions } from '@ai-sdk/provider';
import type { EmbeddingModelV4CallOptions, LanguageModelV4CallOptions } from 'ai-sdk-provider-v4';
import * as z from 'zod';
import { requestOf } from '../../../lib/adapters/ai-sdk/call-request.js';
import { versionOf } from '../../../lib/adapters/ai-sdk/embedding-version.js';
import type { EmbeddingModelParams, LanguageModelParams } from '../../../lib/adapters/ai-sdk/model-shapes.js';
import { EmbeddingCache } from '../../../lib/ai/embeddings/embedding-cache.js';
import { RequestKeys } from '../../../lib/ai/keys/request-keys.js';
import { testCache } from '../../support/caches.js';

/*
 * One list for each specification, with every parameter that its types know: a parameter that is new in them is missing here,
 * and this file does not compile.
 */
type Values<T> = { readonly [Name in keyof Required<T>]: readonly unknown[] };

const bytes = Uint8Array.of(1, 2, 3);
const user = (...content: unknown[]): unknown[] => [{ role: 'user', content }];
const text = (said: string): object => ({ type: 'text', text: said });
const file = (data: unknown, more: object = {}): object => ({ type: 'file', mediaType: 'image/png', data, ...more });
const result = (output: object): unknown[] => [
  { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'c', toolName: 'f', output }] },
];

const prompts = [
  user(text('a')),
  user(text('b')),
  user(text('a'), text('b')),
  user(text('ab')),
  [{ role: 'system', content: 'a' }],
  [...user(text('a')), ...user(text('b'))],
  [...user(text('b')), ...user(text('a'))],
  [{ role: 'assistant', content: [text('a')] }],
  [{ role: 'assistant', content: [{ type: 'reasoning', text: 'a' }] }],
  user({ ...text('a'), providerOptions: { anthropic: { cacheControl: { type: 'ephemeral' } } } }),
  [{ role: 'user', content: [text('a')], providerOptions: { openai: { x: 1 } } }],
  user(file(bytes)),
  user(file(Uint8Array.of(1, 2, 4))),
  user(file(bytes, { mediaType: 'image/jpeg' })),
  user(file(bytes, { filename: 'a.png' })),
  user(file('AQID')),
  user(file(new URL('https://images.example/a.png'))),
  user(file(new URL('https://images.example/b.png'))),
  result({ type: 'text', value: 'a' }),
  result({ type: 'json', value: 'a' }),
  result({ type: 'json', value: { a: [1, null] } }),
  result({ type: 'error-text', value: 'a' }),
  result({ type: 'content', value: [{ type: 'file-data', data: 'AQID', mediaType: 'image/png' }] }),
  [{ role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'c', toolName: 'f', input: { a: 1 } }] }],
  [{ role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'c', toolName: 'f', input: '{"a":1}' }] }],
];

const schema = (type: string): object => ({ type: 'object', properties: { a: { type } } });
const functionTool = (more: object = {}): object => ({
  type: 'function',
  name: 'f',
  inputSchema: schema('string'),
  ...more,
});

const THIRD: Values<LanguageModelV3CallOptions> = {
  prompt: prompts,
  maxOutputTokens: [1, 2],
  temperature: [0, 1, 0.5],
  stopSequences: [[], ['a'], ['b'], ['a', 'b'], ['b', 'a'], ['ab']],
  topP: [0, 1],
  topK: [1, 2],
  presencePenalty: [0, 1, -1],
  frequencyPenalty: [0, 1, -1],
  responseFormat: [
    { type: 'text' },
    { type: 'json' },
    { type: 'json', schema: schema('string') },
    { type: 'json', schema: schema('number') },
    { type: 'json', schema: schema('string'), name: 'n' },
    { type: 'json', schema: schema('string'), description: 'n' },
    { type: 'json', schema: z.toJSONSchema(z.object({ a: z.string() })) },
    { type: 'json', schema: z.toJSONSchema(z.object({ b: z.string() })) },
  ],
  seed: [0, 1],
  tools: [
    [],
    [functionTool()],
    [functionTool({ name: 'g' })],
    [functionTool({ description: 'd' })],
    [functionTool({ inputSchema: schema('number') })],
    [functionTool({ inputSchema: z.toJSONSchema(z.object({ a: z.number() })) })],
    [functionTool({ strict: true })],
    [functionTool({ strict: false })],
    [functionTool({ inputExamples: [{ input: { a: 'x' } }] })],
    [functionTool({ providerOptions: { openai: { deferLoading: true } } })],
    [functionTool(), functionTool({ name: 'g' })],
    [functionTool({ name: 'g' }), functionTool()],
    [{ type: 'provider', id: 'openai.web_search', name: 'search', args: {} }],
    [{ type: 'provider', id: 'openai.web_search', name: 'search', args: { inputSchema: 1 } }],
    [{ type: 'provider', id: 'openai.file_search', name: 'search', args: {} }],
  ],
  toolChoice: [{ type: 'auto' }, { type: 'none' }, { type: 'required' }, { type: 'tool', toolName: 'f' }],
  includeRawChunks: [true, false],
  headers: [{ 'x-app': 'a' }, { 'x-app': 'b' }, { 'openai-project': 'a' }, { 'anthropic-beta': 'a' }],
  providerOptions: [
    {},
    { openai: {} },
    { openai: { reasoningEffort: 'low' } },
    { openai: { reasoningEffort: 'high' } },
    { azure: { reasoningEffort: 'low' } },
    { openai: { headers: { authorization: 'a' }, signal: 'b' } },
  ],
  abortSignal: [],
};

const FOURTH: Values<LanguageModelV4CallOptions> = {
  ...THIRD,
  prompt: [
    ...prompts,
    user(file({ type: 'data', data: bytes })),
    user(file({ type: 'data', data: 'AQID' })),
    user(file({ type: 'url', url: new URL('https://images.example/a.png') })),
    user(file({ type: 'reference', reference: { openai: 'file-1' } })),
    user(file({ type: 'text', text: 'AQID' })),
    [{ role: 'assistant', content: [{ type: 'custom', kind: 'openai.compaction' }] }],
    [
      {
        role: 'assistant',
        content: [{ type: 'reasoning-file', mediaType: 'image/png', data: { type: 'data', data: bytes } }],
      },
    ],
  ],
  reasoning: ['provider-default', 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'],
};

const EMBEDDING_THIRD: Values<EmbeddingModelV3CallOptions> = {
  // Each text has a key of its own, beside what is tried here.
  values: [],
  providerOptions: [
    { openai: { dimensions: 256 } },
    { openai: { dimensions: 512 } },
    { google: { taskType: 'RETRIEVAL_QUERY' } },
    { google: { taskType: 'RETRIEVAL_DOCUMENT' } },
  ],
  headers: [{ 'x-app': 'a' }, { 'x-app': 'b' }],
  abortSignal: [],
};
const EMBEDDING_FOURTH: Values<EmbeddingModelV4CallOptions> = { ...EMBEDDING_THIRD, dimensions: [256, 512] };

/** Parameters as few as there can be, with each value of each list, and with each two of different lists. */
function variants(base: object, lists: Readonly<Record<string, readonly unknown[]>>): object[] {
  const single = Object.entries(lists).flatMap(([name, values]) => values.map((value) => ({ [name]: value })));
  const pairs = single.flatMap((one, at) =>
    single.slice(at + 1).flatMap((two) => (Object.keys(one)[0] === Object.keys(two)[0] ? [] : [{ ...one, ...two }])),
  );
  return [base, ...single, ...pairs].map((each) => ({ ...base, ...each }));
}

const keys = new RequestKeys();
const model = { specificationVersion: 'v3', provider: 'openai.chat', modelId: 'small' };
const keyOf = (params: object, of = model, variant?: string | number): string =>
  keys.prepare(requestOf(variant === undefined ? {} : { variant }, params as LanguageModelParams, of)).key;

describe('keys of language models', () => {
  it.each([
    ['v3', THIRD],
    ['v4', FOURTH],
  ])('are never shared by two calls of %s that differ in a parameter, or in two', (_, lists) => {
    const base = { prompt: user(text('base')) };
    const seen = new Map<string, object>();
    for (const params of variants(base, lists)) {
      const other = seen.get(keyOf(params));
      expect({ params, other }).toEqual({ params, other: undefined });
      seen.set(keyOf(params), params);
    }
    expect(seen.size).toBeGreaterThan(1_000);
  });

  it('are never shared by two models', () => {
    const params = { prompt: user(text('a')) };
    const made = [
      keyOf(params),
      keyOf(params, { ...model, provider: 'azure.chat' }),
      keyOf(params, { ...model, modelId: 'large' }),
      // Its parts have other shapes, and an application that goes from one to the other may find those of before.
      keyOf(params, { ...model, specificationVersion: 'v4' }),
      keyOf(params, model, 1),
      keyOf(params, model, '1'),
    ];
    expect(new Set(made).size).toBe(made.length);
  });

  it('do not depend on what changes no answer', () => {
    const params = { prompt: user(text('a')), headers: { 'x-app': 'a' } };
    const same = [
      { ...params, abortSignal: new AbortController().signal },
      { ...params, abortSignal: AbortSignal.abort() },
      { ...params, temperature: undefined, tools: undefined },
      { ...params, headers: { 'X-App': 'a', 'user-agent': 'ai/6', authorization: 'Bearer b', traceparent: '0' } },
      { headers: params.headers, prompt: user({ text: 'a', type: 'text' }) },
      { ...params, prompt: user({ ...text('a'), providerOptions: undefined }) },
    ];
    for (const each of same) expect(keyOf(each)).toBe(keyOf(params));
    const images = [bytes, Buffer.from(bytes), new Uint8Array(Uint8Array.of(9, 1, 2, 3).buffer, 1)];
    expect(new Set(images.map((data) => keyOf({ prompt: user(file(data)) }))).size).toBe(1);
  });

  it('hold no word of what is asked', () => {
    expect(keyOf({ prompt: user(text('secret')) })).toMatch(/^generate:small:small:-:-:[0-9a-f]{64}$/);
  });
});

describe('keys of embedding models', () => {
  it.each([
    ['v3', EMBEDDING_THIRD],
    ['v4', EMBEDDING_FOURTH],
  ])('are never shared by two calls of %s that differ in a parameter, or in two', async (_, lists) => {
    const { cache } = await testCache();
    const versions = [undefined, 1, '1'].map((version) => new EmbeddingCache(cache, { model: 'tiny', version }));
    const versioned = (params: object, of = model, variant?: string): string[] =>
      versions.map((each) => versionOf(each, params as EmbeddingModelParams, of, variant));
    const made = [
      ...variants({ values: ['a'] }, lists).flatMap((params) => versioned(params)),
      ...versioned({ values: ['a'] }, { ...model, provider: 'other' }),
      ...versioned({ values: ['a'] }, model, 'eu'),
    ];
    expect(new Set(made).size).toBe(made.length);
    const same = { values: ['b'], abortSignal: AbortSignal.abort(), headers: { 'user-agent': 'ai' } };
    expect(versioned(same)).toEqual(versioned({ values: ['a'] }));
  });
});
