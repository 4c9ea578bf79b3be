import { afterEach, describe, expect, it } from '@jest/globals';
import { getEventListeners, getMaxListeners } from 'node:events';
import type OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { cachedFetch } from 'nestjs-cached/openai';
import { deferred, until } from '../../support/deferred.js';
import { eventually } from '../../support/eventually.js';
import { events, json } from '../../support/provider-server.js';
import { itemsIn } from '../ai/ai-cache.js';
import { chatEvents, closeServers, completion, openAi, question, textOf } from './openai-client.js';

afterEach(closeServers);

describe('a chat completion', () => {
  it('is asked for once, and served with its text, its id and a header that says so', async () => {
    const { client, server } = await openAi(json(completion('Hello you.')));
    const first = await client().chat.completions.create(question).withResponse();
    const again = await client().chat.completions.create(question).withResponse();
    expect(again.data).toEqual(first.data);
    expect(again.data.choices[0]?.message.content).toBe('Hello you.');
    expect([first.response.headers.get('x-cache'), again.response.headers.get('x-cache')]).toEqual([null, 'hit']);
    expect([first.request_id, again.request_id]).toEqual(['req_1', 'req_1']);
    expect(server.asked).toHaveLength(1);
  });

  it('is asked for once by callers of the same time, each of whom gets an answer of its own', async () => {
    const { client, server } = await openAi(json(completion('Hello you.')));
    const openai = client();
    const answers = await Promise.all(Array.from({ length: 20 }, () => openai.chat.completions.create(question)));
    answers[0]!.choices[0]!.message.content = 'changed';
    for (const { choices } of answers.slice(1)) expect(choices[0]?.message.content).toBe('Hello you.');
    expect(server.asked).toHaveLength(1);
  });

  it('comes with all its headers the first time, and later with those that are still true', async () => {
    const headers = { 'x-ratelimit-remaining-requests': '41', 'set-cookie': 'a=b', 'openai-organization': 'acme' };
    const { client } = await openAi(json(completion('Hello.'), 200, headers));
    const first = await client().chat.completions.create(question).asResponse();
    const again = await client().chat.completions.create(question).asResponse();
    expect(Object.fromEntries(first.headers)).toMatchObject(headers);
    expect(Object.fromEntries(again.headers)).toEqual({
      'content-type': 'application/json',
      'x-request-id': 'req_1',
      'x-cache': 'hit',
    });
    expect(await again.text()).toBe(await first.text());
  });

  it('accounts for the tokens that the provider has counted', async () => {
    const prices = { 'gpt-x': { input: 10_000, output: 100_000 } };
    const { ai, client, events: told } = await openAi(json(completion('Hello.')), { prices });
    await client().chat.completions.create(question);
    await client().chat.completions.create(question);
    expect(ai.getCost().totals).toMatchObject({ generated: 1, served: 1, tokensAvoided: 120, moneyAvoided: 3 });
    expect(told.map(([type, { operation, model }]) => [type, operation, model])).toEqual([
      ['generated', 'chat', 'gpt-x'],
      ['served', 'chat', 'gpt-x'],
    ]);
  });

  it('is parsed by the helper of the client when it is served, too', async () => {
    const { client, server } = await openAi(json(completion('{"city":"Bern"}')));
    const response_format = zodResponseFormat(z.object({ city: z.string() }), 'place');
    for (let run = 0; run < 2; run++) {
      const parsed = await client().chat.completions.parse({ ...question, response_format });
      expect(parsed.choices[0]?.message.parsed).toEqual({ city: 'Bern' });
    }
    expect(server.asked).toHaveLength(1);
  });

  it('falls with its model and with its operation', async () => {
    const { ai, client, server } = await openAi(json(completion('Hello.')));
    for (const fall of [() => ai.invalidateByModel('gpt-x'), () => ai.invalidateByOperation('chat')]) {
      await client().chat.completions.create(question);
      await client().chat.completions.create(question);
      await fall();
    }
    expect(server.asked).toHaveLength(2);
  });

  it('is served when it is stale, while a new one is asked for', async () => {
    const { client, clock, server } = await openAi(json(completion('Hello.')));
    const ask = async (): Promise<unknown[]> => {
      const options = { ttl: '1m', staleWhileRevalidate: '1h' } as const;
      const { data, response } = await client({}, options).chat.completions.create(question).withResponse();
      return [data.choices[0]?.message.content, response.headers.get('x-cache')];
    };
    await ask();
    await clock.advance(60_001);
    server.answer = json(completion('Hello anew.'));
    expect(await ask()).toEqual(['Hello.', 'hit']);
    await until(() => server.asked.length === 2);
    await eventually(ask, ([text]) => text === 'Hello anew.');
    expect(server.asked).toHaveLength(2);
  });

  it('goes stale, is served when the provider fails, and is asked for again', async () => {
    const { client, clock, server } = await openAi(json(completion('Hello.')));
    const ask = (): Promise<OpenAI.ChatCompletion> =>
      client({}, { ttl: '1m', staleIfError: '1h' }).chat.completions.create(question);
    await ask();
    await clock.advance(60_001);
    server.answer = json({ error: { message: 'overloaded' } }, 503);
    expect((await ask()).choices[0]?.message.content).toBe('Hello.');
    server.answer = json(completion('Hello anew.'));
    expect((await ask()).choices[0]?.message.content).toBe('Hello anew.');
    expect(server.asked).toHaveLength(3);
  });
});

