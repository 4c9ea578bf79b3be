import { suggestion } from './suggestion.js';
import {
  readBytes,
  readCompression,
  readDuration,
  readList,
  readNodes,
  readNumber,
  readSwitch,
  readSwitchOrNumber,
  readText,
  type EnvReader,
} from './env-text.js';

export interface EnvVariable {
  /** The option it sets. */
  readonly path: string;
  readonly read: EnvReader;
}

const variable = (path: string, read: EnvReader): EnvVariable => ({ path, read });

const VARIABLES: Readonly<Record<string, EnvVariable>> = {
  REDIS_URL: variable('redis.url', readText),
  REDIS_HOST: variable('redis.host', readText),
  REDIS_PORT: variable('redis.port', readNumber),
  REDIS_SOCKET_PATH: variable('redis.path', readText),
  REDIS_NODES: variable('redis.nodes', readNodes),
  REDIS_SENTINELS: variable('redis.sentinels', readNodes),
  REDIS_SENTINEL_NAME: variable('redis.sentinelName', readText),
  REDIS_SENTINEL_USERNAME: variable('redis.sentinelUsername', readText),
  REDIS_SENTINEL_PASSWORD: variable('redis.sentinelPassword', readText),
  REDIS_SENTINEL_TLS: variable('redis.sentinelTls', readSwitch),
  REDIS_USERNAME: variable('redis.username', readText),
  REDIS_PASSWORD: variable('redis.password', readText),
  REDIS_DB: variable('redis.db', readNumber),
  REDIS_TLS: variable('redis.tls', readSwitch),
  REDIS_MAX_CONNECTIONS: variable('redis.connections', readNumber),
  REDIS_SOCKET_TIMEOUT: variable('redis.commandTimeout', readDuration),
  REDIS_CONNECT_TIMEOUT: variable('redis.connectTimeout', readDuration),
  REDIS_COHERENCE: variable('redis.coherence', readText),
  REDIS_ON_SERVER_CHANGE: variable('redis.onServerChange', readText),
  CACHE_NAME: variable('name', readText),
  CACHE_ENABLED: variable('enabled', readSwitch),
  CACHE_NAMESPACE: variable('namespace', readText),
  CACHE_BACKEND: variable('backend', readText),
  CACHE_DEFAULT_TTL: variable('ttl', readDuration),
  CACHE_NULL_TTL: variable('nullTtl', readDuration),
  CACHE_STALE_WHILE_REVALIDATE: variable('staleWhileRevalidate', readDuration),
  CACHE_STALE_IF_ERROR: variable('staleIfError', readDuration),
  CACHE_REFRESH_AHEAD: variable('refreshAhead', readSwitchOrNumber),
  CACHE_SOFT_TIMEOUT: variable('softTimeout', readDuration),
  CACHE_HARD_TIMEOUT: variable('hardTimeout', readDuration),
  CACHE_JITTER: variable('jitter', readNumber),
  CACHE_MAX_ENTRIES: variable('memory.maxEntries', readNumber),
  CACHE_MAX_BYTES: variable('memory.maxBytes', readBytes),
  CACHE_EVICTION: variable('memory.eviction', readText),
  CACHE_ISOLATION: variable('memory.isolation', readText),
  CACHE_DISK_DIRECTORY: variable('disk.directory', readText),
  CACHE_DISK_MAX_BYTES: variable('disk.maxBytes', readBytes),
  CACHE_DISK_EVICTION: variable('disk.eviction', readText),
  CACHE_COMMAND_TIMEOUT: variable('commandTimeout', readDuration),
  CACHE_LEASE_TTL: variable('lease.ttl', readDuration),
  CACHE_LEASE_WAIT_TIMEOUT: variable('lease.waitTimeout', readDuration),
  CACHE_STREAMS_MAX_BYTES: variable('streams.maxBytes', readBytes),
  CACHE_STREAMS_STALL_TIMEOUT: variable('streams.stallTimeout', readDuration),
  CACHE_STREAMS_WAIT_TIMEOUT: variable('streams.waitTimeout', readDuration),
  CACHE_FALLBACK: variable('fallback', readText),
  CACHE_FALLBACK_TTL: variable('fallbackTtl', readDuration),
  CACHE_BREAKER_FAILURES: variable('breaker.failures', readNumber),
  CACHE_BREAKER_ERROR_RATE: variable('breaker.errorRate', readNumber),
  CACHE_JOURNAL_DIRECTORY: variable('journal.directory', readText),
  CACHE_JOURNAL_MAX_ENTRIES: variable('journal.maxEntries', readNumber),
  CACHE_CODEC: variable('codec', readText),
  CACHE_COMPRESSION: variable('compression.algorithm', readCompression),
  CACHE_COMPRESSION_THRESHOLD: variable('compression.threshold', readBytes),
  CACHE_COMPRESSION_LEVEL: variable('compression.level', readNumber),
  CACHE_ENCRYPTION_KEYS: variable('encryption.keys', readList),
  CACHE_CLASS_INSTANCES: variable('classInstances', readText),
  CACHE_LOG_CALLS: variable('logCalls', readSwitch),
  CACHE_LOG_KEYS: variable('logKeys', readText),
};

const TTL_PREFIX = 'CACHE_TTL_';
/** Texts in which a blank at the end may be meant. */
const VERBATIM = new Set(['REDIS_PASSWORD', 'REDIS_SENTINEL_PASSWORD']);

export interface FoundVariable extends EnvVariable {
  readonly name: string;
  readonly text: string;
}

/** The variables of ours that are set; an empty one is not. */
export function setVariables(env: Readonly<Record<string, string | undefined>>): FoundVariable[] {
  return Object.keys(env).flatMap((name) => {
    const known = variableOf(name);
    const text = VERBATIM.has(name) ? env[name] : env[name]?.trim();
    if (!known || !text || isServiceLink(name, text)) return [];
    return [{ ...known, name, text }];
  });
}

/** The variable that `name` seems to be a misspelling of. Those of other programs, such as CACHE_DIR, are left alone. */
export function misspelled(name: string): string | undefined {
  if (!/^CACHE_./i.test(name) || variableOf(name)) return undefined;
  const upper = name.toUpperCase();
  if (variableOf(upper)) return upper;
  const prefix = /^CACHE_([A-Z]{2,4})_(?=.)/.exec(upper);
  if (prefix && suggestion(prefix[1]!, ['TTL'])) return TTL_PREFIX + upper.slice(prefix[0].length);
  // Only what follows CACHE_ counts: two slips in a short word make another program's word.
  const ends = Object.keys(VARIABLES).flatMap((known) => (known.startsWith('CACHE_') ? [known.slice(6)] : []));
  const meant = suggestion(upper.slice(6), ends);
  return meant === undefined ? undefined : `CACHE_${meant}`;
}

function variableOf(name: string): EnvVariable | undefined {
  if (Object.hasOwn(VARIABLES, name)) return VARIABLES[name];
  if (!name.startsWith(TTL_PREFIX) || name === TTL_PREFIX) return undefined;
  return variable(`operations.${name.slice(TTL_PREFIX.length).toLowerCase()}`, readDuration);
}

/** Kubernetes sets REDIS_PORT=tcp://... in every pod beside a service that is called `redis`. Nobody meant it for us. */
function isServiceLink(name: string, text: string): boolean {
  return name === 'REDIS_PORT' && text.startsWith('tcp://');
}
