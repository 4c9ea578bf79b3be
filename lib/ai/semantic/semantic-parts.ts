import { createIsolation } from '../../support/isolation.js';
import { messageOf } from '../../support/message-of.js';
import { Dimensions } from '../embeddings/dimensions.js';
import { toUnitLength, vectorFrom } from '../embeddings/vector.js';
import { RequestKeys } from '../keys/request-keys.js';
import type { Kept } from '../../contracts/entry.js';
import { semanticRules, type SemanticCacheOptions, type SemanticRules } from './semantic-cache.options.js';
import { SemanticEntries } from './semantic-entries.js';
import { SemanticFence, type Making } from './semantic-fence.js';
import type { SemanticPlace } from './semantic-place.js';

/** What the views of one `SemanticCache` have in common, whichever tenant they are for. */
export class SemanticParts<V> {
  readonly rules: SemanticRules<V>;
  readonly keys: RequestKeys;
  readonly entries: SemanticEntries;
  readonly fence = new SemanticFence();
  readonly isolation = createIsolation('clone', 'plain');
  hits = 0;
  misses = 0;
  errors = 0;
  private readonly shape: Dimensions;

  /** @throws CacheUsageError naming the option that cannot be meant. */
  constructor(options: SemanticCacheOptions<V>) {
    this.rules = semanticRules(options);
    const { clock, dimensions, ignore, index, maxEntries, tenant } = this.rules;
    this.keys = new RequestKeys({ ...(ignore && { ignore }), ...(tenant && { tenant }) });
    this.shape = new Dimensions(dimensions, '');
    this.entries = new SemanticEntries(clock, maxEntries, index, (error) => this.report(error));
  }

  /** Of length 1. Rejects as the embedder does. @throws CacheEmbeddingError */
  async vectorOf(text: string): Promise<Float32Array> {
    const name = 'its vector';
    return toUnitLength(this.shape.admit(vectorFrom(await this.rules.embed(text), name), name), name);
  }

  /** Whether it is stored. Rejects as the index does. */
  async store(place: SemanticPlace, kept: Kept, vector: Float32Array, ttl: number, making: Making): Promise<boolean> {
    const { concerns, order } = making;
    const expiresAt = this.rules.clock.now() + ttl;
    return this.entries.add({ place, kept, tags: concerns.tags, expiresAt, order }, vector, () => making.mayStore);
  }

  count(isHit: boolean): void {
    if (isHit) this.hits++;
    else this.misses++;
  }

  /** The listener's own failure is nobody's. Where there is no listener the process is warned, once. */
  report(error: unknown): void {
    const { onError } = this.rules;
    if (++this.errors === 1 && onError === undefined) process.emitWarning(warningOf(error), 'SemanticCacheWarning');
    try {
      onError?.(error);
    } catch {
      // Nobody is left to be told.
    }
  }
}

function warningOf(error: unknown): string {
  return (
    `A SemanticCache goes on without what has failed: ${messageOf(error)}. ` +
    'This is said once; its `onError` is told each time, and `getStats().errors` counts.'
  );
}
