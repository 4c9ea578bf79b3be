import type { CacheModuleOptions, FreshnessOptions, RedisOptions } from '../contracts/options.js';
import { tryParseDuration } from '../support/duration.js';
import type { ConfigFault } from '../support/errors.js';
import { durationText } from './duration-text.js';
import { encodingFaults } from './encoding-faults.js';
import { isOnRedis } from './on-redis.js';
import { isGroup } from './option-faults.js';
import { redisUrlFault, redisUrlParts } from './redis-url.js';

const NOT_BESIDE_CLIENT = [
  'url',
  'host',
  'port',
  'username',
  'password',
  'db',
  'tls',
  'connectTimeout',
  'connections',
] as const;
const NOT_BESIDE_URL = ['host', 'port', 'db'] as const;
const MEMORY_BOUNDS = ['maxEntries', 'maxBytes'] as const;

/** Options that are right each, and cannot hold together. */
export function combinationFaults(options: CacheModuleOptions): ConfigFault[] {
  const redis = isGroup(options.redis) ? options.redis : undefined;
  return [
    ...backendFaults(options),
    ...timeoutFaults(options),
    ...(redis ? redisFaults(redis) : []),
    ...encodingFaults(options),
  ];
}

/** What another source, such as the environment, may still add. */
export function incompleteFaults(options: CacheModuleOptions): ConfigFault[] {
  if (!isOnRedis(options.backend) || options.redis !== undefined) return [];
  const message = `'${options.backend}' needs the options \`redis\`, such as { url }; in the environment REDIS_URL or REDIS_HOST.`;
  return [{ path: 'backend', message }];
}

function backendFaults(options: CacheModuleOptions): ConfigFault[] {
  const faults = [...memoryFaults(options), ...leaseFaults(options), ...resilienceFaults(options)];
  if (options.backend === 'null' && options.memory !== undefined) {
    faults.push({ path: 'memory', message: "has no meaning with the backend 'null', which keeps nothing." });
  }
  const onRedis = isOnRedis(options.backend) || (options.backend === undefined && options.redis !== undefined);
  if (onRedis && options.commandTimeout !== undefined) {
    faults.push({ path: 'commandTimeout', message: 'is for a custom backend. For Redis set `redis.commandTimeout`.' });
  }
  return faults;
}

/** Isolation is left out: it is of every backend. */
function memoryFaults({ backend, fallback, memory }: CacheModuleOptions): ConfigFault[] {
  // They bound the fallback, too.
  if (backend !== 'redis' || fallback !== 'none' || !isGroup(memory)) return [];
  const message = "has no meaning with the backend 'redis' and without a fallback; use 'tiered'.";
  return MEMORY_BOUNDS.filter((name) => memory[name] !== undefined).map((name) => ({
    path: `memory.${name}`,
    message,
  }));
}

const OF_OUTAGES = ['fallback', 'fallbackTtl', 'breaker', 'journal'] as const;

/** What cannot be lost needs no fallback; a custom backend is given up only where a fallback was named. */
function resilienceFaults(options: CacheModuleOptions): ConfigFault[] {
  const { backend, fallback, redis } = options;
  const given = OF_OUTAGES.filter((name) => options[name] !== undefined);
  if (fallback === 'none' && options.fallbackTtl !== undefined) {
    return [{ path: 'fallbackTtl', message: "has no meaning with fallback 'none'." }];
  }
  if (isGroup(backend)) {
    if (fallback !== undefined) return [];
    return given.map((path) => ({ path, message: 'needs `fallback` with a custom backend.' }));
  }
  if ((backend !== 'memory' && backend !== 'null') || redis !== undefined) return [];
  return given.map((path) => ({
    path,
    message: `has no meaning with the backend '${backend}', which cannot be lost.`,
  }));
}

/** Without a backend `redis` may still come from another source. */
function leaseFaults({ backend, lease, redis }: CacheModuleOptions): ConfigFault[] {
  const other = backend === 'memory' || backend === 'null' || isGroup(backend);
  if (!other || lease === undefined || redis !== undefined) return [];
  const name = typeof backend === 'string' ? `the backend '${backend}'` : 'a custom backend';
  return [{ path: 'lease', message: `has no meaning with ${name}: leases are of Redis.` }];
}

function timeoutFaults(options: CacheModuleOptions): ConfigFault[] {
  const faults = softAfterHard(options, options, '');
  if (!isGroup(options.http)) return faults;
  const { softTimeout, hardTimeout } = options.http;
  if (softTimeout === undefined && hardTimeout === undefined) return faults;
  return [...faults, ...softAfterHard(options.http, options, 'http.')];
}

function softAfterHard(group: FreshnessOptions, defaults: FreshnessOptions, prefix: string): ConfigFault[] {
  const soft = tryParseDuration(group.softTimeout ?? defaults.softTimeout);
  const hard = tryParseDuration(group.hardTimeout ?? defaults.hardTimeout);
  if (soft === undefined || hard === undefined || soft <= hard) return [];
  const path = group.softTimeout === undefined ? 'hardTimeout' : 'softTimeout';
  const message = `the soft timeout (${durationText(soft)}) comes after the hard one (${durationText(hard)}), which ends the call.`;
  return [{ path: prefix + path, message }];
}

function redisFaults(redis: RedisOptions): ConfigFault[] {
  if (redis.client !== undefined) {
    return [
      ...misplaced(redis, NOT_BESIDE_CLIENT, 'client', 'the client has its connection'),
      ...pipeliningFaults(redis.client),
    ];
  }
  if (redis.url !== undefined)
    return [...misplaced(redis, NOT_BESIDE_URL, 'url', 'the url says it'), ...urlFaults(redis)];
  if (!redis.username || redis.password) return [];
  return [{ path: 'redis.username', message: 'is never sent without `redis.password`.' }];
}

/** With it ioredis (seen in 5.11 and 6.0) sends what `call` is given without the command's name. */
function pipeliningFaults(client: object): ConfigFault[] {
  const { options } = client as { options?: { enableAutoPipelining?: unknown } };
  if (options?.enableAutoPipelining !== true) return [];
  const message =
    'has enableAutoPipelining, with which ioredis drops the names of commands that it does not know by a method. ' +
    'Hand in a client without it: client.duplicate({ enableAutoPipelining: false }).';
  return [{ path: 'redis.client', message }];
}

function misplaced(
  redis: RedisOptions,
  names: readonly (keyof RedisOptions)[],
  beside: string,
  because: string,
): ConfigFault[] {
  return names
    .filter((name) => redis[name] !== undefined)
    .map((name) => ({ path: `redis.${name}`, message: `cannot stand beside \`redis.${beside}\`: ${because}.` }));
}

function urlFaults(redis: RedisOptions): ConfigFault[] {
  if (typeof redis.url !== 'string' || redisUrlFault(redis.url) !== undefined) return [];
  const url = redisUrlParts(redis.url);
  const faults: ConfigFault[] = [];
  if (url.tls && redis.tls === false)
    faults.push({ path: 'redis.tls', message: 'is false, and the url begins with rediss://.' });
  if (url.password !== '') {
    const credentials = (['username', 'password'] as const).filter((name) => redis[name]);
    faults.push(
      ...credentials.map((name) => ({ path: `redis.${name}`, message: 'stands in the url too; give it once.' })),
    );
  } else if (redis.username && !redis.password) {
    faults.push({ path: 'redis.username', message: 'is never sent without `redis.password`.' });
  }
  return faults;
}
