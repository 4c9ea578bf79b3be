import type { Duration } from '../../contracts/duration.js';
import type { GenerationCacheOptions } from './generation-cache-options.js';
import { GenerationKeys } from './generation-keys.js';
import { validateGenerationOptions } from './generation-option-faults.js';
import { maxBytesOf, ttlOf } from './generation-place.js';

/** What the views of one cache of generations have in common, whichever tenant they are for. */
export class GenerationParts {
  readonly keys: GenerationKeys;
  readonly ttl: Duration | undefined;
  readonly maxBytes: number | undefined;
  /** Milliseconds. */
  timeAvoided = 0;

  /** @throws CacheConfigError that lists every fault. */
  constructor(given: GenerationCacheOptions) {
    const options = validateGenerationOptions(given);
    this.keys = new GenerationKeys(options.version);
    this.ttl = ttlOf(options);
    this.maxBytes = maxBytesOf(options);
  }
}
