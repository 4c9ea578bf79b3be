/*
 * The models, calls and results of the AI SDK as far as they are looked at here. Written down by their shape, and all else is
 * handed through: so the types of `ai` 6 and of `ai` 7 fit alike, and neither has to be installed for these to compile.
 */

/** What a language model is called with: `LanguageModelV3CallOptions`, `LanguageModelV4CallOptions`. */
export interface LanguageModelParams {
  readonly prompt: readonly { readonly role: string; readonly content: unknown }[];
  readonly temperature?: number;
  readonly seed?: number;
  readonly tools?: readonly { readonly name: string }[];
  readonly responseFormat?: { readonly type: string };
  readonly abortSignal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly providerOptions?: Readonly<Record<string, unknown>>;
}

/** `LanguageModelV3GenerateResult`, `LanguageModelV4GenerateResult`. */
export interface LanguageModelAnswer {
  readonly content: readonly { readonly type: string }[];
  readonly finishReason: { readonly unified: string };
  readonly response?: object;
}

/** `LanguageModelV3StreamResult`, `LanguageModelV4StreamResult`: a `ReadableStream` of parts, and the exchange behind it. */
export interface LanguageModelStream {
  readonly stream: object;
}

/** What every model says of itself. */
export interface ModelName {
  readonly specificationVersion: string;
  readonly provider: string;
  readonly modelId: string;
}

/** `LanguageModelV3`, `LanguageModelV4`. */
export interface LanguageModelShape<P, A, S> extends ModelName {
  doGenerate(params: P): PromiseLike<A>;
  doStream(params: P): PromiseLike<S>;
}

/** What the SDK hands to `wrapGenerate` and `wrapStream`. */
export interface LanguageModelCall<P, A, S> {
  readonly doGenerate: () => PromiseLike<A>;
  readonly doStream: () => PromiseLike<S>;
  readonly params: P;
  readonly model: LanguageModelShape<P, A, S>;
}

/** What an embedding model is called with: `EmbeddingModelV3CallOptions`, `EmbeddingModelV4CallOptions`. */
export interface EmbeddingModelParams {
  readonly values: string[];
  readonly abortSignal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly providerOptions?: Readonly<Record<string, unknown>>;
}

/** `EmbeddingModelV3Result`, `EmbeddingModelV4Result`. */
export interface EmbeddingModelAnswer {
  readonly embeddings: number[][];
  readonly usage?: { readonly tokens: number };
  readonly warnings?: readonly unknown[];
}

/** `EmbeddingModelV3`, `EmbeddingModelV4`. */
export interface EmbeddingModelShape<P, A> extends ModelName {
  doEmbed(params: P): PromiseLike<A>;
}

/** What the SDK hands to `wrapEmbed`. */
export interface EmbeddingModelCall<P, A> {
  readonly doEmbed: () => PromiseLike<A>;
  readonly params: P;
  readonly model: EmbeddingModelShape<P, A>;
}
