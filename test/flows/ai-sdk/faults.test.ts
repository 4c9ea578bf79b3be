import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { EmbeddingModelV3, LanguageModelV3 } from '@ai-sdk/provider';
import { APICallError, generateText, streamText, wrapEmbeddingModel } from 'ai';
import { CacheUsageError } from 'nestjs-cached';
import { EmbeddingCache, type AiResponseCache } from 'nestjs-cached/ai';
import { cacheEmbeddingModel, cacheLanguageModel } from 'nestjs-cached/ai-sdk';
import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { OpenAiServer, sendJson, type Behaviour } from '../../support/openai-server.js';
import { aiCache } from '../ai/ai-cache.js';
import { cached, compatible, embeddingModel, MODELS, openai } from './models.js';

let server: OpenAiServer;
let ai: AiResponseCache;
let manager: CacheManager;
let reasons: (string | undefined)[];
beforeAll(async () => {
  globalThis.AI_SDK_LOG_WARNINGS = false;
  server = await OpenAiServer.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  server.reset();
  ({ ai, manager } = await aiCache());
  reasons = [];
  ai.on('refused', ({ reason }) => reasons.push(reason));
});

const call = { prompt: [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Who is there?' }] }] };

/** What a call comes to, an error included. */
async function whole(model: LanguageModelV3): Promise<unknown> {
  try {
    const { content, finishReason, usage } = await model.doGenerate(call);
    return { content, finishReason, usage };
  } catch (error) {
    return shown(error);
  }
}
async function stream(model: LanguageModelV3): Promise<unknown> {
  const parts: unknown[] = [];
  try {
    for await (const part of (await model.doStream(call)).stream) {
      parts.push(part.type === 'error' ? { type: 'error', error: shown(part.error) } : part);
    }
  } catch (error) {
    parts.push(shown(error));
  }
  return parts;
}
function shown(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message } = error;
  return APICallError.isInstance(error)
    ? { name, message, status: error.statusCode, retry: error.isRetryable }
    : { name, message };
}

async function isEmpty(): Promise<boolean> {
  for await (const _ of manager.keys()) return false;
  return true;
}

const events =
  (...data: string[]): Behaviour =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(data.map((each) => `data: ${each}\n\n`).join(''));
  };
const delta =
  '{"id":"x","created":1,"model":"small","choices":[{"index":0,"delta":{"content":"Hel"},"finish_reason":null}]}';
const refusal = delta.replace('content', 'refusal');
const finished = (reason: string): string =>
  `{"id":"x","created":1,"model":"small","choices":[{"index":0,"delta":{},"finish_reason":"${reason}"}]}`;
const status =
  (code: number): Behaviour =>
  (response) =>
    sendJson(response, { error: { message: 'No.', type: 'no', code: null, param: null } }, code);
const completion = (message: object, finish_reason: string): Behaviour => {
  return (response) =>
    sendJson(response, { id: 'x', created: 1, model: 'small', choices: [{ index: 0, message, finish_reason }] });
};
const toolCall = { index: 0, id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };
const asksForTool = `{"id":"x","created":1,"model":"small","choices":[{"index":0,"delta":{"tool_calls":[${JSON.stringify(toolCall)}]},"finish_reason":null}]}`;

const CHATS = MODELS.filter(([name]) => !name.startsWith('responses'));

