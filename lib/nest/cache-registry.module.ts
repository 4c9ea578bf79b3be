import { Global, Module } from '@nestjs/common';
import { CacheRegistry } from '../core/cache-registry.js';
import { CacheExplorer } from './cache-explorer.js';
import { CacheKeyGenerator } from './key-generator.js';

/** Once for each application, however many caches it has. */
@Global()
@Module({ providers: [CacheRegistry, CacheKeyGenerator, CacheExplorer], exports: [CacheRegistry, CacheKeyGenerator] })
export class CacheRegistryModule {}
