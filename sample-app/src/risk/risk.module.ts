import { Module } from '@nestjs/common';
import { CachedResults } from './cached-results.js';
import { RiskController } from './risk.controller.js';

@Module({ controllers: [RiskController], providers: [CachedResults] })
export class RiskModule {}
