import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import type { AnswerFacts } from '../../../../lib/ai/answers/answer-facts.js';
import { answerFacts } from '../../../../lib/ai/answers/read-answer.js';
import { hostileObjects } from './hostile-objects.js';

const UNKNOWN: AnswerFacts = {
  text: undefined,
  finish: undefined,
  hasToolCalls: false,
  refused: false,
  usage: undefined,
  model: undefined,
};
const facts = (given: Partial<AnswerFacts>): AnswerFacts => ({ ...UNKNOWN, ...given });
const USAGE = { inputTokens: 3, outputTokens: 5 };

/** As the AI SDK's results are: their members are getters. */
class Result {
  constructor(private readonly parts: Record<string, unknown>) {}
  get text(): unknown {
    return this.parts['text'];
  }
  get finishReason(): unknown {
    return this.parts['finishReason'];
  }
  get usage(): unknown {
    return this.parts['usage'];
  }
  get toolCalls(): unknown {
    return this.parts['toolCalls'];
  }
}

const chat = (...choices: object[]): object => ({
  object: 'chat.completion',
  model: 'gpt-5-2026',
  choices,
  usage: { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 },
});
const message = (content: unknown, more: object = {}): object => ({
  role: 'assistant',
  content,
  refusal: null,
  ...more,
});
const response = (more: object): object => ({
  object: 'response',
  status: 'completed',
  error: null,
  incomplete_details: null,
  model: 'gpt-5-2026',
  output: [{ type: 'reasoning' }, { type: 'message', content: [{ type: 'output_text', text: 'Hi' }] }],
  usage: { input_tokens: 3, output_tokens: 5 },
  ...more,
});
const anthropic = (more: object): object => ({
  type: 'message',
  role: 'assistant',
  model: 'claude',
  content: [
    { type: 'thinking', thinking: 'hm' },
    { type: 'text', text: 'Hi' },
  ],
  stop_reason: 'end_turn',
  usage: { input_tokens: 3, output_tokens: 5 },
  ...more,
});
const gemini = (candidate: object, more: object = {}): object => ({
  candidates: [
    { content: { parts: [{ text: 'hm', thought: true }, { text: 'Hi' }] }, finishReason: 'STOP', ...candidate },
  ],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4, thoughtsTokenCount: 1 },
  modelVersion: 'gemini-3',
  ...more,
});
const langChain = (more: object): object => ({
  content: 'Hi',
  tool_calls: [],
  response_metadata: { finish_reason: 'stop', model_name: 'm' },
  usage_metadata: { input_tokens: 3, output_tokens: 5, total_tokens: 8 },
  ...more,
});

/** The whole `Response` but its id, as the last chunk of a stream has it: with the usage once more. */
const langChainResponse = (more: object): object => ({
  ...{ object: 'response', model: 'm', status: 'completed', error: null, incomplete_details: null, output: [] },
  usage: { input_tokens: 3, output_tokens: 5 },
  ...more,
});

const ollama = (more: object): object => ({
  model: 'llama',
  created_at: '2026-01-01T00:00:00Z',
  message: { role: 'assistant', content: 'Hi' },
  done: true,
  done_reason: 'stop',
  prompt_eval_count: 3,
  eval_count: 5,
  ...more,
});

const known = { text: 'Hi', finish: 'stop', usage: USAGE } as const;
const openAi = { ...known, model: 'gpt-5-2026' } as const;

