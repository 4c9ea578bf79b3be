import { Module } from '@nestjs/common';
import { CacheModule } from 'nestjs-cached';

@Module({
  imports: [
    CacheModule.forRoot({
      name: 'documents',
      ttl: '7d',
      disk: { directory: process.env['CACHE_FOLDER'] ?? 'var/cache', maxBytes: '2gb' },
    }),
  ],
})
export class AppModule {}
