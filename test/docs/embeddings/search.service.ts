import { Injectable } from '@nestjs/common';
import { EmbeddingCache } from 'nestjs-cached/ai';
import { openai } from './openai.js';

@Injectable()
export class SearchService {
  constructor(private readonly embeddings: EmbeddingCache) {}

  vectorsOf(texts: string[]): Promise<Float32Array[]> {
    return this.embeddings.getOrEmbedMany(texts, async (missing) => {
      const { data } = await openai.embeddings.create({ model: 'text-embedding-3-small', input: missing });
      return data.map(({ embedding }) => embedding);
    });
  }
}
