import { httpRoom } from '../../kit/http-room.mjs';

/** Limit: the application as it is. @type {import('../../kit/http-room.mjs').Addition} */
export const addition = { imports: [], interceptors: [], caches: false };

export const open = httpRoom(import.meta.url, addition);
