import type { RedisOptions as IoredisOptions } from 'ioredis';

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

/** Who tells where the master is. */
export interface RedisSentinels {
  readonly addresses: readonly RedisAddress[];
  /** What they call the master. */
  readonly name: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls?: Record<string, unknown> | undefined;
}

/** The longest pause before the sentinels are asked again. */
const MAX_DELAY = 500;

/** What a connection needs to follow the master. */
export function throughSentinels({ addresses, name, username, password, tls }: RedisSentinels): IoredisOptions {
  return {
    sentinels: addresses.map((address) => ({ ...address })),
    name,
    role: 'master',
    sentinelRetryStrategy: (attempt) => Math.min(50 * attempt, MAX_DELAY),
    // One that accepts connections and answers nothing must not be the one that is waited for.
    sentinelCommandTimeout: MAX_DELAY,
    // 1: connect anew, and send nothing twice. The master of yesterday takes no writes, and knows nothing of today's.
    reconnectOnError: (error) => (error.message.includes('READONLY') ? 1 : false),
    ...(username === undefined ? {} : { sentinelUsername: username }),
    ...(password === undefined ? {} : { sentinelPassword: password }),
    ...(tls === undefined ? {} : { sentinelTLS: tls }),
  };
}
