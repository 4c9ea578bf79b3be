import type { ChatOpenAICallOptions, ChatOpenAIFields, ClientOptions } from '@langchain/openai';
import { ChatOpenAICompletions, ChatOpenAIResponses } from '@langchain/openai';
import type { OpenAI } from 'openai';
import { InMemoryCache } from '@langchain/core/caches';
import { CallbackManager } from '@langchain/core/callbacks/manager';

// oxlint-disable typescript/no-deprecated -- who uses an old name must not share either

/** Two values of a parameter that ask for something else each; or two that change no answer, and what they may not change. */
export type Variation<V> = { readonly asks: readonly [V, V] } | { readonly ignored: readonly [V, V] };

/** The compiler knows when the types of the integration have a parameter that is not here. */
type Every<T> = { readonly [Name in keyof Required<T>]: Variation<Exclude<T[Name], undefined>> };

const noop = (): void => {};
const tool = (name: string): object => ({ type: 'function', function: { name, parameters: { type: 'object' } } });
const schema = (name: string): { type: 'json_schema'; json_schema: { name: string; schema: object } } => ({
  type: 'json_schema',
  json_schema: { name, schema: { type: 'object', properties: { [name]: { type: 'string' } } } },
});

export const CLIENT: Every<ClientOptions> = {
  apiKey: { ignored: ['sk-a', 'sk-b'] },
  adminAPIKey: { ignored: ['sk-a', 'sk-b'] },
  webhookSecret: { ignored: ['a', 'b'] },
  workloadIdentity: { ignored: [{} as never, { a: 1 } as never] },
  provider: { asks: [{ name: 'a' } as never, { name: 'b' } as never] },
  organization: { asks: ['org-a', 'org-b'] },
  project: { asks: ['a', 'b'] },
  baseURL: { asks: ['http://127.0.0.1:1/a', 'http://127.0.0.1:1/b'] },
  timeout: { ignored: [1_000, 2_000] },
  maxRetries: { ignored: [0, 1] },
  defaultHeaders: { asks: [{ 'openai-beta': 'a' }, { 'openai-beta': 'b' }] },
  defaultQuery: { asks: [{ 'api-version': 'a' }, { 'api-version': 'b' }] },
  dangerouslyAllowBrowser: { ignored: [true, false] },
  logLevel: { ignored: ['off', 'error'] },
  logger: { ignored: [console, { ...console }] },
  fetch: { ignored: [fetch, (...args) => fetch(...args)] },
  fetchOptions: { ignored: [{ keepalive: true }, { keepalive: false }] },
};

export const FIELDS: Every<Omit<ChatOpenAIFields, 'configuration'>> = {
  model: { asks: ['gpt-a', 'gpt-b'] },
  modelName: { asks: ['gpt-c', 'gpt-d'] },
  temperature: { asks: [0, 0.5] },
  maxTokens: { asks: [10, 20] },
  maxCompletionTokens: { asks: [30, 40] },
  topP: { asks: [0.1, 0.2] },
  frequencyPenalty: { asks: [0.1, 0.2] },
  presencePenalty: { asks: [0.1, 0.2] },
  n: { asks: [2, 3] },
  logitBias: { asks: [{ 1: 1 }, { 1: 2 }] },
  user: { asks: ['a', 'b'] },
  streaming: { asks: [true, false] },
  streamUsage: { asks: [true, false] },
  modelKwargs: { asks: [{ metadata: { apiKey: 'a' } }, { metadata: { apiKey: 'b' } }] },
  stop: { asks: [['a'], ['b']] },
  stopSequences: { asks: [['c'], ['d']] },
  verbosity: { asks: ['low', 'high'] },
  logprobs: { asks: [true, false] },
  topLogprobs: { asks: [1, 2] },
  prefixMessages: { asks: [[{ role: 'system', content: 'a' }], [{ role: 'system', content: 'b' }]] },
  __includeRawResponse: { asks: [true, false] },
  supportsStrictToolCalling: { asks: [true, false] },
  modalities: { asks: [['text'], ['text', 'audio']] },
  audio: {
    asks: [
      { voice: 'alloy', format: 'wav' },
      { voice: 'alloy', format: 'mp3' },
    ],
  },
  reasoning: { asks: [{ effort: 'low' }, { effort: 'high' }] },
  zdrEnabled: { asks: [true, false] },
  service_tier: { asks: ['flex', 'priority'] },
  promptCacheKey: { asks: ['a', 'b'] },
  promptCacheRetention: { asks: ['in-memory', '24h'] },
  disableStreaming: { asks: [true, false] },
  outputVersion: { asks: ['v0', 'v1'] },
  useResponsesApi: { asks: [true, false] },
  completions: { asks: [completions('gpt-a'), completions('gpt-b')] },
  responses: { asks: [responses('gpt-a'), responses('gpt-b')] },
  apiKey: { ignored: ['sk-a', 'sk-b'] },
  openAIApiKey: { ignored: ['sk-a', 'sk-b'] },
  timeout: { ignored: [1_000, 2_000] },
  maxRetries: { ignored: [0, 1] },
  maxConcurrency: { ignored: [1, 2] },
  onFailedAttempt: { ignored: [noop, (): void => {}] },
  verbose: { ignored: [true, false] },
  callbacks: { ignored: [[], [{ handleLLMEnd: noop }]] },
  callbackManager: { ignored: [new CallbackManager(), new CallbackManager('a')] },
  tags: { ignored: [['a'], ['b']] },
  metadata: { ignored: [{ a: 1 }, { b: 1 }] },
  cache: { ignored: [false, new InMemoryCache()] },
};

