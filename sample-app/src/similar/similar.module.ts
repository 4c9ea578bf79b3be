import { Module } from '@nestjs/common';
import { EmbeddingCacheModule } from 'nestjs-cached/ai';
import { embedderFromEnv } from './embedder-from-env.js';
import { EMBEDDER } from './embedder.token.js';
import { PassageVectors } from './passage-vectors.js';
import { PassageShelf } from './passages/passage-shelf.js';
import { SimilarController } from './similar.controller.js';
import { SimilarPassages } from './similar-passages.js';
import { VECTOR_CACHE, vectorCacheOptions } from './vector-cache-options.js';

@Module({
  imports: [
    EmbeddingCacheModule.forRootAsync({
      name: VECTOR_CACHE,
      useFactory: () => vectorCacheOptions(embedderFromEnv()),
    }),
  ],
  controllers: [SimilarController],
  providers: [
    { provide: EMBEDDER, useFactory: () => embedderFromEnv() },
    PassageShelf,
    PassageVectors,
    SimilarPassages,
  ],
  exports: [EMBEDDER, PassageVectors],
})
export class SimilarModule {}
