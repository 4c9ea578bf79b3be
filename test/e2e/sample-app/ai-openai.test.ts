import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import type { AiPart, AiTask } from '../../../sample-app/src/ai/ai-engine.js';
import { engineFromEnv } from '../../../sample-app/src/ai/engine-from-env.js';
import { AiProviderError } from '../../../sample-app/src/ai/openai/ai-provider.error.js';
import { OpenAiEngine } from '../../../sample-app/src/ai/openai/openai-engine.js';
import { ModelServer } from './model-server.js';

const KEY = 'sk-of-this-test';
const TASK: AiTask = { operation: 'summarize', text: 'A text that is private.', options: { count: 2, temperature: 0 } };
const { signal } = new AbortController();

let server: ModelServer;
let engine: OpenAiEngine;

beforeAll(async () => {
  server = await ModelServer.start();
  engine = new OpenAiEngine({ baseUrl: server.url, apiKey: KEY, model: 'small' });
});
afterAll(() => server.stop());
beforeEach(() => {
  server.calls.length = 0;
  server.behave = undefined;
  server.beforePiece = () => {};
  server.finish = 'stop';
});

async function parts(stream: AsyncIterable<AiPart>): Promise<AiPart[]> {
  const all: AiPart[] = [];
  for await (const part of stream) all.push(part);
  return all;
}

/** What both ways of asking fail with. */
async function failures(): Promise<AiProviderError[]> {
  const ways = [engine.answer(TASK, signal), parts(engine.stream(TASK, signal))];
  return (await Promise.allSettled(ways)).map((way) => {
    const error: unknown = way.status === 'rejected' ? way.reason : undefined;
    if (!(error instanceof AiProviderError)) throw new Error('An AiProviderError was expected.', { cause: error });
    return error;
  });
}

const usage = { inputTokens: 120, outputTokens: 30 };

describe('an endpoint of the OpenAI kind', () => {
  it('is asked for a whole answer', async () => {
    expect(await engine.answer(TASK, signal)).toEqual({ text: server.text, finishReason: 'stop', usage });
    const [call] = server.calls;
    expect(call).toMatchObject({
      path: '/v1/chat/completions',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: { model: 'small', temperature: 0 },
    });
    expect(call!.body).not.toHaveProperty('stream');
    expect(call!.body.messages.map(({ role }) => role)).toEqual(['system', 'user']);
    expect(call!.body.messages[0]!.content).toContain('at most 2 sentences');
    expect(call!.body.messages[1]!.content).toContain(TASK.text);
  });

  it('is asked for a stream', async () => {
    expect(await parts(engine.stream(TASK, signal))).toEqual([
      ...server.pieces.map((text) => ({ type: 'text-delta', text })),
      { type: 'finish', finishReason: 'stop', usage },
    ]);
    expect(server.calls[0]!.body).toMatchObject({ stream: true, stream_options: { include_usage: true } });
  });

  it.each([
    ['length', 'length'],
    ['content_filter', 'content-filter'],
    ['tool_calls', 'tool-calls'],
    ['something_new', 'other'],
  ])('says with %s why it ended', async (said, finishReason) => {
    server.finish = said;
    expect(await engine.answer(TASK, signal)).toMatchObject({ finishReason });
    expect((await parts(engine.stream(TASK, signal))).at(-1)).toMatchObject({ finishReason });
  });

  it('gets the question, and no key where there is none', async () => {
    await new OpenAiEngine({ baseUrl: `${server.url}/`, model: 'small' }).answer(
      { ...TASK, operation: 'qa', question: 'Whose is it?' },
      signal,
    );
    expect(server.calls[0]!.headers).not.toHaveProperty('authorization');
    expect(server.calls[0]!.path).toBe('/v1/chat/completions');
    expect(server.calls[0]!.body.messages[1]!.content).toContain('Question: Whose is it?');
  });
});

