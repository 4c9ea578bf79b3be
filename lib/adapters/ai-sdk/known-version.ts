import { CacheUsageError } from '../../support/errors.js';
import type { ModelName } from './model-shapes.js';

/** The specifications whose calls and parts are known: that of `ai` 6, and that of `ai` 7. */
const KNOWN: ReadonlySet<string> = new Set(['v3', 'v4']);

/**
 * What another specification calls its parameters, and how it says that an answer is whole, nobody knows here: its answers could
 * be stored half, or be served to another question.
 * @throws CacheUsageError naming the model and its specification.
 */
export function requireKnownVersion({ specificationVersion, provider, modelId }: ModelName): void {
  if (KNOWN.has(specificationVersion)) return;
  throw new CacheUsageError(
    `The model ${JSON.stringify(modelId)} of ${JSON.stringify(provider)} is of the specification ` +
      `${JSON.stringify(specificationVersion)}; nestjs-cached/ai-sdk knows v3 (ai 6) and v4 (ai 7). Use a version of the ` +
      `provider's package for one of them, or leave this model without the cache.`,
  );
}
