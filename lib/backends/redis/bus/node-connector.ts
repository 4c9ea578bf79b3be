import { createConnection, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { RedisOptions as IoredisOptions } from 'ioredis';
import type { RedisAddress } from '../redis-sentinels.js';

/** How long to wait for an address when there is none, in milliseconds. */
const PAUSE = 50;

/**
 * For a connection that goes to another node with each attempt: when its node has died, the next one will do.
 *
 * @param next asked at each attempt; `undefined`: there is none at the moment.
 */
export function connectorTo(next: () => RedisAddress | undefined): NonNullable<IoredisOptions['Connector']> {
  class NodeConnector {
    firstError: Error | undefined;
    readonly #options: Pick<IoredisOptions, 'tls' | 'disconnectTimeout'>;
    #socket: Socket | undefined;
    #wanted = false;

    constructor(options: unknown) {
      this.#options = options as IoredisOptions;
    }

    check(): boolean {
      return true;
    }

    async connect(): Promise<Socket> {
      this.#wanted = true;
      let address = next();
      while (!address) {
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
        // To ioredis a connector that fails has failed for good, which is what is meant by now.
        if (!this.#wanted) throw new Error('Connection is closed.');
        address = next();
      }
      const { host, port } = address;
      const { tls } = this.#options;
      const socket: Socket = tls ? connectTls({ ...tls, host, port }) : createConnection({ host, port });
      socket.once('error', (error) => void (this.firstError = error));
      this.#socket = socket;
      return socket;
    }

    disconnect(): void {
      this.#wanted = false;
      const socket = this.#socket;
      if (!socket || socket.destroyed) return;
      const timer = setTimeout(() => socket.destroy(), this.#options.disconnectTimeout);
      socket.once('close', () => clearTimeout(timer));
      socket.end();
    }
  }
  // What ioredis asks for is an abstract class, which only exists once ioredis is loaded.
  return NodeConnector as unknown as NonNullable<IoredisOptions['Connector']>;
}
