import type { RedisClientLike } from '../../contracts/options.js';
import { publicMessageOf } from '../../support/public-message.js';

interface ErrorSource {
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'ready', listener: () => void): unknown;
}

/** What stands between a client and its server, until it is ready again. */
const troubles = new WeakMap<object, string>();

/**
 * Listens to what keeps the client from connecting. A certificate that was refused, or a password, would otherwise look
 * like a server that is away. And without a listener ioredis would write to the console.
 */
export function watchTrouble(client: ErrorSource & object): void {
  client.on('error', (error) => void troubles.set(client, publicMessageOf(error)));
  client.on('ready', () => void troubles.delete(client));
}

/** Without secrets; `undefined` when nothing is known. */
export function troubleOf(client: RedisClientLike): string | undefined {
  return troubles.get(client);
}
