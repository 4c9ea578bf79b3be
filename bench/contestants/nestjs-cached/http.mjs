import { CacheInterceptor, CacheModule } from 'nestjs-cached';
import { httpRoom } from '../../kit/http-room.mjs';

/** @type {import('../../kit/http-room.mjs').Addition} */
export const addition = { imports: [CacheModule.forRoot()], interceptors: [CacheInterceptor], caches: true };

export const open = httpRoom(import.meta.url, addition);
