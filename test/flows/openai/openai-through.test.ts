import { afterEach, describe, expect, it } from '@jest/globals';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { HumanMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { generateText, streamText } from 'ai';
import { toFile } from 'openai';
import { cachedFetch } from 'nestjs-cached/openai';
import { events, json } from '../../support/provider-server.js';
import { aiCache, itemsIn } from '../ai/ai-cache.js';
import { chatEvents, closeServers, completion, openAi, question } from './openai-client.js';

afterEach(closeServers);

describe('what is not known is sent as it is', () => {
  it('files, batches, images, speech, and everything that is read', async () => {
    const { ai, client, server } = await openAi(json({ id: 'x', object: 'list', data: [] }));
    const openai = client();
    for (let run = 0; run < 2; run++) {
      await openai.models.list();
      await openai.files.create({ file: await toFile(Buffer.from('a'), 'a.txt'), purpose: 'batch' });
      await openai.batches.create({ input_file_id: 'a', endpoint: '/v1/chat/completions', completion_window: '24h' });
      await openai.images.generate({ prompt: 'a' });
      await openai.audio.speech.create({ model: 'a', input: 'a', voice: 'alloy' });
      await openai.audio.transcriptions.create({ model: 'a', file: await toFile(Buffer.from('a'), 'a.mp3') });
      await openai.responses.retrieve('resp_1');
      await openai.responses.cancel('resp_1');
      await openai.chat.completions.retrieve('chatcmpl_1');
      await openai.chat.completions.delete('chatcmpl_1');
    }
    expect(server.asked).toHaveLength(20);
    expect(ai.getCacheStats()).toMatchObject({ hits: 0, misses: 0, entries: 0 });
  });

  it('a completion that is to be kept by the provider', async () => {
    const { client, server } = await openAi(json(completion('Hello.')));
    for (let run = 0; run < 2; run++) await client().chat.completions.create({ ...question, store: true });
    expect(server.asked).toHaveLength(2);
  });

  it.each(['no-store', 'no-cache', 'max-age=0, no-cache'])('a call that says cache-control: %s', async (control) => {
    const { client, server } = await openAi(json(completion('Hello.')));
    const headers = { 'Cache-Control': control };
    await client().chat.completions.create(question);
    await client().chat.completions.create(question, { headers });
    await client().chat.completions.create(question, { headers: { 'Cache-Control': 'max-age=9' } });
    expect(server.asked).toHaveLength(2);
  });

  it.each([
    ['no JSON', (): RequestInit => ({ body: 'Hello?' })],
    ['an array', () => ({ body: '[1]' })],
    ['a form', () => ({ body: new URLSearchParams({ a: 'b' }) })],
    ['a form with files', () => ({ body: new FormData() })],
    ['a stream', () => ({ body: new Blob(['{}']).stream(), duplex: 'half' })],
    ['bytes that are no UTF-8', () => ({ body: Buffer.of(0x22, 0xff) })],
    ['nothing', () => ({})],
    ['another type than JSON', () => ({ body: '{}', headers: { 'content-type': 'text/plain' } })],
    ['a body nested beyond all measure', () => ({ body: `${'{"a":'.repeat(300)}1${'}'.repeat(300)}` })],
    ['a redirect to look at', () => ({ body: '{}', redirect: 'manual' })],
  ])('a body that is %s', async (_, init) => {
    const { ai, server } = await openAi(json(completion('Hello.')));
    const cached = cachedFetch(ai);
    for (let run = 0; run < 2; run++) {
      const answer = await cached(`${server.url}/v1/chat/completions`, { method: 'POST', ...init() });
      expect(await answer.json()).toEqual(completion('Hello.'));
    }
    expect(server.asked).toHaveLength(2);
    expect(ai.getCacheStats().entries).toBe(0);
  });

  it('a Request, whose body is a stream, and an address that is none', async () => {
    const { ai, server } = await openAi(json(completion('Hello.')));
    const url = `${server.url}/v1/chat/completions`;
    for (let run = 0; run < 2; run++) await cachedFetch(ai)(new Request(url, { method: 'POST', body: '{}' }));
    expect(server.asked).toHaveLength(2);
    await expect(cachedFetch(ai)('/chat/completions', { method: 'POST', body: '{}' })).rejects.toThrow(
      'Failed to parse URL',
    );
  });

  it('a call whose answer is to be checked', async () => {
    const { ai, server } = await openAi(json(completion('Hello.')));
    const url = `${server.url}/v1/chat/completions`;
    const init = { method: 'POST', body: '{}' };
    await (await cachedFetch(ai)(url, init)).text();
    const integrity = `sha256-${Buffer.alloc(32).toString('base64')}`;
    await expect(cachedFetch(ai)(url, { ...init, integrity })).rejects.toThrow('fetch failed');
    expect(server.asked).toHaveLength(2);
  });

  it('bytes of JSON are JSON, and a URL object is an address', async () => {
    const { ai, server } = await openAi(json(completion('Hello.')));
    const url = new URL(`${server.url}/v1/chat/completions`);
    const cached = cachedFetch(ai);
    const text = JSON.stringify(question);
    const bodies = [text, Buffer.from(text), new TextEncoder().encode(text).buffer];
    for (const body of bodies) await cached(url, { method: 'post', body });
    expect(server.asked).toHaveLength(1);
  });
});

describe('cachedFetch', () => {
  it('sends by the fetch it is given', async () => {
    const { ai } = await aiCache();
    const sent: unknown[] = [];
    const fetch = cachedFetch(ai, {
      fetch: async (input, init) => {
        sent.push([input, init?.body]);
        return Response.json(completion('Hello.'));
      },
    });
    const init = { method: 'POST', body: '{}', headers: { authorization: 'Bearer a' } };
    for (let run = 0; run < 2; run++) await fetch('https://models.test/v1/chat/completions', init);
    expect(sent).toEqual([['https://models.test/v1/chat/completions', '{}']]);
  });

  it.each([
    [{ ttl: -1 }, 'ttl is -1'],
    [{ hardTimeout: 'soon' }, 'hardTimeout is "soon"'],
    [{ account: '' }, "account must be a string that is not empty; got ''"],
    [{ operation: 7 }, 'operation must be a string that is not empty; got number'],
    [{ storeToolCalls: 'yes' }, 'storeToolCalls must be true or false; got string'],
    [{ shareAcrossKeys: true }, '"shareAcrossKeys" is no option'],
    [{ fetch: 'fetch' }, 'fetch must be a function; got string'],
    [{ embeddings: {} }, 'embeddings must be an EmbeddingCache'],
    [{ jitter: 5 }, 'jitter is 5'],
    [{ refreshAhead: 'soon' }, 'refreshAhead is soon'],
    ['ttl', 'The options must be an object; got string'],
    [[], 'The options must be an object; got an array'],
  ])('refuses %j', async (options, message) => {
    const { ai } = await aiCache();
    expect(() => cachedFetch(ai, options as never)).toThrow(expect.objectContaining({ name: 'CacheUsageError' }));
    expect(() => cachedFetch(ai, options as never)).toThrow(message);
  });

  it.each([undefined, {}, 'ai'])('refuses %j in the place of a cache', (ai) => {
    expect(() => cachedFetch(ai as never)).toThrow('must be an AiResponseCache');
  });

  it('has ttls by operation, and a name for what is asked', async () => {
    const {
      clock,
      client,
      server,
      events: told,
    } = await openAi(json(completion('Hello.')), {
      operationTtls: { chat: '1m', titles: '1h' },
    });
    const ask = async (): Promise<void> => {
      await client().chat.completions.create(question);
      await client({}, { operation: 'titles' }).chat.completions.create(question);
    };
    await ask();
    await clock.advance(60_001);
    await ask();
    expect(server.asked).toHaveLength(3);
    expect(new Set(told.map(([, { operation }]) => operation))).toEqual(new Set(['chat', 'titles']));
  });

  it('rejects a caller whose time is over, as the client knows it', async () => {
    const { client, clock, server } = await openAi(() => {});
    const asking = client({}, { hardTimeout: '5s' }).chat.completions.create(question);
    const failed = expect(asking).rejects.toThrow('Request timed out.');
    while (server.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(5_000);
    await failed;
    await server.asked[0]!.closed;
  });
});

describe('a cache that is off', () => {
  it('leaves every call as it is', async () => {
    const { client, server } = await openAi(json(completion('Hello.')), {}, { enabled: false });
    for (let run = 0; run < 2; run++) {
      const { response } = await client().chat.completions.create(question).withResponse();
      expect(response.headers.get('x-cache')).toBeNull();
    }
    server.answer = events(...chatEvents('Hello you.'));
    const stream = await client().chat.completions.create({ ...question, stream: true });
    expect(await itemsIn(stream)).toHaveLength(4);
    expect(server.asked).toHaveLength(3);
  });
});

describe('with the AI SDK', () => {
  it('is the fetch of its provider', async () => {
    const { ai, server } = await openAi(json(completion('Hello you.')));
    const provider = createOpenAICompatible({ name: 'local', baseURL: `${server.url}/v1`, fetch: cachedFetch(ai) });
    for (let run = 0; run < 2; run++) {
      expect((await generateText({ model: provider('gpt-x'), prompt: 'Hello?' })).text).toBe('Hello you.');
    }
    server.answer = events(...chatEvents('Hello you there.'));
    for (let run = 0; run < 2; run++) {
      const { textStream } = streamText({ model: provider('gpt-x'), prompt: 'Hello?' });
      expect((await itemsIn(textStream)).join('')).toBe('Hello you there.');
    }
    expect(server.asked).toHaveLength(2);
  });
});

describe('with LangChain', () => {
  it('is the fetch of its client, whole and streamed', async () => {
    const { ai, server } = await openAi(json(completion('Hello you.')));
    const model = new ChatOpenAI({
      model: 'gpt-x',
      apiKey: 'a',
      configuration: { baseURL: `${server.url}/v1`, fetch: cachedFetch(ai) },
    });
    for (let run = 0; run < 2; run++) expect((await model.invoke('Hello?')).text).toBe('Hello you.');
    expect(server.asked).toHaveLength(1);
    server.answer = events(...chatEvents('Hello you there.'));
    for (let run = 0; run < 2; run++) {
      const parts = await itemsIn(await model.stream([new HumanMessage('Hello?')]));
      expect(parts.map((part) => part.text).join('')).toBe('Hello you there.');
    }
    expect(server.asked).toHaveLength(2);
  });
});
