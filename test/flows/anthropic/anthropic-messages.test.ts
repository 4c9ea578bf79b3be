import { afterEach, describe, expect, it } from '@jest/globals';
import type { Middleware } from '@anthropic-ai/sdk';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { cachedMiddleware } from 'nestjs-cached/anthropic';
import { z } from 'zod';
import { deferred, until } from '../../support/deferred.js';
import { events, json } from '../../support/provider-server.js';
import { itemsIn } from '../ai/ai-cache.js';
import { anthropic, closeServers, message, messageEvents, question, textOf } from './anthropic-client.js';

afterEach(closeServers);

const ids = { 'request-id': 'req_7' };

describe('a message', () => {
  it('is asked for once, and served with its text, its id and a header that says so', async () => {
    const { ai, client, server } = await anthropic(json(message('Hello you.'), 200, ids));
    const first = await client().messages.create(question).withResponse();
    const again = await client().messages.create(question).withResponse();
    expect(again.data).toEqual(first.data);
    expect([first.response.headers.get('x-cache'), again.response.headers.get('x-cache')]).toEqual([null, 'hit']);
    expect([first.request_id, again.request_id]).toEqual(['req_7', 'req_7']);
    expect(again.data).toHaveProperty('_request_id', 'req_7');
    expect(server.asked).toHaveLength(1);
    expect(ai.getCost().totals).toMatchObject({ generated: 1, served: 1, tokensAvoided: 120 });
  });

  it('is asked for once by callers of the same time, each of whom gets an answer of its own', async () => {
    const { client, server } = await anthropic(json(message('Hello you.')));
    const claude = client();
    const answers = await Promise.all(Array.from({ length: 20 }, () => claude.messages.create(question)));
    answers[0]!.content.length = 0;
    for (const { content } of answers.slice(1)) expect(content).toMatchObject([{ text: 'Hello you.' }]);
    expect(server.asked).toHaveLength(1);
  });

  it('of the beta is another one, and so is one with a feature of it', async () => {
    const { client, server } = await anthropic(json(message('Hello.')));
    for (let run = 0; run < 2; run++) {
      await client().messages.create(question);
      await client().beta.messages.create({ ...question, betas: ['context-1m-2025-08-07'] });
      await client().beta.messages.create({ ...question, betas: ['files-api-2025-04-14'] });
    }
    expect(server.asked).toHaveLength(3);
  });

  it('is parsed by the helper of the client when it is served, too', async () => {
    const { client, server } = await anthropic(json(message('{"city":"Bern"}')));
    const output_config = { format: zodOutputFormat(z.object({ city: z.string() })) };
    for (let run = 0; run < 2; run++) {
      const parsed = await client().messages.parse({ ...question, output_config });
      expect(parsed.parsed_output).toEqual({ city: 'Bern' });
    }
    expect(server.asked).toHaveLength(1);
  });

  it('can be read along by other middleware, served or not', async () => {
    const { ai, client } = await anthropic(json(message('Hello.')));
    const read: unknown[] = [];
    const watch: Middleware = async (request, next, context) => {
      const response = await next(request);
      read.push(await context.parse(response));
      return response;
    };
    const middleware = [watch, cachedMiddleware(ai), watch];
    for (let run = 0; run < 2; run++) await client({ middleware }).messages.create(question);
    expect(read).toEqual([message('Hello.'), message('Hello.'), message('Hello.')]);
  });

  it('has its tokens counted once', async () => {
    const { ai, client, server } = await anthropic(json({ input_tokens: 7 }));
    const { max_tokens: _, ...counted } = question;
    for (let run = 0; run < 2; run++) expect(await client().messages.countTokens(counted)).toEqual({ input_tokens: 7 });
    expect(server.asked).toHaveLength(1);
    expect(ai.getCost().totals).toMatchObject({ tokensSpent: 0, tokensAvoided: 0 });
  });
});

