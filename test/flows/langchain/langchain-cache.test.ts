import { describe, expect, it } from '@jest/globals';
import { AIMessage, HumanMessage, type BaseMessage } from '@langchain/core/messages';
import { OpenAI, type ChatOpenAI, type ChatOpenAIFields } from '@langchain/openai';
import { tool } from '@langchain/core/tools';
import { AiResponseCache, type AiCacheOptions } from 'nestjs-cached/ai';
import { LangChainCache, type LangChainCacheOptions } from 'nestjs-cached/langchain';
import { z } from 'zod';
import { FlakyBackend } from 'nestjs-cached/testing';
import { readLlmKey } from '../../../lib/adapters/langchain/llm-key.js';
import { completionOf, sendJson } from '../../support/langchain-server.js';
import { deferred } from '../../support/deferred.js';
import { aiCache, type TestAiCache } from '../ai/ai-cache.js';
import { chatOpenAI, langChainServer } from './scene.js';

const server = langChainServer();

interface Scene {
  readonly make: (fields?: ChatOpenAIFields) => ChatOpenAI;
  readonly cache: LangChainCache;
  readonly ai: AiResponseCache;
  readonly manager: TestAiCache['manager'];
  readonly uncached: string[];
}

async function scene(options: LangChainCacheOptions = {}, cacheOptions: AiCacheOptions = {}): Promise<Scene> {
  const { ai, manager } = await aiCache(cacheOptions);
  const uncached: string[] = [];
  const cache = new LangChainCache(ai, { onUncached: ({ message }) => void uncached.push(message), ...options });
  return { make: (fields) => chatOpenAI(server.it, { ...fields, cache }), cache, ai, manager, uncached };
}

