// oxlint-disable typescript/no-deprecated -- what the SDK calls so is what most of its users call
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { getEventListeners, getMaxListeners } from 'node:events';
import { generateObject, generateText, Output, stepCountIs, streamText, tool } from 'ai';
import * as z from 'zod';
import { settle, until } from '../../support/deferred.js';
import { eventually } from '../../support/eventually.js';
import { OpenAiServer, sendJson } from '../../support/openai-server.js';
import { aiCache } from '../ai/ai-cache.js';
import { cached, compatible, MODELS, openai } from './models.js';

let server: OpenAiServer;
beforeAll(async () => {
  globalThis.AI_SDK_LOG_WARNINGS = false;
  server = await OpenAiServer.start();
});
afterAll(() => server.stop());
beforeEach(() => server.reset());

const prompt = 'Who is there?';

describe.each(MODELS)('generateText by %s', (_, make) => {
  it('asks the model once, and is told the same by the cache', async () => {
    const { ai, events } = await aiCache({ prices: { small: { input: 10_000, output: 100_000 } } });
    const model = cached(make(server), ai);
    const first = await generateText({ model, prompt });
    const second = await generateText({ model, prompt });
    expect(first.text).toBe('Hello you there.');
    expect(second.steps[0]!.content).toStrictEqual(first.steps[0]!.content);
    expect(second.usage).toStrictEqual(first.usage);
    expect(second.finishReason).toBe('stop');
    expect(second.warnings).toStrictEqual(first.warnings);
    expect(second.providerMetadata).toStrictEqual(first.providerMetadata);
    const { id, timestamp, modelId } = second.response;
    expect({ id, timestamp, modelId }).toStrictEqual({ id: 'answer-1', timestamp: expect.any(Date), modelId: 'small' });
    expect(timestamp).toEqual(first.response.timestamp);
    expect(server.calls).toHaveLength(1);
    expect(events.map(([type]) => type)).toEqual(['generated', 'served']);
    for (const [, event] of events) expect(event).toMatchObject({ operation: 'generate', tokens: 120, money: 3 });
  });

  it('is one request for all who ask at the same time', async () => {
    const { ai } = await aiCache();
    const model = cached(make(server), ai);
    const answers = await Promise.all(Array.from({ length: 8 }, () => generateText({ model, prompt })));
    expect(new Set(answers.map(({ response }) => response.id)).size).toBe(1);
    expect(server.calls).toHaveLength(1);
  });
});

describe('what is left of the exchange', () => {
  it('is for the call that made it, and is not stored', async () => {
    const { ai, manager } = await aiCache();
    const model = cached(openai(server).chat('small'), ai);
    const first = await generateText({ model, prompt });
    const second = await generateText({ model, prompt });
    expect(first.response.headers).toMatchObject({ 'x-served-by': 'test' });
    expect(first.request.body).toMatchObject({ model: 'small' });
    expect(second.response.headers).toBeUndefined();
    expect(second.request.body).toBeUndefined();
    for await (const key of manager.keys()) {
      expect(key).not.toContain('Who is');
      expect(JSON.stringify(await manager.get(key))).not.toMatch(/Who is|x-served-by/);
    }
  });
});

describe('structured output', () => {
  const schema = z.object({ city: z.string(), hours: z.array(z.number()) });
  const text = '{"city":"Oslo","hours":[1,2]}';

  it.each([
    ['openai', () => openai(server).chat('small')],
    ['openai-compatible', () => compatible(server)('small')],
  ])('of generateObject and Output.object is cached, by its schema (%s)', async (_, make) => {
    server.replies = [{ pieces: [text], finish: 'stop' }];
    const { ai } = await aiCache();
    const model = cached(make(), ai);
    for (let nth = 0; nth < 2; nth++) {
      expect((await generateObject({ model, prompt, schema })).object).toEqual({ city: 'Oslo', hours: [1, 2] });
    }
    expect(server.calls).toHaveLength(1);
    const output = Output.object({ schema });
    for (let nth = 0; nth < 2; nth++) expect((await generateText({ model, prompt, output })).output.city).toBe('Oslo');
    const other = z.object({ city: z.string(), hours: z.array(z.number()), more: z.string().optional() });
    const before = server.calls.length;
    await generateObject({ model, prompt, schema: other });
    expect(server.calls).toHaveLength(before + 1);
  });

  it.each(['{"city":"Os', 'Sure! {"city":'])('that is no JSON is handed out, and not stored: %s', async (half) => {
    server.replies = [
      { pieces: [half], finish: 'stop' },
      { pieces: [text], finish: 'stop' },
    ];
    const { ai, events } = await aiCache();
    const model = cached(compatible(server)('small'), ai);
    await expect(generateObject({ model, prompt, schema })).rejects.toThrow('No object generated');
    expect(events.at(-1)).toMatchObject(['refused', { reason: 'invalid' }]);
    expect((await generateObject({ model, prompt, schema })).object.city).toBe('Oslo');
  });

  it('within a fence is JSON all the same', async () => {
    server.replies = [{ pieces: ['```json\n', text, '\n```'], finish: 'stop' }];
    const { ai } = await aiCache();
    const model = cached(compatible(server)('small'), ai);
    for (let nth = 0; nth < 2; nth++)
      await generateText({ model, prompt, output: Output.json() }).then(
        () => undefined,
        () => undefined,
      );
    expect(server.calls).toHaveLength(1);
  });
});

