import { once } from 'node:events';
import { connect } from 'node:net';
import { redisRoom, TTL_MS } from '../../kit/redis-room.mjs';
import { ReplyReader } from '../../kit/reply-reader.mjs';

/** Limit: no client at all. What one turn asks for is one MGET on a socket, read by the least parser that can. */
export const open = redisRoom(async ({ port, compressed }) => {
  if (compressed) return undefined;
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  const link = new Link(socket);
  return {
    get: (key) => link.get(`socket:${key}`),
    getMany: (keys) => Promise.all(keys.map((key) => link.get(`socket:${key}`))),
    set: (key, value) => link.set(`socket:${key}`, JSON.stringify(value)),
    close: () => socket.destroy(),
  };
});

class Link {
  #socket;
  /** What this turn has asked for. @type {{ key: string, resolve: (value: unknown) => void }[]} */
  #asked = [];
  /** Who waits for the answers to come, in the order of the commands. @type {((reply: unknown) => void)[]} */
  #waiting = [];

  /** @param {import('node:net').Socket} socket */
  constructor(socket) {
    this.#socket = socket;
    const reader = new ReplyReader((reply) => this.#waiting.shift()?.(reply));
    socket.on('data', (chunk) => reader.push(chunk));
  }

  /** @param {string} key @returns {Promise<unknown>} */
  get(key) {
    if (this.#asked.length === 0) process.nextTick(() => this.#send());
    return new Promise((resolve) => this.#asked.push({ key, resolve }));
  }

  /** @param {string} key @param {string} text @returns {Promise<unknown>} */
  set(key, text) {
    this.#socket.write(
      `*5\r\n$3\r\nSET\r\n$${Buffer.byteLength(key)}\r\n${key}\r\n$${Buffer.byteLength(text)}\r\n${text}\r\n` +
        `$2\r\nPX\r\n$${String(TTL_MS).length}\r\n${TTL_MS}\r\n`,
    );
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #send() {
    const asked = this.#asked;
    this.#asked = [];
    let command = `*${asked.length + 1}\r\n$4\r\nMGET\r\n`;
    for (const { key } of asked) command += `$${Buffer.byteLength(key)}\r\n${key}\r\n`;
    this.#socket.write(command);
    this.#waiting.push((reply) => {
      const texts = /** @type {(Buffer | null)[]} */ (reply);
      for (const [nth, { resolve }] of asked.entries()) {
        const text = texts[nth];
        resolve(text ? JSON.parse(text.toString()) : undefined);
      }
    });
  }
}
