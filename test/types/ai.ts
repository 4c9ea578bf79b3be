import type { LoaderContext, StreamLoader } from 'nestjs-cached';
import {
  AiCacheModule,
  getAiCacheToken,
  type AiCacheEvent,
  type AiCacheOptions,
  type AiRequest,
  type AiResponseCache,
  type CostReport,
  type KeyDifference,
  type PreparedRequest,
} from 'nestjs-cached/ai';

interface Summary {
  readonly points: readonly string[];
}

const request: AiRequest = { operation: 'summarize', text: 'a', options: { model: 'm', temperature: 0, tools: [] } };

export async function asked(ai: AiResponseCache, ask: (signal: AbortSignal) => Promise<Summary>): Promise<void> {
  const { points } = await ai.getOrGenerate(request, ({ signal }) => ask(signal));
  const prepared: PreparedRequest = ai.prepare(request);
  const again = await ai.getOrGenerate(prepared, ({ signal }) => ask(signal), {
    ttl: '5m',
    staleIfError: '1h',
    validate: (summary) => summary.points.length > 0,
    describe: ({ points: all }) => ({ finish: all.length === 0 ? 'length' : 'stop' }),
  });
  const parsed = await ai.getOrGenerate(request, () => 'text', { validate: { safeParse: () => ({ success: true }) } });
  const typed = await ai.getOrGenerate(request, ({ stale }: LoaderContext<Summary>) => stale ?? { points: [] });
  const found: Summary | undefined = await ai.getCachedResponse<Summary>(request);
  const stored: boolean = await ai.cacheResponse({
    ...request,
    response: 1,
    usage: { inputTokens: 1, outputTokens: 2 },
  });
  const texts: readonly string[] = [parsed, ...points, ...again.points, ...typed.points, ...(found?.points ?? [])];
  return void [texts, stored];
}

export async function streamed(ai: AiResponseCache, create: () => Promise<AsyncIterable<Summary>>): Promise<void> {
  for await (const { points } of ai.getOrGenerateStream(request, ({ signal }) => (signal.throwIfAborted(), create()))) {
    points.join();
  }
  const loader: StreamLoader<string> = ({ stale }) => ReadableStream.from(stale ?? []);
  for await (const text of ai.getOrGenerateStream(request, loader, { ttl: 5, storeToolCalls: true })) text.trim();
}

export function counted(ai: AiResponseCache): void {
  const off: () => void = ai.on('refused', ({ reason, tokens = 0 }: AiCacheEvent) => `${reason ?? ''}${tokens + 1}`);
  const { totals, tenants }: CostReport = ai.getCost();
  const names: (string | undefined)[] = tenants.rows.map(({ name }) => name);
  const differences: KeyDifference[] = ai.explainKey(request, request);
  const sizes: number = ai.getCacheStats().tiers.huge + ai.getPerformanceSummary().p95GenerationTime;
  off();
  return void [totals.moneyAvoided, names, differences, sizes];
}

export const modules = [
  AiCacheModule.forRoot({ prices: { m: { input: 1, output: 2 } }, cache: { redis: { url: 'redis://a' } } }),
  AiCacheModule.forRootAsync({
    name: 'chats',
    inject: [getAiCacheToken()],
    useFactory: (other: AiResponseCache): AiCacheOptions => ({ currency: other.getCost().currency ?? 'EUR' }),
  }),
];

export async function refused(ai: AiResponseCache): Promise<void> {
  // @ts-expect-error a request has an operation
  await ai.getOrGenerate({ text: 'a' }, () => 'a');
  // @ts-expect-error what else there is to ask with belongs into options
  await ai.getOrGenerate({ operation: 'a', temperature: 0 }, () => 'a');
  // @ts-expect-error no such event
  ai.on('hit', () => undefined);
  // @ts-expect-error it must give a stream
  ai.getOrGenerateStream(request, () => 5);
  // @ts-expect-error the name of the cache stands beside its options
  AiCacheModule.forRoot({ cache: { name: 'a' } });
  // @ts-expect-error validate sees the answer
  await ai.getOrGenerate(request, () => 'text', { validate: (text) => text.points });
}
