import type { RedisOptions } from '../contracts/options.js';
import type { ConfigFault } from '../support/errors.js';
import { isDragonflyUrl, redisUrlFault, redisUrlParts, socketPathOf } from './redis-url.js';

type Name = keyof RedisOptions;

const OF_SENTINELS = ['sentinelName', 'sentinelUsername', 'sentinelPassword', 'sentinelTls'] as const;
const PLACE = ['url', 'host', 'port', 'path'] as const;
const CONNECTION = [...PLACE, 'nodes', 'sentinels', 'username', 'password', 'db', 'tls'] as const;

/** Each way of saying where Redis is, what cannot stand beside it, and why. The first that is set is taken for meant. */
const WAYS: readonly (readonly [way: Name, others: readonly Name[], because: string])[] = [
  ['client', [...CONNECTION, 'connectTimeout', 'connections'], 'the client has its connection'],
  ['nodes', [...PLACE, 'sentinels'], 'the nodes tell where the others are'],
  ['sentinels', PLACE, 'the sentinels tell where the master is'],
  ['path', ['url', 'host', 'port', 'tls'], 'a Unix socket has neither'],
  ['url', ['host', 'port', 'db'], 'the url says it'],
];

/** What cannot hold together in the options of Redis. */
export function redisFaults(redis: RedisOptions): ConfigFault[] {
  const way = WAYS.find(([name]) => redis[name] !== undefined);
  const isSocketUrl = way?.[0] === 'url' && isSoundUrl(redis.url) && socketPathOf(redis.url) !== undefined;
  const [name, others, because] = isSocketUrl
    ? (['url', ['host', 'port', 'tls'], 'the url is of a socket'] as const)
    : (way ?? []);
  return [
    ...(name === undefined ? [] : misplaced(redis, others!, name, because!)),
    ...(name === 'client' ? clientFaults(redis) : []),
    ...(name === 'nodes' ? nodesFaults(redis) : []),
    ...(name === 'url' && !isSocketUrl ? urlFaults(redis) : name === 'client' ? [] : userFaults(redis)),
    ...sentinelFaults(redis),
    ...coherenceFaults(redis),
  ];
}

/** What another source may still make sense of. */
export function incompleteRedisFaults(redis: RedisOptions): ConfigFault[] {
  if (redis.sentinels !== undefined) return [];
  return OF_SENTINELS.filter((name) => redis[name] !== undefined).map((name) => ({
    path: `redis.${name}`,
    message: 'has no meaning without `redis.sentinels`.',
  }));
}

function misplaced(redis: RedisOptions, names: readonly Name[], beside: Name, because: string): ConfigFault[] {
  return names
    .filter((name) => redis[name] !== undefined)
    .map((name) => ({ path: `redis.${name}`, message: `cannot stand beside \`redis.${beside}\`: ${because}.` }));
}

function clientFaults({ client }: RedisOptions): ConfigFault[] {
  const { options } = client as { options?: { enableAutoPipelining?: unknown; scaleReads?: unknown } };
  // With it ioredis (seen in 5.11 and 6.0) sends what `call` is given without the command's name.
  if (options?.enableAutoPipelining === true) {
    const message =
      'has enableAutoPipelining, with which ioredis drops the names of commands that it does not know by a method. ' +
      'Hand in a client without it: client.duplicate({ enableAutoPipelining: false }).';
    return [{ path: 'redis.client', message }];
  }
  if (isCluster(client) && options?.scaleReads !== undefined && options.scaleReads !== 'master') {
    const message =
      'reads from replicas (scaleReads), which may not have heard yet of what was deleted. ' +
      "Hand in a Cluster with scaleReads: 'master', its default.";
    return [{ path: 'redis.client', message }];
  }
  return [];
}

function nodesFaults(redis: RedisOptions): ConfigFault[] {
  const faults: ConfigFault[] = [];
  if (redis.db !== undefined && redis.db !== 0) {
    faults.push({
      path: 'redis.db',
      message: 'cannot stand beside `redis.nodes`: a cluster has the database 0 alone.',
    });
  }
  if (redis.connections !== undefined && redis.connections !== 1) {
    const message = 'cannot stand beside `redis.nodes`: a cluster has one connection to each of its nodes.';
    faults.push({ path: 'redis.connections', message });
  }
  return faults;
}

function sentinelFaults({ sentinels, sentinelUsername, sentinelPassword }: RedisOptions): ConfigFault[] {
  if (sentinels === undefined || !sentinelUsername || sentinelPassword) return [];
  return [{ path: 'redis.sentinelUsername', message: 'is never sent without `redis.sentinelPassword`.' }];
}

function coherenceFaults({ coherence, nodes, client, url }: RedisOptions): ConfigFault[] {
  if (coherence !== 'tracking') return [];
  const path = 'redis.coherence';
  const instead = "Use 'auto' or 'pubsub'.";
  if (nodes !== undefined || isCluster(client)) {
    return [
      { path, message: `cannot be 'tracking' on a cluster, where processes tell each other by messages. ${instead}` },
    ];
  }
  if (typeof url !== 'string' || !isDragonflyUrl(url)) return [];
  return [{ path, message: `cannot be 'tracking' with Dragonfly, whose CLIENT TRACKING has no REDIRECT. ${instead}` }];
}

function urlFaults(redis: RedisOptions): ConfigFault[] {
  if (!isSoundUrl(redis.url)) return [];
  const url = redisUrlParts(redis.url);
  const faults: ConfigFault[] = [];
  if (url.tls && redis.tls === false) {
    const scheme = redis.url.slice(0, redis.url.indexOf(':')).toLowerCase();
    faults.push({ path: 'redis.tls', message: `is false, and the url begins with ${scheme}://.` });
  }
  if (url.password === '') return [...faults, ...userFaults(redis)];
  const credentials = (['username', 'password'] as const).filter((name) => redis[name]);
  return [
    ...faults,
    ...credentials.map((name) => ({ path: `redis.${name}`, message: 'stands in the url too; give it once.' })),
  ];
}

function userFaults(redis: RedisOptions): ConfigFault[] {
  if (!redis.username || redis.password) return [];
  return [{ path: 'redis.username', message: 'is never sent without `redis.password`.' }];
}

function isSoundUrl(url: unknown): url is string {
  return typeof url === 'string' && redisUrlFault(url) === undefined;
}

function isCluster(client: unknown): boolean {
  return typeof client === 'object' && client !== null && Reflect.get(client, 'isCluster') === true;
}