describe('a streamed message', () => {
  it('is replayed byte for byte', async () => {
    const sent = messageEvents('Hello you there.');
    const { ai, client, server } = await anthropic(events(...sent));
    for (let run = 0; run < 2; run++) {
      const response = await client()
        .messages.create({ ...question, stream: true })
        .asResponse();
      expect(await response.text()).toBe(sent.join(''));
    }
    expect(server.asked).toHaveLength(1);
    expect(ai.getCost().totals).toMatchObject({ tokensSpent: 120, tokensAvoided: 120 });
  });

  it('is joined while it is under way, from its first event on', async () => {
    const gate = deferred<undefined>();
    const [first, ...rest] = messageEvents('Hello you there.');
    const { client, server } = await anthropic(events(first, gate.promise, ...rest));
    const one = itemsIn(await client().messages.create({ ...question, stream: true }));
    const two = (await client().messages.create({ ...question, stream: true }))[Symbol.asyncIterator]();
    expect((await two.next()).value).toMatchObject({ type: 'message_start' });
    gate.resolve(undefined);
    expect(textOf(await one)).toBe('Hello you there.');
    expect(textOf(await itemsIn({ [Symbol.asyncIterator]: () => two }))).toBe('Hello you there.');
    expect(server.asked).toHaveLength(1);
  });

  it('works with the helper that gathers it, served or not', async () => {
    const { client, server } = await anthropic(events(...messageEvents('Hello you there.')));
    for (let run = 0; run < 2; run++) {
      const words: string[] = [];
      const stream = client().messages.stream(question);
      stream.on('text', (word) => words.push(word));
      expect(await stream.finalText()).toBe('Hello you there.');
      expect(words).toEqual(['Hello ', 'you ', 'there.']);
    }
    await itemsIn(await client().messages.create({ ...question, stream: true }));
    expect(server.asked).toHaveLength(1);
  });

  it('goes on for the others when the one who has asked breaks off', async () => {
    const gate = deferred<undefined>();
    const [first, ...rest] = messageEvents('Hello you there.');
    const { client, server } = await anthropic(events(first, gate.promise, ...rest));
    const [one, two] = await Promise.all(
      [1, 2].map(() => client().messages.create({ ...question, stream: true as const })),
    );
    for await (const _ of one!) break;
    gate.resolve(undefined);
    expect(textOf(await itemsIn(two!))).toBe('Hello you there.');
    expect(textOf(await itemsIn(await client().messages.create({ ...question, stream: true })))).toBe(
      'Hello you there.',
    );
    expect(server.asked).toHaveLength(1);
  });

  it('ends its request when nobody reads it any more, and is not stored', async () => {
    const gate = deferred<undefined>();
    const [first, ...rest] = messageEvents('Hello you there.');
    const { client, server } = await anthropic(events(first, gate.promise, ...rest));
    for await (const _ of await client().messages.create({ ...question, stream: true })) break;
    await server.asked[0]!.closed;
    gate.resolve(undefined);
    await itemsIn(await client().messages.create({ ...question, stream: true }));
    expect(server.asked).toHaveLength(2);
  });
});

describe('a caller who gives up', () => {
  it('rejects alone; the request goes on for the others', async () => {
    const gate = deferred<undefined>();
    const { client, server } = await anthropic(async (asked, response) => {
      await gate.promise;
      return json(message('Hello.'))(asked, response);
    });
    const claude = client();
    const leaving = new AbortController();
    const one = claude.messages.create(question, { signal: leaving.signal });
    const two = claude.messages.create(question);
    await until(() => server.asked.length === 1);
    leaving.abort();
    await expect(one).rejects.toThrow('Request was aborted.');
    gate.resolve(undefined);
    expect((await two).content).toMatchObject([{ text: 'Hello.' }]);
    expect(server.asked).toHaveLength(1);
  });

  it('has the time that its own client gives it, also for the request of another', async () => {
    const { client, clock, server } = await anthropic(() => {});
    const claude = client();
    const patient = claude.messages.create(question, { timeout: 60_000 });
    await until(() => server.asked.length === 1);
    const hasty = expect(claude.messages.create(question, { timeout: 5_000 })).rejects.toThrow('Request timed out.');
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(5_000);
    await hasty;
    expect(server.asked).toHaveLength(1);
    const failed = expect(patient).rejects.toThrow('Request timed out.');
    await clock.advance(55_000);
    await failed;
  });
});
