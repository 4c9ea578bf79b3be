// oxlint-disable typescript/no-deprecated -- what the SDK calls so is what most of its users call
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LanguageModelV3, LanguageModelV3StreamPart } from '@ai-sdk/provider';
import { streamObject, streamText, type LanguageModel } from 'ai';
import type { AiResponseCache } from 'nestjs-cached/ai';
import * as z from 'zod';
import { settle } from '../../support/deferred.js';
import { OpenAiServer } from '../../support/openai-server.js';
import { aiCache } from '../ai/ai-cache.js';
import { cached, compatible, MODELS, openai, partsOf } from './models.js';

let server: OpenAiServer;
let ai: AiResponseCache;
let reasons: (string | undefined)[];
beforeAll(async () => {
  globalThis.AI_SDK_LOG_WARNINGS = false;
  server = await OpenAiServer.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  server.reset();
  const made = await aiCache();
  ({ ai } = made);
  reasons = [];
  ai.on('refused', ({ reason }) => reasons.push(reason));
});

const prompt = 'Who is there?';
const text = 'Hello you there.';
/** As `streamText` calls. */
const call = {
  includeRawChunks: false,
  prompt: [{ role: 'user' as const, content: [{ type: 'text' as const, text: prompt }] }],
};

/** What a consumer of `streamText` sees; its own ids and times of the call aside. */
async function streamed(model: LanguageModel): Promise<unknown[]> {
  return partsOf(streamText({ model, prompt, onError: () => {} }).fullStream);
}

describe.each(MODELS)('streamText by %s', (_, make) => {
  it('asks the model once, and is replayed part by part', async () => {
    const model = cached(make(server), ai);
    const plain = await partsOf((await make(server).doStream(call)).stream);
    const first = await partsOf((await model.doStream(call)).stream);
    const second = await partsOf((await model.doStream(call)).stream);
    const third = await partsOf((await model.doStream(call)).stream);
    const nameless = (parts: unknown[]): unknown =>
      JSON.parse(JSON.stringify(parts).replaceAll(/answer-\d/g, 'answer'));
    expect(nameless(first)).toStrictEqual(nameless(plain));
    expect(second).toStrictEqual(first);
    expect(third).toStrictEqual(first);
    const metadata = second.find((part) => part.type === 'response-metadata') as { timestamp?: Date };
    expect(metadata.timestamp).toBeInstanceOf(Date);
    expect(server.calls).toHaveLength(2);
    expect((await streamed(model)).length).toBeGreaterThan(5);
    expect(await streamText({ model, prompt }).text).toBe(text);
    expect(server.calls).toHaveLength(2);
  });

  it('is one request for all who ask at the same time', async () => {
    const model = cached(make(server), ai);
    const answers = await Promise.all(Array.from({ length: 8 }, async () => streamText({ model, prompt }).text));
    expect(new Set(answers)).toEqual(new Set([text]));
    expect(server.calls).toHaveLength(1);
  });

  it('is joined while it is under way, from its first part on', async () => {
    const gate = server.gate(3);
    const model = cached(make(server), ai);
    const one = streamText({ model, prompt }).textStream[Symbol.asyncIterator]();
    const begun = await one.next();
    await gate.reached;
    const two = streamText({ model, prompt }).textStream[Symbol.asyncIterator]();
    expect(await two.next()).toEqual(begun);
    gate.open();
    const rest = async (stream: AsyncIterator<string>): Promise<string> => {
      let all = '';
      for (let step = await stream.next(); !step.done; step = await stream.next()) all += step.value;
      return all;
    };
    const ends = await Promise.all([rest(one), rest(two)]);
    expect(ends.map((end) => (begun.value as string) + end)).toEqual([text, text]);
    expect(server.calls).toHaveLength(1);
  });
});

