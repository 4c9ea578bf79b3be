import { describe, expect, it } from '@jest/globals';
import { HumanMessage, type AIMessageChunk } from '@langchain/core/messages';
import { concat } from '@langchain/core/utils/stream';
import { beginEvents, chunksOf, sendEvent, sendEvents } from '../../support/langchain-server.js';
import { deferred, settle, until } from '../../support/deferred.js';
import { itemsIn } from '../ai/ai-cache.js';
import { cachedModel, chatOpenAI, langChainServer } from './scene.js';

const server = langChainServer();

/** What an application can read of a chunk. The id of a chunk without one is that of its run, which is another one each time. */
function shapeOf(chunk: AIMessageChunk): Record<string, unknown> {
  const { lc_kwargs: _made, id, ...own } = chunk;
  const { tool_calls, contentBlocks, constructor } = chunk;
  return { ...own, id: id?.replace(/^run-.*/, 'run'), tool_calls, contentBlocks, constructor };
}

const wholeOf = (chunks: readonly AIMessageChunk[]): AIMessageChunk => chunks.reduce((a, b) => concat(a, b));

describe('a stream', () => {
  it('is replayed chunk by chunk, the same in everything, without a request', async () => {
    const { model } = await cachedModel(server.it);
    const direct = (await itemsIn(await chatOpenAI(server.it).stream('Hello'))).map(shapeOf);
    server.it.reset();
    const first = await itemsIn(await model.stream('Hello'));
    const second = await itemsIn(await model.stream('Hello'));
    expect(server.it.asked).toHaveLength(1);
    expect(first.map(shapeOf)).toStrictEqual(direct);
    expect(second.map(shapeOf)).toStrictEqual(direct);
    expect(wholeOf(second).text).toBe('Answer 1.');
    expect(wholeOf(second).usage_metadata).toMatchObject({ input_tokens: 11, output_tokens: 3 });
    expect(wholeOf(second).response_metadata).toMatchObject({ finish_reason: 'stop', model_name: 'gpt-x-2026' });
  });

  it('is joined while it runs, from its first chunk on', async () => {
    const { model } = await cachedModel(server.it);
    const [begun, gate] = [deferred<void>(), deferred<void>()];
    server.it.answer = async (response, { body }) => {
      const events = chunksOf(['One ', 'two ', 'three.'], body);
      beginEvents(response);
      for (const event of events.slice(0, 3)) sendEvent(response, event);
      begun.resolve();
      await gate.promise;
      for (const event of events.slice(3)) sendEvent(response, event);
      response.end('data: [DONE]\n\n');
    };
    const heard: string[][] = [[], []];
    const read = async (nth: number): Promise<void> => {
      for await (const { text } of await model.stream('Count')) heard[nth]!.push(text);
    };
    const readers = [read(0)];
    await begun.promise;
    await until(() => heard[0]!.join('') === 'One two ');
    readers.push(read(1));
    await until(() => heard[1]!.join('') === 'One two ');
    gate.resolve();
    await Promise.all(readers);
    expect(heard.map((texts) => texts.join(''))).toEqual(['One two three.', 'One two three.']);
    expect(server.it.asked).toHaveLength(1);
    expect(wholeOf(await itemsIn(await model.stream('Count'))).text).toBe('One two three.');
    expect(server.it.asked).toHaveLength(1);
  });

  it('goes on for the others when one leaves, and is cancelled at the server when the last one does', async () => {
    const { model, events } = await cachedModel(server.it);
    const gate = deferred<void>();
    server.it.answer = async (response, { body }) => {
      beginEvents(response);
      for (const event of chunksOf(['One ', 'two '], body, null)) sendEvent(response, event);
      await gate.promise;
    };
    const open = async (controller: AbortController): Promise<AsyncIterator<AIMessageChunk>> => {
      const reader = (await model.stream('Count', { signal: controller.signal }))[Symbol.asyncIterator]();
      for (let at = 0; at < 3; at++) await reader.next();
      return reader;
    };
    const [mine, yours] = [new AbortController(), new AbortController()];
    const readers = [await open(mine), await open(yours)];
    const [first, second] = readers.map((reader) => reader.next());
    mine.abort(new Error('I leave.'));
    await expect(first).rejects.toThrow('I leave.');
    const { left } = server.it.asked[0]!;
    let hasLeft = false;
    void left.then(() => (hasLeft = true));
    await settle();
    expect(hasLeft).toBe(false);
    yours.abort(new Error('I leave, too.'));
    await expect(second).rejects.toThrow('I leave, too.');
    await left;
    gate.resolve();
    expect(events).not.toContainEqual(['generated', expect.anything()]);
    server.it.answer = undefined;
    expect(wholeOf(await itemsIn(await model.stream('Count'))).text).toBe('Answer 2.');
  });

  it('is not stored when it has no end, whether it is cut or just ends', async () => {
    const { model, events } = await cachedModel(server.it);
    server.it.answer = (response, { body }) => sendEvents(response, chunksOf(['Half an '], body, null), '');
    for (let at = 0; at < 2; at++) expect(wholeOf(await itemsIn(await model.stream('Hello'))).text).toBe('Half an ');
    expect(server.it.asked).toHaveLength(2);
    expect(events.filter(([type]) => type === 'refused')).toHaveLength(2);
    server.it.answer = (response, { body }) => {
      beginEvents(response);
      for (const event of chunksOf(['Half an '], body, null)) sendEvent(response, event);
      setImmediate(() => response.destroy());
    };
    await expect(model.stream('Hello').then(itemsIn)).rejects.toThrow();
    server.it.answer = undefined;
    expect(wholeOf(await itemsIn(await model.stream('Hello'))).text).toBe('Answer 4.');
    await itemsIn(await model.stream('Hello'));
    expect(server.it.asked).toHaveLength(4);
  });

  it('without a reason at its end is stored where that is trusted', async () => {
    const { model } = await cachedModel(server.it, {}, { streamEnd: 'any' });
    server.it.answer = (response, { body }) => sendEvents(response, chunksOf(['An answer.'], body, null));
    for (let at = 0; at < 2; at++) await itemsIn(await model.stream('Hello'));
    expect(server.it.asked).toHaveLength(1);
  });

  it('of several choices ends when each has ended', async () => {
    const { model } = await cachedModel(server.it, { n: 2 });
    const choices = (finishes: (string | null)[]): object[] =>
      finishes.map((finish_reason, index) => ({
        object: 'chat.completion.chunk',
        choices: [{ index, delta: { content: `choice ${index}` }, finish_reason }],
      }));
    server.it.answer = (response) => sendEvents(response, choices(['stop', null]));
    for (let at = 0; at < 2; at++) await itemsIn(await model.stream('Hello'));
    expect(server.it.asked).toHaveLength(2);
    server.it.answer = (response) => sendEvents(response, choices(['stop', 'stop']));
    for (let at = 0; at < 2; at++) await itemsIn(await model.stream('Hello'));
    expect(server.it.asked).toHaveLength(3);
  });

  it('is another entry than the whole answer to the same question', async () => {
    const { model } = await cachedModel(server.it);
    expect((await model.invoke('Hello')).text).toBe('Answer 1.');
    expect(wholeOf(await itemsIn(await model.stream('Hello'))).text).toBe('Answer 2.');
    expect((await model.invoke('Hello')).text).toBe('Answer 1.');
  });

  it('is heard of token by token by each reader, and by streamEvents', async () => {
    const { model } = await cachedModel(server.it);
    const heard: string[] = [];
    const callbacks = [{ handleLLMNewToken: (token: string): void => void heard.push(token) }];
    for (let at = 0; at < 2; at++) await itemsIn(await model.stream('Hello', { callbacks }));
    expect(heard.splice(6)).toEqual(heard);
    expect(heard.join('')).toBe('Answer 1.');
    // oxlint-disable-next-line typescript/no-deprecated -- LangGraph and many an application still ask for it
    const events = await itemsIn(model.streamEvents('Hello', { version: 'v2' }));
    const texts = events
      .filter(({ event }) => event === 'on_chat_model_stream')
      .map(({ data }) => chunkText(data.chunk));
    expect(texts.join('')).toBe('Answer 1.');
    expect(server.it.asked).toHaveLength(1);
  });

  it('is made events of by the newer protocol of LangChain, from the cache', async () => {
    const { model } = await cachedModel(server.it);
    const ask = async (): Promise<unknown[]> => itemsIn(model.streamEvents([new HumanMessage('Hello')]));
    const first = await ask();
    expect(await ask()).toEqual(first);
    expect(JSON.stringify(first)).toContain('Answer ');
    expect(server.it.asked).toHaveLength(1);
  });

  it('has cost nothing when it is served, as it is told', async () => {
    const { model } = await cachedModel(server.it, {}, { servedUsage: 'zero' });
    const [first, second] = [await itemsIn(await model.stream('Hello')), await itemsIn(await model.stream('Hello'))];
    expect(wholeOf(first).usage_metadata).toMatchObject({ total_tokens: 14 });
    expect(wholeOf(second).usage_metadata).toMatchObject({ total_tokens: 0 });
  });
});

const chunkText = (chunk: unknown): string => (chunk as AIMessageChunk).text;
