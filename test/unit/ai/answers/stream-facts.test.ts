import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import type { AnswerFacts } from '../../../../lib/ai/answers/answer-facts.js';
import { StreamFacts } from '../../../../lib/ai/answers/stream-facts.js';
import { hostileObjects } from './hostile-objects.js';

function factsAfter(items: readonly unknown[]): AnswerFacts {
  const stream = new StreamFacts();
  for (const item of items) stream.take(item);
  expect(stream.facts.ended).toBe(stream.ended);
  return stream.facts;
}

const USAGE = { inputTokens: 3, outputTokens: 5 };
const facts = (given: Partial<AnswerFacts>): AnswerFacts => ({
  text: undefined,
  finish: undefined,
  hasToolCalls: false,
  refused: false,
  usage: undefined,
  model: undefined,
  ended: undefined,
  ...given,
});
const whole = { finish: 'stop', usage: USAGE, model: 'm', ended: true } as const;

const aiSdk = [
  { type: 'start' },
  { type: 'start-step' },
  { type: 'text-start', id: '1' },
  { type: 'text-delta', id: '1', text: 'Hi' },
  { type: 'text-end', id: '1' },
  { type: 'finish-step', finishReason: 'stop', usage: { inputTokens: 1, outputTokens: 1 }, response: { modelId: 'm' } },
  { type: 'finish', finishReason: 'stop', totalUsage: USAGE },
];
const model = [
  { type: 'stream-start', warnings: [] },
  { type: 'response-metadata', modelId: 'm' },
  { type: 'text-delta', id: '1', delta: 'Hi' },
  {
    type: 'finish',
    finishReason: { unified: 'stop' },
    usage: { inputTokens: { total: 3 }, outputTokens: { total: 5 } },
  },
];
const chunk = (...choices: object[]): object => ({ object: 'chat.completion.chunk', model: 'm', choices });
const chat = [
  chunk({ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }),
  chunk({ index: 0, delta: { content: 'Hi' }, finish_reason: null }),
  chunk({ index: 0, delta: {}, finish_reason: 'stop' }),
  { ...chunk(), usage: { prompt_tokens: 3, completion_tokens: 5 } },
];
const anthropic = [
  { type: 'message_start', message: { model: 'm', usage: { input_tokens: 3, output_tokens: 1 } } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'ping' },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } },
  { type: 'message_stop' },
];
const responseEnd = (status: string, more: object = {}): object => ({
  type: `response.${status}`,
  response: { status, model: 'm', usage: { input_tokens: 3, output_tokens: 5 }, error: null, ...more },
});
const responses = [
  { type: 'response.created', response: { status: 'in_progress' } },
  { type: 'response.output_item.added', item: { type: 'message' } },
  { type: 'response.output_text.delta', delta: 'Hi' },
  responseEnd('completed'),
];
const langChain = [
  { content: '', response_metadata: {}, usage_metadata: { input_tokens: 3, output_tokens: 1 } },
  { content: [{ type: 'text', text: 'Hi' }], response_metadata: {}, tool_call_chunks: [] },
  {
    content: '',
    response_metadata: { stop_reason: 'end_turn', model_name: 'm' },
    usage_metadata: { input_tokens: 0, output_tokens: 4 },
  },
];
const gemini = [
  { candidates: [{ content: { parts: [{ text: 'Hi' }] } }], modelVersion: 'm' },
  { candidates: [{ finishReason: 'STOP' }], usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 5 } },
];
const ollamaChunk = (content: string, more: object = {}): object => ({
  model: 'm',
  created_at: '2026-01-01T00:00:00Z',
  message: { role: 'assistant', content },
  done: false,
  ...more,
});
const ollama = [
  ollamaChunk('H'),
  ollamaChunk('i'),
  ollamaChunk('!'),
  ollamaChunk('', { done: true, done_reason: 'stop', prompt_eval_count: 3, eval_count: 5 }),
];
const protocols: [string, object[]][] = [
  ['the AI SDK', aiSdk],
  ['a model of the AI SDK', model],
  ['chat completions', chat],
  ['Anthropic', anthropic],
  ['responses', responses],
  ['Gemini', gemini],
  ['Ollama', ollama],
];

