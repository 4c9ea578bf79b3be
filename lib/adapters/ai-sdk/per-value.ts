import type { EmbeddingModelParams } from './model-shapes.js';

/** Under it a model keeps what cuts its provider options to the texts of each call, where those go text by text. */
const TRANSFORMER = Symbol.for('vercel.ai.embeddingModel.providerOptionsTransformer');

/**
 * Whether the provider options hold something for each text, such as the images that go with them: they would not fit those
 * texts that are missing.
 */
export function isPerValue(model: object, { providerOptions }: EmbeddingModelParams): boolean {
  if (typeof Reflect.get(model, TRANSFORMER) !== 'function' || providerOptions === undefined) return false;
  const groups = Object.values(providerOptions);
  return groups.some(
    (group) => typeof group === 'object' && group !== null && Object.values(group).some(Array.isArray),
  );
}
