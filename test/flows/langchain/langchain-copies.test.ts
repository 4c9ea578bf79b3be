import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { AIMessage, type AIMessageChunk } from '@langchain/core/messages';
import { ChatOpenAI, type ChatOpenAIFields } from '@langchain/openai';
import { cacheChatModel, LangChainCache } from 'nestjs-cached/langchain';
import { aiCache, itemsIn } from '../ai/ai-cache.js';
import { langChainServer } from './scene.js';

const server = langChainServer();
const require = createRequire(import.meta.url);

/** As an application of CommonJS has it: with a copy of LangChain of its own, beside that of the adapter. */
const { ChatOpenAI: Required } = require('@langchain/openai') as { ChatOpenAI: typeof ChatOpenAI };
const { AIMessage: RequiredMessage, AIMessageChunk: RequiredChunk } = require('@langchain/core/messages') as {
  AIMessage: typeof AIMessage;
  AIMessageChunk: typeof AIMessageChunk;
};

function fieldsOf(): ChatOpenAIFields {
  return { model: 'gpt-x', apiKey: 'sk-test', maxRetries: 0, configuration: { baseURL: server.it.url } };
}

describe('a model of another copy of LangChain', () => {
  it('is cached like any other, whole and as a stream', async () => {
    expect(Required).not.toBe(ChatOpenAI);
    expect(RequiredMessage).not.toBe(AIMessage);
    const { ai } = await aiCache();
    const model = cacheChatModel(new Required(fieldsOf()), ai);
    for (let at = 0; at < 2; at++) {
      const answer = await model.invoke([new AIMessage('Hi.'), new RequiredMessage('Hello.')]);
      expect([answer.text, answer.constructor]).toEqual(['Answer 1.', RequiredMessage]);
      expect(answer).toBeInstanceOf(AIMessage);
    }
    for (let at = 0; at < 2; at++) {
      const chunks = await itemsIn(await model.stream('Hello'));
      expect(chunks.map(({ text }) => text).join('')).toBe('Answer 2.');
      // LangChain tells chunks by their class: they are of the model's copy.
      expect(chunks.every((chunk) => chunk instanceof RequiredChunk)).toBe(true);
      expect(chunks.map(({ constructor }) => constructor)).toEqual(chunks.map(() => RequiredChunk));
    }
    const events = [await itemsIn(model.streamEvents('Bye')), await itemsIn(model.streamEvents('Bye'))];
    expect(events[1]).toEqual(events[0]);
    expect(server.it.asked).toHaveLength(3);
  });

  it("is served by the adapter's implementation of LangChain's own hook", async () => {
    const { ai } = await aiCache();
    const model = new Required({ ...fieldsOf(), cache: new LangChainCache(ai) });
    for (let at = 0; at < 2; at++) expect((await model.invoke('Hello')).text).toBe('Answer 1.');
    expect(server.it.asked).toHaveLength(1);
  });
});