describe('a stream', () => {
  it('has the exchange of the call that was made, and a replay has none', async () => {
    const model = cached(openai(server).chat('small'), ai);
    const { stream, request, response } = await model.doStream(call);
    expect(request?.body).toMatchObject({ stream: true });
    expect(response?.headers).toMatchObject({ 'x-served-by': 'test' });
    await partsOf(stream);
    expect(Object.keys(await model.doStream(call))).toEqual(['stream']);
  });

  it('goes at the pace of its reader', async () => {
    const asked: number[] = [];
    const source: LanguageModelV3 = {
      ...{ specificationVersion: 'v3', provider: 'p', modelId: 'm', supportedUrls: {} },
      doGenerate: () => Promise.reject(new Error('not asked')),
      doStream: async () => ({
        stream: new ReadableStream<LanguageModelV3StreamPart>(
          {
            pull: (to) => {
              asked.push(asked.length);
              to.enqueue({ type: 'text-delta', id: '0', delta: 'a' });
            },
          },
          { highWaterMark: 0 },
        ),
      }),
    };
    const slow = cached(source, ai);
    const reader = (await slow.doStream(call)).stream.getReader();
    for (let nth = 0; nth < 3; nth++) await reader.read();
    await settle();
    expect(asked).toHaveLength(3);
    await reader.cancel();
  });

  it('of JSON is stored when it is JSON', async () => {
    const schema = z.object({ city: z.string() });
    server.replies = [
      { pieces: ['{"city":', '"Os'], finish: 'stop' },
      { pieces: ['{"city":', '"Oslo"}'], finish: 'stop' },
    ];
    const model = cached(compatible(server)('small'), ai);
    const half = streamObject({ model, prompt, schema, onError: () => {} });
    const failed = expect(half.object).rejects.toThrow('No object');
    await partsOf(half.partialObjectStream);
    await failed;
    expect(reasons).toEqual(['skipped']);
    for (let nth = 0; nth < 2; nth++) {
      const { object, partialObjectStream } = streamObject({ model, prompt, schema });
      expect((await partsOf(partialObjectStream)).at(-1)).toEqual({ city: 'Oslo' });
      expect(await object).toEqual({ city: 'Oslo' });
    }
    expect(server.calls).toHaveLength(2);
  });

  it('with its raw chunks is another one', async () => {
    const model = cached(openai(server).chat('small'), ai);
    const raw = async (): Promise<LanguageModelV3StreamPart[]> =>
      partsOf((await model.doStream({ ...call, includeRawChunks: true })).stream);
    const first = await raw();
    expect(first.filter(({ type }) => type === 'raw').length).toBeGreaterThan(3);
    expect(await raw()).toStrictEqual(first);
    expect(await streamText({ model, prompt }).text).toBe(text);
    expect(server.calls).toHaveLength(2);
  });

  it('is stored also when its reader stops at its finish', async () => {
    const model = cached(openai(server).chat('small'), ai);
    for await (const { type } of (await model.doStream(call)).stream) if (type === 'finish') break;
    expect(await streamText({ model, prompt }).text).toBe(text);
    expect(server.calls).toHaveLength(1);
  });
});

describe('who leaves a stream', () => {
  it('by breaking off leaves it to the others', async () => {
    const gate = server.gate(2);
    const model = cached(openai(server).chat('small'), ai);
    const [one, two] = [await model.doStream(call), await model.doStream(call)];
    const reader = one.stream.getReader();
    await reader.read();
    const rest = partsOf(two.stream);
    await gate.reached;
    await reader.cancel();
    gate.open();
    expect((await rest).at(-1)).toMatchObject({ type: 'finish', finishReason: { unified: 'stop' } });
    expect(await streamText({ model, prompt }).text).toBe(text);
    expect(server.calls).toHaveLength(1);
  });

  it('by its signal has its reason, and leaves it to the others', async () => {
    const gate = server.gate(2);
    const model = cached(openai(server).chat('small'), ai);
    const leaving = new AbortController();
    const one = await model.doStream({ ...call, abortSignal: leaving.signal });
    const rest = partsOf((await model.doStream(call)).stream);
    const reader = one.stream.getReader();
    await reader.read();
    const pending = reader.read().then(() => reader.read().then(() => reader.read().then(() => reader.read())));
    await gate.reached;
    leaving.abort(new DOMException('Stopped.', 'AbortError'));
    await expect(pending).rejects.toThrow('Stopped.');
    gate.open();
    expect((await rest).at(-1)).toMatchObject({ type: 'finish' });
    expect(await streamText({ model, prompt }).text).toBe(text);
    expect(server.calls).toHaveLength(1);
  });

  it('as the last one hangs up on the model; the SDK is told of an abort', async () => {
    const gate = server.gate(2);
    const model = cached(openai(server).chat('small'), ai);
    const leaving = new AbortController();
    const seen: unknown[] = [];
    const reading = (async () => {
      const { fullStream } = streamText({ model, prompt, abortSignal: leaving.signal });
      for await (const { type } of fullStream) seen.push(type);
    })();
    await gate.reached;
    leaving.abort();
    await reading;
    expect(seen.at(-1)).toBe('abort');
    await server.calls[0]!.closed;
    gate.open();
    server.beforeEvent = () => {};
    expect(await streamText({ model, prompt }).text).toBe(text);
    expect(server.calls).toHaveLength(2);
  });

  it('before the first part has its reason at once', async () => {
    let reached = (): void => {};
    const asked = new Promise<void>((resolve) => (reached = resolve));
    server.behave = () => reached();
    const model = cached(openai(server).chat('small'), ai);
    const leaving = new AbortController();
    const opening = model.doStream({ ...call, abortSignal: leaving.signal });
    await asked;
    leaving.abort(new Error('Enough.'));
    await expect(opening).rejects.toThrow('Enough.');
    await server.calls[0]!.closed;
    await expect(model.doStream({ ...call, abortSignal: leaving.signal })).rejects.toThrow('Enough.');
    expect(server.calls).toHaveLength(1);
  });
});
