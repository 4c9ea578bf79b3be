import { CacheInterceptor, CacheModule } from '@nestjs/cache-manager';
import { httpRoom } from '../../kit/http-room.mjs';
import { TTL_MS } from '../../kit/values.mjs';

/** What Nest's own manual has. @type {import('../../kit/http-room.mjs').Addition} */
export const addition = {
  imports: [CacheModule.register({ ttl: TTL_MS })],
  interceptors: [CacheInterceptor],
  caches: true,
};

export const open = httpRoom(import.meta.url, addition);
