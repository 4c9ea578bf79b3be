import { Module } from '@nestjs/common';
import { AiCacheModule, AiResponseCache } from 'nestjs-cached/ai';
import { cachedFetch } from 'nestjs-cached/openai';
import OpenAI from 'openai';
import { TitlesService } from './titles.service.js';

@Module({
  imports: [AiCacheModule.forRoot({ cache: { ttl: '1d' } })],
  providers: [
    {
      provide: OpenAI,
      inject: [AiResponseCache],
      useFactory: (ai: AiResponseCache) => new OpenAI({ fetch: cachedFetch(ai) }),
    },
    TitlesService,
  ],
})
export class OpenAiModule {}
