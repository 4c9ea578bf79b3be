import { Module } from '@nestjs/common';
import { Keyv } from 'keyv';
import { CacheModule } from 'nestjs-cached';
import { KeyvBackend } from 'nestjs-cached/keyv';
import { store } from './store.js';

@Module({
  imports: [
    CacheModule.forRoot({
      namespace: 'shop',
      backend: new KeyvBackend(new Keyv({ store, namespace: 'cache' }), { disconnect: true }),
      commandTimeout: '500ms',
    }),
  ],
})
export class AppModule {}
