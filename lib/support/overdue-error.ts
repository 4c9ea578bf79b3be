import { CacheBackendError } from './errors.js';

/** Something was not asked, because an earlier question is still not answered. Says nothing of how the backend is by now. */
export class OverdueError extends CacheBackendError {}
