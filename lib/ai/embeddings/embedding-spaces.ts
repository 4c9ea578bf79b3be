import { CacheUsageError } from '../../support/errors.js';
import { checkIdentity, EmbeddingSpace, type SpaceIdentity } from './embedding-space.js';
import type { EmbeddingCallOptions } from './embedding-cache.options.js';

/** Other models than the cache's own. One that was forgotten learns its dimensions anew. */
const MAX_OTHERS = 100;

/** The space of the cache's own model, and those that single calls have named. */
export class EmbeddingSpaces {
  private readonly own: EmbeddingSpace;
  private readonly others = new Map<string, EmbeddingSpace>();

  constructor(private readonly identity: SpaceIdentity) {
    this.own = new EmbeddingSpace(identity);
  }

  /** @throws CacheUsageError for options, a name or a number that cannot be meant. */
  of(options: EmbeddingCallOptions | undefined): EmbeddingSpace {
    if (options !== undefined && (typeof options !== 'object' || options === null)) {
      const got = options === null ? 'null' : typeof options;
      throw new CacheUsageError(`The options of a call must be an object, such as { ttl: '1h' }; got ${got}.`);
    }
    const { identity } = this;
    const { model = identity.model, ...said } = options ?? {};
    const isOwn = model === identity.model;
    const version = said.version ?? (isOwn ? identity.version : undefined);
    const dimensions = said.dimensions ?? (isOwn ? identity.dimensions : undefined);
    const { purpose } = said;
    const isPlain = purpose === undefined;
    if (isOwn && isPlain && version === identity.version && dimensions === identity.dimensions) return this.own;
    const checked = checkIdentity({ model, version, dimensions, unit: identity.unit, purpose });
    const name = JSON.stringify([model, version ?? null, dimensions ?? null, purpose ?? null]);
    const known = this.others.get(name);
    if (known) return known;
    const space = new EmbeddingSpace(checked);
    if (this.others.size >= MAX_OTHERS) this.others.delete(this.others.keys().next().value!);
    this.others.set(name, space);
    return space;
  }
}
