import type { AiRequest } from '../../ai/ai-request.js';
import type { LanguageModelCacheOptions } from './language-model.options.js';
import type { LanguageModelParams, ModelName } from './model-shapes.js';

const OPERATION = 'generate';

/**
 * The call as a question: with every parameter there is, whatever the SDK may add to them, and with the model's name. Its prompt
 * is among the options and so in the key as a digest only.
 */
export function requestOf(
  { operation = OPERATION, tenant, variant }: LanguageModelCacheOptions,
  params: LanguageModelParams,
  { provider, modelId, specificationVersion }: ModelName,
): AiRequest {
  const owner = typeof tenant === 'function' ? tenant(params) : tenant;
  return {
    operation: typeof operation === 'function' ? operation(params) : operation,
    ...(owner !== undefined && { tenant: owner }),
    // The signal is in no key, as no signal ever is: see `ignored-options.ts`. The specification is: the parts of an answer
    // have other shapes in another one, and two versions of an application may share a Redis.
    options: {
      ...params,
      ...{ provider, model: modelId, specificationVersion },
      ...(variant !== undefined && { variant }),
    },
  };
}
