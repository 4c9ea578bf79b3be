import { durationText } from './duration-text.js';
import type { ResolvedCompression, ResolvedEncryption } from './resolved-encoding.js';
import type { ResolvedFreshness } from '../contracts/resolved-freshness.js';
import { DEFAULT_LEASE, type ResolvedOptions } from './resolved-options.js';
import type { ResolvedRedis } from './resolved-redis.js';
import { redisUrlParts } from './redis-url.js';

/** One line for the log at start: what the options came to, without credentials. */
export function describeOptions(options: ResolvedOptions): string {
  const cache = `Cache ${JSON.stringify(options.name)}`;
  if (!options.enabled) return `${cache}: disabled, every call runs its loader`;
  return [
    `${cache}: namespace ${JSON.stringify(options.namespace)}`,
    `backend ${backendText(options)}`,
    ...leaseTexts(options),
    ...encodingTexts(options),
    ...tenantTexts(options),
    `ttl ${durationText(options.ttl)}`,
    ...freshnessTexts(options.freshness),
    ...[...options.operations].map(([name, ttl]) => `${JSON.stringify(name)} ttl ${durationText(ttl)}`),
  ].join(', ');
}

function backendText({ backend, disk, memory, redis, commandTimeout }: ResolvedOptions): string {
  if (backend === 'null') return 'null (nothing is kept)';
  const inProcess = `${memory.maxEntries} entries, ${sizeText(memory.maxBytes)}, isolation ${memory.isolation}${evictionText(memory)}`;
  if (backend === 'memory') return `memory (${inProcess})`;
  const limit = `command timeout ${durationText(commandTimeout)}`;
  const onServer = `${redis ? describeAddress(redis) : 'no address'}, ${limit}${redis ? coherenceText(redis) : ''}`;
  const inFile = disk && `${disk.directory}, ${sizeText(disk.maxBytes)}, ${limit}`;
  if (backend === 'disk') return `disk (${inFile})`;
  if (backend === 'redis') return `redis (${onServer})`;
  if (backend === 'tiered') return `tiered (memory ${inProcess}; ${disk ? `disk ${inFile}` : `redis ${onServer}`})`;
  // Known by its methods alone, it may lack the name.
  const name: unknown = backend.name;
  return `${JSON.stringify(typeof name === 'string' ? name : 'custom')} (${limit})`;
}

/** Where it differs from the default. */
function evictionText({ eviction }: ResolvedOptions['memory']): string {
  if (eviction === 'lru') return '';
  return `, eviction ${typeof eviction === 'function' ? 'by a strategy of yours' : eviction}`;
}

function coherenceText({ coherence }: ResolvedRedis): string {
  return coherence === 'auto' ? '' : `, coherence ${coherence}`;
}

/** What differs from the defaults. */
function leaseTexts({ backend, lease }: ResolvedOptions): string[] {
  if (backend !== 'disk' && backend !== 'tiered' && backend !== 'redis') return [];
  return (['ttl', 'waitTimeout'] as const)
    .filter((name) => lease[name] !== DEFAULT_LEASE[name])
    .map((name) => `lease ${name} ${durationText(lease[name])}`);
}

/** What differs from the defaults. Of keys their number alone. */
function encodingTexts({ backend, codec, compression, encryption }: ResolvedOptions): string[] {
  if (backend === 'null' || backend === 'memory') return [];
  const codecName: unknown = typeof codec === 'string' ? codec : codec.name;
  return [
    ...(codecName === 'json' ? [] : [`codec ${JSON.stringify(codecName)}`]),
    ...compressionTexts(compression),
    ...(encryption ? [encryptionText(encryption)] : []),
  ];
}

function tenantTexts({ tenant }: ResolvedOptions): string[] {
  if (tenant === undefined) return [];
  const whose = tenant.resolve === undefined ? 'named by each call' : 'resolved for each call';
  return [`tenant ${whose}${tenant.required ? ', required' : ''}`];
}

function encryptionText({ keys, tenantKeys }: ResolvedEncryption): string {
  const number = keys.length === 1 ? '1 key' : `${keys.length} keys`;
  return `encrypted (${number}${tenantKeys ? ', and keys of tenants' : ''})`;
}

function compressionTexts({ algorithm, level, threshold }: ResolvedCompression): string[] {
  if (algorithm === undefined) return ['not compressed'];
  if (algorithm === 'deflate' && level === undefined && threshold === 1_024) return [];
  return [`${algorithm}${level === undefined ? '' : ` level ${level}`} above ${sizeText(threshold)}`];
}

/** Where the server is, without credentials. */
export function describeAddress(redis: ResolvedRedis): string {
  if (redis.client) return 'a client of yours';
  const connections = redis.connections > 1 ? `, ${redis.connections} connections` : '';
  const withTls = redis.tls ? ' with TLS' : '';
  if (redis.nodes) return `a cluster at ${nodesText(redis.nodes)}${withTls}`;
  if (redis.sentinels) {
    const { name, addresses } = redis.sentinels;
    return `${JSON.stringify(name)}/${redis.db}${withTls} by the sentinels ${nodesText(addresses)}${connections}`;
  }
  if (redis.path !== undefined) return `${redis.path} database ${redis.db}${connections}`;
  const url = redis.url === undefined ? undefined : redisUrlParts(redis.url);
  const address = placeText(url?.host ?? redis.host ?? '', url?.port ?? redis.port!);
  const tls = url?.tls ? ' with TLS' : withTls;
  return `${address}/${url?.db ?? redis.db}${tls}${connections}`;
}

function nodesText(nodes: readonly { readonly host: string; readonly port: number }[]): string {
  return nodes.map(({ host, port }) => placeText(host, port)).join(' ');
}

function placeText(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function freshnessTexts(freshness: ResolvedFreshness): string[] {
  const { staleWhileRevalidate, staleIfError, refreshAhead, softTimeout, hardTimeout, jitter, nullTtl } = freshness;
  const durations = Object.entries({ nullTtl, softTimeout, hardTimeout }).flatMap(([name, ms]) => {
    return ms === undefined ? [] : [`${name} ${durationText(ms)}`];
  });
  return [
    ...(staleWhileRevalidate > 0 ? [`staleWhileRevalidate ${durationText(staleWhileRevalidate)}`] : []),
    ...(staleIfError > 0 ? [`staleIfError ${durationText(staleIfError)}`] : []),
    ...(refreshAhead > 0 ? [`refreshAhead ${refreshAhead}`] : []),
    ...(jitter > 0 ? [`jitter ${jitter}`] : []),
    ...durations,
  ];
}

function sizeText(bytes: number): string {
  const [unit, size] = (
    [
      ['GiB', 2 ** 30],
      ['MiB', 2 ** 20],
      ['KiB', 2 ** 10],
    ] as const
  ).find(([, step]) => bytes > 0 && bytes % step === 0) ?? ['bytes', 1];
  return `${bytes / size} ${unit}`;
}
