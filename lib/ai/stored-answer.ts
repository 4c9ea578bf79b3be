/**
 * What stands in the cache for one answer. Flat, so that the copy a hit makes is short; what is not known is left out, so
 * that it weighs nothing.
 */
export interface StoredAnswer {
  readonly response: unknown;
  /** How long the generation took, in milliseconds. */
  readonly took: number;
  /** Tokens of the request and of the answer, as the provider has counted them. */
  readonly input?: number;
  readonly output?: number;
  /** Who has answered, where the request names no model. */
  readonly model?: string;
}

/** The name of the one field of the item that follows the last one of a stored stream. No provider sends it. */
const TRAILER = 'nestjs-cached:answer';

/** Stands behind the last item of a stored stream: what a replay saves is known then without a look at each item. */
export interface StreamTrailer {
  readonly [TRAILER]: Omit<StoredAnswer, 'response'>;
}

export function streamTrailer(answer: Omit<StoredAnswer, 'response'>): StreamTrailer {
  return { [TRAILER]: answer };
}

/** What the trailer says; `undefined` for an item of the stream itself. */
export function trailerOf(item: unknown): Omit<StoredAnswer, 'response'> | undefined {
  if (typeof item !== 'object' || item === null || !Object.hasOwn(item, TRAILER)) return undefined;
  return (item as StreamTrailer)[TRAILER];
}
