import type { AiRequest } from './ai-request.js';
import type { AiUsage } from './ai-usage.js';

/** An answer that was generated elsewhere. */
export interface GivenAnswer<R = unknown> extends AiRequest {
  readonly response: R;
  /** Default: what is found in the response. */
  readonly usage?: AiUsage;
  /** How long it took to generate, in milliseconds. Default 0: unknown. */
  readonly took?: number;
}
