/** Makes vectors of texts: texts that are alike have vectors that point the same way. */
export interface Embedder {
  /** Said at start-up and on each answer: `local hashed n-grams`. */
  readonly name: string;
  readonly model: string;
  /** Which rules the vectors are made by: those of another one are not to be compared with them. */
  readonly version: number;
  /** Of each vector. Absent where only the model knows. */
  readonly dimensions?: number;
  /** How many texts are asked for at once at the most. */
  readonly batchSize: number;
  /** The least similarity, from -1 to 1, that says something; two texts that share nothing may reach what is below it. */
  readonly threshold: number;
  /** In the order of the texts. @throws {AiProviderError} */
  embed(texts: readonly string[]): Promise<(readonly number[] | Float32Array)[]>;
}
