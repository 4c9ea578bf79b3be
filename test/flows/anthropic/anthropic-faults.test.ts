import { afterEach, describe, expect, it } from '@jest/globals';
import Anthropic, { APIConnectionError, type APIError } from '@anthropic-ai/sdk';
import { cachedFetch, cachedMiddleware } from 'nestjs-cached/anthropic';
import { cutOff, events, json, namedEvent, type Answer } from '../../support/provider-server.js';
import { aiCache, itemsIn } from '../ai/ai-cache.js';
import { anthropic, closeServers, message, messageEvents, question } from './anthropic-client.js';

afterEach(closeServers);

const streamed = { ...question, stream: true };
const sent = messageEvents('Hello you.');
const failure = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };

const cases: [string, object, Answer][] = [
  ['401', question, json({ ...failure, error: { type: 'authentication_error' } }, 401)],
  ['429 with a time to wait', question, json(failure, 429, { 'retry-after': '7' })],
  ['529', question, json(failure, 529)],
  ['200 with an error body', question, json(failure)],
  ['half a JSON', question, json('{"type":"message","content":[{"ty')],
  ['an empty body', question, json('')],
  ['another content type', question, json(message('A'), 200, { 'content-type': 'text/html' })],
  ['the limit of tokens', question, json(message('Hel', { stop_reason: 'max_tokens' }))],
  ['a refusal', question, json(message('I cannot.', { stop_reason: 'refusal' }))],
  ['a turn that pauses', question, json(message('Hel', { stop_reason: 'pause_turn' }))],
  ['no reason to stop', question, json(message('Hel', { stop_reason: null }))],
  [
    'a tool call',
    question,
    json(message('', { content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }], stop_reason: 'tool_use' })),
  ],
  ['a stream: 429', streamed, json(failure, 429, { 'retry-after': '7' })],
  ['a stream: JSON in its place', streamed, json(message('Hello.'))],
  ['a stream: without its end', streamed, events(...sent.slice(0, -1))],
  ['a stream: stopped in the middle of an event', streamed, events(...sent.slice(0, 4), 'event: content_bl')],
  ['a stream: an error event', streamed, events(...sent.slice(0, 4), namedEvent(failure))],
  ['a stream: an error event of no JSON', streamed, events(...sent.slice(0, 4), 'event: error\ndata: no\n\n', ...sent)],
  ['a stream: the limit of tokens', streamed, events(...messageEvents('Hel', 'max_tokens'))],
  ['a stream: a refusal', streamed, events(...messageEvents('Hel', 'refusal'))],
  ['a stream: a turn that pauses', streamed, events(...messageEvents('Hel', 'pause_turn'))],
  ['a stream: a tool call', streamed, events(...messageEvents('Hel', 'tool_use'))],
];

describe('an answer that is none, or no good one, is handed on as it came, and not stored', () => {
  it.each(cases)('%s', async (_, body, answer) => {
    const { ai, client, server } = await anthropic(answer);
    const plain = new Anthropic({ apiKey: 'sk-test', baseURL: server.url, maxRetries: 0 });
    const told = async (claude: Anthropic): Promise<unknown> => {
      const asking = claude.messages.create(body as Anthropic.MessageCreateParamsNonStreaming);
      const response = await asking.asResponse().catch((error: unknown) => error as APIError);
      const headers = Object.fromEntries(response.headers ?? []);
      delete headers['date'];
      return response instanceof Response
        ? [response.status, headers, await response.text()]
        : [response.status, headers, response.message];
    };
    const direct = await told(plain);
    expect(await told(client())).toEqual(direct);
    expect(await told(client())).toEqual(direct);
    expect(server.asked).toHaveLength(3);
    expect(ai.getCacheStats().entries).toBe(0);
  });
});

describe('the retries of the client', () => {
  it('go on as without a cache, and those of several callers are one each time', async () => {
    const { client, server } = await anthropic(() => {});
    server.answer = (asked, response) =>
      (server.asked.length < 2 ? json(failure, 529, { 'retry-after-ms': '1' }) : json(message('Hello.')))(
        asked,
        response,
      );
    const claude = client({ maxRetries: 2 });
    const answers = await Promise.all([1, 2, 3].map(() => claude.messages.create(question)));
    for (const { content } of answers) expect(content).toMatchObject([{ text: 'Hello.' }]);
    expect(server.asked).toHaveLength(2);
    expect(server.asked[1]!.headers['x-stainless-retry-count']).toBe('1');
  });

  it('are made for a connection that breaks, too', async () => {
    const { client, server } = await anthropic(() => {});
    server.answer = (asked, response) =>
      (server.asked.length < 2 ? cutOff() : json(message('Hello.')))(asked, response);
    expect((await client({ maxRetries: 1 }).messages.create(question)).content).toMatchObject([{ text: 'Hello.' }]);
    server.answer = cutOff();
    await expect(client().messages.create({ ...question, max_tokens: 65 })).rejects.toBeInstanceOf(APIConnectionError);
  });
});

