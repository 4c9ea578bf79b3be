import { Injectable } from '@nestjs/common';
import { CachedInstance, ModelCache } from 'nestjs-cached/ai';
import { createWorker, type Engine } from './engine.js';

@Injectable()
export class OcrService {
  constructor(private readonly models: ModelCache) {}

  /** Started once a language, and not terminated while it reads. */
  read(image: Uint8Array, language: string): Promise<string> {
    return this.models.use(
      `ocr:${language}`,
      ({ signal }) => createWorker(language, signal),
      (worker) => worker.recognize(image),
    );
  }

  /** The same arguments give the same worker. */
  @CachedInstance({ idleTtl: '10m', size: '64mb' })
  async worker(language: string): Promise<Engine> {
    return createWorker(language);
  }
}
