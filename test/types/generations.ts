import { createReadStream } from 'node:fs';
import { CacheModule, type EvictionStrategy, type LoaderContext } from 'nestjs-cached';
import {
  GenerationCacheModule,
  getGenerationCacheToken,
  type GenerationCache,
  type GenerationCacheOptions,
  type GenerationContent,
  type GenerationStats,
} from 'nestjs-cached/ai';

interface Parsed {
  readonly pages: number;
}

interface ParseOptions {
  readonly ocr: boolean;
}

export async function generated(cache: GenerationCache, content: GenerationContent): Promise<void> {
  const options: ParseOptions = { ocr: true };
  const { pages } = await cache.getOrGenerate(content, options, ({ signal }) => ({ pages: signal.aborted ? 0 : 1 }));
  const again = await cache.getOrGenerate(content, undefined, async () => 'text', { ttl: '5m', tags: ['pdf'] });
  const typed = await cache.getOrGenerate(content, options, ({ stale }: LoaderContext<Parsed>) => stale ?? { pages });
  const found: Parsed | undefined = await cache.getCachedResult<Parsed>(content, options);
  const stored: boolean = await cache.cacheResult(content, options, Buffer.of(1), { ttl: '1d', took: 1_000 });
  const direct: string = cache.getCacheKey('text', options);
  const streamed: Promise<string> = cache.getCacheKey(createReadStream('a.pdf'));
  const either: string | Promise<string> = cache.getCacheKey(content);
  const figures: GenerationStats = cache.getStats();
  return void [again.length, typed.pages, found?.pages, stored, direct, streamed, either, figures.timeAvoided];
}

declare const strategy: EvictionStrategy;

export const modules = [
  CacheModule.forRoot({ memory: { eviction: 'lfu' } }),
  CacheModule.forRoot({ memory: { eviction: () => strategy } }),
  // @ts-expect-error a strategy is made by a function, one for each store
  CacheModule.forRoot({ memory: { eviction: strategy } }),
  GenerationCacheModule.forRoot({ directory: '/var/cache', maxSizeMb: 512, ttlHours: 24, version: 2 }),
  GenerationCacheModule.forRootAsync({
    name: 'ocr',
    inject: [getGenerationCacheToken()],
    useFactory: async (_other: GenerationCache): Promise<GenerationCacheOptions> => ({ directory: '/var/cache' }),
  }),
  // @ts-expect-error what the cache below has outside of `cache` has another place
  GenerationCacheModule.forRoot({ directory: '/var/cache', cache: { ttl: '1h' } }),
];
