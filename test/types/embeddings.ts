import {
  EmbeddingCache,
  EmbeddingCacheModule,
  FlatVectorIndex,
  SemanticCache,
  type EmbedBatch,
  type SemanticAnswer,
  type VectorIndex,
} from 'nestjs-cached/ai';
import type { CacheManager } from 'nestjs-cached';

export async function embedded(manager: CacheManager): Promise<Float32Array[]> {
  const embeddings = new EmbeddingCache(manager, { model: 'm', dimensions: 3, version: 1, batchSize: 10 });
  const one = await embeddings.getOrEmbed('a', () => [1, 2, 3]);
  const own: EmbedBatch = async (texts) => texts.map((text) => Float32Array.of(text.length));
  const many = await embeddings.getOrEmbedMany(new Set(['a']), own, { ttl: '1h', tenant: 't', model: 'n' });
  // @ts-expect-error the texts are strings
  await embeddings.getOrEmbedMany([1], own);
  // @ts-expect-error a vector for each
  await embeddings.getOrEmbedMany(['a'], () => [1, 2, 3]);
  // @ts-expect-error without a model nobody knows whose vectors they are
  const nobodys = new EmbeddingCache(manager, {});
  return [one, ...many, await nobodys.getOrEmbed('a', () => [1])];
}

export async function similar(index: VectorIndex): Promise<number> {
  const cache = new SemanticCache<{ points: string[] }>({
    embed: async (text) => [text.length],
    threshold: 0.9,
    verify: ({ value, similarity, matched }, { text }) => value.points.length > similarity && matched !== text,
    index: () => index,
  });
  const request = { operation: 'qa', text: 'a' };
  const answer: SemanticAnswer<{ points: string[] }> = await cache.getOrSet(request, () => ({ points: [] }));
  const found = await cache.get(request);
  // @ts-expect-error there may be none
  found.value.points.join();
  // @ts-expect-error the values are of one type
  await cache.set(request, 'text');
  // @ts-expect-error there is no default threshold
  const unsaid = new SemanticCache({ embed: () => [1] });
  unsaid.clear();
  return answer.value.points.length + (found?.similarity ?? 0);
}

export const made: readonly unknown[] = [
  EmbeddingCacheModule.forRoot({ model: 'm', cache: { redis: { url: 'redis://a' } } }),
  EmbeddingCacheModule.forRootAsync({ name: 'b', useFactory: async () => ({ model: 'm' }) }),
  similar.bind(undefined, new FlatVectorIndex()),
];
