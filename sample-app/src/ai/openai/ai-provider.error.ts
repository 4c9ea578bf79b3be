/** What went wrong between this service and the provider of the model. */
export type AiProviderTrouble =
  /** It answered with another status than 2xx. */
  | 'status'
  /** No connection, or no answer in time. */
  | 'unreachable'
  /** The answer is not what the protocol says. */
  | 'malformed'
  /** The answer stopped in its middle. */
  | 'cut';

export interface AiProviderErrorDetails {
  /** The provider's own HTTP status, where it has sent one. */
  readonly status?: number;
  /** The provider's `Retry-After`, as it came. */
  readonly retryAfter?: string;
  readonly cause?: unknown;
}

/** The provider of a model has not answered, or not well. No message holds a prompt, an answer or a key. */
export class AiProviderError extends Error {
  override readonly name = 'AiProviderError';
  readonly status: number | undefined;
  readonly retryAfter: string | undefined;

  constructor(
    readonly trouble: AiProviderTrouble,
    message: string,
    { status, retryAfter, cause }: AiProviderErrorDetails = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.retryAfter = retryAfter;
  }
}
