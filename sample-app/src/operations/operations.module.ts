import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { CacheHealthIndicator } from 'nestjs-cached/terminus';
import { HealthController } from './health.controller.js';
import { StatsController } from './stats.controller.js';

@Module({
  imports: [TerminusModule],
  controllers: [HealthController, StatsController],
  providers: [CacheHealthIndicator],
})
export class OperationsModule {}
