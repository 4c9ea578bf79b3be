import { usageOf } from '../../ai/answers/usage.js';
import { jsonObject } from '../http-call/text.js';
import type { VectorFormat } from './embedding-request.js';
import { vectorIn } from './vector-text.js';

/** What a provider has answered to a request for embeddings. */
export interface EmbeddingAnswer {
  /** In the order of the inputs. */
  readonly vectors: (number[] | Float32Array)[];
  readonly model: string | undefined;
  readonly tokens: number;
}

/** `undefined`: not one vector for each of the inputs, as they were asked for. */
export function embeddingAnswer(text: string, count: number, format: VectorFormat): EmbeddingAnswer | undefined {
  const body = jsonObject(text);
  if (body === undefined || !Array.isArray(body['data']) || body['data'].length !== count) return undefined;
  const vectors: EmbeddingAnswer['vectors'] = [];
  for (const [at, item] of (body['data'] as unknown[]).entries()) {
    if (typeof item !== 'object' || item === null) return undefined;
    const { index = at, embedding } = item as { readonly index?: unknown; readonly embedding?: unknown };
    const vector = vectorIn(embedding, format);
    const isNew = typeof index === 'number' && index >= 0 && index < count && vectors[index] === undefined;
    if (vector === undefined || !isNew) return undefined;
    vectors[index] = vector;
  }
  const { model, usage } = body;
  return { vectors, model: typeof model === 'string' ? model : undefined, tokens: usageOf(usage)?.inputTokens ?? 0 };
}
