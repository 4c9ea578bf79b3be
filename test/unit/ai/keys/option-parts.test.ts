import { describe, expect, it } from '@jest/globals';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';

import { RequestKeys } from '../../../../lib/ai/keys/request-keys.js';
import type { RequestKeysOptions } from '../../../../lib/ai/keys/request-keys.options.js';
import { CacheKeyError } from '../../../../lib/support/errors.js';

const keyWith = (options: object, rules: RequestKeysOptions = {}): string =>
  new RequestKeys(rules).prepare({ operation: 'a', options: options as Record<string, unknown> }).key;
const BARE = keyWith({});
const differ = (...all: object[]): void => expect(new Set(all.map((given) => keyWith(given))).size).toBe(all.length);

function refusal(options: object): { path: string; message: string } {
  try {
    return { path: `none, the key is ${keyWith(options)}`, message: '' };
  } catch (error) {
    if (error instanceof CacheKeyError) return error;
    throw error;
  }
}

describe('options that change no answer', () => {
  it.each([
    ...['signal', 'abortSignal', 'timeout', 'timeoutMs', 'requestTimeout', 'maxRetries', 'logger', 'logLevel', 'fetch'],
    ...['httpAgent', 'dangerouslyAllowBrowser', 'telemetry', 'experimental_telemetry', 'idempotencyKey'],
    ...['apiKey', 'api_key', 'authToken'],
  ])('leaves %s out at the top, and only there', (name) => {
    expect(keyWith({ [name]: 'x' })).toBe(BARE);
    expect(keyWith({ [name]: new AbortController().signal })).toBe(BARE);
    expect(keyWith({ metadata: { [name]: 'x' } })).not.toBe(keyWith({ metadata: {} }));
  });

  it('leaves out listeners, and takes what is only called like one', () => {
    const listen = (): void => undefined;
    expect(keyWith({ onFinish: listen, onStepFinish: listen, experimental_onStart: listen })).toBe(BARE);
    differ({}, { onFinish: true }, { one: 1 }, { on: 1 });
  });

  it('leaves out paths of the user', () => {
    const rules = { ignore: ['user', 'metadata.requestId', 'messages.id', 'a.b'] };
    const message = (id: string): object => ({ id, content: 'x', parts: [{ id }] });
    const with1 = keyWith({ user: 1, metadata: { requestId: 1, plan: 'x' }, messages: [message('m')] }, rules);
    const with2 = keyWith({ metadata: { requestId: 2, plan: 'x' }, messages: [{ ...message('m'), id: 'n' }] }, rules);
    expect(with1).toBe(with2);
    expect(keyWith({ metadata: { plan: 'y' } }, rules)).not.toBe(keyWith({ metadata: { plan: 'x' } }, rules));
    expect(keyWith({ messages: [{ parts: [{ id: 1 }] }] }, rules)).not.toBe(
      keyWith({ messages: [{ parts: [{ id: 2 }] }] }, rules),
    );
    expect(keyWith({ 'a.b': 1 }, rules)).not.toBe(keyWith({ 'a.b': 2 }, rules));
    expect(keyWith({ model: 'x' }, { ignore: ['model'] })).toBe(BARE);
    const model = { id: 'x', provider: 'y', revision: 1 };
    expect(keyWith({ model }, { ignore: ['model.revision'] })).toBe(keyWith({ model: { id: 'x', provider: 'y' } }));
    expect(keyWith({ headers: { 'X-Session': 'z' } }, { ignore: ['headers.X-Session'] })).toBe(BARE);
  });
});