describe('what is sent as it is', () => {
  it('batches, models, and what is not a message', async () => {
    const { ai, client, server } = await anthropic(json({ data: [], id: 'a', type: 'message_batch' }));
    for (let run = 0; run < 2; run++) {
      await client().messages.batches.create({ requests: [] });
      await client().messages.batches.list();
      await client().models.list();
    }
    expect(server.asked).toHaveLength(6);
    expect(ai.getCacheStats()).toMatchObject({ hits: 0, misses: 0 });
  });

  it.each([
    ['a thread', { thread: { type: 'create' } }],
    ['a container', { container: 'container_1' }],
    ['a server of tools', { mcp_servers: [{ type: 'url', name: 'a', url: 'https://mcp.test' }] }],
    ['0 tokens, to fill the cache of prompts', { max_tokens: 0 }],
  ])('what the provider keeps, or does by itself: %s', async (_, more) => {
    const { client, server } = await anthropic(json(message('Hello.')));
    for (let run = 0; run < 2; run++) await client().beta.messages.create({ ...question, ...more } as never);
    expect(server.asked).toHaveLength(2);
  });

  it('servers of tools are asked once where it is said that tools change nothing', async () => {
    const { client, server } = await anthropic(json(message('Hello.')));
    const mcp_servers = [{ type: 'url' as const, name: 'a', url: 'https://mcp.test' }];
    for (let run = 0; run < 2; run++) {
      await client({}, { storeToolCalls: true }).beta.messages.create({ ...question, mcp_servers });
    }
    expect(server.asked).toHaveLength(1);
  });

  it('calls without credentials, whose account is known further in only, unless it is named', async () => {
    const { client, server } = await anthropic(json(message('Hello.')));
    // As a client of a cloud has it, which signs inside of all middleware.
    const unsigned = { apiKey: null, authToken: null, defaultHeaders: { 'X-Api-Key': null, Authorization: null } };
    for (let run = 0; run < 2; run++) await client(unsigned).messages.create(question);
    expect(server.asked).toHaveLength(2);
    for (let run = 0; run < 2; run++) await client(unsigned, { account: 'aws' }).messages.create(question);
    expect(server.asked).toHaveLength(3);
  });
});

describe('a client without middleware', () => {
  it('ignores it, and is served by the fetch', async () => {
    const { ai, server } = await anthropic(json(message('Hello.')));
    const old = new Anthropic({ apiKey: 'sk-test', baseURL: server.url, fetch: cachedFetch(ai) });
    for (let run = 0; run < 2; run++) await old.messages.create(question);
    expect(server.asked).toHaveLength(1);
    server.answer = events(...sent);
    for (let run = 0; run < 2; run++) await itemsIn(await old.messages.create({ ...question, stream: true }));
    expect(server.asked).toHaveLength(2);
    expect(await old.models.list()).toBeDefined();
  });

  it('that calls it in another way is told what it is', async () => {
    const { ai } = await aiCache();
    const middleware = cachedMiddleware(ai) as unknown as (...given: unknown[]) => Promise<unknown>;
    await expect(middleware({ url: 'https://models.test/v1/messages' })).rejects.toMatchObject({
      name: 'CacheUsageError',
      message: expect.stringContaining('use cachedFetch'),
    });
    await expect(middleware('https://models.test', () => {}, {})).rejects.toThrow('as a middleware');
  });

  it.each([
    [() => cachedMiddleware({} as never), 'must be an AiResponseCache'],
    [() => cachedFetch({} as never), 'must be an AiResponseCache'],
  ])('and what is no cache is refused', (make, text) => {
    expect(make).toThrow(text);
  });

  it('refuses an option that it does not know', async () => {
    const { ai } = await aiCache();
    expect(() => cachedMiddleware(ai, { fetch } as never)).toThrow('"fetch" is no option');
  });
});
