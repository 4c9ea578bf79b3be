/** Whether this backend keeps entries in Redis, and so needs the options for it. */
export function isOnRedis(backend: unknown): backend is 'redis' | 'tiered' {
  return backend === 'redis' || backend === 'tiered';
}
