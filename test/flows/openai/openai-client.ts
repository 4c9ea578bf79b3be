import OpenAI, { type ClientOptions } from 'openai';
import type { AiCacheOptions } from 'nestjs-cached/ai';
import { cachedFetch, type CachedFetchOptions } from 'nestjs-cached/openai';
import type { CacheModuleOptions } from '../../../lib/contracts/options.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { dataEvent, providerServer, type Answer, type ProviderServer } from '../../support/provider-server.js';
import { aiCache, chunks, completion, type TestAiCache } from '../ai/ai-cache.js';

export interface TestClient extends TestAiCache {
  readonly server: ProviderServer;
  /** A client of the very cache. */
  client(options?: Partial<ClientOptions>, fetchOptions?: CachedFetchOptions): OpenAI;
}

const running: ProviderServer[] = [];

/** A real client, its cache, and a server in the place of the provider. `afterEach(closeServers)`. */
export async function openAi(
  answer: Answer,
  options: AiCacheOptions = {},
  cache: CacheModuleOptions = {},
): Promise<TestClient> {
  const server = await providerServer(answer);
  running.push(server);
  const made = await aiCache(options, new FakeClock(), cache);
  const client: TestClient['client'] = (more = {}, fetchOptions) =>
    new OpenAI({
      apiKey: 'sk-test',
      baseURL: `${server.url}/v1`,
      maxRetries: 0,
      fetch: cachedFetch(made.ai, fetchOptions),
      ...more,
    });
  return { ...made, server, client };
}

export async function closeServers(): Promise<void> {
  await Promise.all(running.splice(0).map((server) => server.close()));
}

export const question = {
  model: 'gpt-x',
  messages: [{ role: 'user' as const, content: 'Hello?' }],
};

export { chunks, completion };

/** A chat completion as a stream, to its proper end. */
export function chatEvents(content: string, finish: string | null = 'stop'): string[] {
  const [first, ...rest] = chunks(content, finish) as { choices: { delta: Record<string, unknown> }[] }[];
  first!.choices[0]!.delta['role'] = 'assistant';
  return [...[first, ...rest].map(dataEvent), 'data: [DONE]\n\n'];
}

export function textOf(parts: readonly OpenAI.ChatCompletionChunk[]): string {
  return parts.map(({ choices }) => choices[0]?.delta.content ?? '').join('');
}
