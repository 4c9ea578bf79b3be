import { Module } from '@nestjs/common';
import { AiCacheModule, EmbeddingCacheModule } from 'nestjs-cached/ai';
import { AnswersService } from './answers.service.js';
import { SearchService } from './search.service.js';

@Module({
  imports: [
    AiCacheModule.forRoot({ prices: { 'gpt-5-mini': { input: 0.25, output: 2 } }, currency: 'USD' }),
    EmbeddingCacheModule.forRoot({ model: 'text-embedding-3-small' }),
  ],
  providers: [AnswersService, SearchService],
})
export class AppModule {}
