import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SimpleChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage, AIMessageChunk, HumanMessage } from '@langchain/core/messages';
import { ChatGenerationChunk } from '@langchain/core/outputs';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import { CacheUsageError } from 'nestjs-cached';
import { cacheChatModel } from 'nestjs-cached/langchain';
import { requireInstalledCore } from '../../../lib/adapters/langchain/core-version.js';
import {
  beginEvents,
  chunksOf,
  completionOf,
  responseOf,
  sendEvent,
  sendEvents,
  sendJson,
  type Answer,
} from '../../support/langchain-server.js';
import { deferred, settle, until } from '../../support/deferred.js';
import { aiCache, itemsIn } from '../ai/ai-cache.js';
import { cachedModel, chatOpenAI, langChainServer } from './scene.js';

const server = langChainServer();

// LangChain says what it thinks of calls of tools that cannot be read.
beforeEach(() => void jest.spyOn(console, 'warn').mockImplementation(() => {}));
afterEach(() => void jest.restoreAllMocks());

const toolCall = { index: 0, id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } };
const errorBody = { error: { message: 'Something is wrong.', type: 'server_error', code: null } };
const halfJson: Answer = (response) =>
  void response
    .writeHead(200, { 'content-type': 'application/json' })
    .end('{"id":"chatcmpl-1","choices":[{"index":0,"mess');

/** What a provider may answer instead of an answer: what the caller sees, and why it is not stored. */
const WHOLE: readonly [name: string, answer: Answer, seen: RegExp | undefined, reason: string | undefined][] = [
  ['401', (response) => sendJson(response, errorBody, 401), /Something is wrong/, undefined],
  ['429', (response) => sendJson(response, errorBody, 429), /Something is wrong/, undefined],
  ['500', (response) => sendJson(response, errorBody, 500), /Something is wrong/, undefined],
  ['half a JSON', halfJson, /JSON/, undefined],
  [
    'a cut connection',
    (response) => void response.writeHead(200).write('{"id"', () => response.destroy()),
    /./,
    undefined,
  ],
  [
    'a refusal',
    (response, { body }) =>
      sendJson(response, completionOf('', body, { message: { role: 'assistant', content: null, refusal: 'No.' } })),
    undefined,
    // ChatOpenAI loses the words of a refusal of chat completions, and what is left is nothing.
    'empty',
  ],
  [
    'the limit of tokens',
    (response, { body }) => sendJson(response, completionOf('Half', body, { finish_reason: 'length' })),
    undefined,
    'length',
  ],
  [
    'a filter',
    (response, { body }) => sendJson(response, completionOf('', body, { finish_reason: 'content_filter' })),
    undefined,
    'content-filter',
  ],
  [
    'a call of a tool',
    (response, { body }) => {
      const message = { role: 'assistant', content: null, tool_calls: [toolCall] };
      sendJson(response, completionOf('', body, { message, finish_reason: 'tool_calls' }));
    },
    undefined,
    'tool-calls',
  ],
  [
    'a call of a tool that cannot be read',
    (response, { body }) => {
      const call = { ...toolCall, function: { name: 'weather', arguments: '{"city":' } };
      sendJson(response, completionOf('', body, { message: { role: 'assistant', content: null, tool_calls: [call] } }));
    },
    undefined,
    'tool-calls',
  ],
  [
    'a call of a function, as it was before there were tools',
    (response, { body }) => {
      const message = { role: 'assistant', content: 'I look.', function_call: toolCall.function };
      sendJson(response, completionOf('', body, { message }));
    },
    undefined,
    'tool-calls',
  ],
  ['nothing', (response, { body }) => sendJson(response, completionOf(' ', body)), undefined, 'empty'],
];

