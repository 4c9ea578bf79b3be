import { Controller, Param, Post } from '@nestjs/common';
import type { SourceFile } from '../files/source-file.js';
import { KnownKindPipe } from '../http/known-kind.pipe.js';
import { RawFile } from '../http/raw-file.decorator.js';
import { ResultRoute } from '../risk/result-route.decorator.js';
import { ANALYSIS_KINDS, ImageAnalyst } from './image-analyst.js';
import type { AnalysisKind, ImageAnalysis } from './image-analyst.js';

@Controller('images')
export class ImagesController {
  constructor(private readonly analyst: ImageAnalyst) {}

  @Post('analysis/:kind')
  @ResultRoute()
  analyse(
    @Param('kind', new KnownKindPipe(ANALYSIS_KINDS)) kind: AnalysisKind,
    @RawFile() file: SourceFile,
  ): Promise<ImageAnalysis> {
    return this.analyst.analyse(file, kind);
  }
}