describe.each(CHATS)('an answer of %s that is none', (name, make) => {
  /** One of the two says so itself, by a part that is an error. */
  const cut = name === '@ai-sdk/openai-compatible' ? 'error' : 'cut';
  /** One of the two does not read it, and so has no text. */
  const refused = name === '@ai-sdk/openai-compatible' ? 'empty' : 'content-filter';
  const said = { role: 'assistant', content: 'Hel' };
  it.each<[string, Behaviour, string | undefined]>([
    ['401', status(401), undefined],
    ['429', status(429), undefined],
    ['500', status(500), undefined],
    ['a body that is an error', (response) => sendJson(response, { error: { message: 'No.' } }), undefined],
    ['half a JSON', (response) => sendJson(response, '{"choices": [{"mess'), undefined],
    ['nothing', (response) => sendJson(response, ''), undefined],
    ['a call for a tool', completion({ ...said, tool_calls: [toolCall] }, 'tool_calls'), 'tool-calls'],
    [
      'a call for a tool that says it has stopped',
      completion({ ...said, tool_calls: [toolCall] }, 'stop'),
      'tool-calls',
    ],
    ['a refusal by a filter', completion(said, 'content_filter'), 'content-filter'],
    ['a refusal of the model', completion({ role: 'assistant', content: null, refusal: 'No.' }, 'stop'), refused],
    ['a text that is cut off', completion(said, 'length'), 'length'],
    ['an end that nobody knows', completion(said, 'weather'), 'other'],
    ['no end', completion(said, null as never), 'other'],
    ['no text', completion({ role: 'assistant', content: ' ' }, 'stop'), 'empty'],
  ])('is handed on as it is, and not stored: %s', async (__, behave, reason) => {
    server.behave = behave;
    const plain = await whole(make(server));
    const model = cached(make(server), ai);
    expect(await whole(model)).toEqual(plain);
    expect(await Promise.all([whole(model), whole(model)])).toEqual([plain, plain]);
    expect(server.calls).toHaveLength(3);
    expect(new Set(reasons)).toEqual(new Set(reason === undefined ? [] : [reason]));
    expect(await isEmpty()).toBe(true);
    server.behave = undefined;
    expect(await whole(model)).toMatchObject({ content: [{ type: 'text', text: 'Hello you there.' }] });
  });

  it.each<[string, Behaviour, string | undefined]>([
    ['401', status(401), undefined],
    ['429', status(429), undefined],
    ['500', status(500), undefined],
    ['events that stop without their end', events(delta), cut],
    ['events that stop before the first', events(), cut],
    ['an event that is half a JSON', events(delta, '{"choices": [{"del'), 'error'],
    ['an event that is an error', events(delta, '{"error":{"message":"No."}}', '[DONE]'), 'error'],
    ['an error behind its end', events(delta, finished('stop'), '{"error":{"message":"No."}}'), 'error'],
    ['a call for a tool', events(asksForTool, finished('tool_calls'), '[DONE]'), 'tool-calls'],
    ['a refusal by a filter', events(delta, finished('content_filter'), '[DONE]'), 'content-filter'],
    ['a refusal of the model', events(refusal, finished('stop'), '[DONE]'), refused],
    ['a text that is cut off', events(delta, finished('length'), '[DONE]'), 'length'],
    ['an end that nobody knows', events(delta, finished('weather'), '[DONE]'), 'other'],
    ['no text', events(finished('stop'), '[DONE]'), 'empty'],
  ])('is handed on as it is, and not stored, as a stream: %s', async (__, behave, reason) => {
    server.behave = behave;
    const plain = await stream(make(server));
    const model = cached(make(server), ai);
    expect(await stream(model)).toEqual(plain);
    expect(await Promise.all([stream(model), stream(model)])).toEqual([plain, plain]);
    expect(server.calls).toHaveLength(3);
    expect(new Set(reasons)).toEqual(new Set(reason === undefined ? [] : [reason]));
    expect(await isEmpty()).toBe(true);
    server.behave = undefined;
    expect(await stream(model)).toContainEqual(expect.objectContaining({ type: 'text-delta', delta: 'Hello ' }));
  });

  it('is no answer when the connection breaks', async () => {
    server.behave = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${delta}\n\n`, () => response.destroy());
    };
    const model = cached(make(server), ai);
    expect(await stream(model)).toEqual(await stream(make(server)));
    expect(await isEmpty()).toBe(true);
  });
});

describe('responses of @ai-sdk/openai', () => {
  it.each<[string, string[], string | undefined]>([
    ['that stop without their end', ['{"type":"response.output_text.delta","item_id":"i","delta":"Hel"}'], 'cut'],
    [
      'that are incomplete',
      [
        '{"type":"response.incomplete","response":{"incomplete_details":{"reason":"max_output_tokens"},"usage":{"input_tokens":1,"output_tokens":1}}}',
      ],
      'length',
    ],
    ['that fail', ['{"type":"error","sequence_number":1,"error":{"type":"e","code":"c","message":"No."}}'], undefined],
  ])('%s are not stored', async (_, data, reason) => {
    server.behave = events('{"type":"response.created","response":{"id":"r","created_at":1,"model":"small"}}', ...data);
    const plain = await stream(openai(server).responses('small'));
    expect(await stream(cached(openai(server).responses('small'), ai))).toEqual(plain);
    expect(reasons).toEqual(reason === undefined ? [] : [reason]);
    expect(await isEmpty()).toBe(true);
  });
});

describe('the SDK tries again', () => {
  it.each(['generate', 'stream'])('what failed for all who asked: %s', async (way) => {
    let failures = 1;
    server.behave = async (response, { body }) => {
      if (failures-- > 0) {
        response.writeHead(500, { 'content-type': 'application/json', 'retry-after-ms': '1' });
        return void response.end('{"error":{"message":"No."}}');
      }
      const { finish } = { finish: finished('stop') };
      if (body['stream'] === true) return events(delta, finish, '[DONE]')(response, server.calls.at(-1)!);
      return completion({ role: 'assistant', content: 'Hel' }, 'stop')(response, server.calls.at(-1)!);
    };
    const model = cached(compatible(server)('small'), ai);
    const ask = async (): Promise<string> =>
      way === 'stream' ? streamText({ model, prompt: 'a' }).text : (await generateText({ model, prompt: 'a' })).text;
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(['Hel', 'Hel', 'Hel']);
    expect(server.calls).toHaveLength(2);
  });

  it('not at all where it was told so', async () => {
    server.behave = status(500);
    const model = cached(compatible(server)('small'), ai);
    await expect(generateText({ model, prompt: 'a', maxRetries: 0 })).rejects.toMatchObject({ statusCode: 500 });
    expect(server.calls).toHaveLength(1);
  });
});

describe('what cannot be meant', () => {
  it.each(['v2', 'v5'])('is a model of the specification %s: it is named, and never asked', async (version) => {
    const specificationVersion = version as 'v3';
    const language = { ...modelOf(openai(server).chat('small')), specificationVersion };
    const model = cached(language, ai);
    const fault = `The model "small" of "openai.chat" is of the specification "${version}"`;
    await expect(model.doGenerate(call)).rejects.toThrow(fault);
    await expect(model.doStream(call)).rejects.toThrow(CacheUsageError);
    const embeddings = new EmbeddingCache(manager, { model: 'tiny' });
    const embedding: EmbeddingModelV3 = { ...embeddingOf(embeddingModel(server)), specificationVersion };
    const vectors = wrapEmbeddingModel({ model: embedding, middleware: cacheEmbeddingModel(embeddings) });
    await expect(vectors.doEmbed({ values: ['a'] })).rejects.toThrow(`"tiny" of "openai.embedding" is of the`);
    expect(server.calls).toEqual([]);
  });

  it('is an option of no such name, or no such value', () => {
    const embeddings = new EmbeddingCache(manager, { model: 'tiny' });
    for (const make of [cacheLanguageModel, cacheEmbeddingModel] as ((cache: never, options?: never) => unknown)[]) {
      const cache = (make === (cacheLanguageModel as unknown) ? ai : embeddings) as never;
      expect(() => make(cache, { tll: 5 } as never)).toThrow(/"tll" is no option of cache/);
      expect(() => make(cache, { ttl: 'soon' } as never)).toThrow(/ttl/);
      expect(() => make(cache, { variant: {} } as never)).toThrow('variant must be a string or a number');
      expect(() => make(cache, null as never)).toThrow('must be an object; got null');
      expect(() => make(undefined as never)).toThrow(/needs an \w+Cache; got undefined/);
      expect(() => make({} as never)).toThrow(CacheUsageError);
    }
  });

  it('is a part of the call that no key can be made of: it is named', async () => {
    const model = cached(openai(server).chat('small'), ai);
    const providerOptions = { openai: { user: (() => 'me') as never } };
    await expect(model.doGenerate({ ...call, providerOptions })).rejects.toThrow('options.providerOptions.openai.user');
    expect(server.calls).toEqual([]);
  });
});

/** A model as a plain object, so that its version can be another one. */
function modelOf(model: LanguageModelV3): LanguageModelV3 {
  return {
    ...{ specificationVersion: 'v3', provider: model.provider, modelId: model.modelId, supportedUrls: {} },
    doGenerate: (options) => model.doGenerate(options),
    doStream: (options) => model.doStream(options),
  };
}
function embeddingOf(model: EmbeddingModelV3): EmbeddingModelV3 {
  return {
    ...{ specificationVersion: 'v3', provider: model.provider, modelId: model.modelId },
    ...{ maxEmbeddingsPerCall: 10, supportsParallelCalls: true },
    doEmbed: (options) => model.doEmbed(options),
  };
}
