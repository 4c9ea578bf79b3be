import { isLoopback } from '../support/loopback.js';
import { isOnRedis } from './on-redis.js';
import { redisUrlParts } from './redis-url.js';
import type { ResolvedOptions } from './resolved-options.js';

/**
 * What the options alone tell to be open to whoever is on the network; `undefined`: nothing. `checkSecurity` finds more,
 * and sends commands for it, which nobody has asked for at start. A client of the application's is not looked into.
 */
export function securityNotice({ backend, disk, enabled, name, redis }: ResolvedOptions): string | undefined {
  if (!enabled || !isOnRedis(backend, disk) || !redis || redis.client) return undefined;
  const url = redis.url === undefined ? undefined : redisUrlParts(redis.url);
  const host = url?.host ?? redis.host;
  if (host === undefined || isLoopback(host)) return undefined;
  const cache = `Cache ${JSON.stringify(name)}`;
  if (redis.tls?.['rejectUnauthorized'] === false) {
    return `${cache}: the certificate of Redis is not verified (rejectUnauthorized: false). Name its authority in redis.tls.ca.`;
  }
  const hasPassword = redis.password !== undefined || (url !== undefined && url.password !== '');
  if (redis.tls || url?.tls || !hasPassword) return undefined;
  return `${cache}: the password for Redis crosses the network in plain text. Use rediss:// or redis.tls.`;
}
