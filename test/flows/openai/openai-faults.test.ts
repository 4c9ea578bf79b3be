import { afterEach, describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { cachedFetch } from 'nestjs-cached/openai';
import { deferred, until } from '../../support/deferred.js';
import { cutOff, dataEvent, events, json, type Answer } from '../../support/provider-server.js';
import { itemsIn } from '../ai/ai-cache.js';
import { chatEvents, chunks, closeServers, completion, openAi, question, textOf } from './openai-client.js';

afterEach(closeServers);

const choice = (message: object, finish_reason: string | null): object => ({
  ...completion(''),
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason }],
});
const call = { tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }], content: null };

/** Sends the question as a client does, and tells all of what comes back. */
async function ask(url: string, fetch: typeof globalThis.fetch, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json', authorization: 'Bearer sk-test' };
  const init = { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await fetch(`${url}/v1/chat/completions`, init);
  const told = [...response.headers].filter(([name]) => !['date', 'connection', 'keep-alive'].includes(name));
  const bytes = await response.arrayBuffer().then(
    (buffer) => Buffer.from(buffer).toString('latin1'),
    (error: Error) => error.message,
  );
  return { status: response.status, statusText: response.statusText, headers: told, bytes };
}

const whole: [string, Answer][] = [
  ['401', json({ error: { message: 'Incorrect API key', type: 'invalid_request_error' } }, 401)],
  ['429 with a time to wait', json({ error: { message: 'slow down' } }, 429, { 'retry-after': '7' })],
  ['500', json('no json at all', 500)],
  ['304', (_, response) => void response.writeHead(304).end()],
  ['202 with an answer', json(completion('Later.'), 202)],
  ['200 with an error body', json({ error: { message: 'overloaded' } })],
  ['200 with a body of another kind', json({ message: 'upstream timed out' })],
  ['200 with an array', json([1, 2])],
  ['half a JSON', json('{"choices":[{"message":{"content":"Hel')],
  ['an empty body', json('')],
  [
    'bytes that are no UTF-8',
    (_, to) => void to.writeHead(200, { 'content-type': 'application/json' }).end(Buffer.of(0x22, 0xff, 0x22)),
  ],
  ['another content type', json(completion('Hello.'), 200, { 'content-type': 'text/html' })],
  ['no content type', (_, response) => void response.writeHead(200).end(JSON.stringify(completion('Hello.')))],
  ['a stream that nobody asked for', events(...chatEvents('Hello.'))],
  ['a refusal', json(choice({ content: null, refusal: 'I cannot.' }, 'stop'))],
  ['a tool call', json(choice(call, 'tool_calls'))],
  ['the limit of tokens', json(choice({ content: 'Hel' }, 'length'))],
  ['a filter', json(choice({ content: 'Hel' }, 'content_filter'))],
  ['no reason to finish', json(choice({ content: 'Hel' }, null))],
  ['no text', json(choice({ content: ' ' }, 'stop'))],
];

const [firstEvent, secondEvent] = chatEvents('Hello you.');
const streamed: [string, Answer][] = [
  ['429', json({ error: { message: 'slow down' } }, 429, { 'retry-after': '7' })],
  ['JSON where a stream was asked for', json(completion('Hello.'))],
  ['a stream that stops without its end', events(firstEvent, secondEvent)],
  ['one without [DONE]', events(...chunks('Hello.').map(dataEvent))],
  ['one that ends in the middle of an event', events(firstEvent, 'data: {"choices":[{"del')],
  ['one with an error in it', events(firstEvent, dataEvent({ error: { message: 'overloaded' } }), 'data: [DONE]\n\n')],
  [
    'one with an event named error',
    events(firstEvent, 'event: error\ndata: {"message":"no"}\n\n', ...chatEvents('A.')),
  ],
  ['one whose data is no JSON', events(firstEvent, 'data: Hello\n\n', ...chatEvents('A.'))],
  ['one that hits the limit of tokens', events(...chatEvents('Hello.', 'length'))],
  ['one that is filtered', events(...chatEvents('Hello.', 'content_filter'))],
  ['one that calls a tool', events(...chatEvents('Hello.', 'tool_calls'))],
  ['one without a single event', events()],
];

describe('an answer that is none, or no good one', () => {
  const cases = [
    ...whole.map(([name, answer]) => [name, answer, question] as const),
    ...streamed.map(([name, answer]) => [`a stream: ${name}`, answer, { ...question, stream: true }] as const),
  ];

  it.each(cases)('is handed on as it came, and not stored: %s', async (_, answer, body) => {
    const { ai, server } = await openAi(answer);
    const direct = await ask(server.url, fetch, body);
    const cached = cachedFetch(ai);
    expect(await ask(server.url, cached, body)).toEqual(direct);
    expect(await ask(server.url, cached, body)).toEqual(direct);
    expect(server.asked).toHaveLength(3);
    expect(ai.getCacheStats().entries).toBe(0);
  });

  it.each(cases)('can be read by each of those who wait for it: %s', async (_, answer, body) => {
    const gate = deferred<undefined>();
    const { ai, server } = await openAi(answer);
    const direct = (await ask(server.url, fetch, body)) as { status: number; bytes: string };
    server.answer = async (asked, response) => {
      await gate.promise;
      return answer(asked, response);
    };
    const asking = [1, 2, 3].map(() => ask(server.url, cachedFetch(ai), body));
    await until(() => server.asked.length === 2);
    gate.resolve(undefined);
    for (const { status, bytes } of (await Promise.all(asking)) as { status: number; bytes: string }[]) {
      expect({ status, bytes }).toEqual({ status: direct.status, bytes: direct.bytes });
    }
    expect(server.asked).toHaveLength(2);
  });
});

it.each([
  ['embeddings', { object: 'list', data: [] }],
  ['embeddings', { object: 'list', data: [{ index: 0 }] }],
  ['embeddings', { data: [{ index: 0, embedding: [1] }], error: { message: 'no' } }],
  ['moderations', { results: [] }],
  ['moderations', { results: ['no'] }],
])('what is no answer of %s is not stored: %j', async (path, body) => {
  const { ai, server } = await openAi(json(body));
  for (let run = 0; run < 2; run++) {
    const response = await cachedFetch(ai)(`${server.url}/v1/${path}`, { method: 'POST', body: '{"input":"a"}' });
    expect(await response.json()).toEqual(body);
  }
  expect(server.asked).toHaveLength(2);
});

it('an answer that is none has all its headers for each of those who wait for it', async () => {
  const gate = deferred<undefined>();
  const { client, server } = await openAi(async (asked, response) => {
    await gate.promise;
    return json('', 200, { 'content-length': '0', 'cf-ray': 'a' })(asked, response);
  });
  const openai = client();
  const asking = [1, 2].map(() => openai.chat.completions.create(question).withResponse());
  await until(() => server.asked.length === 1);
  gate.resolve(undefined);
  for (const { data, response } of await Promise.all(asking)) {
    // As the client takes a body of no length.
    expect(data).toBeUndefined();
    expect(response.headers.get('cf-ray')).toBe('a');
  }
  expect(server.asked).toHaveLength(1);
});

describe('through the client of OpenAI', () => {
  it('a failure is the error that the client makes of it, with what it says of a retry', async () => {
    const { client } = await openAi(json({ error: { message: 'slow down' } }, 429, { 'retry-after': '7' }));
    const failing = client().chat.completions.create(question);
    await expect(failing).rejects.toMatchObject({ status: 429, message: expect.stringContaining('slow down') });
    const { headers } = (await failing.catch((error: unknown) => error)) as { headers: Headers };
    expect(headers.get('retry-after')).toBe('7');
  });

  it('callers who retry together ask once each time', async () => {
    const { client, server } = await openAi(json({ error: {} }, 500, { 'retry-after-ms': '1' }));
    server.answer = (asked, response) => {
      const answer = server.asked.length < 2 ? json({}, 500, { 'retry-after-ms': '1' }) : json(completion('Hello.'));
      return answer(asked, response);
    };
    const openai = client({ maxRetries: 2 });
    const answers = await Promise.all([1, 2, 3].map(() => openai.chat.completions.create(question)));
    for (const { choices } of answers) expect(choices[0]?.message.content).toBe('Hello.');
    expect(server.asked).toHaveLength(2);
  });

  it('a connection that breaks is an error of the connection, for all who wait', async () => {
    const { client, server } = await openAi(cutOff());
    const openai = client();
    const asking = [1, 2].map(() => openai.chat.completions.create(question));
    for (const one of asking) await expect(one).rejects.toThrow('Connection error.');
    server.answer = json(completion('Hello.'));
    expect((await openai.chat.completions.create(question)).choices).toHaveLength(1);
  });

  it('a stream that breaks is an error behind what came before, and is asked for anew', async () => {
    const gate = deferred<undefined>();
    const { client, server } = await openAi(async (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(firstEvent);
      await gate.promise;
      response.destroy();
    });
    const stream = (await client().chat.completions.create({ ...question, stream: true }))[Symbol.asyncIterator]();
    expect((await stream.next()).done).toBe(false);
    gate.resolve(undefined);
    await expect(stream.next()).rejects.toThrow('terminated');
    server.answer = events(...chatEvents('Anew.'));
    const again = await client().chat.completions.create({ ...question, stream: true });
    expect(textOf(await itemsIn(again))).toBe('Anew.');
  });

  it('takes an answer that is compressed, and keeps what is in it', async () => {
    const { client, server } = await openAi((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(gzipSync(JSON.stringify(completion('Hello.'))));
    });
    for (let run = 0; run < 2; run++) {
      expect((await client().chat.completions.create(question)).choices[0]?.message.content).toBe('Hello.');
    }
    expect(server.asked).toHaveLength(1);
  });

  it.each([
    ['whole', json(choice(call, 'tool_calls')), false],
    ['as a stream', events(...chatEvents('Hello.', 'tool_calls')), true],
  ])('tool calls are stored where that is allowed: %s', async (_, answer, stream) => {
    const { ai, server } = await openAi(answer);
    for (let run = 0; run < 2; run++) {
      await ask(server.url, cachedFetch(ai, { storeToolCalls: true }), { ...question, stream });
    }
    expect(server.asked).toHaveLength(1);
    // It is a decision for each client.
    await ask(server.url, cachedFetch(ai, { ttl: 0 }), { ...question, stream, seed: 1 });
    await ask(server.url, cachedFetch(ai), { ...question, stream, seed: 1 });
    expect(server.asked).toHaveLength(3);
  });

  it('an event of the manager tells of a failure no more than its status', async () => {
    const { client, manager } = await openAi(json({ error: { message: 'no such key: sk-test' } }, 401));
    const told: unknown[] = [];
    manager.on('loadError', ({ error }) => told.push(error));
    await expect(client().chat.completions.create(question)).rejects.toMatchObject({ status: 401 });
    expect(told).toMatchObject([{ name: 'HttpFailure', status: 401 }]);
    expect(inspect(told, { depth: 9, showHidden: true })).not.toMatch(/sk-test|[0-9a-f]{64}/);
  });

  it('says why an answer is not stored', async () => {
    const { client, events: told, server } = await openAi(json(choice({ content: 'Hel' }, 'length')));
    await client().chat.completions.create(question);
    server.answer = events(firstEvent);
    await itemsIn(await client().chat.completions.create({ ...question, stream: true }));
    server.answer = json({ error: {} });
    await client().chat.completions.create(question);
    expect(told.flatMap(([type, { reason }]) => (type === 'refused' ? [reason] : []))).toEqual([
      'length',
      'cut',
      'error',
    ]);
  });
});
