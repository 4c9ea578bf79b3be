import { Inject, Injectable } from '@nestjs/common';
import { CacheManager, InjectCache } from 'nestjs-cached';
import { EmbeddingCache } from 'nestjs-cached/ai';
import { documentTag } from '../files/source-file.js';
import type { Embedder } from './embedder.js';
import { EMBEDDER } from './embedder.token.js';
import type { DocumentPassages } from './passages/passage-shelf.js';
import { providerErrorIn } from './provider-error-in.js';
import { VECTOR_CACHE } from './vector-cache-options.js';

/** How long the vector of a text is kept that somebody has sent as such. */
const TEXT_TTL = '1h';

/** The vectors of texts, each with the length 1: from the cache, and only what is missing from the embedder. */
@Injectable()
export class PassageVectors {
  constructor(
    @Inject(EMBEDDER) private readonly embedder: Embedder,
    @InjectCache(VECTOR_CACHE) private readonly cache: CacheManager,
    private readonly vectors: EmbeddingCache,
  ) {}

  /** @throws {AiProviderError} */
  ofPassages({ hash, passages }: DocumentPassages, count: EmbedCount): Promise<Float32Array[]> {
    // A vector that two documents share is forgotten with the one that brought it, and made anew for the other.
    return this.#of(passages, { tags: [documentTag(hash)] }, count);
  }

  /** @throws {AiProviderError} */
  async ofText(text: string, count: EmbedCount): Promise<Float32Array> {
    const [vector] = await this.#of([text], { ttl: TEXT_TTL }, count);
    return vector!;
  }

  /** Forgets the vectors of a document. `true`: everywhere. */
  forget(hash: string): Promise<boolean> {
    return this.cache.invalidateTags(documentTag(hash));
  }

  async #of(
    texts: readonly string[],
    options: { tags?: string[]; ttl?: '1h' },
    count: EmbedCount,
  ): Promise<Float32Array[]> {
    try {
      return await this.vectors.getOrEmbedMany(
        texts,
        (missing) => {
          count.texts += missing.length;
          return this.embedder.embed(missing);
        },
        options,
      );
    } catch (error) {
      throw providerErrorIn(error);
    }
  }
}

/** Counts the texts that the embedder was asked for. */
export interface EmbedCount {
  texts: number;
}
