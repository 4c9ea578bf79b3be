import { Module } from '@nestjs/common';
import { OcrController } from './ocr.controller.js';
import { OcrEngine } from './ocr-engine.js';
import { TextRecognizer } from './text-recognizer.js';

@Module({ controllers: [OcrController], providers: [TextRecognizer, OcrEngine], exports: [TextRecognizer] })
export class OcrModule {}
