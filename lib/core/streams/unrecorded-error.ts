import { CacheValueError } from '../../support/errors.js';

/** The stream goes to those who read it, and nothing of it is stored: no failure of the load. */
export class UnrecordedError extends CacheValueError {}
