import { Controller, Get } from '@nestjs/common';
import { CacheManager } from 'nestjs-cached';
import type { CacheStats } from 'nestjs-cached';

@Controller('stats')
export class StatsController {
  constructor(private readonly cache: CacheManager) {}

  @Get()
  stats(): CacheStats {
    return this.cache.getStats();
  }
}
