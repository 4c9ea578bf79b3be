import { setVariables } from '../../config/env-variables.js';
import { cacheOptionsFromEnv } from '../../config/from-env.js';
import { suggestion } from '../../config/suggestion.js';
import { CacheConfigError, type ConfigFault } from '../../support/errors.js';
import type { AiCacheOptions } from './ai-cache-options.js';
import { AI_PREFIX, AI_VARIABLES, aiVariableOf } from './ai-env-variables.js';
import { aiFaultsIn } from './ai-option-faults.js';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Options from environment variables that begin with `AI_CACHE_`. A bare number of a ttl is **seconds**, an empty variable is
 * not set, and the environment is read when this is called.
 *
 * `AI_CACHE_TTL_SUMMARIZE` is the ttl of an operation. What `cacheOptionsFromEnv` knows goes to the cache below:
 * `AI_CACHE_DEFAULT_TTL` as `CACHE_DEFAULT_TTL` does, `AI_CACHE_REDIS_URL` as `REDIS_URL`. Where no `AI_CACHE_REDIS_...` is
 * set, the `REDIS_...` of the application are read.
 *
 * @throws CacheConfigError that lists every bad variable by its name, also one that seems to be a misspelling of ours.
 */
export function aiCacheOptionsFromEnv(env: Env = process.env): AiCacheOptions {
  const faults: ConfigFault[] = [];
  const options: Record<string, unknown> = {};
  const sources = new Map<string, string>();
  for (const [name, text] of ownVariables(env)) {
    const known = aiVariableOf(name);
    if (known === undefined) {
      const meant = isOfTheCache(name) ? undefined : suggestion(name, Object.keys(AI_VARIABLES));
      if (meant !== undefined) faults.push({ path: name, message: `is not known. Did you mean ${meant}?` });
      continue;
    }
    const reading = known.read(text);
    if ('fault' in reading) faults.push({ path: name, message: reading.fault });
    else {
      put(options, known.path, reading.value);
      sources.set(known.path, name);
    }
  }
  faults.push(...aiFaultsIn(options).map(({ path, message }) => ({ path: sources.get(path) ?? path, message })));
  const cache = cacheOptions(env, faults);
  if (faults.length > 0) throw new CacheConfigError(faults);
  return Object.keys(cache).length > 0 ? { ...options, cache } : options;
}

function ownVariables(env: Env): [name: string, text: string][] {
  return Object.keys(env).flatMap((name): [string, string][] => {
    const text = env[name]?.trim();
    return text && name.startsWith(AI_PREFIX) ? [[name, text]] : [];
  });
}

/** `AI_CACHE_X` stands for `CACHE_X`, and `AI_CACHE_REDIS_X` for `REDIS_X`. */
function belowName(name: string): string {
  const rest = name.slice(AI_PREFIX.length);
  return rest.startsWith('REDIS_') ? rest : `CACHE_${rest}`;
}

function isOfTheCache(name: string): boolean {
  return setVariables({ [belowName(name)]: '1' }).length > 0;
}

/** Those of the cache below. Faults are named by the variables that were set. */
function cacheOptions(env: Env, faults: ConfigFault[]): NonNullable<AiCacheOptions['cache']> {
  const below: Record<string, string> = {};
  const names = new Map<string, string>();
  for (const [name, text] of ownVariables(env)) {
    if (aiVariableOf(name) !== undefined) continue;
    // As it was written: a blank at the end of a password may be meant.
    below[belowName(name)] = env[name] ?? text;
    names.set(belowName(name), name);
  }
  // Two halves of two addresses would make a third.
  if (![...names.keys()].some((name) => name.startsWith('REDIS_'))) {
    for (const name of Object.keys(env)) if (name.startsWith('REDIS_') && env[name]) below[name] = env[name];
  }
  try {
    return cacheOptionsFromEnv(below);
  } catch (error) {
    if (!(error instanceof CacheConfigError)) throw error;
    for (const { path, message } of error.faults) {
      const name = names.get(path) ?? path;
      // What is said of a variable already is not said again of what it stands for.
      if (faults.some((fault) => fault.path === name)) continue;
      faults.push({ path: name, message: message.replace('Did you mean CACHE_', `Did you mean ${AI_PREFIX}`) });
    }
    return {};
  }
}

function put(options: Record<string, unknown>, path: string, value: unknown): void {
  const dot = path.indexOf('.');
  if (dot === -1) return void (options[path] = value);
  const group = path.slice(0, dot);
  const members = (options[group] ??= {}) as Record<string, unknown>;
  Object.defineProperty(members, path.slice(dot + 1), { value, enumerable: true, configurable: true, writable: true });
}