describe('a whole answer that is none', () => {
  it.each(WHOLE)('%s: reaches the caller, and is not stored', async (_name, answer, seen, reason) => {
    const { model, events } = await cachedModel(server.it);
    const direct = await outcomeOf(() => chatOpenAI(server.it).invoke('Hello'), answer);
    for (let at = 1; at <= 2; at++) {
      const outcome = await outcomeOf(() => model.invoke('Hello'), answer);
      expect(outcome).toEqual(direct);
      if (seen !== undefined) expect(outcome).toMatch(seen);
    }
    expect(server.it.asked).toHaveLength(3);
    const reasons = events.filter(([type]) => type === 'refused').map(([, event]) => event.reason);
    expect(reasons).toEqual(reason === undefined ? [] : [reason, reason]);
    // And the good one that comes after it is.
    server.it.answer = undefined;
    expect((await model.invoke('Hello')).text).toBe('Answer 4.');
    expect((await model.invoke('Hello')).text).toBe('Answer 4.');
  });

  it('200 with the body of an error: as the model has it, and not stored', async () => {
    const { model } = await cachedModel(server.it);
    const answer: Answer = (response) => sendJson(response, errorBody);
    const direct = await outcomeOf(() => chatOpenAI(server.it).invoke('Hello'), answer);
    for (let at = 1; at <= 2; at++) expect(await outcomeOf(() => model.invoke('Hello'), answer)).toEqual(direct);
    expect(server.it.asked).toHaveLength(3);
  });
});

const delta = (part: object, finish_reason: string | null = null): object => ({
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta: part, finish_reason }],
});

const STREAMS: readonly [name: string, answer: Answer, reason: string | undefined][] = [
  ['429', (response) => sendJson(response, errorBody, 429), undefined],
  ['an error in the stream', (response) => sendEvents(response, [delta({ content: 'Half' }), errorBody]), undefined],
  ['200 with the body of an error', (response) => sendJson(response, errorBody), 'empty'],
  [
    'half a JSON',
    (response) => sendEvents(response, [delta({ content: 'Half' })], 'data: {"choices":[{"de\n\n'),
    undefined,
  ],
  ['no end', (response, { body }) => sendEvents(response, chunksOf(['Half'], body, null), ''), 'skipped'],
  ['no end but [DONE]', (response, { body }) => sendEvents(response, chunksOf(['Half'], body, null)), 'skipped'],
  [
    'a call of a tool that is ended like any answer',
    (response) => sendEvents(response, [delta({ role: 'assistant', tool_calls: [toolCall] }), delta({}, 'stop')]),
    'tool-calls',
  ],
  [
    'a call of a function, as it was before there were tools',
    (response) => {
      const call = { role: 'assistant', content: 'I look.', function_call: toolCall.function };
      sendEvents(response, [delta(call), delta({}, 'stop')]);
    },
    'tool-calls',
  ],
  ['nothing', (response) => sendEvents(response, [], ''), 'empty'],
  ['white space', (response, { body }) => sendEvents(response, chunksOf([' ', '\n'], body)), 'empty'],
  ['a refusal', (response) => sendEvents(response, [delta({ refusal: 'No.' }), delta({}, 'stop')]), 'empty'],
  ['the limit', (response, { body }) => sendEvents(response, chunksOf(['Half'], body, 'length')), 'length'],
  [
    'a filter',
    (response, { body }) => sendEvents(response, chunksOf(['Half'], body, 'content_filter')),
    'content-filter',
  ],
  [
    'a call of a tool',
    (response) => sendEvents(response, [delta({ tool_calls: [toolCall] }), delta({}, 'tool_calls')]),
    'tool-calls',
  ],
];

describe('a stream that is none', () => {
  it.each(STREAMS)('%s: reaches the reader, and is not stored', async (_name, answer, reason) => {
    const { model, events } = await cachedModel(server.it);
    const read = async (): Promise<unknown> => (await itemsIn(await model.stream('Hello'))).map(({ text }) => text);
    const direct = await outcomeOf(async () => {
      const chunks = await itemsIn(await chatOpenAI(server.it).stream('Hello'));
      return chunks.map(({ text }) => text);
    }, answer);
    for (let at = 1; at <= 2; at++) expect(await outcomeOf(read, answer)).toEqual(direct);
    expect(server.it.asked).toHaveLength(3);
    const reasons = events.filter(([type]) => type === 'refused').map(([, event]) => event.reason);
    expect(reasons).toEqual(reason === undefined ? [] : [reason, reason]);
  });
});

