import { Controller, Post } from '@nestjs/common';
import type { SourceFile } from '../files/source-file.js';
import { RawFile } from '../http/raw-file.decorator.js';
import { ResultRoute } from '../risk/result-route.decorator.js';
import { TextRecognizer } from './text-recognizer.js';
import type { RecognizedText } from './text-recognizer.js';

@Controller('ocr')
export class OcrController {
  constructor(private readonly recognizer: TextRecognizer) {}

  @Post()
  @ResultRoute()
  recognize(@RawFile() file: SourceFile): Promise<RecognizedText> {
    return this.recognizer.recognize(file);
  }
}