describe('headers', () => {
  const ignored = [
    ...[
      'user-agent',
      'x-request-id',
      'idempotency-key',
      'x-idempotency-key',
      'traceparent',
      'tracestate',
      'baggage',
      'b3',
    ],
    ...['x-b3-traceid', 'x-amzn-trace-id', 'x-cloud-trace-context', 'authorization', 'x-api-key', 'x-stainless-os'],
    ...['date', 'content-length', 'x-datadog-trace-id', 'x-goog-api-key', 'api-key', 'x-amz-date'],
    ...['x-ms-client-request-id', 'ocp-apim-subscription-key', 'x-trace-id', 'x-span-id', 'cookie', 'cf-ray'],
  ];

  it('leave out what only identifies or traces the call, in any case and shape', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ignored), fc.infiniteStream(fc.boolean()), (name, upper) => {
        const spelled = [...name]
          .map((letter) => (upper.next().value === true ? letter.toUpperCase() : letter))
          .join('');
        for (const headers of [
          { [spelled]: 'x' },
          [[spelled, 'x']],
          new Map([[spelled, 'x']]),
          new Headers({ [spelled]: 'x' }),
        ]) {
          expect(keyWith({ headers })).toBe(BARE);
        }
      }),
    );
  });

  it('count otherwise, the same in every shape and case', () => {
    const key = keyWith({ headers: { 'Anthropic-Beta': 'x', authorization: 'secret' } });
    expect(key).not.toBe(BARE);
    expect(keyWith({ headers: new Headers({ 'anthropic-beta': 'x' }) })).toBe(key);
    expect(keyWith({ headers: new Map([['ANTHROPIC-BETA', 'x']]) })).toBe(key);
    expect(keyWith({ headers: [['anthropic-beta', 'x']] })).toBe(key);
    expect(keyWith({ headers: { 'anthropic-beta': ['x'], other: undefined } })).toBe(key);
  });

  it('tell names, values and their order apart', () => {
    const pairs = (...values: string[]): object => ({ headers: values.map((value) => ['a', value]) });
    differ(
      {},
      pairs('x'),
      pairs('x', 'y'),
      pairs('y', 'x'),
      pairs('x,y'),
      { headers: { b: 'x' } },
      { headers: { a: null } },
    );
    differ({ headers: { a: 'b', c: 'd' } }, { headers: { a: 'b\nc=d' } }, { headers: { 'a=b\nc': 'd' } });
    differ({ headers: null }, {});
  });

  it('are refused in any other shape, naming the path', () => {
    for (const headers of ['a: b', 5, [['a']], [5], new Date(0)]) {
      expect(refusal({ headers }).path).toMatch(/^options\.headers(\[\d\])?$/);
    }
    expect(refusal({ headers: new Map([[5, 'x']]) }).message).toContain('a name of type number');
  });
});

describe('models', () => {
  class Client {
    readonly #id: string;
    readonly apiKey = String(Math.random());
    readonly doGenerate = (): void => undefined;

    constructor(
      id: string,
      readonly provider?: string,
      readonly temperature?: number,
      readonly settings?: object,
    ) {
      this.#id = id;
    }

    get modelId(): string {
      return this.#id;
    }
  }

  it('count by id and provider, whatever object has them', () => {
    expect(keyWith({ model: new Client('m') })).toBe(keyWith({ model: 'm' }));
    expect(keyWith({ model: { model: 'm', doGenerate: () => 1, apiKey: 'x' } })).toBe(keyWith({ model: 'm' }));
    differ(
      {},
      { model: '' },
      { model: '-' },
      { model: null },
      { model: 'm' },
      { model: 'm', provider: 'p' },
      { model: new Client('m', 'p') },
      { model: new Client('m', 'q') },
      { model: new Client('m', 'p', 0) },
      { model: new Client('m', 'p', 0, { seed: 1 }) },
      { model: { name: 'm', version: 2 } },
      { model: { name: 'm', version: 3 } },
    );
  });

  it('of LangChain count by their namespace, which is their provider', () => {
    class Chat {
      readonly model = 'm';
      readonly client = { call: (): void => undefined };
      constructor(readonly lc_namespace: string[]) {}
    }
    differ({ model: 'm' }, { model: new Chat(['langchain', 'openai']) }, { model: new Chat(['langchain', 'groq']) });
  });

  it('of LangChain count by the tools and other options that are bound to them', () => {
    class Chat {
      readonly model = 'm';
      readonly lc_namespace = ['langchain', 'openai'];
      constructor(
        readonly defaultOptions?: object,
        readonly format?: string,
        readonly logitBias?: object,
        readonly azureOpenAIApiDeploymentName?: string,
      ) {}
    }
    const tool = (name: string): object => ({ tools: [{ type: 'function', function: { name } }] });
    differ(
      { model: new Chat() },
      { model: new Chat(tool('search')) },
      { model: new Chat(tool('send')) },
      { model: new Chat({ response_format: { type: 'json_object' } }) },
      { model: new Chat(undefined, 'json') },
      { model: new Chat(undefined, undefined, { 50256: -100 }) },
      { model: new Chat(undefined, undefined, undefined, 'mine') },
    );
    const watched = {
      ...tool('a'),
      signal: new AbortController().signal,
      callbacks: [() => 1],
      runId: '1',
      timeout: 5,
    };
    expect(keyWith({ model: new Chat(watched) })).toBe(keyWith({ model: new Chat(tool('a')) }));
  });

  it('of the AI SDK count by all of their settings', () => {
    class OlderClient {
      readonly modelId = 'm';
      constructor(readonly settings: object) {}
    }
    differ(
      { model: new OlderClient({}) },
      { model: new OlderClient({ logitBias: { 1: 2 } }) },
      { model: new OlderClient({ useSearchGrounding: true }) },
      { model: new OlderClient({ useSearchGrounding: true, seed: 1 }) },
    );
  });

  it('of the AI SDK that are wrapped are known, whatever addresses they can read', () => {
    const wrapped = (supportedUrls: unknown): object => ({
      model: { specificationVersion: 'v3', provider: 'p', modelId: 'm', supportedUrls, doGenerate: () => 1 },
    });
    expect(keyWith(wrapped(Promise.resolve({})))).toBe(keyWith(wrapped({ 'image/*': [/^https:/] })));
  });

  it('are refused without a name', () => {
    expect(refusal({ model: { temperature: 1 } })).toMatchObject({ path: 'options.model' });
    expect(refusal({ model: 5 }).message).toContain('neither a name nor an object');
    expect(refusal({ model: { id: 'm', client: { call: () => 1 } } }).path).toBe('options.model.client.call');
  });
});