describe('StreamFacts', () => {
  it.each([...protocols, ['LangChain', langChain] as [string, object[]]])('reads a whole stream of %s', (_, items) => {
    expect(factsAfter(items)).toEqual(facts(whole));
  });

  it.each(protocols)('sees where one of %s is cut', (_, items) => {
    const telling = items.findLastIndex((item) =>
      /finish_?reason":"|finishReason|message_stop|completed|done_reason/i.test(JSON.stringify(item)),
    );
    for (let length = 2; length < telling; length++) {
      expect(factsAfter(items.slice(0, length)).ended).toBe(false);
    }
    expect(factsAfter(items.slice(0, telling + 1)).ended).toBe(true);
  });

  it('knows of strings only whether they are white space, and no end', () => {
    expect(factsAfter(['H', 'i'])).toEqual(facts({}));
    expect(factsAfter([' ', '\n', ''])).toEqual(facts({ text: '' }));
    expect(factsAfter([])).toEqual(facts({ text: '' }));
  });

  it.each<[string, object[], Partial<AnswerFacts>]>([
    ['no text', [aiSdk[1]!, aiSdk[6]!], { text: '', finish: 'stop', usage: USAGE, ended: true }],
    [
      'an end of which its provider has told nothing',
      [aiSdk[3]!, { type: 'finish', finishReason: 'unknown', totalUsage: USAGE }],
      { usage: USAGE, ended: false },
    ],
    [
      'the same since its version 6',
      [model[2]!, { type: 'finish', finishReason: { unified: 'other', raw: undefined } }],
      { ended: false },
    ],
    ['the end of a message to a page', [aiSdk[3]!, { type: 'finish' }], { ended: true }],
    ['a failure', [aiSdk[3]!, { type: 'error', error: new Error('no') }], { finish: 'error', ended: false }],
    ['an abort', [...aiSdk, { type: 'abort' }], { ...whole, ended: false }],
    ['a tool that failed', [{ type: 'tool-error', error: new Error('no') }, ...aiSdk], whole],
    [
      'a call',
      [{ type: 'tool-call' }, { type: 'finish', finishReason: 'tool-calls' }],
      { text: '', finish: 'tool-calls', hasToolCalls: true, ended: true },
    ],
    ['a call of an earlier step', [{ type: 'tool-call' }, { type: 'tool-result' }, ...aiSdk], whole],
    ['a call that the provider runs', [{ type: 'tool-call', providerExecuted: true }, ...model], whole],
    ['an image', [{ type: 'file' }, { type: 'finish', finishReason: 'stop' }], { finish: 'stop', ended: true }],
  ])('reads parts of the AI SDK with %s', (_, items, expected) => {
    expect(factsAfter(items)).toEqual(facts(expected));
  });

  it.each<[string, object[], Partial<AnswerFacts>]>([
    [
      'a choice that did not end',
      [
        chunk({ index: 0, delta: { content: 'a' } }, { index: 1, delta: {} }),
        chunk({ index: 1, delta: {}, finish_reason: 'stop' }),
      ],
      { finish: 'stop', model: 'm', ended: false },
    ],
    [
      'choices, the worst of which counts',
      [
        chunk(
          { index: 0, delta: { content: 'a' }, finish_reason: 'length' },
          { index: 1, delta: {}, finish_reason: 'stop' },
        ),
      ],
      { finish: 'length', model: 'm', ended: true },
    ],
    [
      'one more chunk after the end',
      [...chat, chunk({ index: 0, delta: { content: '' }, finish_reason: null })],
      whole,
    ],
    [
      'a call',
      [chunk({ index: 0, delta: { tool_calls: [{}] }, finish_reason: 'tool_calls' })],
      { text: '', finish: 'tool-calls', hasToolCalls: true, model: 'm', ended: true },
    ],
    [
      'a refusal',
      [chunk({ index: 0, delta: { refusal: 'No' }, finish_reason: 'stop' })],
      { text: '', finish: 'stop', refused: true, model: 'm', ended: true },
    ],
    ['a failure', [...chat.slice(0, 2), { error: { message: 'no' } }], { finish: 'error', model: 'm', ended: false }],
  ])('reads chat chunks with %s', (_, items, expected) => {
    expect(factsAfter(items)).toEqual(facts(expected));
  });

  it.each<[string, object[], Partial<AnswerFacts>]>([
    [
      'a call',
      [{ type: 'content_block_start', content_block: { type: 'tool_use' } }],
      { text: '', hasToolCalls: true, ended: false },
    ],
    [
      'a refusal',
      [{ type: 'message_delta', delta: { stop_reason: 'refusal' } }, { type: 'message_stop' }],
      { text: '', finish: 'content-filter', refused: true, ended: true },
    ],
    [
      'a failure',
      [...anthropic.slice(0, 4), { type: 'error', error: { type: 'overloaded_error' } }],
      { finish: 'error', usage: { inputTokens: 3, outputTokens: 1 }, model: 'm', ended: false },
    ],
  ])('reads events of Anthropic with %s', (_, items, expected) => {
    expect(factsAfter(items)).toEqual(facts(expected));
  });

  it.each<[string, object[], Partial<AnswerFacts>]>([
    [
      'a call',
      [{ type: 'response.output_item.added', item: { type: 'function_call' } }, responseEnd('completed')],
      { ...whole, text: '', hasToolCalls: true },
    ],
    [
      'a refusal',
      [{ type: 'response.refusal.delta', delta: 'No' }, responseEnd('completed')],
      { ...whole, text: '', refused: true },
    ],
    [
      'a limit',
      [responses[2]!, responseEnd('incomplete', { incomplete_details: { reason: 'max_output_tokens' } })],
      { ...whole, finish: 'length' },
    ],
    ['an unknown limit', [responses[2]!, { type: 'response.incomplete' }], { finish: 'other', ended: true }],
    ['a failure', [responses[2]!, responseEnd('failed', { error: {} })], { ...whole, finish: 'error' }],
    ['a failure that is not described', [responses[2]!, { type: 'response.failed' }], { finish: 'error', ended: true }],
  ])('reads events of responses with %s', (_, items, expected) => {
    expect(factsAfter(items)).toEqual(facts(expected));
  });

  it.each<[string, unknown[]]>([
    ['events of an application', [{ type: 'start' }, { type: 'progress', percent: 5 }, { type: 'done' }]],
    ['objects', [{ a: 1 }, {}]],
    ['anything else', [5, null, undefined, []]],
  ])('knows nothing of %s', (_, items) => {
    expect(factsAfter(items)).toEqual(facts({}));
  });

  it('never throws, whatever it is given', () => {
    const types = ['text-delta', 'finish', 'message_start', 'content_block_start', 'response.completed', 'error'];
    const shaped = fc.dictionary(
      fc.constantFrom('type', 'choices', 'delta', 'message', 'response', 'usage', 'candidates', 'content', 'item'),
      fc.oneof(fc.anything(), fc.constantFrom(...types), fc.array(fc.anything())),
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.anything(), shaped)), (items) => {
        expect(Object.keys(factsAfter(items)).sort()).toEqual(Object.keys(facts({})).sort());
      }),
      { numRuns: 500 },
    );
    const hostile = hostileObjects();
    expect(
      factsAfter([...hostile, ...hostile.map((choices) => ({ choices, object: 'chat.completion' })), 'a']).ended,
    ).not.toBe(true);
  });
});
