import { Module } from '@nestjs/common';
import { Keyv } from 'keyv';
import { CacheManager, CacheModule } from 'nestjs-cached';
import { Keyv5Store } from 'nestjs-cached/keyv';

@Module({
  imports: [CacheModule.forRoot({ namespace: 'shop' })],
  providers: [
    {
      provide: Keyv,
      inject: [CacheManager],
      useFactory: (cache: CacheManager) =>
        new Keyv({ store: new Keyv5Store(cache), namespace: 'sessions', ttl: 30 * 60_000 }),
    },
  ],
  exports: [Keyv],
})
export class SessionsModule {}
