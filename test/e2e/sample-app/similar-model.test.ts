import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { hashedVector } from '../../../sample-app/src/similar/local/hashed-vector.js';
import { similarityOf } from '../../../sample-app/src/similar/nearest.js';
import { ModelServer } from './model-server.js';
import type { ModelCall } from './model-server.js';
import { Service } from './service.js';

const KEY = 'sk-of-this-test';
const DAYS = ['Friday', 'Monday', 'Thursday', 'Tuesday'];
const LOG = 'The lighthouse keeper counts the private gulls of the northern rock each morning.';

let model: ModelServer;
let service: Service;
let question: { text: string };
let questions = 0;

beforeAll(async () => {
  model = await ModelServer.start();
  service = await Service.start({ OPENAI_BASE_URL: model.url, OPENAI_API_KEY: KEY, OPENAI_EMBEDDING_MODEL: 'tiny' });
  for (const day of DAYS) await read(`${LOG} ${day} is a day of the log.`);
});
afterAll(async () => {
  await service.stop();
  await model.stop();
});
beforeEach(() => {
  model.calls.length = 0;
  model.behave = embed;
  questions += 1;
  question = { text: `How many private gulls are there, asked for the time number ${questions}?` };
});
afterEach(() => {
  model.behave = undefined;
});

const inputOf = ({ body }: ModelCall): string[] => body['input'] as string[];
const similar = (body: unknown = question) => service.ask(`/documents/${hash}/similar`, body);

let hash: string;
async function read(text: string): Promise<void> {
  const { body } = await service.post('/documents', Buffer.from(text));
  hash = body['hash'] as string;
}

function send(response: ServerResponse, data: unknown): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ object: 'list', data, model: 'tiny', usage: { prompt_tokens: 8, total_tokens: 8 } }));
}

/** Vectors that are not of the length 1, last one first: their index says whose they are. */
function embed(response: ServerResponse, call: ModelCall): void {
  const embeddings = inputOf(call).map((text, index) => ({
    object: 'embedding',
    index,
    embedding: Array.from(hashedVector(text), (value) => value * 7),
  }));
  send(response, embeddings.toReversed());
}

function embedTwice(response: ServerResponse, call: ModelCall): void {
  const embedding = [...hashedVector(inputOf(call)[0]!)];
  send(response, [
    { index: 0, embedding },
    { index: 0, embedding },
  ]);
}

describe('similar passages by a model', () => {
  it('are found by its vectors, and it is asked for each text once', async () => {
    const first = await similar({ passage: 1, limit: 3 });
    expect(first).toMatchObject({
      status: 200,
      cache: 'MISS',
      body: { engine: expect.stringMatching(/^tiny at 127\.0\.0\.1:\d+$/u), threshold: -1, embedded: 4 },
    });
    const found = first.body['similar'] as { similarity: number; text: string }[];
    expect(found).toHaveLength(3);
    const asked = hashedVector(first.body['question'] as string);
    for (const { similarity, text } of found) {
      expect(similarity).toBeCloseTo(similarityOf(asked, hashedVector(text)), 3);
      expect(similarity).toBeLessThan(1);
    }
    expect(model.calls.flatMap(inputOf).toSorted()).toEqual(DAYS.map((day) => `${LOG} ${day} is a day of the log.`));
    // That of the question, and one for the three other documents.
    expect(model.calls).toHaveLength(2);
    expect(model.calls[0]).toMatchObject({
      path: '/v1/embeddings',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: { model: 'tiny', encoding_format: 'float' },
    });

    model.calls.length = 0;
    const second = await similar({ passage: 1, limit: 3 });
    expect(second).toMatchObject({ status: 200, cache: 'HIT', body: { ...first.body, embedded: 0 } });
    expect(model.calls).toEqual([]);
  });

  it('are asked for in batches', async () => {
    const gap = '\n\n';
    const paragraph = (place: number): string => `${LOG} ${`Gull ${place} was seen again. `.repeat(16)}`;
    const text = Array.from({ length: 100 }, (_, place) => paragraph(place)).join(gap);
    const { body } = await service.post('/documents', Buffer.from(text));
    expect((await similar()).body).toMatchObject({ embedded: 101 });
    const sizes = model.calls.map((call) => inputOf(call).length);
    expect(sizes.toSorted((one, other) => one - other)).toEqual([1, 4, 96]);
    await service.delete(`/documents/${body['hash'] as string}`);
  });

  it('of which one alone is new ask for that alone', async () => {
    const text = 'A new page of the log, which nobody has read.';
    const { body } = await service.post('/documents', Buffer.from(text));
    await similar();
    expect(model.calls.map(inputOf)).toEqual([[question.text], [text]]);
    await service.delete(`/documents/${body['hash'] as string}`);
  });
});

describe('a provider that fails', () => {
  it.each([
    [429, 429, 'has had too many requests (429)'],
    [500, 502, 'answered with the status 500'],
    [401, 502, 'does not accept the key of this service (401)'],
  ])('with %i is answered with %i, and nothing is kept', async (status, told, reason) => {
    model.behave = (response) => {
      response.writeHead(status, { 'retry-after': '7' });
      response.end(JSON.stringify({ error: { message: `${KEY} ${question.text}` } }));
    };
    const message = `The provider of the model ${reason}.`;
    const failed = await similar();
    expect(failed).toMatchObject({ status: told, cache: null, retryAfter: '7', body: { statusCode: told, message } });
    expect(JSON.stringify(failed.body)).not.toMatch(/private|sk-/u);

    model.behave = embed;
    expect(await similar()).toMatchObject({ status: 200, body: { embedded: 1 } });
  });

  it.each<[string, (response: ServerResponse, call: ModelCall) => void]>([
    ['no JSON', (response) => response.end('private gulls')],
    ['no list', (response) => send(response, { private: 1 })],
    [
      'no vectors',
      (response, call) =>
        send(
          response,
          inputOf(call).map(() => ({ text: 'private' })),
        ),
    ],
    ['too few', (response) => send(response, [])],
    ['too many', (response) => send(response, [{ embedding: [1] }, { embedding: [2] }])],
    ['one index twice', embedTwice],
    ['an index of none', (response) => send(response, [{ index: 7, embedding: [1] }])],
    ['another length', (response) => send(response, [{ index: 0, embedding: [1, 2, 3] }])],
    ['words', (response) => send(response, [{ embedding: ['private', 'gulls'] }])],
    ['no direction', (response) => send(response, [{ embedding: Array.from({ length: 1_024 }, () => 0) }])],
  ])('with %s is answered with 502', async (_, behave) => {
    model.behave = behave;
    const failed = await similar();
    expect(failed).toMatchObject({
      status: 502,
      body: { message: expect.stringMatching(/^The provider of the model /u) },
    });
    expect(JSON.stringify(failed.body)).not.toMatch(/private|sk-/u);
    model.behave = embed;
    expect(await similar()).toMatchObject({ status: 200, body: { embedded: 1 } });
  });
});