describe('tools', () => {
  const asks = {
    pieces: [],
    finish: 'tool_calls',
    toolCalls: [{ id: 'call-1', name: 'weather', input: { city: 'Oslo' } }],
  };
  const answers = { pieces: ['It ', 'rains.'], finish: 'stop' };
  const ran: string[] = [];
  const tools = {
    weather: tool({
      description: 'The weather of a city.',
      inputSchema: z.object({ city: z.string() }),
      execute: ({ city }) => {
        ran.push(city);
        return `rain in ${city}`;
      },
    }),
  };
  const ask = async (model: ReturnType<typeof cached>): Promise<string> =>
    (await generateText({ model, prompt, tools, stopWhen: stepCountIs(3) })).text;
  beforeEach(() => {
    ran.length = 0;
    server.replies = [asks, answers, asks, answers];
  });

  it('are run anew by each call; the step after them is cached', async () => {
    const { ai, events } = await aiCache();
    const model = cached(openai(server).chat('small'), ai);
    expect(await ask(model)).toBe('It rains.');
    expect(events.map(([type, { reason }]) => reason ?? type)).toEqual(['tool-calls', 'tool-calls', 'generated']);
    server.replies = [asks];
    expect(await ask(model)).toBe('It rains.');
    expect(ran).toEqual(['Oslo', 'Oslo']);
    expect(server.calls).toHaveLength(3);
  });

  it('have an id of their own for each call, as providers have it: the step after them is another question then', async () => {
    const again = { ...asks, toolCalls: asks.toolCalls.map((call) => ({ ...call, id: 'call-2' })) };
    server.replies = [asks, answers, again, answers];
    const { ai } = await aiCache();
    const model = cached(openai(server).chat('small'), ai);
    for (let nth = 0; nth < 2; nth++) expect(await ask(model)).toBe('It rains.');
    expect(server.calls).toHaveLength(4);
  });

  it('are asked for by the cache, where that is allowed', async () => {
    const { ai } = await aiCache();
    const model = cached(openai(server).chat('small'), ai, { storeToolCalls: true });
    for (let nth = 0; nth < 2; nth++) expect(await ask(model)).toBe('It rains.');
    expect(ran).toEqual(['Oslo', 'Oslo']);
    expect(server.calls).toHaveLength(2);
  });
});

describe('who leaves', () => {
  it('leaves the others their answer', async () => {
    const { ai } = await aiCache();
    const model = cached(openai(server).chat('small'), ai);
    let answer = (): void => {};
    const gate = new Promise<void>((resolve) => (answer = resolve));
    let reached = (): void => {};
    const asked = new Promise<void>((resolve) => (reached = resolve));
    server.behave = async (response) => {
      reached();
      await gate;
      response.writeHead(200, { 'content-type': 'application/json' });
      const message = { role: 'assistant', content: 'Late.' };
      response.end(JSON.stringify({ model: 'small', choices: [{ index: 0, message, finish_reason: 'stop' }] }));
    };
    const leaving = new AbortController();
    const first = generateText({ model, prompt, abortSignal: leaving.signal });
    const second = generateText({ model, prompt });
    await asked;
    leaving.abort(new DOMException('Stopped.', 'AbortError'));
    await expect(first).rejects.toThrow('Stopped.');
    answer();
    expect((await second).text).toBe('Late.');
    expect((await generateText({ model, prompt, abortSignal: new AbortController().signal })).text).toBe('Late.');
    expect(server.calls).toHaveLength(1);
  });

  it('may do so by one signal for many calls, which is no leak to be warned of', async () => {
    const { ai } = await aiCache();
    const model = cached(openai(server).chat('small'), ai);
    const { signal } = new AbortController();
    const call = {
      abortSignal: signal,
      prompt: [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'a' }] }],
    };
    await Promise.all(
      Array.from({ length: 20 }, async (_, seed) => {
        await model.doGenerate({ ...call, seed });
        for await (const __ of (await model.doStream({ ...call, seed })).stream) continue;
      }),
    );
    await settle();
    // Node warns of a leak where they are more than that; 0 is no bound.
    expect(getMaxListeners(signal) || Infinity).toBeGreaterThan(40);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('hangs up on the model when nobody else waits; the next call asks anew', async () => {
    const { ai } = await aiCache();
    const model = cached(openai(server).chat('small'), ai);
    let reached = (): void => {};
    const asked = new Promise<void>((resolve) => (reached = resolve));
    server.behave = () => reached();
    const leaving = new AbortController();
    const [one, two] = [leaving.signal, leaving.signal].map((abortSignal) =>
      generateText({ model, prompt, abortSignal }),
    );
    await asked;
    leaving.abort();
    await expect(one).rejects.toThrow('abort');
    await expect(two).rejects.toThrow('abort');
    await server.calls[0]!.closed;
    server.behave = undefined;
    expect((await generateText({ model, prompt })).text).toBe('Hello you there.');
    await expect(generateText({ model, prompt, abortSignal: leaving.signal })).rejects.toThrow('abort');
    expect(server.calls).toHaveLength(2);
  });
});

