export { cachedFetch, type CachedFetchOptions } from './cached-fetch.js';
export type { HttpCallOptions } from '../http-call/http-call.options.js';
export type { Fetch } from '../http-call/http-types.js';
