/** An option that has its name already, and nothing behind it yet. */
export interface NotBuilt {
  readonly path: string;
  /** Whether this value asks for it. Never called for `undefined`. */
  readonly asksFor: (value: unknown) => boolean;
  /** How the message calls it. */
  readonly what: string;
  readonly instead?: string;
}

const always = (): boolean => true;
const exactly = (word: string) => (value: unknown) => value === word;

/** Whoever builds one of these deletes its line. */
export const NOT_BUILT: readonly NotBuilt[] = [
  { path: 'backend', asksFor: exactly('disk'), what: 'backend "disk"', instead: 'Use "tiered", "redis" or "memory".' },
  { path: 'disk', asksFor: always, what: 'disk' },
  { path: 'redis.nodes', asksFor: always, what: 'redis.nodes (Redis Cluster)' },
  { path: 'redis.sentinels', asksFor: always, what: 'redis.sentinels' },
  { path: 'redis.client', asksFor: isCluster, what: 'a Redis Cluster client' },
  {
    path: 'redis.url',
    asksFor: hasScheme('valkey'),
    what: 'the scheme valkey:',
    instead: 'Valkey answers to redis: too.',
  },
  {
    path: 'redis.url',
    asksFor: hasScheme('dragonfly'),
    what: 'the scheme dragonfly:',
    instead: 'Dragonfly answers to redis: too.',
  },
];

function isCluster(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Reflect.get(value, 'isCluster') === true;
}

function hasScheme(name: string): (value: unknown) => boolean {
  return (value) => typeof value === 'string' && new RegExp(`^${name}s?:`, 'i').test(value);
}
