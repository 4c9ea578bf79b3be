import { describe, expect, it } from '@jest/globals';
import { HumanMessage, type AIMessageChunk } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { z } from 'zod';
import {
  completionOf,
  responseOf,
  sendEvents,
  sendJson,
  type Answer,
  type Body,
} from '../../support/langchain-server.js';
import { itemsIn } from '../ai/ai-cache.js';
import { cachedModel, langChainServer } from './scene.js';

const server = langChainServer();

const weather = tool(() => 'sun', {
  name: 'weather',
  description: 'The weather of a city.',
  schema: z.object({ city: z.string() }),
});

function toolAnswer(name: string, args: object): Answer {
  const call = { index: 0, id: 'c1', type: 'function', function: { name, arguments: JSON.stringify(args) } };
  return (response, { body }) => {
    const finish = body['tool_choice'] === undefined ? 'tool_calls' : 'stop';
    const message = { role: 'assistant', content: null, tool_calls: [call] };
    if (body.stream !== true) return sendJson(response, completionOf('', body, { message, finish_reason: finish }));
    const delta = (part: object, finish_reason: string | null = null): object => ({
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta: part, finish_reason }],
    });
    sendEvents(response, [delta({ role: 'assistant', tool_calls: [call] }), delta({}, finish)]);
  };
}

const json = (content: object): Answer => {
  return (response, { body }) => sendJson(response, completionOf(JSON.stringify(content), body));
};

describe('a model with tools', () => {
  it('is a model that is cached, and does not share with one without them', async () => {
    const { model, events } = await cachedModel(server.it);
    const bound = model.bindTools([weather]);
    const texts: unknown[] = [];
    for (const one of [model, bound, bound, model.bindTools([weather], { tool_choice: 'none' }), model]) {
      texts.push((await one.invoke('Hello')).text);
    }
    expect(texts).toEqual(['Answer 1.', 'Answer 2.', 'Answer 2.', 'Answer 3.', 'Answer 1.']);
    expect(server.it.asked.map(({ body }) => body['tools'] !== undefined)).toEqual([false, true, true]);
    // What only says how a call runs is no part of the question.
    expect((await model.withConfig({ tags: ['a'], runName: 'b' }).invoke('Hello')).text).toBe('Answer 1.');
    const stopped = model.withConfig({ stop: ['x'] });
    const before = events.length;
    await stopped.invoke('Hello');
    await stopped.invoke('Hello');
    // By one cache, not by one round another.
    expect(events.slice(before).map(([type]) => type)).toEqual(['generated', 'served']);
    const tooled = events.length;
    await bound.invoke('Bye');
    expect(events.slice(tooled).map(([type]) => type)).toEqual(['generated']);
    expect(server.it.asked).toHaveLength(5);
  });

  it('has its calls made anew each time, unless they may be stored', async () => {
    server.it.answer = toolAnswer('weather', { city: 'Bern' });
    const ask = async (storeToolCalls: boolean): Promise<AIMessageChunk[]> => {
      const { model } = await cachedModel(server.it, {}, { storeToolCalls });
      const bound = model.bindTools([weather]);
      return [await bound.invoke('Hello'), await bound.invoke('Hello')];
    };
    await ask(false);
    expect(server.it.asked).toHaveLength(2);
    const [first, second] = await ask(true);
    expect(server.it.asked).toHaveLength(3);
    expect(second!.tool_calls).toEqual([{ id: 'c1', name: 'weather', args: { city: 'Bern' }, type: 'tool_call' }]);
    expect(second!.tool_calls).toEqual(first!.tool_calls);
    expect(second!.additional_kwargs).toEqual(first!.additional_kwargs);
  });

  it('streams stored calls as they came', async () => {
    server.it.answer = toolAnswer('weather', { city: 'Bern' });
    const { model } = await cachedModel(server.it, {}, { storeToolCalls: true });
    const read = async (): Promise<object[]> => {
      const chunks = await itemsIn(await model.bindTools([weather]).stream('Hello'));
      return chunks.map(({ tool_calls, tool_call_chunks, content }) => ({ tool_calls, tool_call_chunks, content }));
    };
    const first = await read();
    expect(first[0]).toMatchObject({ tool_calls: [{ name: 'weather', args: { city: 'Bern' } }] });
    expect(await read()).toStrictEqual(first);
    expect(server.it.asked).toHaveLength(1);
  });
});

