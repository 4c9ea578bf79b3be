import { afterEach, describe, expect, it } from '@jest/globals';
import { EmbeddingCache } from 'nestjs-cached/ai';
import { cachedFetch as anthropicFetch } from 'nestjs-cached/anthropic';
import { cachedFetch, type Fetch } from 'nestjs-cached/openai';
import { deferred, settle, until } from '../../support/deferred.js';
import { json } from '../../support/provider-server.js';
import { message } from '../anthropic/anthropic-client.js';
import { closeServers, completion, openAi, question } from './openai-client.js';

afterEach(closeServers);

const body = JSON.stringify(question);
const embed = JSON.stringify({ model: 'm', input: 'A' });
const vector = json({ data: [{ index: 0, embedding: [1, 2] }], model: 'm', usage: { prompt_tokens: 1 } });

describe('whose answer it is', () => {
  it('is not known of a name in the address: those calls are left alone', async () => {
    const { ai, server } = await openAi(json(completion('Hello.')));
    // As clients have it that make a header of the name.
    const basic: Fetch = (input, init) => {
      const url = new URL(input);
      const authorization = `Basic ${btoa(`${url.username}:${url.password}`)}`;
      return fetch(url.origin + url.pathname, { ...init, headers: { authorization } });
    };
    const cached = cachedFetch(ai, { fetch: basic, account: 'ours' });
    for (const user of ['ann:1', 'bob:1', 'ann:1']) {
      await cached(`${server.url.replace('//', `//${user}@`)}/v1/chat/completions`, { method: 'POST', body });
    }
    expect(server.asked).toHaveLength(3);
  });

  it.each([
    ['openai', cachedFetch, '/v1/chat/completions', completion('Hello.'), body],
    ['openai, of embeddings', cachedFetch, '/v1/embeddings', { data: [{ index: 0, embedding: [1] }] }, embed],
    ['anthropic', anthropicFetch, '/v1/messages', message('Hello.'), body],
  ])(
    'is not known where the `fetch` that is given signs, unless it is named: %s',
    async (_, make, path, answer, asked) => {
      const { ai, server } = await openAi(json(answer));
      const ask = async (key: string, account?: string): Promise<void> => {
        const signing: Fetch = (input, init) => fetch(input, { ...init, headers: { authorization: key } });
        const cached = make(ai, { fetch: signing, ...(account !== undefined && { account }) });
        await (await cached(server.url + path, { method: 'POST', body: asked })).text();
      };
      for (const key of ['a', 'b', 'a']) await ask(key);
      expect(server.asked.map(({ headers }) => headers.authorization)).toEqual(['a', 'b', 'a']);
      for (const key of ['c', 'd', 'c']) await ask(key, 'ours');
      expect(server.asked).toHaveLength(4);
    },
  );

  it('is that of a server without accounts, where nothing signs', async () => {
    const { ai, server } = await openAi(json(completion('Hello.')));
    for (let run = 0; run < 2; run++)
      await cachedFetch(ai)(`${server.url}/v1/chat/completions`, { method: 'POST', body });
    expect(server.asked).toHaveLength(1);
  });
});

describe('those who have waited for an account that is refused', () => {
  it.each([
    ['a chat', '/v1/chat/completions', json(completion('Hello.')), body],
    ['an embedding', '/v1/embeddings', vector, embed],
  ])('ask together: for %s', async (_, path, answer, asked) => {
    const gate = deferred<undefined>();
    const { ai, manager, server } = await openAi(async ({ headers, ...rest }, response) => {
      if (headers.authorization === 'good') return answer({ headers, ...rest }, response);
      await gate.promise;
      return json({ error: {} }, 401)({ headers, ...rest }, response);
    });
    const embeddings = new EmbeddingCache(manager, { model: 'm' });
    const cached = cachedFetch(ai, { account: 'ours', embeddings });
    const asking = ['revoked', 'good', 'good', 'good'].map(async (authorization) => {
      const { status } = await cached(server.url + path, { method: 'POST', body: asked, headers: { authorization } });
      return status;
    });
    await until(() => server.asked.length === 1);
    await settle();
    gate.resolve(undefined);
    expect(await Promise.all(asking)).toEqual([401, 200, 200, 200]);
    expect(server.asked).toHaveLength(2);
    // What they have got is stored.
    await cached(server.url + path, { method: 'POST', body: asked, headers: { authorization: 'good' } });
    expect(server.asked).toHaveLength(2);
  });

  it('ask each for itself where the next one is refused, too', async () => {
    const gates = [deferred<undefined>(), deferred<undefined>()];
    const { ai, server } = await openAi(async (asked, response) => {
      const { authorization } = asked.headers;
      if (authorization === 'good') return json(completion('Hello.'))(asked, response);
      await gates[Number(authorization)]!.promise;
      return json({ error: {} }, 401)(asked, response);
    });
    const cached = cachedFetch(ai, { account: 'ours' });
    const asking = ['0', '1', 'good'].map(async (authorization) => {
      const init = { method: 'POST', body, headers: { authorization } };
      return (await cached(`${server.url}/v1/chat/completions`, init)).status;
    });
    for (const [nth, gate] of gates.entries()) {
      await until(() => server.asked.length === nth + 1);
      await settle();
      gate.resolve(undefined);
    }
    expect(await Promise.all(asking)).toEqual([401, 401, 200]);
    expect(server.asked).toHaveLength(3);
  });
});

describe('the vectors of a tenant', () => {
  it('are its own', async () => {
    const { ai, manager, server } = await openAi(vector);
    const embeddings = new EmbeddingCache(manager, { model: 'm' });
    for (const tenant of ['acme', 'other', 'acme']) {
      const cached = cachedFetch(ai.forTenant(tenant), { embeddings, account: 'ours' });
      await cached(`${server.url}/v1/embeddings`, { method: 'POST', body: embed });
    }
    expect(server.asked).toHaveLength(2);
    await ai.forTenant('acme').clear();
    for (const tenant of ['acme', 'other']) {
      const cached = cachedFetch(ai.forTenant(tenant), { embeddings, account: 'ours' });
      await cached(`${server.url}/v1/embeddings`, { method: 'POST', body: embed });
    }
    expect(server.asked).toHaveLength(3);
  });

  it('are refused where the tenant is required and missing, and nothing is asked', async () => {
    const { ai, manager, server } = await openAi(vector, { tenant: { required: true } });
    const cached = cachedFetch(ai, { embeddings: new EmbeddingCache(manager, { model: 'm' }) });
    const asking = cached(`${server.url}/v1/embeddings`, { method: 'POST', body: embed });
    await expect(asking).rejects.toMatchObject({ name: 'CacheTenantError' });
    expect(server.asked).toHaveLength(0);
  });
});
