import { EmbeddingCache, type EmbeddingCacheOptions } from 'nestjs-cached/ai';
import { CacheEmbeddingError, type CacheModuleOptions } from 'nestjs-cached';
import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { testCache } from '../../support/caches.js';

export interface TestEmbeddings {
  readonly embeddings: EmbeddingCache;
  readonly manager: CacheManager;
  readonly model: Model;
}

export async function embeddingCache(
  options: Partial<EmbeddingCacheOptions> = {},
  cache: CacheModuleOptions = {},
): Promise<TestEmbeddings> {
  const { cache: manager } = await testCache(cache);
  return { embeddings: new EmbeddingCache(manager, { model: 'm', ...options }), manager, model: new Model() };
}

/** An embedder that notes what it was asked for. */
export class Model {
  readonly asked: string[][] = [];

  /** Every text, in the order in which it was asked for. */
  get each(): string[] {
    return this.asked.flat();
  }

  readonly embed = async (texts: string[]): Promise<number[][]> => {
    this.asked.push(texts);
    return texts.map(vectorOf);
  };
}

/** Of three dimensions, another one for each text. */
export function vectorOf(text: string): number[] {
  let sum = 7;
  for (const character of text) sum = (sum * 31 + character.codePointAt(0)!) % 1_000_003;
  return [sum, text.length + 0.5, -1.25];
}

export const floats = (vectors: readonly (readonly number[])[]): Float32Array[] =>
  vectors.map((vector) => Float32Array.from(vector));

export async function faultOf(work: Promise<unknown>): Promise<CacheEmbeddingError> {
  const error: unknown = await work.then(
    (value) => value,
    (thrown: unknown) => thrown,
  );
  if (error instanceof CacheEmbeddingError) return error;
  throw new Error(`No CacheEmbeddingError but ${String(error)}`);
}
