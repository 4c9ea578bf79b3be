import { Budget } from '../../core/budget.js';
import { inBatches, type BatchLimits, type BatchPart } from '../../core/batches/in-batches.js';
import type { LoadedItem } from '../../core/batches/loaded-item.js';
import type { CacheParts } from '../../core/parts.js';
import type { CacheScope } from '../../core/scopes.js';
import { lookUpMany } from '../../core/store-steps.js';
import type { MaybePromise } from '../../contracts/maybe-promise.js';
import { embedderFailure } from './embedder-failure.js';
import type { EmbeddingSpace } from './embedding-space.js';
import type { EmbeddingVector } from './vector.js';

/** Asks the model for the vectors of these texts, in their order. */
export type EmbedBatch = (texts: string[]) => MaybePromise<readonly EmbeddingVector[]>;

/** How many of those that others have stored are looked at, to learn their dimensions. */
const SAMPLES = 4;

/** What one call of `getOrEmbedMany` has to load: its texts by their keys. */
export class EmbeddingLoad {
  constructor(
    private readonly parts: CacheParts,
    private readonly scope: CacheScope,
    private readonly space: EmbeddingSpace,
    private readonly limits: BatchLimits,
    private readonly texts: ReadonlyMap<string, string>,
    private readonly embed: EmbedBatch,
  ) {}

  /** For `Cache.loadMany`. Never rejects. */
  readonly run = async (missing: string[]): Promise<LoadedItem<Float32Array>[]> => {
    if (this.space.dimensions === undefined) await this.learn(missing);
    return inBatches(missing, this.limits, (part) => this.embedPart(part));
  };

  private async embedPart(part: BatchPart<string>): ReturnType<typeof this.run> {
    const texts = part.items.map((key) => this.texts.get(key)!);
    const count = texts.length;
    let given: unknown;
    try {
      given = await this.embed(texts);
    } catch (error) {
      const which = part.of === 1 ? '' : ` (batch ${part.nth} of ${part.of})`;
      throw embedderFailure(error, count, which);
    }
    return this.space.takeAll(given, count);
  }

  /** What this call finds in the cache says what the rest has to be like; in a process that has seen none yet, it is looked at. */
  private async learn(missing: readonly string[]): Promise<void> {
    const loaded = new Set(missing);
    const found = [...this.texts.keys()].filter((key) => !loaded.has(key)).slice(0, SAMPLES);
    if (found.length === 0) return;
    const budget = new Budget(this.parts.clock, this.parts.commandTimeout);
    for (const lookup of (await lookUpMany(this.parts, this.scope, found, [], budget)) ?? []) {
      const entry = lookup?.entry;
      try {
        if (entry) this.space.recall(entry.read());
      } catch {
        // Whoever has asked for it is told.
      }
    }
  }
}
