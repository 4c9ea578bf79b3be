import { describe, expect, it } from '@jest/globals';
import { AIMessage, HumanMessage, SystemMessage, ToolMessage, type BaseMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { AiResponseCache } from 'nestjs-cached/ai';
import { z } from 'zod';
import type { AnyChatModel, CallOptions } from '../../../lib/adapters/langchain/chat-model.js';
import { chatRequest } from '../../../lib/adapters/langchain/chat-request.js';
import { testCache } from '../../support/caches.js';
import { CALL, CLIENT, FIELDS, REQUEST, type Variation } from './every-parameter.js';
import { cachedModel, langChainServer } from './scene.js';

const server = langChainServer();
const ai = new AiResponseCache((await testCache()).cache);

/** What a model is made with, and a call. */
interface Asked {
  readonly fields: object;
  readonly call: object;
  readonly client: object;
  readonly request: object;
}
const PLAIN: Asked = { fields: {}, call: {}, client: {}, request: {} };

function modelOf({ fields, client }: Asked): ChatOpenAI {
  const configuration = { baseURL: 'http://127.0.0.1:1/v1', ...client };
  return new ChatOpenAI({ model: 'gpt-x', apiKey: 'sk-test', ...fields, configuration });
}

function callOf({ call, request }: Asked): CallOptions {
  return { ...call, ...(request !== PLAIN.request && { options: request }) };
}

function keyOf(asked: Asked, messages: readonly BaseMessage[] = [new HumanMessage('Hello')]): string {
  const model = modelOf(asked) as unknown as AnyChatModel;
  return ai.prepare(chatRequest(model, messages, callOf(asked), { operation: 'chat', tenant: undefined })).key;
}

/** A parameter with its values, and what is asked with one of them. */
interface Parameter {
  readonly name: string;
  readonly variation: Variation<unknown>;
  readonly with: (value: unknown, asked?: Asked) => Asked;
}

const parametersOf = (where: keyof Asked, all: object): Parameter[] =>
  (Object.entries(all) as [string, Variation<unknown>][]).map(([name, variation]) => ({
    name: `${where}.${name}`,
    variation,
    with: (value, asked = PLAIN) => ({ ...asked, [where]: { ...asked[where], [name]: value } }),
  }));

const PARAMETERS = [
  ...parametersOf('fields', FIELDS),
  ...parametersOf('client', CLIENT),
  ...parametersOf('call', CALL),
  ...parametersOf('request', REQUEST),
];
const ASKING = PARAMETERS.flatMap(({ variation, ...rest }) => ('asks' in variation ? [{ ...rest, ...variation }] : []));
const IGNORED = PARAMETERS.flatMap(({ variation, ...rest }) =>
  'ignored' in variation ? [{ ...rest, ...variation }] : [],
);

describe('the key of a call', () => {
  it('is another one with every other value of every parameter that the types of ChatOpenAI know', () => {
    const keys = new Map<string, string>();
    const take = (name: string, key: string): void => {
      expect([name, keys.get(key)]).toEqual([name, undefined]);
      keys.set(key, name);
    };
    take('plain', keyOf(PLAIN));
    for (const one of ASKING) {
      one.asks.forEach((value, at) => take(`${one.name} ${at}`, keyOf(one.with(value))));
    }
    expect(keys.size).toBe(1 + 2 * ASKING.length);
  });

  it('is another one for every pair of parameters', () => {
    const keys = new Map<string, string>();
    for (const [at, one] of ASKING.entries()) {
      for (const other of ASKING.slice(at + 1)) {
        const name = `${one.name} ${other.name}`;
        const key = keyOf(other.with(other.asks[0], one.with(one.asks[0])));
        if (keys.has(key)) throw new Error(`${name} and ${keys.get(key)} share a key`);
        keys.set(key, name);
      }
    }
    expect(keys.size).toBe((ASKING.length * (ASKING.length - 1)) / 2);
  }, 60_000);

  it.each(IGNORED.map((one) => [one.name, one] as const))('does not depend on %s', (_name, one) => {
    const keys = one.ignored.map((value) => keyOf(one.with(value)));
    expect(keys).toEqual([keyOf(PLAIN), keyOf(PLAIN)]);
  });

  it('does not depend on headers that only trace, nor on the order of anything', () => {
    const headers = { 'x-request-id': '1', authorization: 'Bearer a', 'openai-beta': 'a' };
    const key = keyOf({ ...PLAIN, request: { headers } });
    expect(keyOf({ ...PLAIN, request: { headers: new Headers({ 'OpenAI-Beta': 'a', traceparent: 'b' }) } })).toBe(key);
    expect(keyOf({ ...PLAIN, call: { seed: 1, stop: ['a'] } })).toBe(
      keyOf({ ...PLAIN, call: { stop: ['a'], seed: 1 } }),
    );
  });

  it('is another one for everything that a message can be given', () => {
    const text = { type: 'text', text: 'a' };
    const image = (url: string, detail?: string): object => ({ type: 'image_url', image_url: { url, detail } });
    const base64 = (data: string): object => ({ type: 'image', source_type: 'base64', mime_type: 'image/png', data });
    const of = (...content: object[]): BaseMessage[] => [new HumanMessage({ content: content as never })];
    const call = (id: string, args: object): BaseMessage[] => [
      new AIMessage({ content: '', tool_calls: [{ id, name: 'f', args, type: 'tool_call' }] }),
      new ToolMessage({ tool_call_id: id, content: 'done' }),
    ];
    const all: BaseMessage[][] = [
      [],
      [new HumanMessage('')],
      [new HumanMessage('a')],
      [new SystemMessage('a')],
      [new AIMessage('a')],
      [new HumanMessage({ content: 'a', name: 'Eve' })],
      [new HumanMessage('a'), new AIMessage('b')],
      [new HumanMessage('a\nAI: b')],
      of(text),
      of(image('https://example.com/a.png')),
      of(image('https://example.com/b.png')),
      of(image('https://example.com/b.png', 'high')),
      of(text, image('data:image/png;base64,AAAA')),
      of(text, image('data:image/png;base64,AAAB')),
      of(base64('AAAA')),
      of(base64('AAAB')),
      of({ type: 'file', source_type: 'base64', mime_type: 'application/pdf', data: 'AAAA' }),
      of({ type: 'image', mimeType: 'image/png', data: Uint8Array.of(1, 2, 3) }),
      of({ type: 'image', mimeType: 'image/png', data: Uint8Array.of(1, 2, 4) }),
      of({ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }),
      // Nothing in a message is taken for a credential, whatever it is called.
      of({ type: 'note', password: 'a', apiKey: 'b' }),
      of({ type: 'note', password: 'b', apiKey: 'b' }),
      call('c1', { city: 'Bern' }),
      call('c1', { city: 'Basel' }),
      call('c2', { city: 'Bern' }),
      [new AIMessage({ content: 'a', additional_kwargs: { reasoning: { id: 'r1' } } })],
      [new AIMessage({ content: 'a', id: 'msg_1' })],
    ];
    const keys = all.map((messages) => keyOf(PLAIN, messages));
    expect(new Set(keys).size).toBe(all.length);
  });

  it('is the same for a message that was stored and read again, and whatever id LangChain gave it', () => {
    const one = new AIMessage({ content: 'a', usage_metadata: { input_tokens: 1, output_tokens: 1, total_tokens: 2 } });
    const others = [
      new AIMessage('a'),
      new AIMessage({ content: 'a', id: 'run-018f' }),
      new AIMessage({
        content: 'a',
        id: '6f0a3c3e-7f0c-4f51-a3cf-2f3a1d9f0b11',
        tool_calls: [],
        additional_kwargs: {},
      }),
      new AIMessage(one.toDict().data),
    ];
    for (const other of others) expect(keyOf(PLAIN, [other])).toBe(keyOf(PLAIN, [one]));
    const human = [new HumanMessage({ content: 'a', id: 'anything' })];
    expect(keyOf(PLAIN, human)).toBe(keyOf(PLAIN, [new HumanMessage('a')]));
  });

  it('holds no secret of any integration, and the numbers of tokens', () => {
    const keyWith = (name: string, value: unknown): string => {
      const model = Object.assign(modelOf(PLAIN), { [name]: value }) as unknown as AnyChatModel;
      return ai.prepare(chatRequest(model, [], {}, { operation: 'chat', tenant: undefined })).key;
    };
    const secrets = ['cloudflareApiToken', 'iamToken', 'ibmBearerToken', 'awsSessionToken', 'secretAccessKey'];
    for (const name of secrets) expect([name, keyWith(name, 'a')]).toEqual([name, keyWith(name, 'b')]);
    for (const name of ['maxTokens', 'stopToken']) expect(keyWith(name, 1)).not.toBe(keyWith(name, 2));
  });

  it('names the shape of what is stored', () => {
    const { options } = chatRequest(modelOf(PLAIN), [], {}, { operation: 'a', tenant: undefined });
    expect(options).toMatchObject({ shape: 'langchain:1' });
  });

  it('tells tools and schemas apart by what the model sees of them', () => {
    const weather = (description: string, field = 'city', result = 'sun'): unknown =>
      tool(() => result, { name: 'weather', description, schema: z.object({ [field]: z.string() }) });
    // By a model that makes no parameters of its tools, so that the tools themselves have to tell.
    const silent = { _llmType: () => 'silent', invocationParams: () => ({}) };
    const keyWith = (one: unknown): string => {
      const place = { operation: 'chat', tenant: undefined };
      return ai.prepare(chatRequest(silent as unknown as AnyChatModel, [], { tools: [one] }, place)).key;
    };
    const key = keyWith(weather('The weather.'));
    expect(keyWith(weather('The weather.', 'city', 'rain'))).toBe(key);
    expect(keyWith(weather('The weather today.'))).not.toBe(key);
    expect(keyWith(weather('The weather.', 'place'))).not.toBe(key);
    const plain = (func: () => number, field: string): unknown => ({
      ...{ name: 'weather', schema: z.object({ [field]: z.string() }), func },
    });
    expect(keyWith(plain(() => 1, 'a'))).toBe(keyWith(plain(() => 2, 'a')));
    expect(keyWith(plain(() => 1, 'a'))).not.toBe(keyWith(plain(() => 1, 'b')));
    const formatOf = (schema: z.ZodObject): string =>
      keyOf({ ...PLAIN, call: { response_format: { type: 'json_schema', json_schema: { name: 'a', schema } } } });
    expect(formatOf(z.object({ a: z.string() }))).toBe(formatOf(z.object({ a: z.string() })));
    expect(formatOf(z.object({ a: z.string().describe('A.') }))).not.toBe(formatOf(z.object({ a: z.string() })));
    // A property of a tool is none of the client's.
    const parameters = (password: object): object => ({
      ...{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: { password } } } },
    });
    expect(keyWith(parameters({ type: 'string' }))).not.toBe(keyWith(parameters({ type: 'number' })));
  });
});

