import { Redis, type RedisOptions } from 'ioredis';
import { openRedisRoom, type RedisRoom, type RedisRoomOptions } from '../../../lib/backends/redis/open-redis.js';
import { closeRedis } from '../../../lib/backends/redis/redis-client.js';
import type { BusMessage } from '../../../lib/contracts/invalidation-bus.js';
import { systemClock, systemRandom } from '../../../lib/support/clock.js';
import { wireKey } from '../../../lib/support/wire-key.js';
import { until } from '../../support/deferred.js';

export interface EaredRoom extends RedisRoom {
  /** What it has heard: the words of each message, `lost` and `back`. */
  readonly heard: string[];
  /** What goes wrong for good. */
  readonly errors: string[];
}

/** What one test opens on one server, under a root of its own. */
export class Rooms {
  static #count = 0;
  readonly root = `test${++Rooms.#count}`;
  readonly key = this.shared('a');
  readonly other = this.shared('b');
  readonly #rooms: RedisRoom[] = [];
  readonly #clients: Redis[] = [];

  constructor(readonly port: number) {}

  shared(name: string): { value: string; lease: string } {
    return { value: wireKey(this.root, 'v', name), lease: wireKey(this.root, 'l', name) };
  }

  /** A room, whether or not it is connected. */
  async open(options: Partial<RedisRoomOptions> = {}): Promise<EaredRoom> {
    const errors: string[] = [];
    const room = await openRedisRoom({
      connection: { host: '127.0.0.1', port: this.port, connectTimeout: 2_000 },
      connections: 1,
      coherence: 'auto',
      rootPath: this.root,
      clock: systemClock,
      random: systemRandom,
      onError: (operation, error) => void errors.push(`${operation}: ${String(error)}`),
      ...options,
    });
    this.#rooms.push(room);
    const heard: string[] = [];
    room.bus.listen({
      heard: (message) => void heard.push(words(message)),
      lost: () => void heard.push('lost'),
      back: () => void heard.push('back'),
    });
    return { ...room, heard, errors };
  }

  async connected(options: Partial<RedisRoomOptions> = {}): Promise<EaredRoom> {
    const room = await this.open(options);
    await until(() => room.bus.connected);
    room.heard.length = 0;
    return room;
  }

  async client(options: RedisOptions = {}): Promise<Redis> {
    const client = new Redis(this.port, '127.0.0.1', options);
    client.on('error', () => {});
    this.#clients.push(client);
    if (client.status !== 'ready') await new Promise<void>((resolve) => void client.once('ready', () => resolve()));
    return client;
  }

  /** The ids of the server's connections whose flags hold the letter: `P` subscribes, `t` is tracked. */
  async ids(admin: Redis, flag: 'P' | 't'): Promise<string[]> {
    const lines = String(await admin.client('LIST')).split('\n');
    return lines
      .filter((line) => new RegExp(`flags=\\w*${flag}`).test(line))
      .map((line) => /^id=(\d+)/.exec(line)![1]!);
  }

  async close(): Promise<void> {
    await Promise.all(this.#rooms.splice(0).flatMap(({ bus, backend }) => [bus.close(), backend.close()]));
    await Promise.all(this.#clients.splice(0).map(closeRedis));
  }
}

export function words(message: BusMessage): string {
  if (message.kind === 'keys') return message.keys.join(' ');
  return message.kind === 'pattern' ? `${message.path} ${message.pattern}` : message.kind;
}

export const bytes = (text: string): Buffer => Buffer.from(text);
