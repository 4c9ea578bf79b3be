import Anthropic from '@anthropic-ai/sdk';
import { Module } from '@nestjs/common';
import { AiCacheModule, AiResponseCache } from 'nestjs-cached/ai';
import { cachedMiddleware } from 'nestjs-cached/anthropic';
import { ReviewsService } from './reviews.service.js';

@Module({
  imports: [AiCacheModule.forRoot({ cache: { ttl: '1d' } })],
  providers: [
    {
      provide: Anthropic,
      inject: [AiResponseCache],
      useFactory: (ai: AiResponseCache) => new Anthropic({ middleware: [cachedMiddleware(ai)] }),
    },
    ReviewsService,
  ],
})
export class AnthropicModule {}