const begun = { type: 'response.created', response: responseOf('', { status: 'in_progress', output: [] }) };
const said = (text: string): object => ({
  type: 'response.output_text.delta',
  output_index: 0,
  content_index: 0,
  delta: text,
});
const ended = (type: string, more: object = {}): object => ({ type, response: responseOf('Half', { ...more }) });
const refused = [{ id: 'msg_1', type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] }];
const filtered = { status: 'incomplete', incomplete_details: { reason: 'content_filter' } };

const RESPONSES: readonly [name: string, events: readonly object[], reason: string | undefined][] = [
  ['the end', [begun, said('Half'), ended('response.completed')], undefined],
  ['no end', [begun, said('Half')], 'skipped'],
  ['a failure', [begun, said('Half'), ended('response.failed', { status: 'failed', error: { code: 'x' } })], 'skipped'],
  ['a filter', [begun, said('Half'), ended('response.incomplete', filtered)], 'content-filter'],
  [
    'a refusal',
    [begun, { type: 'response.refusal.done', refusal: 'No.' }, ended('response.completed', { output: refused })],
    'refused',
  ],
];

describe('the Responses API', () => {
  it.each(RESPONSES)('%s of a stream', async (_name, events, reason) => {
    const { model, events: told } = await cachedModel(server.it, { useResponsesApi: true });
    server.it.answer = (response) => sendEvents(response, events, '');
    const read = async (): Promise<object[]> => {
      const chunks = await itemsIn(await model.stream('Hello'));
      return chunks.map((chunk) =>
        Object.assign({}, chunk, { lc_kwargs: {}, id: undefined, blocks: chunk.contentBlocks }),
      );
    };
    const first = await read();
    expect(first.length).toBeGreaterThan(0);
    expect(await read()).toStrictEqual(first);
    expect(server.it.asked).toHaveLength(reason === undefined ? 1 : 2);
    const reasons = told.filter(([type]) => type === 'refused').map(([, event]) => event.reason);
    expect(reasons).toEqual(reason === undefined ? [] : [reason, reason]);
  });

  it('what it asks of its caller beside tools, in words or none, is a call', async () => {
    const { model, events } = await cachedModel(server.it, { useResponsesApi: true });
    const approval = { id: 'mcpr_1', type: 'mcp_approval_request', name: 'rm', arguments: '{}', server_label: 'x' };
    const asking = responseOf('May I?') as { output: object[] };
    asking.output.push(approval);
    server.it.answer = (response, { body }) => {
      if (body.stream !== true) return sendJson(response, asking);
      const done = { type: 'response.output_item.done', output_index: 1, item: approval };
      sendEvents(response, [begun, said('May I?'), done, { type: 'response.completed', response: asking }], '');
    };
    for (let at = 0; at < 2; at++) await model.invoke('Hello');
    for (let at = 0; at < 2; at++) await itemsIn(await model.stream('Hello'));
    expect(server.it.asked).toHaveLength(4);
    const reasons = events.filter(([type]) => type === 'refused').map(([, event]) => event.reason);
    expect(reasons).toEqual(Array.from({ length: 4 }, () => 'tool-calls'));
  });

  it('a refusal of a whole answer', async () => {
    const { model, events } = await cachedModel(server.it, { useResponsesApi: true });
    server.it.answer = (response) => sendJson(response, responseOf('', { output: refused }));
    for (let at = 0; at < 2; at++) expect((await model.invoke('Hello')).additional_kwargs['refusal']).toBe('No.');
    expect(server.it.asked).toHaveLength(2);
    expect(events.at(-1)).toMatchObject(['refused', { reason: 'refused' }]);
  });
});

