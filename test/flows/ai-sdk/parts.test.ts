import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type {
  LanguageModelV3,
  LanguageModelV3Content,
  LanguageModelV3StreamPart,
  LanguageModelV3ToolResult,
} from '@ai-sdk/provider';
import type { LanguageModelV4, LanguageModelV4Content, LanguageModelV4StreamPart } from 'ai-sdk-provider-v4';
import { wrapLanguageModel } from 'ai';
import { wrapLanguageModel as wrapLanguageModel7 } from 'ai-v7';
import { AiResponseCache } from 'nestjs-cached/ai';
import { cacheLanguageModel } from 'nestjs-cached/ai-sdk';
import { createCache } from '../../../lib/assembly/create-cache.js';
import { cacheOptionsOf } from '../../../lib/ai/options/cache-options-of.js';
import { resolveOptions } from '../../../lib/config/resolved-options.js';
import { validateOptions } from '../../../lib/config/validate-options.js';
import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { shutDown } from '../../../lib/core/shutdown.js';
import { eventually } from '../../support/eventually.js';
import { startRedis, type RunningRedis } from '../../support/redis-server.js';
import { partsOf } from './models.js';

let redis: RunningRedis;
const opened: CacheManager[] = [];
beforeAll(async () => {
  redis = await startRedis();
});
afterEach(() => Promise.all(opened.splice(0).map(({ cache }) => shutDown(cache.parts))));
afterAll(() => redis.stop());

const isFar = (place: string): boolean => place.startsWith('redis');

/** The cache of one process; what it gives back may have been bytes. */
async function open(place: string): Promise<AiResponseCache> {
  const codec = place.includes('msgpack') ? ('msgpack' as const) : ('json' as const);
  const options = { cache: isFar(place) ? { codec, redis: { url: redis.url, commandTimeout: '5s' as const } } : {} };
  const manager = await createCache(resolveOptions(validateOptions({ ...cacheOptionsOf(options), name: 'ai' })));
  opened.push(manager);
  await eventually(
    () => manager.healthCheck(),
    ({ status }) => status === 'up',
  );
  return new AiResponseCache(manager, options);
}

const bytes = Uint8Array.of(0, 1, 254, 255);
const providerMetadata = { openai: { itemId: 'i', nested: { at: [1, null, 'a'], cost: 0.1 } } };
const usage = {
  inputTokens: { total: 7, noCache: 5, cacheRead: 2, cacheWrite: undefined },
  outputTokens: { total: 9, text: 4, reasoning: 5 },
  raw: { prompt_tokens: 7 },
};
const finishReason = { unified: 'stop' as const, raw: 'stop' };
const response = { id: 'r-1', timestamp: new Date('2026-01-02T03:04:05.678Z'), modelId: 'm-2026' };
const warnings = [{ type: 'unsupported' as const, feature: 'topK' }];

const SOURCES = [
  { type: 'source', sourceType: 'url', id: 's', url: 'https://a.example', title: 'A', providerMetadata },
  { type: 'source', sourceType: 'document', id: 't', mediaType: 'text/plain', title: 'B', filename: 'b.txt' },
] as const;
const CALL = {
  type: 'tool-call',
  toolCallId: 'c',
  toolName: 'search',
  input: '{"q":1}',
  providerExecuted: true,
} as const;
const RESULT: LanguageModelV3ToolResult = {
  ...{ type: 'tool-result', toolCallId: 'c', toolName: 'search' },
  result: { found: [1, 2], none: null },
};