describe('a streamed chat completion', () => {
  const streamed = { ...question, stream: true as const };

  it('is replayed byte for byte, one event a chunk', async () => {
    const sent = [': a comment\n\n', ...chatEvents('Hello you there.')];
    const { client, server } = await openAi(events(...sent));
    const bodies: string[] = [];
    for (let run = 0; run < 2; run++) {
      const response = await client().chat.completions.create(streamed).asResponse();
      expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      const parts: string[] = [];
      for await (const part of response.body!.pipeThrough(new TextDecoderStream())) parts.push(part);
      if (run === 1) expect(parts).toEqual(sent);
      bodies.push(parts.join(''));
    }
    expect(bodies).toEqual([sent.join(''), sent.join('')]);
    expect(server.asked).toHaveLength(1);
  });

  it('is joined while it is under way, from its first event on', async () => {
    const gate = deferred<undefined>();
    const [first, ...rest] = chatEvents('Hello you there.');
    const { client, server } = await openAi(events(first, gate.promise, ...rest));
    const one = await client().chat.completions.create(streamed);
    const reading = itemsIn(one);
    const two = (await client().chat.completions.create(streamed))[Symbol.asyncIterator]();
    const { value } = (await two.next()) as { value: OpenAI.ChatCompletionChunk };
    expect(value.choices[0]?.delta.content).toBe('Hello ');
    gate.resolve(undefined);
    expect(textOf(await reading)).toBe('Hello you there.');
    expect(textOf(await itemsIn({ [Symbol.asyncIterator]: () => two }))).toBe('you there.');
    expect(server.asked).toHaveLength(1);
  });

  it('works with the helper that gathers it, served or not', async () => {
    const { client, server } = await openAi(events(...chatEvents('Hello you there.')));
    for (let run = 0; run < 2; run++) {
      const words: string[] = [];
      const stream = client().chat.completions.stream(question);
      stream.on('content', (word) => words.push(word));
      expect((await stream.finalChatCompletion()).choices[0]?.message.content).toBe('Hello you there.');
      expect(words).toEqual(['Hello ', 'you ', 'there.']);
    }
    // The helper says its name in a header, which changes no answer.
    await itemsIn(await client().chat.completions.create(streamed));
    expect(server.asked).toHaveLength(1);
  });

  it('leaves the others alone when one breaks off, and ends the request when the last one does', async () => {
    const gate = deferred<undefined>();
    const [first, ...rest] = chatEvents('Hello you there.');
    const { client, server } = await openAi(events(first, gate.promise, ...rest));
    const one = await client().chat.completions.create(streamed);
    const two = await client().chat.completions.create(streamed);
    for await (const _ of one) break;
    const reader = two[Symbol.asyncIterator]();
    expect((await reader.next()).done).toBe(false);
    await reader.return?.();
    await server.asked[0]!.closed;
    gate.resolve(undefined);
    server.answer = events(...chatEvents('Anew.'));
    expect(textOf(await itemsIn(await client().chat.completions.create(streamed)))).toBe('Anew.');
    expect(server.asked).toHaveLength(2);
  });

  it('is stored for a reader who leaves at [DONE], without a look at the end of the connection', async () => {
    const gate = deferred<undefined>();
    const { client, server } = await openAi(events(...chatEvents('Hello.'), gate.promise));
    const response = await client().chat.completions.create(streamed).asResponse();
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ''; !text.includes('[DONE]');) text += (await reader.read()).value;
    await reader.cancel();
    gate.resolve(undefined);
    await server.asked[0]!.closed;
    expect(textOf(await itemsIn(await client().chat.completions.create(streamed)))).toBe('Hello.');
    expect(server.asked).toHaveLength(1);
  });

  it('is stored for a reader who leaves at [DONE], where the provider leaves the connection open behind it', async () => {
    const never = deferred<undefined>();
    const { ai, client, server } = await openAi(events(...chatEvents('Hello.'), never.promise));
    const response = await client().chat.completions.create(streamed).asResponse();
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ''; !text.includes('[DONE]');) text += (await reader.read()).value;
    await reader.cancel();
    await server.asked[0]!.closed;
    await until(() => ai.getCacheStats().entries === 1);
    expect(textOf(await itemsIn(await client().chat.completions.create(streamed)))).toBe('Hello.');
    expect(server.asked).toHaveLength(1);
  });

  it('waits for no reader who does not read', async () => {
    const { ai, client, server } = await openAi(events(...chatEvents('Hello you there.')));
    const [idle, eager] = await Promise.all([1, 2].map(() => client().chat.completions.create(streamed).asResponse()));
    const text = await eager!.text();
    expect(text).toContain('[DONE]');
    expect(ai.getCacheStats().entries).toBe(1);
    expect(await idle!.text()).toBe(text);
    expect(server.asked).toHaveLength(1);
  });

  it('accounts for the usage in its last chunk', async () => {
    const { ai, client } = await openAi(events(...chatEvents('Hello.')));
    for (let run = 0; run < 2; run++) await itemsIn(await client().chat.completions.create(streamed));
    expect(ai.getCost().totals).toMatchObject({ generated: 1, served: 1, tokensSpent: 120, tokensAvoided: 120 });
  });
});