/** The answer, or the error, as it can be compared. */
async function outcomeOf(ask: () => Promise<unknown>, answer: Answer): Promise<unknown> {
  server.it.answer = answer;
  return ask().then(
    (value) => JSON.parse(JSON.stringify(value).replaceAll(/"run-[^"]+"/g, '"run"')) as unknown,
    (error: Error) => `${error.name} ${String(Reflect.get(error, 'status'))} ${error.message}`,
  );
}

describe('a caller who aborts', () => {
  it('and is the last who waits cancels the request; nothing is stored, and the next one asks again', async () => {
    const { model } = await cachedModel(server.it);
    const gate = deferred<void>();
    server.it.answer = async () => gate.promise;
    const [mine, yours] = [new AbortController(), new AbortController()];
    const asking = [mine, yours].map(({ signal }) => model.invoke('Hello', { signal }));
    await until(() => server.it.asked.length === 1);
    const { left } = server.it.asked[0]!;
    let hasLeft = false;
    void left.then(() => (hasLeft = true));
    mine.abort(new Error('I leave.'));
    await expect(asking[0]).rejects.toThrow('I leave.');
    await settle();
    expect(hasLeft).toBe(false);
    // With its reason, whatever that is.
    yours.abort('I leave, too.');
    await expect(asking[1]).rejects.toBe('I leave, too.');
    await left;
    gate.resolve();
    server.it.answer = undefined;
    expect((await model.invoke('Hello')).text).toBe('Answer 2.');
  });

  it('between two chunks, and reads no more, cancels the request', async () => {
    const { model } = await cachedModel(server.it);
    const gate = deferred<void>();
    server.it.answer = async (response, { body }) => {
      beginEvents(response);
      for (const event of chunksOf('a b c d e f g h'.split(' '), body, null)) sendEvent(response, event);
      await gate.promise;
    };
    const controller = new AbortController();
    const stream = await model.stream('Hello', { signal: controller.signal });
    await stream[Symbol.asyncIterator]().next();
    controller.abort(new Error('I leave.'));
    await server.it.asked[0]!.left;
    gate.resolve();
  });

  it('leaves at once; the answer is made for those who stay, and stored', async () => {
    const { model } = await cachedModel(server.it);
    const gate = deferred<void>();
    server.it.answer = async (response, { body }) => {
      await gate.promise;
      sendJson(response, completionOf('Late.', body));
    };
    const controller = new AbortController();
    const mine = model.invoke('Hello', { signal: controller.signal });
    await until(() => server.it.asked.length === 1);
    const yours = model.invoke('Hello');
    // LangChain looks for callbacks before it asks the model.
    await settle();
    controller.abort(new Error('I leave.'));
    await expect(mine).rejects.toThrow('I leave.');
    gate.resolve();
    expect((await yours).text).toBe('Late.');
    expect((await model.invoke('Hello')).text).toBe('Late.');
    expect(server.it.asked).toHaveLength(1);
  });

  it('before it has begun asks nobody', async () => {
    const { model } = await cachedModel(server.it);
    const signal = AbortSignal.abort(new Error('Too late.'));
    await expect(model.invoke('Hello', { signal })).rejects.toThrow();
    await expect(model.stream('Hello', { signal }).then(itemsIn)).rejects.toThrow();
    await expect(model._generate([new HumanMessage('Hello')], { signal })).rejects.toThrow('Too late.');
    await expect(itemsIn(model._streamResponseChunks([new HumanMessage('Hello')], { signal }))).rejects.toThrow(
      'Too late.',
    );
    // A request that had been sent would have come by the time the next one is answered.
    await model.invoke('Bye');
    expect(server.it.asked.map(({ body }) => body.messages?.[0]?.content)).toEqual(['Bye']);
  });
});

describe('what is no model of LangChain 1', () => {
  it('is refused by what it is', async () => {
    const { ai } = await aiCache();
    const refuses = (model: unknown, text: RegExp): void => {
      expect(() => cacheChatModel(model as never, ai)).toThrow(CacheUsageError);
      expect(() => cacheChatModel(model as never, ai)).toThrow(text);
    };
    refuses(undefined, /undefined/);
    refuses(new HumanMessage('a'), /a message/);
    refuses(
      new FakeListChatModel({ responses: ['a'] }).withConfig({ tags: ['a'] }),
      /RunnableBinding.*bind tools to what is/,
    );
    for (const version of ['0.3.80', '2.0.0']) {
      const model = new FakeListChatModel({ responses: ['a'] });
      Reflect.set(model, 'metadata', { versions: { '@langchain/core': version } });
      refuses(model, new RegExp(`FakeListChatModel is a model of @langchain/core ${version}`));
    }
    const installed =
      (version: string | undefined, messageClass: unknown = AIMessage) =>
      (): void =>
        requireInstalledCore({ version, messageClass });
    for (const version of ['1.0.0', '1.99.1', undefined]) expect(installed(version)).not.toThrow();
    for (const version of ['0.3.80', '2.0.0', '10.0.0']) expect(installed(version)).toThrow(`installed is ${version}`);
    expect(installed(undefined, class Old {})).toThrow('npm install @langchain/core@1');
    expect(requireInstalledCore).not.toThrow();
  });

  it('is an option that cannot be meant', async () => {
    const { ai } = await aiCache();
    const model = new FakeListChatModel({ responses: ['a'] });
    const options = [
      { operation: '' },
      { tenant: '' },
      { streamEnd: 'never' },
      { servedUsage: 0 },
      { onUncached: 'log' },
      { ttl: 'soon' },
      { staleIfError: -1 },
      { tll: '1m' },
    ];
    for (const option of options) expect(() => cacheChatModel(model, ai, option as never)).toThrow(CacheUsageError);
  });
});

/** A model that answers `a`, `b`, `c` ..., and says no more of it. */
class OtherModel extends FakeListChatModel {
  constructor(protected readonly answer: () => AIMessage) {
    super({ responses: [''] });
  }
  override async _generate(): ReturnType<FakeListChatModel['_generate']> {
    const message = this.answer();
    return { generations: [{ text: message.text, message }] };
  }
  override async *_streamResponseChunks(): ReturnType<FakeListChatModel['_streamResponseChunks']> {
    const { text } = this.answer();
    yield new ChatGenerationChunk({ text, message: new AIMessageChunk(text) });
  }
}

function letters(): () => AIMessage {
  let nth = 0;
  return () => new AIMessage('abcdef'[nth++]!);
}

describe('a model of another kind', () => {
  it('runs uncached where a call cannot be compared, and the process is warned once a reason', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { ai } = await aiCache();
    const model = cacheChatModel(new OtherModel(letters()), ai);
    const round: Record<string, unknown> = {};
    round['round'] = round;
    await model.invoke('Hello', { round } as object);
    expect(warn).toHaveBeenLastCalledWith(expect.stringContaining('round.round is circular'), expect.anything());
    warn.mockClear();
    const call = { run: (): void => {} } as object;
    const texts = [await model.invoke('Hello', call), await model.invoke('Hello', call)].map(({ text }) => text);
    expect(texts).toEqual(['b', 'c']);
    expect(await model.stream('Hello', call).then(itemsIn)).toHaveLength(1);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]).toEqual([expect.stringContaining('options.call.run is a function'), 'CacheWarning']);
  });

  it('without a name and without reasons is cached as far as it can be told', async () => {
    const { ai } = await aiCache();
    const model = cacheChatModel(new OtherModel(letters()), ai);
    expect([(await model.invoke('Hello')).text, (await model.invoke('Hello')).text]).toEqual(['a', 'a']);
    const stream = async (): Promise<string> =>
      (await itemsIn(await model.stream('Hello'))).map(({ text }) => text).join('');
    // A stream that tells no reason may have been cut.
    expect([await stream(), await stream()]).toEqual(['b', 'c']);
  });

  it.each([
    [
      'Anthropic',
      { additional_kwargs: { stop_reason: 'end_turn' } },
      { additional_kwargs: { stop_reason: 'max_tokens' } },
    ],
    [
      'Bedrock',
      { response_metadata: { messageStop: { stopReason: 'end_turn' } } },
      { response_metadata: { messageStop: { stopReason: 'guardrail_intervened' } } },
    ],
    ['Gemini', { response_metadata: { finishReason: 'STOP' } }, { response_metadata: { finishReason: 'SAFETY' } }],
    ['Ollama', { response_metadata: { done_reason: 'stop' } }, { response_metadata: { done_reason: 'length' } }],
  ])('tells its reason to stop where %s does', async (_name, good, bad) => {
    class ReasonModel extends OtherModel {
      override async *_streamResponseChunks(): ReturnType<OtherModel['_streamResponseChunks']> {
        const { text } = this.answer();
        // As blocks, under the name that the pieces of a text have at Anthropic.
        const content = [{ type: 'text_delta', index: 0, text }] as never;
        yield new ChatGenerationChunk({ text, message: new AIMessageChunk({ content }) });
        const last = this.reason as { additional_kwargs?: Record<string, unknown> };
        yield new ChatGenerationChunk({ text: '', message: new AIMessageChunk({ content: [], ...last }) });
      }
      constructor(
        answer: () => AIMessage,
        private readonly reason: object,
      ) {
        super(answer);
      }
    }
    for (const [reason, expected] of [
      [good, ['a', 'a']],
      [bad, ['a', 'b']],
    ] as const) {
      const { ai } = await aiCache();
      const model = cacheChatModel(new ReasonModel(letters(), reason), ai);
      const read = async (): Promise<unknown> => {
        const chunks = await itemsIn(await model.stream('Hello'));
        return (chunks[0]!.content as unknown as { text: string }[])[0]!.text;
      };
      expect([await read(), await read()]).toEqual(expected);
    }
  });

  class OwnMessage extends AIMessage {}
  class NamedMessage extends AIMessage {
    static override lc_name(): string {
      return 'NamedMessage';
    }
  }

  it.each([OwnMessage, NamedMessage])(
    'whose messages are of the class %p is handed on, and not stored',
    async (Own) => {
      const { ai, manager, events } = await aiCache();
      const errors: unknown[] = [];
      manager.on('error', ({ error }) => void errors.push(error));
      let asked = 0;
      const gate = deferred<void>();
      class OwnModel extends OtherModel {
        override async _generate(): ReturnType<OtherModel['_generate']> {
          await gate.promise;
          return super._generate();
        }
      }
      const plain = new OwnModel(() => new Own(`a${++asked}`));
      const model = cacheChatModel(plain, ai);
      const asking = [model.invoke('Hello'), model.invoke('Hello')];
      gate.resolve();
      for (const answer of await Promise.all(asking)) expect([answer.constructor, answer.text]).toEqual([Own, 'a1']);
      expect((await model.invoke('Hello')).text).toBe('a2');
      expect(events.at(-1)).toMatchObject(['refused', { reason: 'skipped' }]);
      expect(errors).toEqual([]);
    },
  );

  it('is told that nobody reads any more, though it heeds no signal', async () => {
    const left = deferred<void>();
    class DeafModel extends OtherModel {
      override async *_streamResponseChunks(): ReturnType<OtherModel['_streamResponseChunks']> {
        try {
          for (;;) yield new ChatGenerationChunk({ text: 'a', message: new AIMessageChunk('a') });
        } finally {
          left.resolve();
        }
      }
    }
    const { ai } = await aiCache();
    const stream = await cacheChatModel(new DeafModel(letters()), ai).stream('Hello');
    for await (const { text } of stream) {
      expect(text).toBe('a');
      break;
    }
    await left.promise;
  });

  it('that does not stream gives its whole answer as a stream, from the cache', async () => {
    let asked = 0;
    class WholeModel extends SimpleChatModel {
      override _llmType(): string {
        return 'whole';
      }
      override async _call(): Promise<string> {
        return `a${++asked}`;
      }
    }
    const { ai } = await aiCache();
    const model = cacheChatModel(new WholeModel({}), ai);
    const stream = async (): Promise<string[]> => (await itemsIn(await model.stream('Hello'))).map(({ text }) => text);
    expect([await stream(), await stream()]).toEqual([['a1'], ['a1']]);
    expect((await model.invoke('Hello')).text).toBe('a1');
  });

  it('keeps what it has in private members', async () => {
    class PrivateModel extends OtherModel {
      readonly #kind: string;
      constructor(answer: () => AIMessage, kind: string) {
        super(answer);
        this.#kind = kind;
      }
      override invocationParams(): object {
        return { kind: this.#kind };
      }
      get kind(): string {
        return this.#kind;
      }
      override async _generate(): ReturnType<OtherModel['_generate']> {
        expect(this.#kind).toMatch(/^private/);
        return super._generate();
      }
    }
    const { ai } = await aiCache();
    const answer = letters();
    const model = cacheChatModel(new PrivateModel(answer, 'private'), ai);
    expect(model.kind).toBe('private');
    expect([(await model.invoke('Hello')).text, (await model.invoke('Hello')).text]).toEqual(['a', 'a']);
    // What only the parameters of a call tell is in the key as well.
    expect((await cacheChatModel(new PrivateModel(answer, 'private, too'), ai).invoke('Hello')).text).toBe('b');
  });
});
