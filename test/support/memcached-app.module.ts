import { Module } from '@nestjs/common';
import { CacheModule } from 'nestjs-cached';
import { MemcachedBackend } from './memcached.backend.js';

@Module({
  imports: [CacheModule.forRoot({ backend: new MemcachedBackend({ port: 11211 }), commandTimeout: '200ms' })],
})
export class AppModule {}
