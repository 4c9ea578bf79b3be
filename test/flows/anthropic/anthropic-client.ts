import Anthropic, { type ClientOptions } from '@anthropic-ai/sdk';
import type { AiCacheOptions } from 'nestjs-cached/ai';
import { cachedMiddleware, type HttpCallOptions } from 'nestjs-cached/anthropic';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { namedEvent, providerServer, type Answer, type ProviderServer } from '../../support/provider-server.js';
import { aiCache, type TestAiCache } from '../ai/ai-cache.js';

export interface TestClient extends TestAiCache {
  readonly server: ProviderServer;
  /** A client of the very cache. */
  client(options?: Partial<ClientOptions>, rules?: HttpCallOptions): Anthropic;
}

const running: ProviderServer[] = [];

/** A real client, its cache, and a server in the place of the provider. `afterEach(closeServers)`. */
export async function anthropic(answer: Answer, options: AiCacheOptions = {}): Promise<TestClient> {
  const server = await providerServer(answer);
  running.push(server);
  const made = await aiCache(options, new FakeClock());
  const client: TestClient['client'] = (more = {}, rules) =>
    new Anthropic({
      apiKey: 'sk-test',
      baseURL: server.url,
      maxRetries: 0,
      middleware: [cachedMiddleware(made.ai, rules)],
      ...more,
    });
  return { ...made, server, client };
}

export async function closeServers(): Promise<void> {
  await Promise.all(running.splice(0).map((server) => server.close()));
}

export const question = {
  model: 'claude-x',
  max_tokens: 64,
  messages: [{ role: 'user' as const, content: 'Hello?' }],
};

/** A message as Anthropic answers. */
export function message(text: string, more: object = {}): Record<string, unknown> {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-x-2026',
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 100, output_tokens: 20 },
    ...more,
  };
}

/** The same as a stream, to its proper end. */
export function messageEvents(text: string, stopReason = 'end_turn'): string[] {
  const usage = { input_tokens: 100, output_tokens: 1 };
  return [
    { type: 'message_start', message: { ...message(''), content: [], stop_reason: null, usage } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'ping' },
    ...text.split(/(?<= )/).map((word) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: word },
    })),
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: stopReason, stop_sequence: null }, usage: { output_tokens: 20 } },
    { type: 'message_stop' },
  ].map(namedEvent);
}

export function textOf(events: readonly Anthropic.RawMessageStreamEvent[]): string {
  return events
    .map((event) => (event.type === 'content_block_delta' && event.delta.type === 'text_delta' ? event.delta.text : ''))
    .join('');
}
