import { describe, expect, it } from '@jest/globals';
import { AIMessage, AIMessageChunk, HumanMessage, SystemMessage, type BaseMessage } from '@langchain/core/messages';
import { StringOutputParser } from '@langchain/core/output_parsers';
import { ChatOpenAI } from '@langchain/openai';
import { cacheChatModel } from 'nestjs-cached/langchain';
import { MapBackend } from 'nestjs-cached/testing';
import { completionOf, responseOf, sendJson } from '../../support/langchain-server.js';
import { deferred, until } from '../../support/deferred.js';
import { aiCache, itemsIn } from '../ai/ai-cache.js';
import { cachedModel, chatOpenAI, langChainServer } from './scene.js';

const server = langChainServer();

/** All that an application can read of a message. */
export function shapeOf(message: BaseMessage): Record<string, unknown> {
  const { lc_kwargs: _made, ...own } = message as BaseMessage & Record<string, unknown>;
  const shown = { contentBlocks: message.contentBlocks, text: message.text, type: message.type };
  return { ...own, ...shown, class: message.constructor, isOne: message instanceof AIMessage };
}

describe('a cached chat model', () => {
  it('is asked once: the next answer is the same in everything, and makes no request', async () => {
    const { model, uncached } = await cachedModel(server.it);
    const direct = await chatOpenAI(server.it).invoke('Hello');
    server.it.reset();
    const first = await model.invoke('Hello');
    const second = await model.invoke('Hello');
    expect(server.it.asked).toHaveLength(1);
    expect(shapeOf(first)).toStrictEqual(shapeOf(direct));
    expect(shapeOf(second)).toStrictEqual(shapeOf(direct));
    expect(second).toBeInstanceOf(AIMessage);
    expect(second.toDict()).toEqual(direct.toDict());
    expect(JSON.stringify(second)).toBe(JSON.stringify(direct));
    expect(second.usage_metadata).toMatchObject({ input_tokens: 11, output_tokens: 3, total_tokens: 14 });
    expect(second.response_metadata).toMatchObject({ finish_reason: 'stop', model_name: 'gpt-x-2026' });
    expect(second.id).toBe('chatcmpl-1');
    expect(uncached).toEqual([]);
  });

  it('is a model like the one it stands for', async () => {
    const { model, plain } = await cachedModel(server.it, { temperature: 0.5 });
    expect(model).toBeInstanceOf(ChatOpenAI);
    expect(model.temperature).toBe(0.5);
    expect(model.getName()).toBe('ChatOpenAI');
    expect(JSON.stringify(model)).toBe(JSON.stringify(plain));
    model.temperature = 0.7;
    expect(plain.temperature).toBe(0.7);
    // It can be asked past the cache.
    await plain.invoke('Hello');
    await plain.invoke('Hello');
    expect(server.it.asked).toHaveLength(2);
  });

  it('is asked once by many at the same time', async () => {
    const { model } = await cachedModel(server.it);
    const gate = deferred<void>();
    server.it.answer = async (response, { body }, nth) => {
      await gate.promise;
      sendJson(response, completionOf(`Answer ${nth}.`, body));
    };
    const asking = Array.from({ length: 20 }, () => model.invoke([new HumanMessage('Hello')]));
    gate.resolve();
    const answers = await Promise.all(asking);
    expect(server.it.asked).toHaveLength(1);
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['Answer 1.']));
    // Each has a message of its own.
    expect(new Set(answers).size).toBe(20);
    answers[0]!.content = 'changed';
    answers[1]!.response_metadata['finish_reason'] = 'changed';
    expect(shapeOf(answers[2]!)).toMatchObject({ content: 'Answer 1.', response_metadata: { finish_reason: 'stop' } });
    expect(shapeOf(await model.invoke('Hello'))).toStrictEqual(shapeOf(answers[2]!));
  });

  it('answers batches in their order, and asks for what is missing alone', async () => {
    const { model } = await cachedModel(server.it);
    await model.invoke('b');
    const answers = await model.batch(['a', 'b', 'a', 'c']);
    expect(server.it.asked).toHaveLength(3);
    const said = (text: string): unknown => server.it.asked.find(({ body }) => body.messages?.[0]?.content === text);
    for (const text of ['a', 'b', 'c']) expect(said(text)).toBeDefined();
    expect(answers[0]!.text).toBe(answers[2]!.text);
    expect(answers[1]!.text).toBe('Answer 1.');
    expect(new Set(answers.map(({ text }) => text)).size).toBe(3);
    const results = await model.generate([[new HumanMessage('d')], [new HumanMessage('b')]]);
    expect(results.generations.map(([one]) => one!.text)).toEqual(['Answer 4.', 'Answer 1.']);
  });

  it('keeps all choices', async () => {
    const { model } = await cachedModel(server.it, { n: 2 });
    const prompt = [[new SystemMessage('Be brief.'), new HumanMessage('Hello')]];
    const first = await model.generate(prompt);
    const second = await model.generate(prompt);
    expect(server.it.asked).toHaveLength(1);
    expect(second.generations[0]!.map(({ text }) => text)).toEqual(['Answer 1.', 'Answer 1. (1)']);
    expect(JSON.parse(JSON.stringify(second))).toEqual(JSON.parse(JSON.stringify(first)));
  });

  it('stores several choices only if each of them says something', async () => {
    const { model, events } = await cachedModel(server.it, { n: 2 });
    server.it.answer = (response, { body }) => {
      const whole = completionOf('Answer.', body) as { choices: { message: { content: string } }[] };
      whole.choices[1]!.message.content = ' ';
      sendJson(response, whole);
    };
    for (let at = 0; at < 2; at++) await model.invoke('Hello');
    expect(server.it.asked).toHaveLength(2);
    expect(events.at(-1)).toMatchObject(['refused', { reason: 'empty' }]);
  });

  it('is part of a chain', async () => {
    const { model } = await cachedModel(server.it);
    const chain = model.pipe(new StringOutputParser());
    expect(await chain.invoke('Hello')).toBe('Answer 1.');
    expect(await chain.invoke('Hello')).toBe('Answer 1.');
    expect(server.it.asked).toHaveLength(1);
  });

  it('is cached with the Responses API too, with content blocks and output', async () => {
    const { model } = await cachedModel(server.it, { useResponsesApi: true });
    const direct = await chatOpenAI(server.it, { useResponsesApi: true }).invoke('Hello');
    server.it.reset();
    const [first, second] = [await model.invoke('Hello'), await model.invoke('Hello')];
    expect(server.it.asked.map(({ path }) => path)).toEqual(['/v1/responses']);
    expect(shapeOf(first)).toStrictEqual(shapeOf(direct));
    expect(shapeOf(second)).toStrictEqual(shapeOf(direct));
    expect(second.contentBlocks).toMatchObject([{ type: 'text', text: 'Answer 1.' }]);
  });

  it('is cached where its answers are standard blocks', async () => {
    const { model } = await cachedModel(server.it, { outputVersion: 'v1' });
    const direct = await chatOpenAI(server.it, { outputVersion: 'v1' }).invoke('Hello');
    server.it.reset();
    await model.invoke('Hello');
    const second = await model.invoke('Hello');
    expect(server.it.asked).toHaveLength(1);
    expect(shapeOf(second)).toStrictEqual(shapeOf(direct));
    const { model: other } = await cachedModel(server.it);
    expect((await other.invoke('Hello')).content).toBe('Answer 2.');
  });

  it('collects a stream where it is told to ask that way', async () => {
    const { model, plain } = await cachedModel(server.it, { streaming: true });
    // It counts the tokens of such answers itself, by tables that it would load from the network.
    Reflect.set(Reflect.get(plain, 'completions') as object, '_encoding', { encode: (text: string) => [...text] });
    const tokens: string[] = [];
    const callbacks = [{ handleLLMNewToken: (token: string): void => void tokens.push(token) }];
    const first = await model.invoke('Hello', { callbacks });
    const heard = tokens.splice(0).join('');
    const second = await model.invoke('Hello', { callbacks });
    expect(server.it.asked).toHaveLength(1);
    expect([heard, tokens.join('')]).toEqual(['Answer 1.', 'Answer 1.']);
    expect(first).toBeInstanceOf(AIMessageChunk);
    expect(shapeOf(second)).toStrictEqual(shapeOf(first));
    expect(second.concat(new AIMessageChunk(' More.')).text).toBe('Answer 1. More.');
  });

  it('says what an answer has cost, or that it has cost nothing, as it is told', async () => {
    const { model } = await cachedModel(server.it, {}, { servedUsage: 'zero' });
    const used: unknown[] = [];
    const callbacks = [{ handleLLMEnd: (output: { llmOutput?: unknown }): void => void used.push(output.llmOutput) }];
    expect((await model.invoke('Hello', { callbacks })).usage_metadata).toMatchObject({ total_tokens: 14 });
    const second = await model.invoke('Hello', { callbacks });
    expect(second.usage_metadata).toEqual({ input_tokens: 0, output_tokens: 0, total_tokens: 0 });
    const { tokenUsage, finish_reason } = second.response_metadata;
    expect([tokenUsage, finish_reason]).toEqual([{}, 'stop']);
    expect(used).toMatchObject([{ tokenUsage: { totalTokens: 14 } }, {}]);
    expect(used[1]).toEqual({ tokenUsage: {} });
  });

  it.each([
    ['whole', (model: ChatOpenAI, message: HumanMessage) => model.invoke([message])],
    ['a stream', (model: ChatOpenAI, message: HumanMessage) => model.stream([message]).then(itemsIn)],
  ] as const)(
    'stores no answer, %s, under the key of a message that was changed before it was asked',
    async (_, ask) => {
      const gate = deferred<void>();
      let looked = 0;
      class SlowBackend extends MapBackend {
        override async get(...args: Parameters<MapBackend['get']>): ReturnType<MapBackend['get']> {
          looked++;
          await gate.promise;
          return super.get(...args);
        }
      }
      const { ai } = await aiCache({}, undefined, { backend: new SlowBackend() });
      const model = cacheChatModel(chatOpenAI(server.it), ai);
      const message = new HumanMessage('a');
      const asking = ask(model, message);
      await until(() => looked > 0);
      message.content = 'b';
      gate.resolve();
      await asking;
      for (let at = 0; at < 2; at++) await ask(model, new HumanMessage('a'));
      expect(server.it.asked.map(({ body }) => body.messages?.[0]?.content)).toEqual(['b', 'a']);
    },
  );

  it('does not use an option `cache` of the model', async () => {
    const { model } = await cachedModel(server.it, { cache: true });
    expect(model.cache).toBeUndefined();
  });

  it('knows what its answers cost, and forgets those of a model by its name', async () => {
    const prices = { 'gpt-x': { input: 1_000_000, output: 0 } };
    const { model, ai, events } = await cachedModel(server.it, {}, { operation: 'qa' }, { prices });
    await model.invoke('Hello');
    await model.invoke('Hello');
    expect(events).toMatchObject([
      ['generated', { operation: 'qa', model: 'gpt-x', tokens: 14, money: 11, stored: true }],
      ['served', { operation: 'qa', model: 'gpt-x', tokens: 14, money: 11 }],
    ]);
    await ai.invalidateByModel('gpt-x');
    expect((await model.invoke('Hello')).text).toBe('Answer 2.');
  });

  it('asks again when the answer has expired, and serves the stale one while it may', async () => {
    const { model, clock } = await cachedModel(server.it, {}, { ttl: '1m', staleIfError: '1h' });
    await model.invoke('Hello');
    await clock.advance(61_000);
    server.it.answer = (response) => sendJson(response, { error: { message: 'down' } }, 500);
    expect((await model.invoke('Hello')).text).toBe('Answer 1.');
    server.it.reset();
    expect((await model.invoke('Hello')).text).toBe('Answer 1.');
    expect(server.it.asked).toHaveLength(1);
  });

  it('knows the end of an answer of the Responses API', async () => {
    const { model, events } = await cachedModel(server.it, { useResponsesApi: true });
    const incomplete = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
    server.it.answer = (response) => sendJson(response, responseOf('Half an', incomplete));
    for (let at = 0; at < 2; at++) expect((await model.invoke('Hello')).text).toBe('Half an');
    expect(server.it.asked).toHaveLength(2);
    expect(events.map(([type, { reason }]) => [type, reason])).toContainEqual(['refused', 'length']);
  });
});