const CONTENT: LanguageModelV3Content[] = [
  { type: 'reasoning', text: 'Well.', providerMetadata },
  { type: 'text', text: 'Hello', providerMetadata: undefined },
  ...SOURCES,
  { type: 'file', mediaType: 'image/png', data: bytes },
  { type: 'file', mediaType: 'image/png', data: 'AAH+/w==' },
  CALL,
  RESULT,
];
const PARTS: LanguageModelV3StreamPart[] = [
  { type: 'stream-start', warnings },
  { type: 'response-metadata', ...response },
  { type: 'reasoning-start', id: 'block-0', providerMetadata },
  { type: 'reasoning-delta', id: 'block-0', delta: 'Well.' },
  { type: 'reasoning-end', id: 'block-0' },
  { type: 'text-start', id: 'block-1' },
  { type: 'text-delta', id: 'block-1', delta: 'Hel' },
  { type: 'text-delta', id: 'block-1', delta: 'lo', providerMetadata },
  { type: 'text-end', id: 'block-1' },
  { type: 'tool-input-start', id: 'c', toolName: 'search', providerExecuted: true, title: 'T' },
  { type: 'tool-input-delta', id: 'c', delta: '{"q":1}' },
  { type: 'tool-input-end', id: 'c' },
  CALL,
  RESULT,
  ...SOURCES,
  { type: 'file', mediaType: 'image/png', data: bytes },
  { type: 'raw', rawValue: { at: new Date(0), url: new URL('https://a.example/?b=c'), map: new Map([[1, bytes]]) } },
  { type: 'finish', usage, finishReason, providerMetadata },
];
const data = { type: 'data' as const, data: bytes };
const link = { type: 'url' as const, url: new URL('https://a.example/x.png') };
const CONTENT_4: LanguageModelV4Content[] = [
  { type: 'text', text: 'Hello', citations: [{ source: SOURCES[0], startIndex: 0, endIndex: 2 }] },
  { type: 'file', mediaType: 'image/png', data },
  { type: 'file', mediaType: 'image/png', data: link },
  { type: 'reasoning-file', mediaType: 'image/png', data },
  { type: 'custom', kind: 'openai.compaction', providerMetadata },
];
const PARTS_4: LanguageModelV4StreamPart[] = [
  { type: 'ping' },
  ...(PARTS.slice(0, 8) as LanguageModelV4StreamPart[]),
  { type: 'text-end', id: 'block-1', citations: [{ source: SOURCES[0] }] },
  ...(CONTENT_4.slice(1) as LanguageModelV4StreamPart[]),
  { type: 'finish', usage, finishReason },
];

/** Every kind that the types of both specifications know, and whether a stream with one of it may be stored. */
const KINDS: Readonly<Record<LanguageModelV3StreamPart['type'] | LanguageModelV4StreamPart['type'], boolean>> = {
  ...{ 'stream-start': true, 'response-metadata': true, finish: true, ping: true, raw: true },
  ...{ 'text-start': true, 'text-delta': true, 'text-end': true },
  ...{ 'reasoning-start': true, 'reasoning-delta': true, 'reasoning-end': true, 'reasoning-file': true },
  ...{ 'tool-input-start': true, 'tool-input-delta': true, 'tool-input-end': true },
  ...{ 'tool-call': true, 'tool-result': true, source: true, file: true, custom: true },
  ...{ 'tool-approval-request': false, error: false },
};

/** Every answer is a new one, so that what one reader does to it concerns no other. */
const answered = <P, C>(parts: P[], content: C[]) => {
  let asked = 0;
  return {
    asked: () => asked,
    provider: 'p',
    modelId: 'm',
    supportedUrls: {},
    doGenerate: async () => {
      asked += 1;
      return structuredCloned({ content, usage, finishReason, providerMetadata, response, warnings });
    },
    doStream: async () => {
      asked += 1;
      return { stream: ReadableStream.from(structuredCloned(parts)) as never };
    },
  };
};
/** `structuredClone` knows no `URL`. */
function structuredCloned<T>(value: T): T {
  if (value instanceof URL) return new URL(value) as T;
  if (Array.isArray(value)) return value.map(structuredCloned) as T;
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, structuredCloned(each as unknown)]),
  ) as T;
}

const third = (): LanguageModelV3 & { asked(): number } => ({
  specificationVersion: 'v3',
  ...answered(PARTS, CONTENT),
});
const fourth = (): LanguageModelV4 & { asked(): number } => {
  return { specificationVersion: 'v4', ...answered(PARTS_4, CONTENT_4) };
};

const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'a' }] }];

describe.each(['memory', 'redis', 'redis by msgpack'])('every part comes back as it was, out of %s', (place) => {
  it('of a model of the third specification', async () => {
    const model = third();
    const call = { prompt, seed: place.length };
    const wrap = async (): Promise<LanguageModelV3> =>
      wrapLanguageModel({ model, middleware: cacheLanguageModel(await open(place)) });
    const one = await wrap();
    const two = isFar(place) ? await wrap() : one;
    for (const each of [one, one, two]) {
      const { content, ...rest } = await each.doGenerate(call);
      expect(content).toStrictEqual(CONTENT);
      expect(rest).toStrictEqual({ usage, finishReason, providerMetadata, response, warnings });
    }
    for (const each of [one, one, two]) expect(await partsOf((await each.doStream(call)).stream)).toStrictEqual(PARTS);
    expect(model.asked()).toBe(2);
  });

  it('of a model of the fourth specification', async () => {
    const model = fourth();
    const call = { prompt, seed: place.length, reasoning: 'high' as const };
    const wrap = async (): Promise<LanguageModelV4> =>
      wrapLanguageModel7({ model, middleware: cacheLanguageModel(await open(place)) });
    const one = await wrap();
    const two = isFar(place) ? await wrap() : one;
    for (const each of [one, one, two]) expect((await each.doGenerate(call)).content).toStrictEqual(CONTENT_4);
    for (const each of [one, one, two])
      expect(await partsOf((await each.doStream(call)).stream)).toStrictEqual(PARTS_4);
    expect(model.asked()).toBe(2);
  });
});

