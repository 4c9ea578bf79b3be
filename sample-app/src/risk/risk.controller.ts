import { Controller, Get, NotFoundException, Param, UseInterceptors } from '@nestjs/common';
import { CacheKeyGenerator, CacheManager } from 'nestjs-cached';
import { documentTag } from '../files/source-file.js';
import { CacheHeadersInterceptor } from '../http/cache-headers.interceptor.js';
import { ContentHashPipe } from '../http/content-hash.pipe.js';
import { CachedResults, ROUTES } from './cached-results.js';
import { composeRisk } from './risk-score.js';
import type { RiskScore } from './risk-score.js';

@Controller('risk')
export class RiskController {
  constructor(
    private readonly cache: CacheManager,
    private readonly results: CachedResults,
  ) {}

  @Get('DOCUMENT/:hash')
  @UseInterceptors(CacheHeadersInterceptor)
  assess(@Param('hash', ContentHashPipe) hash: string): Promise<RiskScore> {
    return this.cache.getOrSet(CacheKeyGenerator.riskScore('DOCUMENT', hash), () => this.#compose(hash), {
      ttl: '1h',
      tags: [documentTag(hash)],
    });
  }

  async #compose(hash: string): Promise<RiskScore> {
    const results = await this.results.of(hash);
    if (Object.keys(results).length === 0) {
      throw new NotFoundException(
        `Nothing is known of the file ${hash}. Send it to one of these first: ${Object.values(ROUTES).join(', ')}.`,
      );
    }
    return composeRisk(hash, results);
  }
}