describe('the cache below', () => {
  const ask = async (openai: OpenAI, stream: boolean): Promise<[string, string | null]> => {
    const response = await openai.chat.completions.create({ ...question, stream }).asResponse();
    return [await response.text(), response.headers.get('x-cache')];
  };
  const answers = [
    ['whole', json(completion('Hello you.')), false],
    ['streamed', events(...chatEvents('Hello you.')), true],
  ] as const;

  it.each(
    (['clone', 'freeze', 'share'] as const).flatMap((isolation) =>
      answers.map(([name, answer, stream]) => [isolation, name, answer, stream] as const),
    ),
  )('may have any isolation: %s, %s', async (isolation, _, answer, stream) => {
    const { client } = await openAi(answer, {}, { memory: { isolation } });
    const [text, cache] = await ask(client(), stream);
    expect(cache).toBeNull();
    for (let run = 0; run < 2; run++) expect(await ask(client(), stream)).toEqual([text, 'hit']);
  });

  it.each(answers)('hands on what is too long to be stored: %s', async (_, answer, stream) => {
    const { client, server } = await openAi(answer, {}, { streams: { maxBytes: 64 } });
    const [text] = await ask(client(), stream);
    expect(text).toContain('you.');
    for (let run = 0; run < 2; run++) expect(await ask(client(), stream)).toEqual([text, null]);
    expect(server.asked).toHaveLength(3);
  });
});

describe('a caller who gives up', () => {
  it('rejects alone; the request goes on for the others, and ends with the last of them', async () => {
    const gate = deferred<undefined>();
    const { client, server } = await openAi(async (asked, response) => {
      await gate.promise;
      json(completion('Hello.'))(asked, response);
    });
    const openai = client();
    const leaving = new AbortController();
    const one = openai.chat.completions.create(question, { signal: leaving.signal });
    const two = openai.chat.completions.create(question);
    await until(() => server.asked.length === 1);
    leaving.abort();
    await expect(one).rejects.toThrow('Request was aborted.');
    gate.resolve(undefined);
    expect((await two).choices[0]?.message.content).toBe('Hello.');
    expect(server.asked).toHaveLength(1);
  });

  it('ends the request when nobody else waits', async () => {
    const { client, server } = await openAi(() => {});
    const leaving = new AbortController();
    const one = client().chat.completions.create(question, { signal: leaving.signal });
    await until(() => server.asked.length === 1);
    leaving.abort();
    await expect(one).rejects.toThrow('Request was aborted.');
    await server.asked[0]!.closed;
  });

  it.each([true, false])('is told why, also in the middle of a stream; others read on: %s', async (others) => {
    const gate = deferred<undefined>();
    const [first, ...rest] = chatEvents('Hello you.');
    const { ai, server } = await openAi(events(first, gate.promise, ...rest));
    const leaving = new AbortController();
    const body = JSON.stringify({ ...question, stream: true });
    const ask = (signal?: AbortSignal): Promise<Response> =>
      cachedFetch(ai)(`${server.url}/v1/chat/completions`, { method: 'POST', body, ...(signal && { signal }) });
    const [one, two] = await Promise.all([ask(leaving.signal), ...(others ? [ask()] : [])]);
    const reader = one.body!.getReader();
    await reader.read();
    const failing = expect(reader.read()).rejects.toThrow('enough');
    leaving.abort(new Error('enough'));
    await failing;
    if (!two) return server.asked[0]!.closed;
    gate.resolve(undefined);
    expect(await two.text()).toBe([first, ...rest].join(''));
  });

  it('may have one signal for many calls, and leaves nothing on it', async () => {
    const { ai, server } = await openAi(json(completion('Hello.')));
    const { signal } = new AbortController();
    const ask = (seed: number): Promise<string> =>
      cachedFetch(ai)(`${server.url}/v1/chat/completions`, {
        method: 'POST',
        body: JSON.stringify({ ...question, seed }),
        signal,
      }).then((response) => response.text());
    await Promise.all(Array.from({ length: 20 }, (_, seed) => ask(seed)));
    // From the eleventh listener on Node 20 warns else; 0 is no bound, as from Node 22 on.
    expect(getMaxListeners(signal) || Infinity).toBeGreaterThan(20);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('asks for nothing when it has given up before', async () => {
    const { ai, client, server } = await openAi(json(completion('Hello.')));
    const signal = AbortSignal.abort();
    await expect(client().chat.completions.create(question, { signal })).rejects.toThrow('Request was aborted.');
    const asking = cachedFetch(ai)(`${server.url}/v1/chat/completions`, { method: 'POST', body: '{}', signal });
    await expect(asking).rejects.toBe(signal.reason);
    expect(server.asked).toHaveLength(0);
    expect(ai.getCacheStats().misses).toBe(0);
  });
});
