import type { Duration } from '../contracts/duration.js';
import type { FreshnessOptions } from '../contracts/options.js';
import type { AnswerFacts } from './answers/answer-facts.js';

/** What a schema library's schema has; one of zod fits. */
export interface SchemaLike {
  safeParse(value: unknown): { readonly success: boolean };
}

/** How the items of one stream are stored. */
export interface StreamRules extends FreshnessOptions {
  /** Default: that of the operation, then that of the cache. `0`: not stored. */
  readonly ttl?: Duration;
  /** Whether answers that call tools are stored: only where the tools change nothing. Default: the option of the cache. */
  readonly storeToolCalls?: boolean;
}

/** How one stream is judged and stored. */
export interface StreamAnswerRules extends StreamRules {
  /**
   * What only you know of the answer that this very call has brought, asked when its stream has ended. Goes before what is found
   * out of the items: for items that do not show it, such as pieces of text.
   */
  readonly describe?: () => Partial<AnswerFacts>;
}

/** How one answer is judged and stored. */
export interface AnswerRules<R = unknown> extends StreamRules {
  /**
   * What says `false`, throws or does not parse keeps the answer out of the cache; the callers get it all the same. For
   * example a JSON that is cut in half.
   */
  readonly validate?: ((response: R) => boolean) | SchemaLike;
  /**
   * Aborted when this caller gives up, which rejects with the signal's reason, for this caller alone. The generation goes on for
   * those who wait beside it, and is told to stop when the last of them has left. A stream is left by `return()`.
   */
  readonly signal?: AbortSignal;
  /** What only you know of an answer: the tokens of a client of your own, that it was cut off. Goes before what is found out. */
  readonly describe?: (response: R) => Partial<AnswerFacts>;
}
