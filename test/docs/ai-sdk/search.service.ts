import { openai } from '@ai-sdk/openai';
import { Injectable } from '@nestjs/common';
import { embedMany, wrapEmbeddingModel, type EmbeddingModel } from 'ai';
import { EmbeddingCache } from 'nestjs-cached/ai';
import { cacheEmbeddingModel } from 'nestjs-cached/ai-sdk';

@Injectable()
export class SearchService {
  private readonly model: EmbeddingModel;

  constructor(embeddings: EmbeddingCache) {
    this.model = wrapEmbeddingModel({
      model: openai.embeddingModel('text-embedding-3-small'),
      middleware: cacheEmbeddingModel(embeddings),
    });
  }

  async vectorsOf(values: string[]): Promise<number[][]> {
    const { embeddings } = await embedMany({ model: this.model, values });
    return embeddings;
  }
}
