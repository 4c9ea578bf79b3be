import {
  readBytes,
  readDuration,
  readList,
  readNumber,
  readSwitch,
  readText,
  type EnvReader,
} from '../../config/env-text.js';

/** The options that a variable sets, and how its text is read. */
export interface AiEnvVariable {
  readonly path: string;
  readonly read: EnvReader;
}

const variable = (path: string, read: EnvReader): AiEnvVariable => ({ path, read });

export const AI_PREFIX = 'AI_CACHE_';
const TTL_PREFIX = `${AI_PREFIX}TTL_`;

export const AI_VARIABLES: Readonly<Record<string, AiEnvVariable>> = {
  AI_CACHE_NAME: variable('name', readText),
  AI_CACHE_TEXT_HASH_THRESHOLD: variable('textHashThreshold', readNumber),
  AI_CACHE_MAX_TEXT_LENGTH: variable('maxTextLength', readNumber),
  AI_CACHE_SIZE_TIER_SMALL: variable('sizeTiers.small', readNumber),
  AI_CACHE_SIZE_TIER_MEDIUM: variable('sizeTiers.medium', readNumber),
  AI_CACHE_SIZE_TIER_LARGE: variable('sizeTiers.large', readNumber),
  AI_CACHE_MEMORY_TIERS: variable('memoryTiers', readList),
  AI_CACHE_COMPRESSION_THRESHOLD: variable('compressionThreshold', readBytes),
  AI_CACHE_COMPRESSION_LEVEL: variable('compressionLevel', readNumber),
  AI_CACHE_CURRENCY: variable('currency', readText),
  AI_CACHE_TENANT_REQUIRED: variable('tenant.required', readSwitch),
  AI_CACHE_IGNORE: variable('ignore', readList),
  AI_CACHE_STORE_TOOL_CALLS: variable('storeToolCalls', readSwitch),
};

/** `undefined` for a name that is not of the AI cache itself, though perhaps of the cache below. */
export function aiVariableOf(name: string): AiEnvVariable | undefined {
  if (Object.hasOwn(AI_VARIABLES, name)) return AI_VARIABLES[name];
  if (!name.startsWith(TTL_PREFIX) || name === TTL_PREFIX) return undefined;
  return variable(`operationTtls.${name.slice(TTL_PREFIX.length).toLowerCase()}`, readDuration);
}
