import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { EventReader } from './event-reader.js';
import { ModelServer } from './model-server.js';
import { Service } from './service.js';

const KEY = 'sk-of-this-test';

let model: ModelServer;
let service: Service;

beforeAll(async () => {
  model = await ModelServer.start();
  service = await Service.start({
    OPENAI_BASE_URL: model.url,
    OPENAI_API_KEY: KEY,
    OPENAI_MODEL: 'small',
    OPENAI_PRICE_INPUT: '1',
    OPENAI_PRICE_OUTPUT: '10',
  });
});
afterAll(async () => {
  await service.stop();
  await model.stop();
});

let texts = 0;
/** A question that nobody has asked. */
let question: { text: string };
beforeEach(() => {
  model.calls.length = 0;
  texts += 1;
  question = { text: `A private text with the number ${texts}.` };
});
afterEach(() => {
  model.behave = undefined;
  model.finish = 'stop';
  model.beforePiece = () => {};
});

const ask = () => service.ask('/ai/summarize', question);
const openStream = () => EventReader.open(`${service.url}/ai/summarize/stream`, question);
const items = () => [
  ...model.pieces.map((text) => ({ type: 'item', data: { type: 'text-delta', text } })),
  { type: 'item', data: { type: 'finish', finishReason: 'stop', usage } },
];
const usage = { inputTokens: 120, outputTokens: 30 };
const end = (cached: boolean) => ({
  type: 'end',
  data: {
    operation: 'summarize',
    engine: expect.stringMatching(/^small at /u),
    cached,
    key: expect.any(String),
    usage,
  },
});

/** The model waits before a piece until the test goes on. */
function gate(place: number): { reached: Promise<void>; open: () => void } {
  let [reach, open] = [() => {}, () => {}];
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const opened = new Promise<void>((resolve) => (open = resolve));
  model.beforePiece = (next) => {
    if (next !== place) return;
    reach();
    return opened;
  };
  return { reached, open };
}

/** What the service answers the next request with. */
function nextAnswer(): Promise<ServerResponse> {
  const server = service.app.getHttpServer() as Server;
  return new Promise((resolve) => server.once('request', (_, response) => resolve(response)));
}

describe('a whole answer', () => {
  it('is asked for once', async () => {
    const first = await ask();
    expect(first).toMatchObject({ status: 200, cache: 'MISS', body: { answer: model.text, cached: false, usage } });
    expect(await ask()).toMatchObject({ status: 200, cache: 'HIT', body: { ...first.body, cached: true } });
    expect(model.calls).toHaveLength(1);
  });

  it('is asked for once by all who ask at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, ask));
    expect(new Set(answers.map(({ body }) => body['answer']))).toEqual(new Set([model.text]));
    expect(model.calls).toHaveLength(1);
  });

  it.each(['length', 'content_filter'])('that ended by %s is handed out, and not kept', async (finish) => {
    model.finish = finish;
    expect(await ask()).toMatchObject({ status: 200, cache: 'MISS' });
    model.finish = 'stop';
    expect(await ask()).toMatchObject({ status: 200, cache: 'MISS' });
    expect(await ask()).toMatchObject({ status: 200, cache: 'HIT' });
  });
});

describe('a streamed answer', () => {
  it('comes item by item, ends with `end`, and is replayed', async () => {
    const waiting = gate(1);
    const first = await openStream();
    expect(first.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(first.cache).toBe('MISS');
    // The first item is here while the model has not written the second.
    expect(await first.next()).toEqual(items()[0]);
    waiting.open();
    expect(await first.rest()).toEqual([...items().slice(1), end(false)]);

    const second = await openStream();
    expect(second.cache).toBe('HIT');
    expect(await second.rest()).toEqual([...items(), end(true)]);
    expect(model.calls).toHaveLength(1);
  });

  it('is one for two readers: the second has all items, from the first on', async () => {
    const waiting = gate(2);
    const first = await openStream();
    expect(await first.next()).toEqual(items()[0]);
    await waiting.reached;
    const second = await openStream();
    expect(second.cache).toBe('MISS');
    expect(await second.next()).toEqual(items()[0]);
    waiting.open();
    expect(await first.rest()).toEqual([...items().slice(1), end(false)]);
    expect(await second.rest()).toEqual([...items().slice(1), end(false)]);
    expect(model.calls).toHaveLength(1);
  });

  it('goes on for the second reader when the first hangs up', async () => {
    const waiting = gate(2);
    const answering = nextAnswer();
    const first = await openStream();
    await first.next();
    await waiting.reached;
    const second = await openStream();
    await second.next();
    const hungUp = once(await answering, 'close');
    first.leave();
    await hungUp;
    waiting.open();
    expect(await second.rest()).toEqual([...items().slice(1), end(false)]);
    expect(model.calls).toHaveLength(1);
    expect((await openStream()).cache).toBe('HIT');
  });

  it('is given up when its only reader hangs up, and is not kept', async () => {
    const waiting = gate(1);
    const first = await openStream();
    await first.next();
    await waiting.reached;
    first.leave();
    // The service hangs up on the model.
    await model.calls[0]!.closed;
    waiting.open();
    model.beforePiece = () => {};
    const second = await openStream();
    expect(second.cache).toBe('MISS');
    expect(await second.rest()).toEqual([...items(), end(false)]);
    expect(model.calls).toHaveLength(2);
  });

  it('that breaks off ends with `error`, and is not kept', async () => {
    model.behave = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('data: {"choices": [{"delta": {"content": "The"}, "finish_reason": null}]}\n\n');
    };
    expect(await (await openStream()).rest()).toEqual([
      { type: 'item', data: { type: 'text-delta', text: 'The' } },
      {
        type: 'error',
        data: { statusCode: 502, error: 'Bad Gateway', message: 'The answer of the model stopped before its end.' },
      },
    ]);
    model.behave = undefined;
    expect(await (await openStream()).rest()).toEqual([...items(), end(false)]);
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
    const failed = await ask();
    expect(failed).toMatchObject({ status: told, cache: null, retryAfter: '7', body: { statusCode: told, message } });
    expect(JSON.stringify(failed.body)).not.toMatch(/private|sk-/u);
    const stream = await openStream();
    expect(stream.response.status).toBe(told);
    expect(await stream.response.json()).toMatchObject({ statusCode: told, message });

    model.behave = undefined;
    expect(await ask()).toMatchObject({ status: 200, cache: 'MISS' });
    expect(await (await openStream()).rest()).toEqual([...items(), end(false)]);
  });
});

it('GET /ai/cost rises with what is spent, and with what is spared', async () => {
  type Cost = { cost: { totals: Record<string, number> } };
  const totals = async () => ((await service.get('/ai/cost')).body as unknown as Cost).cost.totals;
  const before = await totals();
  await ask();
  const spent = await totals();
  await ask();
  await (await openStream()).rest();
  await (await openStream()).rest();
  const after = await totals();
  // 120 tokens at 1 and 30 at 10 a million.
  const price = (120 + 300) / 1_000_000;
  expect(spent['tokensSpent']! - before['tokensSpent']!).toBe(150);
  expect(spent['moneySpent']! - before['moneySpent']!).toBeCloseTo(price, 9);
  expect(spent['tokensAvoided']).toBe(before['tokensAvoided']);
  // Answered from the cache, streamed by the model, replayed from the cache.
  expect(after['tokensSpent']! - spent['tokensSpent']!).toBe(150);
  expect(after['tokensAvoided']! - spent['tokensAvoided']!).toBe(300);
  expect(after['moneyAvoided']! - spent['moneyAvoided']!).toBeCloseTo(2 * price, 9);
});
