/**
 * What a model is asked with, beside the text itself. Everything in it changes the key, in whatever shape the provider's
 * client takes it, but for what never changes an answer (`keys/ignored-options.ts`, `keys/ignored-headers.ts`): abort signals,
 * timeouts, credentials, headers that only trace or identify a call. A property that is `undefined` is absent.
 */
export interface AiCallOptions {
  readonly provider?: string;
  /** Its name, or an object of the provider's client that has it (`modelId`, `id`, `model` or `name`). */
  readonly model?: unknown;
  /** Which wording of the prompt this is: another one is another key. */
  readonly promptVersion?: string | number;
  readonly headers?: unknown;
  readonly [name: string]: unknown;
}

/** One question to a model, as the cache sees it. */
export interface AiRequest {
  /** What is asked for, such as `summarize`. Decides the ttl, and groups the entries. */
  readonly operation: string;
  /** What it is asked about. Default: none. */
  readonly text?: string;
  readonly question?: string;
  readonly options?: AiCallOptions;
  /** Whose answer it is: no other tenant is ever given it. Default: that of the cache. */
  readonly tenant?: string;
}
