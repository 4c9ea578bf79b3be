import type { CacheModuleOptions } from '../contracts/options.js';
import { CacheConfigError, type ConfigFault } from '../support/errors.js';
import { misspelled, setVariables, type FoundVariable } from './env-variables.js';
import { isOnRedis } from './on-redis.js';
import { redisUrlFault, redisUrlParts, socketPathOf } from './redis-url.js';
import { faultsIn } from './validate-options.js';

/** Whoever sets one of these wants Redis. */
const ADDRESSES = new Set(['REDIS_URL', 'REDIS_HOST', 'REDIS_SOCKET_PATH', 'REDIS_NODES', 'REDIS_SENTINELS']);

/**
 * Options from environment variables such as `REDIS_URL` and `CACHE_DEFAULT_TTL`. A bare number is **seconds**, an empty
 * variable is not set, and the environment is read when this is called. Redis is used when `REDIS_URL`, `REDIS_HOST`,
 * `REDIS_SOCKET_PATH`, `REDIS_NODES` or `REDIS_SENTINELS` is set, or `CACHE_BACKEND` says `redis`, or `tiered` without
 * `CACHE_DISK_DIRECTORY`.
 *
 * @throws CacheConfigError that lists every bad variable by its name, also one that seems to be a misspelling of ours. Its
 * text never holds what REDIS_URL or REDIS_PASSWORD hold.
 */
export function cacheOptionsFromEnv(
  env: Readonly<Record<string, string | undefined>> = process.env,
): CacheModuleOptions {
  const found = withoutRepetition(setVariables(env));
  const faults = misspellings(env);
  const options: Record<string, unknown> = {};
  // A port or a password does not ask for Redis; it may be there for another client.
  const aside: Record<string, unknown> = {};
  const unused = (path: string): boolean => path.startsWith('redis.') && !asksForRedis(found);
  for (const { name, path, read, text } of found) {
    const reading = read(text);
    if ('fault' in reading) faults.push({ path: name, message: reading.fault });
    else put(unused(path) ? aside : options, path, reading.value);
  }
  if (isSwitchedOff(options['compression'])) options['compression'] = false;
  for (const { path, message } of [...faultsIn(options), ...faultsIn(aside)]) {
    const source = found.find((each) => each.path === path || each.path.startsWith(`${path}.`));
    faults.push({ path: source?.name ?? path, message });
  }
  if (faults.length > 0) throw new CacheConfigError(faults);
  return options;
}

function misspellings(env: Readonly<Record<string, string | undefined>>): ConfigFault[] {
  return Object.keys(env).flatMap((name) => {
    const meant = env[name] ? misspelled(name) : undefined;
    return meant === undefined ? [] : [{ path: name, message: `is not known. Did you mean ${meant}?` }];
  });
}

function asksForRedis(found: readonly FoundVariable[]): boolean {
  const disk = found.find(({ name }) => name === 'CACHE_DISK_DIRECTORY');
  return found.some(({ name, text }) => {
    return ADDRESSES.has(name) || (name === 'CACHE_BACKEND' && isOnRedis(text, disk));
  });
}

/** Many platforms set REDIS_URL and its parts as well. A part that says the same is dropped; another one is a fault. */
function withoutRepetition(found: readonly FoundVariable[]): FoundVariable[] {
  const url = found.find(({ name }) => name === 'REDIS_URL')?.text;
  if (url === undefined || redisUrlFault(url) !== undefined || socketPathOf(url) !== undefined) return [...found];
  const { host, port, db, username, password } = redisUrlParts(url);
  const said: Readonly<Record<string, string>> = {
    REDIS_HOST: host,
    REDIS_PORT: String(port),
    REDIS_DB: String(db),
    REDIS_USERNAME: username,
    REDIS_PASSWORD: password,
  };
  return found.filter(({ name, text }) => !Object.hasOwn(said, name) || said[name] !== text);
}

/** `CACHE_COMPRESSION=off` stands where an algorithm would; what else is set for it does not matter then. */
function isSwitchedOff(compression: unknown): boolean {
  return Reflect.get(Object(compression) as object, 'algorithm') === false;
}

function put(options: Record<string, unknown>, path: string, value: unknown): void {
  const dot = path.indexOf('.');
  if (dot === -1) {
    options[path] = value;
    return;
  }
  const group = path.slice(0, dot);
  const members = (options[group] ??= Object.create(null)) as Record<string, unknown>;
  members[path.slice(dot + 1)] = value;
}
