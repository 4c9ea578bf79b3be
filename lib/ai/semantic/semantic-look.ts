import type { AiRequest } from '../ai-request.js';
import type { FoundEntry, SemanticEntry } from './semantic-entries.js';
import type { SemanticParts } from './semantic-parts.js';
import type { SemanticPlace } from './semantic-place.js';

/** What a look has brought: an entry that may be served, or the vector with which another one may be stored. */
export interface Looked {
  readonly found: FoundEntry | undefined;
  /** `undefined` when the very text was there: then nobody was asked for it. */
  readonly vector: Float32Array | undefined;
}

/** One look for what is similar enough. Rejects as the embedder, the index and `verify` do. */
export class SemanticLook<V> {
  constructor(
    private readonly parts: SemanticParts<V>,
    private readonly place: SemanticPlace,
    private readonly request: AiRequest,
  ) {}

  async run(): Promise<Looked> {
    const { parts, place } = this;
    const { entries, rules } = parts;
    const same = entries.at(place);
    if (same && (await this.serves({ entry: same, similarity: 1 }))) {
      return { found: { entry: same, similarity: 1 }, vector: undefined };
    }
    const vector = await parts.vectorOf(place.text);
    // One more for the one that was refused already.
    const limit = rules.verify ? rules.maxCandidates + (same ? 1 : 0) : 1;
    const candidates = await entries.search(place, vector, limit, rules.threshold);
    for (const candidate of candidates) {
      if (candidate.entry !== same && (await this.serves(candidate))) return { found: candidate, vector };
    }
    return { found: undefined, vector };
  }

  private async serves({ entry, similarity }: FoundEntry): Promise<boolean> {
    const { entries, rules } = this.parts;
    if (rules.verify === undefined) return entries.has(entry);
    const right: unknown = await rules.verify(candidateOf(this.parts, entry, similarity), this.request);
    // Anything else than `true` is no yes; and while it was asked, the entry may have been invalidated.
    return right === true && entries.has(entry);
  }
}

/** With a value of the caller's own. */
export function candidateOf<V>(
  { isolation }: SemanticParts<V>,
  { kept, place }: SemanticEntry,
  similarity: number,
): { value: V; similarity: number; matched: string } {
  return { value: isolation.give(kept) as V, similarity, matched: place.text };
}
