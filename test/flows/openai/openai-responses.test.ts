import { afterEach, describe, expect, it } from '@jest/globals';
import type { ResponseCreateParamsNonStreaming } from 'openai/resources/responses/responses';
import { events, json, namedEvent } from '../../support/provider-server.js';
import { itemsIn } from '../ai/ai-cache.js';
import { closeServers, openAi } from './openai-client.js';

afterEach(closeServers);

const asked = { model: 'gpt-x', input: 'Hello?' };
const message = (text: string): object => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [] }],
});
const response = (output: object[], more: object = {}): object => ({
  id: 'resp_1',
  object: 'response',
  status: 'completed',
  model: 'gpt-x-2026',
  output,
  usage: { input_tokens: 100, output_tokens: 20, total_tokens: 120 },
  ...more,
});
const text = { item_id: 'msg_1', output_index: 0, content_index: 0 };
const begun = [
  { type: 'response.created', response: response([], { status: 'in_progress', usage: null }) },
  { type: 'response.output_item.added', output_index: 0, item: { ...message(''), content: [] } },
  { type: 'response.content_part.added', ...text, part: { type: 'output_text', text: '', annotations: [] } },
  { type: 'response.output_text.delta', ...text, delta: 'Hello ' },
  { type: 'response.output_text.delta', ...text, delta: 'you.' },
  { type: 'response.output_item.done', output_index: 0, item: message('Hello you.') },
];
const completed = { type: 'response.completed', response: response([message('Hello you.')]) };
const sent = (...items: { type: string }[]): string[] => items.map(namedEvent);

describe('a response', () => {
  it('is asked for once, whole', async () => {
    const { ai, client, server } = await openAi(json(response([message('Hello you.')])));
    for (let run = 0; run < 2; run++) expect((await client().responses.create(asked)).output_text).toBe('Hello you.');
    expect(server.asked).toHaveLength(1);
    expect(ai.getCost().totals).toMatchObject({ tokensSpent: 120, tokensAvoided: 120 });
  });

  it('is asked for once, as a stream, and works with the helper that gathers it', async () => {
    const { ai, client, server } = await openAi(events(...sent(...begun, completed)));
    const first = await itemsIn(await client().responses.create({ ...asked, stream: true }));
    expect(first).toHaveLength(begun.length + 1);
    expect(await itemsIn(await client().responses.create({ ...asked, stream: true }))).toEqual(first);
    const gathered = await client().responses.stream(asked).finalResponse();
    expect(gathered.output_text).toBe('Hello you.');
    expect(server.asked).toHaveLength(1);
    expect(ai.getCost().totals).toMatchObject({ tokensSpent: 120, tokensAvoided: 240 });
  });

  it.each([
    ['that is not through', sent(...begun)],
    [
      'that has failed',
      sent(...begun, { type: 'response.failed', ...{ response: response([], { status: 'failed' }) } }),
    ],
    [
      'that was cut at the limit of tokens',
      sent(...begun, {
        type: 'response.incomplete',
        ...{ response: response([], { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }) },
      }),
    ],
    ['that reports an error', sent(...begun, { type: 'error', ...{ message: 'overloaded' } })],
    ['that declines', sent(...begun, { type: 'response.refusal.delta', ...{ delta: 'I cannot.' } }, completed)],
    [
      'that calls a function',
      sent(...begun, { type: 'response.output_item.added', ...{ item: { type: 'function_call' } } }, completed),
    ],
    [
      'that tells of the call at its end alone, as some imitators do',
      sent(...begun, {
        type: 'response.completed',
        ...{ response: response([message('Hello.'), { type: 'function_call' }]) },
      }),
    ],
    [
      'that tells of the call when it is whole',
      sent(...begun, { type: 'response.output_item.done', ...{ item: { type: 'function_call' } } }, completed),
    ],
    [
      'that declines at its end alone',
      sent(...begun, {
        type: 'response.completed',
        ...{ response: response([{ ...message(''), content: [{ type: 'refusal', refusal: 'I cannot.' }] }]) },
      }),
    ],
  ])('as a stream is not stored: one %s', async (_, answer) => {
    const { client, server } = await openAi(events(...answer));
    const bodies: string[] = [];
    for (let run = 0; run < 2; run++) {
      const streamed = await client()
        .responses.create({ ...asked, stream: true })
        .asResponse();
      bodies.push(await streamed.text());
    }
    expect(bodies).toEqual([answer.join(''), answer.join('')]);
    expect(server.asked).toHaveLength(2);
  });

  it.each([
    ['queued', response([], { status: 'queued' })],
    [
      'incomplete',
      response([message('Hel')], { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }),
    ],
    ['failed', response([], { status: 'failed', error: { code: 'server_error', message: 'no' } })],
    ['declined', response([{ ...message(''), content: [{ type: 'refusal', refusal: 'I cannot.' }] }])],
    ['a call of a function', response([{ type: 'function_call', name: 'f', arguments: '{}', call_id: 'c' }])],
  ])('whole is not stored: one that is %s', async (_, answer) => {
    const { client, server } = await openAi(json(answer));
    for (let run = 0; run < 2; run++) expect(await client().responses.create(asked)).toMatchObject(answer);
    expect(server.asked).toHaveLength(2);
  });
});

describe('what the provider keeps, or does by itself', () => {
  const mcp = [{ type: 'mcp' as const, server_label: 'a', server_url: 'https://mcp.test' }];
  const cases: [string, Partial<ResponseCreateParamsNonStreaming>][] = [
    ['store', { store: true }],
    ['background', { background: true }],
    ['a conversation', { conversation: 'conv_1' }],
    ['a previous response', { previous_response_id: 'resp_0' }],
    ['a server of tools', { tools: mcp }],
    ['a container', { tools: [{ type: 'code_interpreter', container: 'cntr_1' }] }],
    [
      'a container of a shell',
      { tools: [{ type: 'shell', environment: { type: 'container_reference', container_id: 'cntr_1' } }] },
    ],
  ];

  it.each(cases)('is asked for each time: %s', async (_, more) => {
    const { ai, client, server } = await openAi(json(response([message('Hello.')])));
    for (let run = 0; run < 2; run++) {
      const answer = await client()
        .responses.create({ ...asked, ...more })
        .asResponse();
      expect(answer.headers.get('x-cache')).toBeNull();
    }
    expect(server.asked).toHaveLength(2);
    expect(ai.getCacheStats()).toMatchObject({ hits: 0, misses: 0 });
  });

  it('is asked once where it is said that tools change nothing, or that nothing is kept', async () => {
    const { client, server } = await openAi(json(response([message('Hello.')])));
    for (let run = 0; run < 2; run++) {
      await client({}, { storeToolCalls: true }).responses.create({ ...asked, tools: mcp });
      await client().responses.create({ ...asked, store: false, previous_response_id: null, conversation: null });
    }
    expect(server.asked).toHaveLength(2);
  });
});