describe('answerFacts', () => {
  it.each<[string, unknown, Partial<AnswerFacts>]>([
    ['a string', 'Hi', { text: 'Hi' }],
    ['an empty string', '', { text: '' }],

    [
      'generateText',
      {
        text: 'Hi',
        finishReason: 'stop',
        toolCalls: [],
        usage: USAGE,
        response: { modelId: 'm' },
        content: [{ type: 'text', text: 'Hi' }],
      },
      { ...known, model: 'm' },
    ],
    [
      'generateText of several steps',
      { text: 'Hi', finishReason: 'stop', usage: { inputTokens: 1 }, totalUsage: USAGE },
      known,
    ],
    [
      'generateText behind getters',
      new Result({ text: 'Hi', finishReason: 'length', usage: USAGE }),
      { ...known, finish: 'length' },
    ],
    [
      'generateText with calls',
      new Result({ text: '', finishReason: 'tool-calls', toolCalls: [{}] }),
      { text: '', finish: 'tool-calls', hasToolCalls: true },
    ],
    [
      'tools that the provider runs',
      { text: 'Hi', finishReason: 'stop', toolCalls: [{ providerExecuted: true }] },
      { text: 'Hi', finish: 'stop' },
    ],
    [
      'generateText with an image',
      { text: '', finishReason: 'stop', files: [{ mediaType: 'image/png' }] },
      { finish: 'stop' },
    ],
    ['generateText that says nothing', { text: ' ', finishReason: 'unknown' }, { text: ' ' }],
    ['generateObject', { object: { a: 1 }, finishReason: 'stop', usage: USAGE }, { finish: 'stop', usage: USAGE }],
    [
      'LanguageModelV3',
      {
        content: [
          { type: 'reasoning', text: 'hm' },
          { type: 'text', text: 'H' },
          { type: 'text', text: 'i' },
        ],
        finishReason: { unified: 'content-filter', raw: 'SAFETY' },
        usage: { inputTokens: { total: 3, noCache: 3 }, outputTokens: { total: 5 } },
      },
      { ...known, finish: 'content-filter' },
    ],
    [
      'LanguageModelV3 of a provider that says no reason',
      { content: [{ type: 'text', text: 'Hi' }], finishReason: { unified: 'other', raw: undefined } },
      { text: 'Hi' },
    ],
    [
      'LanguageModelV3 of an unknown reason',
      { content: [{ type: 'text', text: 'Hi' }], finishReason: { unified: 'other', raw: 'tired' } },
      { text: 'Hi', finish: 'other' },
    ],
    [
      'LanguageModelV2 with a call',
      { content: [{ type: 'tool-call' }], finishReason: 'tool-calls' },
      { text: '', finish: 'tool-calls', hasToolCalls: true },
    ],
    [
      'LanguageModelV3 with a file',
      { content: [{ type: 'file' }], finishReason: { unified: 'stop' } },
      { finish: 'stop' },
    ],

    ['a chat completion', chat({ message: message('Hi'), finish_reason: 'stop' }), openAi],
    ['one cut short', chat({ message: message('Hi'), finish_reason: 'length' }), { ...openAi, finish: 'length' }],
    [
      'one filtered',
      chat({ message: message('Hi'), finish_reason: 'content_filter' }),
      { ...openAi, finish: 'content-filter' },
    ],
    [
      'one refused',
      chat({ message: message(null, { refusal: 'No' }), finish_reason: 'stop' }),
      { ...openAi, text: '', refused: true },
    ],
    [
      'one with calls',
      chat({ message: message(null, { tool_calls: [{ id: '1' }] }), finish_reason: 'tool_calls' }),
      { ...openAi, text: '', finish: 'tool-calls', hasToolCalls: true },
    ],
    [
      'one with a forced call',
      chat({ message: message(null, { function_call: {} }), finish_reason: 'stop' }),
      { ...openAi, text: '', hasToolCalls: true },
    ],
    [
      'several choices, the worst of which counts',
      chat({ message: message('H'), finish_reason: 'length' }, { message: message('i'), finish_reason: 'stop' }),
      { ...openAi, finish: 'length' },
    ],
    [
      'a spoken one',
      chat({ message: message(null, { audio: {} }), finish_reason: 'stop' }),
      { ...openAi, text: undefined },
    ],
    [
      'a failed choice of a router',
      chat({ message: message('Hi'), error: { code: 502 } }),
      { ...openAi, finish: 'error' },
    ],
    [
      'an older completion',
      { object: 'text_completion', choices: [{ text: 'Hi', finish_reason: 'stop' }] },
      { text: 'Hi', finish: 'stop' },
    ],

    [
      'one of two choices, one of them empty',
      chat({ message: message('Hi'), finish_reason: 'stop' }, { message: message(' '), finish_reason: 'stop' }),
      { ...openAi, text: '' },
    ],
    [
      'one of two choices, one of them a call',
      chat(
        { message: message('Hi'), finish_reason: 'stop' },
        { message: message(null, { tool_calls: [{ id: '1' }] }), finish_reason: 'tool_calls' },
      ),
      { ...openAi, finish: 'tool-calls', hasToolCalls: true },
    ],
    ['a response', response({}), openAi],
    [
      'one of max_output_tokens',
      response({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }),
      { ...openAi, finish: 'length' },
    ],
    [
      'one incomplete by the filter',
      response({ status: 'incomplete', incomplete_details: { reason: 'content_filter' } }),
      { ...openAi, finish: 'content-filter' },
    ],
    ['one incomplete for no reason', response({ status: 'incomplete' }), { ...openAi, finish: 'other' }],
    ['one in progress', response({ status: 'in_progress' }), { ...openAi, finish: 'other' }],
    ['a failed one', response({ status: 'failed', error: { code: 'server_error' } }), { ...openAi, finish: 'error' }],
    ['one with a call', response({ output: [{ type: 'function_call' }] }), { ...openAi, text: '', hasToolCalls: true }],
    ['one with a search of its own', response({ output: [{ type: 'web_search_call' }] }), { ...openAi, text: '' }],
    ['one with an image', response({ output: [{ type: 'image_generation_call' }] }), { ...openAi, text: undefined }],
    [
      'one that is refused',
      response({ output: [{ type: 'message', content: [{ type: 'refusal', refusal: 'No' }] }] }),
      { ...openAi, text: '', refused: true },
    ],

    ['a message of Anthropic', anthropic({}), { ...known, model: 'claude' }],
    [
      'one with a prompt out of a cache',
      anthropic({
        usage: { input_tokens: 1, cache_read_input_tokens: 2000, cache_creation_input_tokens: 300, output_tokens: 5 },
      }),
      { ...known, usage: { inputTokens: 2301, outputTokens: 5 }, model: 'claude' },
    ],
    ['one stopped by a sequence', anthropic({ stop_reason: 'stop_sequence' }), { ...known, model: 'claude' }],
    ['one of max_tokens', anthropic({ stop_reason: 'max_tokens' }), { ...known, finish: 'length', model: 'claude' }],
    ['one paused', anthropic({ stop_reason: 'pause_turn' }), { ...known, finish: 'other', model: 'claude' }],
    [
      'one refused',
      anthropic({ stop_reason: 'refusal' }),
      { ...known, finish: 'content-filter', refused: true, model: 'claude' },
    ],
    [
      'one with a call',
      anthropic({ stop_reason: 'tool_use', content: [{ type: 'tool_use' }] }),
      { ...known, text: '', finish: 'tool-calls', hasToolCalls: true, model: 'claude' },
    ],
    [
      'one with a search of its own',
      anthropic({ content: [{ type: 'server_tool_use' }, { type: 'text', text: 'Hi' }] }),
      { ...known, model: 'claude' },
    ],
    ['a failure of Anthropic', { type: 'error', error: { type: 'overloaded_error' } }, { finish: 'error' }],

    ['a message of LangChain', langChain({}), { ...known, model: 'm' }],
    ['one of parts', langChain({ content: [{ type: 'text', text: 'Hi' }] }), { ...known, model: 'm' }],
    [
      'one with a call',
      langChain({ content: '', tool_calls: [{}] }),
      { ...known, text: '', hasToolCalls: true, model: 'm' },
    ],
    [
      'one of Anthropic',
      langChain({ response_metadata: { stop_reason: 'max_tokens', model: 'm' } }),
      { ...known, finish: 'length', model: 'm' },
    ],
    ['one refused', langChain({ additional_kwargs: { refusal: 'No' } }), { ...known, refused: true, model: 'm' }],
    [
      'one with a call that cannot be read',
      langChain({ invalid_tool_calls: [{}] }),
      { ...known, hasToolCalls: true, model: 'm' },
    ],
    [
      'one with a call of a function',
      langChain({ additional_kwargs: { function_call: { name: 'f' } } }),
      { ...known, hasToolCalls: true, model: 'm' },
    ],
    [
      'one of Anthropic that was streamed',
      langChain({ response_metadata: {}, additional_kwargs: { stop_reason: 'max_tokens' } }),
      { ...known, finish: 'length' },
    ],
    [
      'one of Bedrock',
      langChain({ response_metadata: { messageStop: { stopReason: 'guardrail_intervened' } } }),
      { ...known, finish: 'content-filter' },
    ],
    ['one of the Responses API', langChain({ response_metadata: langChainResponse({}) }), { ...known, model: 'm' }],
    [
      'one of it that is cut',
      langChain({
        response_metadata: langChainResponse({
          status: 'incomplete',
          incomplete_details: { reason: 'max_output_tokens' },
        }),
      }),
      { ...known, finish: 'length', model: 'm' },
    ],
    [
      'one of it that is cut, and says no more',
      langChain({ response_metadata: langChainResponse({ status: 'incomplete' }) }),
      { ...known, finish: 'other', model: 'm' },
    ],
    [
      'one of it that is under way',
      langChain({ response_metadata: langChainResponse({ status: 'in_progress' }) }),
      { ...known, finish: 'other', model: 'm' },
    ],
    [
      'one of it that asks for leave',
      langChain({ response_metadata: langChainResponse({ output: [{ type: 'mcp_approval_request' }] }) }),
      { ...known, hasToolCalls: true, model: 'm' },
    ],
    [
      'one of it that was streamed and asks for leave',
      langChain({ additional_kwargs: { tool_outputs: [{ type: 'mcp_approval_request' }] } }),
      { ...known, hasToolCalls: true, model: 'm' },
    ],

    ['a response of Gemini', gemini({}), { ...known, model: 'gemini-3' }],
    ['one of MAX_TOKENS', gemini({ finishReason: 'MAX_TOKENS' }), { ...known, finish: 'length', model: 'gemini-3' }],
    [
      'one of SAFETY',
      gemini({ finishReason: 'SAFETY', content: undefined }),
      { ...known, text: '', finish: 'content-filter', model: 'gemini-3' },
    ],
    [
      'one with a call',
      gemini({ content: { parts: [{ functionCall: {} }] } }),
      { ...known, text: '', hasToolCalls: true, model: 'gemini-3' },
    ],
    [
      'one with an image',
      gemini({ content: { parts: [{ inlineData: {} }] } }),
      { ...known, text: undefined, model: 'gemini-3' },
    ],
    [
      'one without candidates',
      gemini({}, { candidates: undefined }),
      { ...known, text: '', finish: undefined, model: 'gemini-3' },
    ],
    ['a blocked prompt', { promptFeedback: { blockReason: 'SAFETY' } }, { text: '', finish: 'content-filter' }],

    ['a chat of Ollama', ollama({}), { ...known, model: 'llama' }],
    ['a text of Ollama', ollama({ message: undefined, response: 'Hi' }), { ...known, model: 'llama' }],
    ['one of num_predict', ollama({ done_reason: 'length' }), { ...known, finish: 'length', model: 'llama' }],
    ['one with no text', ollama({ message: { content: '' } }), { ...known, text: '', model: 'llama' }],
    [
      'one with a call',
      ollama({ message: { content: '', tool_calls: [{}] } }),
      { ...known, text: '', hasToolCalls: true, model: 'llama' },
    ],

    ['an error body', { error: { message: 'no' } }, { finish: 'error' }],
    ['an error body of Ollama', { error: 'no such model' }, { finish: 'error' }],
    ['one with a type', { error: 'too long', error_type: 'validation' }, { finish: 'error' }],
    ['one of a gateway', { statusCode: 502, message: 'no', error: 'Bad Gateway' }, { finish: 'error' }],
    ['one of vLLM', { object: 'error', message: 'too long', type: 'BadRequestError', code: 400 }, { finish: 'error' }],
  ])('reads %s', (_, answer, expected) => {
    expect(answerFacts(answer)).toEqual(facts(expected));
  });

  it.each([
    [null],
    [undefined],
    [5],
    [[]],
    [{}],
    [{ text: '' }],
    [{ error: null, text: 'a' }],
    [{ error: '', sum: 1 }],
    [{ error: 'a', sum: 1 }],
    [{ error: '', message: 'a' }],
    [{ subject: 'a', verb: 'raises', object: 'error' }],
    [{ choices: ['a', 'b'], question: 'c' }],
    [{ response: '', done: true }],
    [{ choices: [] }],
    [{ candidates: [{ name: 'a' }] }],
    [{ status: 'open', output: [] }],
    [{ type: 'message', content: [] }],
    [{ content: '', tool_calls: 'a' }],
  ])('knows nothing of %j', (answer) => {
    expect(answerFacts(answer)).toEqual(UNKNOWN);
  });

  it('does not touch a stream that has not been read', () => {
    const touched: string[] = [];
    const result = new Proxy(
      { fullStream: 1, text: 'a', finishReason: 'stop' },
      { get: (_, name) => touched.push(String(name)) },
    );
    expect(answerFacts(result)).toEqual(UNKNOWN);
    expect(touched).toEqual([]);
  });

  it('takes no counts that are none', () => {
    const usage = { inputTokens: -1, outputTokens: Number.NaN };
    expect(answerFacts({ text: 'a', finishReason: 'stop', usage }).usage).toBeUndefined();
    expect(answerFacts({ text: 'a', finishReason: 'stop', usage: { outputTokens: 2 } }).usage).toEqual({
      inputTokens: 0,
      outputTokens: 2,
    });
  });

  it('never throws, whatever it is given', () => {
    const names = ['choices', 'content', 'finishReason', 'candidates', 'usage', 'output', 'error', 'response_metadata'];
    const thing = fc.anything({ withNullPrototype: true });
    const shaped = fc.dictionary(fc.constantFrom(...names, 'object', 'type'), fc.oneof(thing, fc.array(thing)));
    fc.assert(
      fc.property(fc.oneof(thing, shaped), (answer) => {
        expect(Object.keys(answerFacts(answer))).toEqual(Object.keys(UNKNOWN));
      }),
      { numRuns: 1000 },
    );
  });

  it('never throws at what throws when it is read', () => {
    for (const hostile of hostileObjects()) {
      expect(answerFacts(hostile)).toEqual(UNKNOWN);
      for (const name of ['choices', 'content', 'output', 'candidates', 'usage', 'finishReason', 'model']) {
        const answer = { [name]: hostile, object: 'response', stop_reason: 'end_turn' };
        expect(Object.keys(answerFacts(answer))).toEqual(Object.keys(UNKNOWN));
        expect(Object.keys(answerFacts({ ...answer, [name]: [hostile] }))).toEqual(Object.keys(UNKNOWN));
      }
    }
  });
});
