import { Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { CacheManager } from 'nestjs-cached';
import type { ServerResponse } from 'node:http';
import { BodyOf } from '../http/body-of.decorator.js';
import { setCacheHeaders } from '../http/cache-headers.interceptor.js';
import { ContentHashPipe } from '../http/content-hash.pipe.js';
import { PASSAGE_KEYS } from './passages/passage-shelf.js';
import { readSimilarBody } from './similar-body.js';
import type { SimilarBody } from './similar-body.js';
import { SimilarPassages } from './similar-passages.js';
import type { SimilarAnswer } from './similar-passages.js';

@Controller('documents')
export class SimilarController {
  constructor(
    private readonly cache: CacheManager,
    private readonly passages: SimilarPassages,
  ) {}

  /** The passages of all documents in the cache that are similar to one of this document, or to a text. */
  @Post(':hash/similar')
  @HttpCode(200)
  async similar(
    @Param('hash', ContentHashPipe) hash: string,
    @BodyOf(readSimilarBody) body: SimilarBody,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<SimilarAnswer> {
    const start = performance.now();
    const { value, outcomes } = await this.cache.observe(() => this.passages.find(hash, body));
    setCacheHeaders(response, performance.now() - start, outcomes, nameOf);
    return value;
  }
}

/** There are many of each, and the keys of vectors may hold the text. */
const nameOf = (key: string): string => (key.startsWith(PASSAGE_KEYS) ? 'passages' : 'vectors');
