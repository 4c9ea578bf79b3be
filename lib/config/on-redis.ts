/** Whether this backend keeps entries in Redis, and so needs the options for it. `disk`: what the option of that name says. */
export function isOnRedis(backend: unknown, disk: unknown): backend is 'redis' | 'tiered' {
  return backend === 'redis' || (backend === 'tiered' && disk === undefined);
}