describe('structured output', () => {
  const Joke = z.object({ setup: z.string(), rating: z.number() });
  const joke = { setup: 'A cat.', rating: 7 };

  it('by a JSON schema is cached, and parsed by each caller', async () => {
    server.it.answer = json(joke);
    const { model, uncached } = await cachedModel(server.it, { model: 'gpt-5-mini' });
    const structured = model.withStructuredOutput(Joke, { name: 'joke' });
    const [first, second] = [await structured.invoke('Tell one.'), await structured.invoke('Tell one.')];
    expect([first, second]).toEqual([joke, joke]);
    expect(server.it.asked).toHaveLength(1);
    // The model is asked the same, and what is made of it is the caller's own.
    const Rated = z.object({ setup: z.string(), rating: z.number().transform((rating) => `${rating} of 10`) });
    expect(await model.withStructuredOutput(Rated, { name: 'joke' }).invoke('Tell one.')).toEqual({
      setup: 'A cat.',
      rating: '7 of 10',
    });
    await model.withStructuredOutput(z.object({ setup: z.string() }), { name: 'joke' }).invoke('Tell one.');
    expect(server.it.asked.length).toBeGreaterThan(1);
    expect(uncached).toEqual([]);
  });

  it('by a tool is cached: the call is the answer', async () => {
    server.it.answer = toolAnswer('joke', joke);
    const { model } = await cachedModel(server.it);
    const structured = model.withStructuredOutput(Joke, { name: 'joke', method: 'functionCalling', includeRaw: true });
    const [first, second] = [await structured.invoke('Tell one.'), await structured.invoke('Tell one.')];
    expect([first.parsed, second.parsed]).toEqual([joke, joke]);
    expect(second.raw).toEqual(first.raw);
    expect(server.it.asked).toHaveLength(1);
  });

  it('that a schema of the caller has made of a response is not stored', async () => {
    server.it.answer = (response) => sendJson(response, responseOf(JSON.stringify(joke)));
    const { model } = await cachedModel(server.it, { model: 'gpt-5-mini', useResponsesApi: true });
    const structured = model.withStructuredOutput(Joke, { name: 'joke' });
    for (let at = 0; at < 2; at++) expect(await structured.invoke('Tell one.')).toEqual(joke);
    expect(server.it.asked).toHaveLength(2);
    const plain = model.withStructuredOutput(z.toJSONSchema(Joke), { name: 'joke' });
    for (let at = 0; at < 2; at++) expect(await plain.invoke('Tell one.')).toEqual(joke);
    expect(server.it.asked).toHaveLength(3);
  });

  it('that is cut is an error of the parser, and not stored', async () => {
    server.it.answer = (response, { body }) =>
      sendJson(response, completionOf('{"setup":"A c', body, { finish_reason: 'length' }));
    const { model } = await cachedModel(server.it, { model: 'gpt-5-mini' });
    const structured = model.withStructuredOutput(z.toJSONSchema(Joke), { name: 'joke' });
    for (let at = 0; at < 2; at++) await structured.invoke('Tell one.').catch(() => {});
    expect(server.it.asked).toHaveLength(2);
  });
});

describe('two images', () => {
  it('never share an answer', async () => {
    const { model } = await cachedModel(server.it);
    const ask = async (data: string): Promise<string> => {
      const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } };
      return (await model.invoke([new HumanMessage({ content: [{ type: 'text', text: 'What is it?' }, image] })])).text;
    };
    expect([await ask('AAAA'), await ask('AAAB'), await ask('AAAA')]).toEqual(['Answer 1.', 'Answer 2.', 'Answer 1.']);
    const sent = (body: Body): string => JSON.stringify(body.messages);
    expect(server.it.asked.map(({ body }) => /base64,(\w+)/.exec(sent(body))?.[1])).toEqual(['AAAA', 'AAAB']);
  });
});