describe('over HTTP', () => {
  it('two that differ never share, and the same is asked once', async () => {
    const { model } = await cachedModel(server.it);
    const signal = AbortSignal.timeout(60_000);
    const calls = [{}, { seed: 1 }, { seed: 2 }, { stop: ['x'] }, { tool_choice: 'none' as const }];
    for (const call of calls) {
      await model.invoke('Hello', call);
      await model.invoke('Hello', { ...call, signal, timeout: 30_000, tags: ['a'], metadata: { a: 1 }, runName: 'b' });
    }
    expect(server.it.asked).toHaveLength(calls.length);
  });

  it('an option that cannot be compared makes a call run uncached, and says why', async () => {
    const { model, uncached } = await cachedModel(server.it);
    const call = {
      mystery: new (class Mystery {
        readonly a = 1;
      })(),
    } as object;
    for (let at = 1; at <= 2; at++) expect((await model.invoke('Hello', call)).text).toBe(`Answer ${at}.`);
    expect(uncached).toHaveLength(2);
    expect(uncached[0]).toContain('options.call.mystery');
    // A schema of a library that cannot be turned into JSON.
    const schema = { '~standard': { version: 1, vendor: 'other', validate: (value: unknown) => ({ value }) } };
    await model.invoke('Hello', { schema } as object);
    expect(uncached.at(-1)).toContain('options.call.schema is a schema of a library');
  });
});