describe('parts', () => {
  it('are tried here in every kind there is', () => {
    const kinds = Object.keys(KINDS).filter((kind) => KINDS[kind as keyof typeof KINDS]);
    expect(new Set([...PARTS, ...PARTS_4].map(({ type }) => type))).toEqual(new Set(kinds));
  });

  it('are each reader’s own', async () => {
    const model = wrapLanguageModel({ model: third(), middleware: cacheLanguageModel(await open('memory')) });
    for (let nth = 0; nth < 3; nth++) {
      const { content } = await model.doGenerate({ prompt });
      expect(content).toStrictEqual(CONTENT);
      content.length = 0;
      const parts = await partsOf((await model.doStream({ prompt })).stream);
      expect(parts).toStrictEqual(PARTS);
      for (const part of parts) Reflect.set(part, 'type', 'mine');
    }
  });

  it('of a whole answer are not stored when it asks whether a tool may run, and are when there is no text in it', async () => {
    const asks: LanguageModelV4Content[] = [
      { type: 'text', text: 'May I?' },
      { type: 'tool-approval-request', approvalId: 'a', toolCallId: 'c' },
    ];
    const draws: LanguageModelV4Content[] = [{ type: 'reasoning-file', mediaType: 'image/png', data }];
    for (const [content, times] of [
      [asks, 2],
      [draws, 1],
    ] as const) {
      const source = answered<LanguageModelV4StreamPart, LanguageModelV4Content>([], content);
      const middleware = cacheLanguageModel(await open('memory'));
      const model = wrapLanguageModel7({ model: { specificationVersion: 'v4', ...source }, middleware });
      for (let nth = 0; nth < 2; nth++) expect((await model.doGenerate({ prompt })).content).toStrictEqual(content);
      expect(source.asked()).toBe(times);
    }
  });

  it('are the same for all who read along', async () => {
    const model = third();
    const wrapped = wrapLanguageModel({ model, middleware: cacheLanguageModel(await open('memory')) });
    const read = async (): Promise<LanguageModelV3StreamPart[]> => partsOf((await wrapped.doStream({ prompt })).stream);
    for (const parts of await Promise.all([read(), read(), read()])) expect(parts).toStrictEqual(PARTS);
    expect(model.asked()).toBe(1);
  });

  it.each<[string, LanguageModelV4StreamPart[], string]>([
    ['a stream without its finish', PARTS_4.slice(0, -1), 'cut'],
    ['of which nothing tells that it has one', [{ type: 'file', mediaType: 'image/png', data }], 'skipped'],
    [
      'an answer that was interrupted',
      [{ type: 'finish', usage, finishReason: { unified: 'interrupted', raw: 'x' } }],
      'other',
    ],
    [
      'an answer whose end has no reason',
      [{ type: 'finish', usage, finishReason: { unified: 'other', raw: undefined } }],
      'cut',
    ],
    [
      'a question whether a tool may run',
      [
        { type: 'text-delta', id: '0', delta: 'May I?' },
        { type: 'tool-approval-request', approvalId: 'a', toolCallId: 'c' },
        { type: 'finish', usage, finishReason },
      ],
      'tool-calls',
    ],
  ])('are not stored of %s', async (_, parts, reason) => {
    const ai = await open('memory');
    const reasons: (string | undefined)[] = [];
    ai.on('refused', (event) => reasons.push(event.reason));
    const source = answered<LanguageModelV4StreamPart, LanguageModelV4Content>(parts, []);
    const model = wrapLanguageModel7({
      model: { specificationVersion: 'v4', ...source },
      middleware: cacheLanguageModel(ai),
    });
    for (let nth = 0; nth < 2; nth++) {
      expect(await partsOf((await model.doStream({ prompt })).stream)).toStrictEqual(parts);
    }
    expect(reasons).toEqual([reason, reason]);
    expect(source.asked()).toBe(2);
  });
});