describe("LangChain's own hook", () => {
  it('serves a copy that has cost nothing, and makes no request', async () => {
    const { make, uncached } = await scene();
    const model = make();
    const first = await model.invoke('Hello');
    const second = await model.invoke('Hello');
    expect(server.it.asked).toHaveLength(1);
    expect(first.usage_metadata).toMatchObject({ total_tokens: 14 });
    expect(second).toBeInstanceOf(AIMessage);
    expect([second.text, second.id]).toEqual([first.text, first.id]);
    expect(second.usage_metadata).toEqual({ input_tokens: 0, output_tokens: 0, total_tokens: 0 });
    const { tokenUsage, usage, finish_reason } = second.response_metadata;
    expect([tokenUsage, usage, finish_reason]).toEqual([{}, {}, 'stop']);
    // What one caller makes of it is not what the next one gets.
    second.content = 'changed';
    second.response_metadata['finish_reason'] = 'changed';
    const third = await model.invoke('Hello');
    expect([third.text, third.response_metadata['finish_reason']]).toEqual(['Answer 1.', 'stop']);
    expect(uncached).toEqual([]);
  });

  it('tells models and parameters apart, and not who asks and for how long', async () => {
    const { make } = await scene();
    const asks: [ChatOpenAIFields, object][] = [
      [{}, {}],
      [{ model: 'gpt-y' }, {}],
      [{ temperature: 0 }, {}],
      [{ configuration: { baseURL: `${server.it.url}/` } }, {}],
      [{}, { seed: 1 }],
      [{}, { stop: ['a,b:c'] }],
      [{}, { options: { headers: { 'openai-beta': 'a' } } }],
    ];
    for (const [fields, call] of asks) {
      await make(fields).invoke('Hello', call);
      const { options } = call as { options?: object };
      const same = { ...call, signal: new AbortController().signal, timeout: 30_000, tags: ['a'], metadata: { a: 1 } };
      // What LangGraph adds.
      const more = { executionInfo: { threadId: 'a' }, toolCallId: 'b' };
      await make({ ...fields, apiKey: 'sk-other', timeout: 5_000 }).invoke('Hello', {
        ...{ ...same, ...more },
        ...(options && { options: { ...options, timeout: 9_000 } }),
      });
    }
    await make().invoke('Bye');
    await make().invoke([new AIMessage('Hello')]);
    expect(server.it.asked).toHaveLength(asks.length + 2);
  });

  it('keeps no prompt in which an image or a file may have stood', async () => {
    const { make } = await scene();
    const model = make();
    const blocks = [
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
      { type: 'file', file: { file_id: 'f1' } },
      { type: 'document', source: { data: 'AAAA' } },
    ];
    const ask = (message: BaseMessage): Promise<unknown> => model.invoke([message]);
    for (const block of blocks) {
      for (let at = 0; at < 2; at++)
        await ask(new HumanMessage({ content: [{ type: 'text', text: 'What?' }, block] as never }));
    }
    expect(server.it.asked).toHaveLength(2 * blocks.length);
    server.it.reset();
    for (const text of ['See [image].', 'See [1], [ a ] and {"b": ["c"]}']) {
      for (let at = 0; at < 2; at++) await ask(new HumanMessage(text));
    }
    expect(server.it.asked).toHaveLength(3);
  });

  it('stores nothing that has not properly ended', async () => {
    const { make, ai } = await scene();
    const reasons: unknown[] = [];
    ai.on('refused', ({ reason }) => void reasons.push(reason));
    const model = make();
    const call = { id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } };
    const ends: Record<string, unknown>[] = [
      { finish_reason: 'length' },
      { finish_reason: 'content_filter' },
      { message: { role: 'assistant', content: null, tool_calls: [call] }, finish_reason: 'tool_calls' },
      { message: { role: 'assistant', content: ' ' } },
    ];
    for (const end of ends) {
      server.it.answer = (response, { body }) => sendJson(response, completionOf('Half', body, end));
      for (let at = 0; at < 2; at++) await model.invoke('Hello');
    }
    server.it.answer = (response) => sendJson(response, { error: { message: 'no' } }, 500);
    for (let at = 0; at < 2; at++) await expect(model.invoke('Hello')).rejects.toThrow('no');
    expect(server.it.asked).toHaveLength(2 * ends.length + 2);
    const expected = ['length', 'content-filter', 'tool-calls', 'empty'];
    expect(reasons).toEqual(expected.flatMap((reason) => [reason, reason]));
  });

  it('lets nobody hear of its own trouble', async () => {
    const backend = new FlakyBackend();
    const { make, cache, uncached, manager } = await scene({}, { cache: { backend } });
    const errors: string[] = [];
    manager.on('error', ({ operation }) => void errors.push(operation));
    backend.fail('all');
    for (let at = 1; at <= 2; at++) expect((await make().invoke('Hello')).text).toBe(`Answer ${at}.`);
    expect(errors.length).toBeGreaterThan(0);
    expect(uncached).toEqual([]);
    expect(await cache.lookup(undefined as never, undefined as never)).toBeNull();
    await cache.update('a', 'model:"b"', undefined as never);
    expect(uncached).toHaveLength(2);
    const failing = await scene({
      tenant: () => {
        throw new Error('Nobody is here.');
      },
    });
    expect((await failing.make().invoke('Hello')).text).toBe('Answer 3.');
    expect(failing.uncached).toEqual(['Nobody is here.', 'Nobody is here.']);
  });

  it('keeps tenants apart, and gives nothing to a call of none where one is required', async () => {
    let tenant: string | undefined = 'acme';
    const { make, uncached } = await scene({ tenant: () => tenant }, { tenant: { required: true } });
    const model = make();
    const texts: string[] = [];
    for (tenant of ['acme', 'globex', 'acme', undefined, undefined]) texts.push((await model.invoke('Hello')).text);
    expect(texts).toEqual(['Answer 1.', 'Answer 2.', 'Answer 1.', 'Answer 3.', 'Answer 4.']);
    expect(uncached.length).toBeGreaterThan(0);
  });

  it('cannot make one of two that are asked at the same time: that needs cacheChatModel', async () => {
    const { make } = await scene();
    const gate = deferred<void>();
    server.it.answer = async (response, { body }, nth) => {
      if (nth === 2) gate.resolve();
      await gate.promise;
      sendJson(response, completionOf('Hello.', body));
    };
    const model = make();
    await Promise.all([model.invoke('Hello'), model.invoke('Hello')]);
    expect(server.it.asked).toHaveLength(2);
  });

  it('keeps the blocks of one output version from those of another', async () => {
    const { make } = await scene();
    await make({ outputVersion: 'v1' }).invoke('Hello');
    expect((await make().invoke('Hello')).content).toBe('Answer 2.');
    expect((await make({ outputVersion: 'v1' }).invoke('Hello')).content).toMatchObject([{ text: 'Answer 2.' }]);
    await make().invoke('Bye', { outputVersion: 'v1' });
    expect((await make().invoke('Bye', { outputVersion: 'v1' })).content).toMatchObject([{ text: 'Answer 3.' }]);
  });

  it('does not cache by keys that tell too little, and says so', async () => {
    const { make, cache, uncached } = await scene();
    const weather = tool(() => 'sun', { name: 'weather', description: 'a', schema: z.object({ city: z.string() }) });
    for (let at = 0; at < 2; at++) await make().invoke('Hello', { tools: [weather] });
    expect(server.it.asked).toHaveLength(2);
    expect(uncached.length).toBeGreaterThan(0);
    expect(uncached[0]).toContain('such as a tool');
    const generation = [{ text: 'a', generationInfo: { finish_reason: 'stop' } }];
    await cache.update('Human: a', '_model:"base_chat_model",_type:"fake"', generation);
    expect(await cache.lookup('Human: a', '_model:"base_chat_model",_type:"fake"')).toBeNull();
    expect(uncached.at(-1)).toContain('does not name it');
    const { ai } = await aiCache();
    expect(() => new LangChainCache(ai, { streamEnds: 'any' } as never)).toThrow(/is no option of LangChainCache/);
    expect(JSON.stringify(new LangChainCache(ai))).toBe('{}');
    const named = (await scene({ model: 'fake' })).cache;
    await named.update('Human: a', '_model:"base_chat_model",_type:"fake"', generation);
    expect(await named.lookup('Human: a', '_model:"base_chat_model",_type:"fake"')).toEqual(generation);
  });

  it('serves models that are no chat models', async () => {
    const { ai } = await aiCache();
    const model = new OpenAI({
      ...{ model: 'davinci', apiKey: 'sk-test', maxRetries: 0, cache: new LangChainCache(ai) },
      configuration: { baseURL: server.it.url },
    });
    server.it.answer = (response, { body }, nth) =>
      sendJson(response, {
        ...{ id: 'cmpl-1', object: 'text_completion', model: body.model },
        choices: [{ index: 0, text: `Text ${nth}.`, finish_reason: 'stop' }],
      });
    expect([await model.invoke('Hello'), await model.invoke('Hello')]).toEqual(['Text 1.', 'Text 1.']);
  });
});

describe('the string that LangChain makes of a model', () => {
  it('is taken apart, and kept whole where it is of another form', () => {
    const { model, options } = readLlmKey(
      '_model:"base_chat_model",_type:"openai",a:[1,{"b":"c,d:\\"e\\""}],apiKey:"sk",config:undefined,model_name:"m",signal:{}',
    );
    expect(model).toBe('m');
    expect(options).toEqual({ _model: 'base_chat_model', _type: 'openai', a: [1, { b: 'c,d:"e"' }], model_name: 'm' });
    for (const text of ['', 'nothing', 'a:"b', 'a:1,,b:2', 'a:{"b":1}}'])
      expect(readLlmKey(text).options).toEqual({ llmKey: text });
  });
});