describe('images and files', () => {
  const image = (data: unknown, mediaType = 'image/png'): object => ({
    messages: [{ role: 'user', content: [{ type: 'image', image: data, mediaType }] }],
  });

  it('count by their bytes and media type, whatever holds the bytes', () => {
    const bytes = new Uint8Array(1000).fill(7);
    const key = keyWith(image(bytes));
    for (const same of [Buffer.from(bytes), bytes.buffer, new DataView(bytes.buffer), new Uint8ClampedArray(bytes)]) {
      expect(keyWith(image(same))).toBe(key);
    }
    const wider = new Uint8Array(1002).fill(7);
    expect(keyWith(image(wider.subarray(1, 1001)))).toBe(key);
    const url = (type: string, data: string): object => image(`data:${type};base64,${data}`);
    differ(
      image(bytes),
      image(bytes, 'image/jpeg'),
      image(wider),
      image(new Uint8Array(0)),
      image(new Float32Array(bytes.buffer)),
      image('07'.repeat(500)),
      image(new URL('https://a.b/c.png')),
      image('https://a.b/c.png'),
      url('image/png', 'AAAA'),
      url('image/jpeg', 'AAAA'),
      url('image/png', 'AAAB'),
    );
  });

  it('are refused where their bytes cannot be read at once', () => {
    const path = 'options.messages[0].content[0].image';
    expect(refusal(image(new Blob(['x'])))).toMatchObject({ path, message: expect.stringContaining('is a Blob') });
    expect(refusal(image(Promise.resolve(new Uint8Array(1)))).path).toBe(path);
    expect(refusal(image(new ReadableStream())).path).toBe(path);
  });
});

