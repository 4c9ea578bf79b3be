import { Module } from '@nestjs/common';
import { DocumentsModule } from '../documents/documents.module.js';
import { OcrModule } from '../ocr/ocr.module.js';
import { DocumentValidator } from './document-validator.js';
import { ValidationController } from './validation.controller.js';

@Module({ imports: [DocumentsModule, OcrModule], controllers: [ValidationController], providers: [DocumentValidator] })
export class ValidationModule {}
