import type { KnownCall } from '../http-call/cached-calls.js';
import { longNumbers } from '../http-call/long-numbers.js';

/** How vectors are written. */
export type VectorFormat = 'float' | 'base64';

/** What a request for embeddings is about, item by item. */
export interface EmbeddingRequest {
  readonly model: string;
  readonly dimensions: number | undefined;
  readonly format: VectorFormat;
  /** Each input as a text: those of token ids are their numbers with commas between. */
  readonly texts: readonly string[];
  readonly areTokens: boolean;
}

/** `undefined`: it is none that could be answered, or is written in a way that is not known. The provider says what is wrong. */
export function embeddingRequest({ call: { body, text } }: KnownCall): EmbeddingRequest | undefined {
  // What the body says no more would be in no key, nor in a request for some of the inputs.
  if (longNumbers(text).length > 0) return undefined;
  const { model, input, dimensions, encoding_format: format = 'float' } = body;
  if (typeof model !== 'string' || model === '') return undefined;
  if (format !== 'float' && format !== 'base64') return undefined;
  if (dimensions !== undefined && !(Number.isInteger(dimensions) && (dimensions as number) >= 1)) return undefined;
  const inputs = inputsOf(input);
  return inputs && { ...inputs, model, format, dimensions: dimensions as number | undefined };
}

function inputsOf(input: unknown): Pick<EmbeddingRequest, 'texts' | 'areTokens'> | undefined {
  if (typeof input === 'string') return { texts: [input], areTokens: false };
  if (!Array.isArray(input) || input.length === 0) return undefined;
  if (input.every((one) => typeof one === 'string')) return { texts: input, areTokens: false };
  if (areIds(input)) return { texts: [input.join(',')], areTokens: true };
  return input.every(areIds) ? { texts: input.map((ids) => ids.join(',')), areTokens: true } : undefined;
}

function areIds(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every((id) => Number.isSafeInteger(id) && id >= 0);
}

/** The call without what is in each vector's own key, or only in how it is written: what all of them have in common. */
export function commonCall({ call, ...known }: KnownCall): KnownCall {
  const { input: _input, encoding_format: _format, ...body } = call.body;
  return { ...known, call: { ...call, body, text: '' } };
}

/** The input of a request for these texts alone. */
export function inputOf({ areTokens }: EmbeddingRequest, texts: readonly string[]): unknown[] {
  return areTokens ? texts.map((text) => text.split(',').map(Number)) : [...texts];
}