export const CALL: Every<Omit<ChatOpenAICallOptions, 'options'>> = {
  stop: { asks: [['a'], ['b']] },
  tools: { asks: [[tool('a')], [tool('b')]] as never },
  tool_choice: { asks: ['auto', 'none'] },
  functions: { asks: [[{ name: 'a', parameters: {} }], [{ name: 'b', parameters: {} }]] },
  function_call: { asks: [{ name: 'a' }, { name: 'b' }] },
  response_format: { asks: [schema('a'), schema('b')] },
  seed: { asks: [1, 2] },
  stream_options: { asks: [{ include_usage: true }, { include_usage: false }] },
  parallel_tool_calls: { asks: [true, false] },
  strict: { asks: [true, false] },
  modalities: { asks: [['text'], ['text', 'audio']] },
  audio: {
    asks: [
      { voice: 'alloy', format: 'wav' },
      { voice: 'alloy', format: 'mp3' },
    ],
  },
  prediction: {
    asks: [
      { type: 'content', content: 'a' },
      { type: 'content', content: 'b' },
    ],
  },
  reasoning: { asks: [{ effort: 'low' }, { effort: 'high' }] },
  reasoningEffort: { asks: ['low', 'high'] },
  service_tier: { asks: ['flex', 'priority'] },
  promptCacheKey: { asks: ['a', 'b'] },
  promptCacheRetention: { asks: ['in-memory', '24h'] },
  verbosity: { asks: ['low', 'high'] },
  outputVersion: { asks: ['v0', 'v1'] },
  text: { asks: [{ verbosity: 'low' }, { verbosity: 'high' }] },
  truncation: { asks: ['auto', 'disabled'] },
  include: { asks: [['reasoning.encrypted_content'], ['message.output_text.logprobs']] },
  previous_response_id: { asks: ['a', 'b'] },
  promptIndex: { ignored: [0, 1] },
  maxRetries: { ignored: [0, 1] },
  signal: { ignored: [new AbortController().signal, new AbortController().signal] },
  timeout: { ignored: [10_000, 20_000] },
  callbacks: { ignored: [[], [{ handleLLMEnd: noop }]] },
  tags: { ignored: [['a'], ['b']] },
  metadata: { ignored: [{ a: 1 }, { b: 1 }] },
  runName: { ignored: ['a', 'b'] },
  runId: { ignored: ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'] },
  configurable: { ignored: [{ thread_id: 'a' }, { thread_id: 'b' }] },
  recursionLimit: { ignored: [10, 20] },
  maxConcurrency: { ignored: [1, 2] },
  ls_structured_output_format: { ignored: [{ kwargs: { method: 'a' } }, { kwargs: { method: 'b' } }] },
};

/** Of `options`: those of the one request. */
export const REQUEST: Every<Omit<OpenAI.RequestOptions, `__${string}`>> = {
  method: { asks: ['post', 'put'] },
  path: { asks: ['/a', '/b'] },
  query: { asks: [{ a: 1 }, { a: 2 }] },
  body: { asks: [{ a: 1 }, { a: 2 }] },
  headers: { asks: [{ 'openai-beta': 'a' }, { 'openai-beta': 'b' }] },
  stream: { asks: [true, false] },
  defaultBaseURL: { asks: ['http://127.0.0.1:1/a', 'http://127.0.0.1:1/b'] },
  maxRetries: { ignored: [0, 1] },
  timeout: { ignored: [10_000, 20_000] },
  fetchOptions: { ignored: [{ keepalive: true }, { keepalive: false }] },
  signal: { ignored: [new AbortController().signal, new AbortController().signal] },
  idempotencyKey: { ignored: ['a', 'b'] },
};

function completions(model: string): ChatOpenAICompletions {
  return new ChatOpenAICompletions({ model, apiKey: 'sk-test' });
}

function responses(model: string): ChatOpenAIResponses {
  return new ChatOpenAIResponses({ model, apiKey: 'sk-test' });
}
