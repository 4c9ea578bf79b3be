import { aiCacheOptionsFromEnv } from 'nestjs-cached/ai';
import type { AiCacheOptions } from 'nestjs-cached/ai';
import { cacheOptions } from '../cache-options.js';
import type { AiEngine } from './ai-engine.js';

/** The name of the cache that holds the answers. */
export const AI_CACHE = 'ai';

/**
 * Where the results of files are kept, answers are kept too: in memory, or on the same Redis. `AI_CACHE_*` of the environment
 * changes that. `OPENAI_PRICE_INPUT` and `OPENAI_PRICE_OUTPUT` are what a million tokens of the model cost.
 */
export function aiCacheOptions(
  engine: AiEngine,
  environment: NodeJS.ProcessEnv = process.env,
): Omit<AiCacheOptions, 'name'> {
  const { name: _, cache, ...options } = aiCacheOptionsFromEnv(environment);
  const { operations: __, namespace, ...files } = cacheOptions();
  const [input, output] = [priceFrom(environment, 'OPENAI_PRICE_INPUT'), priceFrom(environment, 'OPENAI_PRICE_OUTPUT')];
  return {
    ...options,
    cache: { namespace: `${namespace}:answers`, ...files, ...cache },
    ...(input !== undefined && output !== undefined ? { prices: { [engine.model]: { input, output } } } : {}),
  };
}

/** @throws {RangeError} in words for whoever set it */
function priceFrom(environment: NodeJS.ProcessEnv, name: string): number | undefined {
  const value = environment[name];
  if (value === undefined || value === '') return undefined;
  const price = Number(value);
  if (price >= 0 && Number.isFinite(price)) return price;
  throw new RangeError(`${name} must be a number of at least 0; got '${value}'.`);
}
