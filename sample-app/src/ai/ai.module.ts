import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AiCacheModule, AiResponseCache } from 'nestjs-cached/ai';
import { AiAnswers } from './ai-answers.js';
import { aiCacheOptions, AI_CACHE } from './ai-cache-options.js';
import { AI_ENGINE } from './ai-engine.token.js';
import { AiController } from './ai.controller.js';
import { AiProviderErrorFilter } from './ai-provider-error.filter.js';
import { DocumentTexts } from './document-texts.js';
import { engineFromEnv } from './engine-from-env.js';

@Module({
  imports: [AiCacheModule.forRootAsync({ name: AI_CACHE, useFactory: () => aiCacheOptions(engineFromEnv()) })],
  controllers: [AiController],
  providers: [
    {
      provide: AI_ENGINE,
      inject: [AiResponseCache],
      useFactory: (cache: AiResponseCache) => engineFromEnv(process.env, cache),
    },
    { provide: APP_FILTER, useClass: AiProviderErrorFilter },
    AiAnswers,
    DocumentTexts,
  ],
  exports: [AiAnswers, AI_ENGINE],
})
export class AiModule {}