describe('tools and schemas', () => {
  const tools = (tool: object): object => ({ tools: { search: tool } });

  it('count by what the model sees, not by what they do', () => {
    const key = keyWith(tools({ description: 'x', inputSchema: { type: 'object' } }));
    const work = { execute: () => 1, toModelOutput: () => 1, onInputStart: () => 1, onInputAvailable: () => 1 };
    expect(keyWith(tools({ description: 'x', inputSchema: { type: 'object' }, ...work }))).toBe(key);
    differ(tools({ description: 'x' }), tools({ description: 'y' }), { tools: {} }, { tools: [] }, {});
  });

  it('counts a schema of the AI SDK by its JSON schema', () => {
    const made = (type: string, validate: unknown): object => ({
      [Symbol('vercel.ai.schema')]: true,
      _type: undefined,
      validate,
      get jsonSchema() {
        return { type };
      },
    });
    const of = (type: string, validate?: unknown): string => keyWith(tools({ inputSchema: made(type, validate) }));
    expect(of('object', () => 1)).toBe(of('object', undefined));
    expect(of('object')).not.toBe(of('string'));
    differ({ format: { jsonSchema: {}, strict: true } }, { format: { jsonSchema: {}, strict: false } });
  });

  it.each([
    ['zod 4', { _zod: {}, parse: (): number => 1 }],
    ['zod 3', { _def: {}, parse: (): number => 1 }],
    ['a standard schema', { '~standard': { version: 1 } }],
    ['a standard schema that can be called', Object.assign(() => 1, { '~standard': { version: 1 } })],
  ])('refuses a schema of %s, and says what to pass', (_, schema) => {
    const { path, message } = refusal(tools({ inputSchema: schema }));
    expect(path).toBe('options.tools.search.inputSchema');
    expect(message).toContain('JSON schema');
  });

  it('refuses tools of LangChain that do not tell what is in them, naming the path', () => {
    class Tool {
      readonly lc_serializable = false;
      constructor(readonly name: string) {}
      toJSON(): object {
        return { lc: 1, type: 'not_implemented', id: ['langchain', 'tools', 'Tool'] };
      }
    }
    class Message extends Tool {
      override readonly lc_serializable = true as never;
      override toJSON(): object {
        return { lc: 1, type: 'constructor', kwargs: { content: this.name } };
      }
    }
    expect(refusal({ tools: [new Tool('search')] })).toMatchObject({ path: 'options.tools[0]' });
    differ({ messages: [new Message('a')] }, { messages: [new Message('b')] });
  });

  it('counts tools of a provider by their id and arguments, for their schemas are its own', () => {
    const search = (args: object, type = 'provider', id = 'openai.web_search'): object => ({
      tools: { search: { type, id, args, inputSchema: () => ({}), outputSchema: { _zod: {} }, execute: () => 1 } },
    });
    differ(search({}), search({ size: 'low' }), search({}, 'provider', 'openai.file_search'), {
      tools: { search: { type: 'provider', id: 'openai.web_search', args: {}, inputSchema: { type: 'object' } } },
    });
    expect(keyWith(search({}, 'provider-defined'))).toBe(keyWith(search({}, 'provider-defined')));
    expect(refusal(search({}, 'function')).path).toBe('options.tools.search.inputSchema');
    expect(refusal({ rules: search({}) }).path).toBe('options.rules.tools.search.execute');
  });

  it('refuses functions that may change the answer, naming the path', () => {
    expect(refusal({ prepareStep: () => 1 }).path).toBe('options.prepareStep');
    expect(refusal({ execute: () => 1 }).path).toBe('options.execute');
    expect(refusal({ toolset: { execute: () => 1 } }).path).toBe('options.toolset.execute');
    expect(refusal({ stopWhen: [() => true] })).toMatchObject({ path: 'options.stopWhen[0]' });
    expect(refusal({ 'x-y': { z: () => 1 } })).toMatchObject({ path: 'options["x-y"].z' });
  });
});

describe('other values', () => {
  it('differ by their type and content', () => {
    const values = [
      ...[
        new Date(0),
        new Date(1),
        '1970-01-01T00:00:00.000Z',
        0n,
        0,
        new Map(),
        new Set(),
        {},
        [],
        [undefined],
        [null],
      ],
      ...[new Map([['a', 1]]), { a: 1 }, new Set(['a']), ['a'], /a/, /a/g, new Map([[1, 'x'.repeat(2000)]])],
      ...[{ a: { b: 1 } }, { 'a.b': 1 }, { 'a[0]': 1 }, { a: [1] }, { a: { 0: 1 } }, '{}', 'Bytes(#0.0)'],
    ];
    differ(...values.map((value) => ({ value })));
    expect(
      keyWith({
        value: new Map([
          ['a', 1],
          ['b', 2],
        ]),
      }),
    ).toBe(
      keyWith({
        value: new Map([
          ['b', 2],
          ['a', 1],
        ]),
      }),
    );
  });

  it('are the same from another realm', () => {
    const made = runInNewContext('({ a: [1, { b: "c" }] })') as object;
    expect(keyWith({ made })).toBe(keyWith({ made: { a: [1, { b: 'c' }] } }));
  });

  it('are refused without a stable identity, naming the path', () => {
    const circle: { self?: unknown } = {};
    circle.self = [circle];
    expect(refusal({ circle })).toMatchObject({ path: 'options.circle.self[0]' });
    let deep: object = {};
    for (let level = 0; level < 300; level++) deep = { deep };
    expect(refusal(deep).message).toContain('more than 256 levels');
    expect(refusal({ a: { [Symbol('b')]: 1 } })).toMatchObject({ path: 'options.a' });
    expect(refusal({ [Symbol('b')]: 1 })).toMatchObject({ path: 'options' });
    expect(refusal({ a: [Symbol('b')] })).toMatchObject({ path: 'options.a[0]' });
    expect(refusal({ a: new (class Connection {})() }).path).toBe('options.a');
    const failing = {
      get b(): never {
        throw new Error('no');
      },
    };
    expect(refusal(failing).path).toBe('options.b');
    expect(refusal({ a: failing })).toMatchObject({ path: 'options.a.b', message: expect.stringContaining('(no)') });
  });

  it('may be shared by two places', () => {
    const shared = { type: 'text' };
    expect(keyWith({ a: shared, b: shared })).toBe(keyWith({ a: { type: 'text' }, b: { type: 'text' } }));
  });
});
