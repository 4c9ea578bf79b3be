import type { CacheModuleOptions, FreshnessOptions } from '../contracts/options.js';
import { tryParseDuration } from '../support/duration.js';
import type { ConfigFault } from '../support/errors.js';
import { durationText } from './duration-text.js';
import { diskFaults, incompleteDiskFaults } from './disk-faults.js';
import { encodingFaults } from './encoding-faults.js';
import { isOnRedis } from './on-redis.js';
import { isGroup } from './option-faults.js';
import { incompleteRedisFaults, redisFaults } from './redis-faults.js';

const MEMORY_BOUNDS = ['maxEntries', 'maxBytes', 'eviction'] as const;

/** Options that are right each, and cannot hold together. */
export function combinationFaults(options: CacheModuleOptions): ConfigFault[] {
  const redis = isGroup(options.redis) ? options.redis : undefined;
  return [
    ...backendFaults(options),
    ...timeoutFaults(options),
    ...(redis ? redisFaults(redis) : []),
    ...diskFaults(options),
    ...encodingFaults(options),
  ];
}

/** What another source, such as the environment, may still add. */
export function incompleteFaults(options: CacheModuleOptions): ConfigFault[] {
  return [...incompleteDiskFaults(options), ...incompleteServerFaults(options)];
}

function incompleteServerFaults(options: CacheModuleOptions): ConfigFault[] {
  if (isGroup(options.redis)) return incompleteRedisFaults(options.redis);
  if (!isOnRedis(options.backend, options.disk) || options.redis !== undefined) return [];
  if (options.backend === 'tiered') {
    const message =
      "'tiered' needs a second tier: the options `redis`, such as { url }, or `disk`, such as { directory }; in the environment REDIS_URL, REDIS_HOST or CACHE_DISK_DIRECTORY.";
    return [{ path: 'backend', message }];
  }
  const message = `'${options.backend}' needs the options \`redis\`, such as { url }; in the environment REDIS_URL or REDIS_HOST.`;
  return [{ path: 'backend', message }];
}

function backendFaults(options: CacheModuleOptions): ConfigFault[] {
  const faults = [
    ...memoryFaults(options),
    ...admissionFaults(options),
    ...leaseFaults(options),
    ...resilienceFaults(options),
  ];
  if (options.backend === 'null' && options.memory !== undefined) {
    faults.push({ path: 'memory', message: "has no meaning with the backend 'null', which keeps nothing." });
  }
  const onRedis =
    isOnRedis(options.backend, options.disk) || (options.backend === undefined && options.redis !== undefined);
  if (onRedis && options.commandTimeout !== undefined) {
    faults.push({ path: 'commandTimeout', message: 'is for a custom backend. For Redis set `redis.commandTimeout`.' });
  }
  return faults;
}

/** Isolation is left out: it is of every backend. */
function memoryFaults({ backend, fallback, memory }: CacheModuleOptions): ConfigFault[] {
  if (!isGroup(memory)) return [];
  // They bound the fallback, too.
  const isUnused = (backend === 'redis' && fallback === 'none') || (backend === 'disk' && fallback !== 'memory');
  if (!isUnused) return [];
  const instead = backend === 'redis' ? "use 'tiered'" : 'see `disk.maxBytes`';
  const message = `has no meaning with the backend '${backend}' and without a fallback; ${instead}.`;
  return MEMORY_BOUNDS.filter((name) => memory[name] !== undefined).map((name) => ({
    path: `memory.${name}`,
    message,
  }));
}

/** Without a backend `redis` may still come from another source, and with it the second tier. */
function admissionFaults({ backend, memory }: CacheModuleOptions): ConfigFault[] {
  if (backend === undefined || backend === 'tiered' || backend === 'null' || !isGroup(memory)) return [];
  if (memory.admit === undefined) return [];
  const message = "has a meaning with the backend 'tiered' alone: what it keeps out stays in the second tier.";
  return [{ path: 'memory.admit', message }];
}

const OF_OUTAGES = ['fallback', 'fallbackTtl', 'breaker', 'journal'] as const;

/** What cannot be lost needs no fallback; a custom backend is given up only where a fallback was named. */
function resilienceFaults(options: CacheModuleOptions): ConfigFault[] {
  const { backend, disk, fallback, redis } = options;
  const given = OF_OUTAGES.filter((name) => options[name] !== undefined);
  if (fallback === 'none' && options.fallbackTtl !== undefined) {
    return [{ path: 'fallbackTtl', message: "has no meaning with fallback 'none'." }];
  }
  const isOnDisk = backend === 'disk' || (backend === 'tiered' && disk !== undefined);
  if (isGroup(backend) || isOnDisk) {
    if (fallback !== undefined) return [];
    const name = isGroup(backend)
      ? 'a custom backend'
      : `the backend '${backend}'${backend === 'disk' ? '' : ' on disk'}`;
    return given.map((path) => ({ path, message: `needs \`fallback\` with ${name}.` }));
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
  return [
    {
      path: 'lease',
      message: `has no meaning with ${name}: leases are of what processes share, Redis or a directory.`,
    },
  ];
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
