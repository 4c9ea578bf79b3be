import { AiResponseCache, type AiCacheEvent, type AiCacheOptions } from 'nestjs-cached/ai';
import { cacheOptionsOf } from '../../../lib/ai/options/cache-options-of.js';
import type { CacheModuleOptions } from '../../../lib/contracts/options.js';
import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { testCache } from '../../support/caches.js';

export interface TestAiCache {
  readonly ai: AiResponseCache;
  readonly manager: CacheManager;
  readonly clock: FakeClock;
  /** What was told, as `<type> <event>`, in order. */
  readonly events: [type: string, event: AiCacheEvent][];
}

/** An AI cache as the module makes it, on a clock of the test's. */
export async function aiCache(
  options: AiCacheOptions = {},
  clock = new FakeClock(),
  cache: CacheModuleOptions = {},
): Promise<TestAiCache> {
  const { cache: manager } = await testCache({ ...cacheOptionsOf(options), ...cache }, clock);
  const ai = new AiResponseCache(manager, options);
  const events: TestAiCache['events'] = [];
  for (const type of ['served', 'generated', 'refused'] as const) {
    ai.on(type, (event) => events.push([type, event]));
  }
  return { ai, manager, clock, events };
}

/** An answer as OpenAI's chat completions give it. */
export function completion(content: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    model: 'gpt-x-2026',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop', ...more }],
    usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
  };
}

/** The same as a stream of chunks. */
export function chunks(content: string, finish: string | null = 'stop'): Record<string, unknown>[] {
  const chunk = (choices: unknown[], more: object = {}): Record<string, unknown> => ({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    model: 'gpt-x-2026',
    choices,
    ...more,
  });
  const words = content.split(/(?<= )/);
  return [
    ...words.map((word) => chunk([{ index: 0, delta: { content: word }, finish_reason: null }])),
    ...(finish === null ? [] : [chunk([{ index: 0, delta: {}, finish_reason: finish }])]),
    chunk([], { usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 } }),
  ];
}

export async function* streamOf<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield item;
}

export async function itemsIn<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}