describe('what goes wrong is said clearly, without the prompt and the key', () => {
  const json = (body: string) => (response: ServerResponse) => {
    response.setHeader('content-type', 'application/json');
    response.end(body);
  };
  const events = (body: string) => (response: ServerResponse, call: { body: { stream?: boolean } }) => {
    response.setHeader('content-type', call.body.stream ? 'text/event-stream' : 'application/json');
    response.end(body);
  };

  it.each([
    [429, 'has had too many requests (429)'],
    [500, 'answered with the status 500'],
    [401, 'does not accept the key of this service (401)'],
  ])('the status %i', async (status, reason) => {
    server.behave = (response) => {
      response.writeHead(status, { 'retry-after': '7', 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: `Wrong: ${KEY}, ${TASK.text}` } }));
    };
    for (const error of await failures()) {
      expect(error).toMatchObject({ trouble: 'status', status, retryAfter: '7' });
      expect(error.message).toBe(`The provider of the model ${reason}.`);
    }
  });

  it.each([
    ['half a JSON', events('data: {"choices": [{"delta": {"content": "A text that is\n\n')],
    ['another JSON', events('data: {"error": {"message": "A text that is private."}}\n\n')],
    ['no JSON', json('A text that is private.')],
    ['a list', json('[]')],
    ['no choice', events('data: {"choices": [7]}\n\n')],
  ])('%s', async (_, behave) => {
    server.behave = behave;
    for (const error of await failures()) {
      // Of a stream whose events say nothing, its end is all there is to be missed.
      expect(error.trouble).toMatch(/^(malformed|cut)$/u);
      expect(error.message).not.toMatch(/private|sk-|A text/u);
      expect(String(error.cause)).not.toMatch(/private|sk-|A text/u);
    }
  });

  it('a stream that ends before its end', async () => {
    server.behave = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      response.end('data: {"choices": [{"delta": {"content": "The harbour"}, "finish_reason": null}]}\n\n');
    };
    const seen: AiPart[] = [];
    const reading = (async () => {
      for await (const part of engine.stream(TASK, signal)) seen.push(part);
    })();
    await expect(reading).rejects.toMatchObject({ trouble: 'cut' });
    expect(seen).toEqual([{ type: 'text-delta', text: 'The harbour' }]);
  });

  it('a connection that breaks in the middle', async () => {
    server.behave = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'content-length': '1000' });
      response.write('data: {"choices": []}\n\n', () => response.destroy());
    };
    for (const error of await failures()) expect(error.trouble).toBe('unreachable');
  });

  it('an answer that does not come in time', async () => {
    server.behave = () => {};
    const hasty = new OpenAiEngine({ baseUrl: server.url, model: 'small', timeout: 30 });
    await expect(hasty.answer(TASK, signal)).rejects.toMatchObject({
      trouble: 'unreachable',
      message: 'The provider of the model did not answer in time.',
    });
  });

  it('a server that is not there', async () => {
    const gone = await ModelServer.start();
    const lonely = new OpenAiEngine({ baseUrl: gone.url, model: 'small' });
    await gone.stop();
    await expect(lonely.answer(TASK, signal)).rejects.toMatchObject({ trouble: 'unreachable' });
  });
});

describe('whoever does not wait any more hangs up', () => {
  it('by the signal', async () => {
    const leaving = new AbortController();
    server.behave = () => leaving.abort(new Error('nobody waits'));
    await expect(engine.answer(TASK, leaving.signal)).rejects.toThrow('nobody waits');
    await server.calls[0]!.closed;
    expect(server.calls).toHaveLength(1);
  });

  it('by the signal of a stream, which ends then', async () => {
    const leaving = new AbortController();
    server.beforePiece = async (place) => {
      if (place === 1) await server.calls[0]!.closed;
    };
    const seen: AiPart[] = [];
    for await (const part of engine.stream(TASK, leaving.signal)) {
      seen.push(part);
      leaving.abort(new Error('nobody waits'));
    }
    expect(seen).toEqual([{ type: 'text-delta', text: server.pieces[0] }]);
    await server.calls[0]!.closed;
  });

  it('by leaving the stream', async () => {
    let closed = false;
    server.beforePiece = async (place) => {
      if (place === 1) await server.calls[0]!.closed.then(() => (closed = true));
    };
    for await (const part of engine.stream(TASK, signal)) {
      expect(part).toEqual({ type: 'text-delta', text: server.pieces[0] });
      break;
    }
    await server.calls[0]!.closed;
    expect(closed).toBe(true);
  });
});

describe('the engine of the environment', () => {
  it('is the local one unless an endpoint is named', () => {
    expect(engineFromEnv({}).name).toBe('local extractive (TextRank)');
    expect(engineFromEnv({ OPENAI_BASE_URL: '' }).name).toBe('local extractive (TextRank)');
  });

  it('is the model behind OPENAI_BASE_URL', () => {
    expect(engineFromEnv({ OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1' }).name).toBe('gpt-4o-mini at 127.0.0.1:11434');
    expect(engineFromEnv({ OPENAI_BASE_URL: server.url, OPENAI_MODEL: 'tiny' }).model).toBe('tiny');
  });

  it.each(['localhost:1234', 'ftp://models.example', 'nowhere'])('cannot be %s', (url) => {
    expect(() => engineFromEnv({ OPENAI_BASE_URL: url })).toThrow(
      'OPENAI_BASE_URL must be an http or https URL, such as https://api.openai.com/v1.',
    );
  });
});