it('goes past a cache that is switched off', async () => {
  const { ai } = await aiCache({ cache: { enabled: false } });
  const model = cached(openai(server).chat('small'), ai);
  for (let nth = 1; nth < 3; nth++) {
    const { text, response } = await generateText({ model, prompt, abortSignal: new AbortController().signal });
    expect([text, response.id]).toEqual(['Hello you there.', `answer-${nth * 2 - 1}`]);
    expect(await streamText({ model, prompt }).text).toBe('Hello you there.');
  }
  expect(server.calls).toHaveLength(4);
});

describe('options', () => {
  it('name the operation, the tenant and the ttl, by the call too', async () => {
    const { ai, clock, events } = await aiCache({ cache: {} });
    const model = cached(openai(server).chat('small'), ai, {
      operation: ({ prompt: messages }) => (messages.length > 1 ? 'chat' : 'ask'),
      tenant: ({ headers }) => headers?.['x-tenant'],
      ttl: '1m',
    });
    const ask = (tenant: string): Promise<unknown> => generateText({ model, prompt, headers: { 'x-tenant': tenant } });
    await ask('acme');
    await ask('acme');
    expect(events.map(([type, { tenant, operation }]) => [type, tenant, operation])).toEqual([
      ['generated', 'acme', 'ask'],
      ['served', 'acme', 'ask'],
    ]);
    await ask('other');
    expect(server.calls).toHaveLength(2);
    await ai.forTenant('acme').clear();
    await ask('other');
    expect(server.calls).toHaveLength(2);
    await clock.advance(60_001);
    await ask('other');
    expect(server.calls).toHaveLength(3);
  });

  it('serve what is stale while the model fails, and while it answers', async () => {
    const { ai, clock } = await aiCache();
    const model = cached(openai(server).chat('small'), ai, {
      ttl: '1m',
      staleIfError: '1h',
      staleWhileRevalidate: '1m',
    });
    const ask = async (): Promise<string | undefined> =>
      (await generateText({ model, prompt, maxRetries: 0 })).response.id;
    expect(await ask()).toBe('answer-1');
    await clock.advance(61_000);
    expect(await ask()).toBe('answer-1');
    await until(() => server.calls.length === 2);
    await eventually(ask, (id) => id === 'answer-2');
    await clock.advance(180_000);
    server.behave = (response) => sendJson(response, { error: { message: 'No.' } }, 500);
    expect(await ask()).toBe('answer-2');
    expect(server.calls).toHaveLength(3);
  });

  it('group answers, which are then forgotten together', async () => {
    const { ai, manager } = await aiCache();
    const model = cached(openai(server).chat('small'), ai, { tags: ({ headers }) => [`user:${headers?.['x-user']}`] });
    const ask = (user: string): Promise<unknown> => generateText({ model, prompt, headers: { 'x-user': user } });
    const stream = async (): Promise<string> => streamText({ model, prompt, headers: { 'x-user': 'a' } }).text;
    for (const user of ['a', 'b', 'a', 'b']) await ask(user);
    for (let nth = 0; nth < 2; nth++) await stream();
    expect(server.calls).toHaveLength(3);
    await manager.invalidateTags('user:a');
    for (const user of ['a', 'b']) await ask(user);
    await stream();
    expect(server.calls).toHaveLength(5);
    await ai.invalidateByModel('small');
    await ask('b');
    expect(server.calls).toHaveLength(6);
  });

  it('leave a call to the model', async () => {
    const { ai, events } = await aiCache();
    const model = cached(openai(server).chat('small'), ai, {
      condition: ({ headers }) => headers?.['x-fresh'] === undefined,
    });
    await generateText({ model, prompt });
    await generateText({ model, prompt, headers: { 'x-fresh': '1' } });
    expect(server.calls).toHaveLength(2);
    expect(events).toHaveLength(1);
  });

  it('keep two apart that have one name', async () => {
    const { ai } = await aiCache();
    for (const variant of ['eu', 'us', undefined])
      await generateText({ model: cached(openai(server).chat('small'), ai, { variant }), prompt });
    expect(server.calls).toHaveLength(3);
  });
});
