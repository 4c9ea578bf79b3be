/** Tokens, as the provider has counted them. */
export interface AiUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}
