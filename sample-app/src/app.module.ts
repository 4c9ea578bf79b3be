import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { CacheModule } from 'nestjs-cached';
import { AiModule } from './ai/ai.module.js';
import { cacheOptions } from './cache-options.js';
import { DocumentsModule } from './documents/documents.module.js';
import { UnreadableFileFilter } from './http/unreadable-file.filter.js';
import { ImagesModule } from './images/images.module.js';
import { OcrModule } from './ocr/ocr.module.js';
import { OperationsModule } from './operations/operations.module.js';
import { RiskModule } from './risk/risk.module.js';
import { ValidationModule } from './validation/validation.module.js';

@Module({
  imports: [
    CacheModule.forRootAsync({ useFactory: cacheOptions }),
    DocumentsModule,
    OcrModule,
    ImagesModule,
    ValidationModule,
    RiskModule,
    AiModule,
    OperationsModule,
  ],
  providers: [{ provide: APP_FILTER, useClass: UnreadableFileFilter }],
})
export class AppModule {}
