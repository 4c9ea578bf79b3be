import { Redis } from 'ioredis';
import { turn } from './clock.mjs';

const CHANNEL = 'bench-naive:changes';

/**
 * Two tiers as they are often written by hand: a Map, Redis, and a message for each change. It keeps none of the
 * promises; it is here to show that a trial notices when one is broken.
 */
export class NaiveCache {
  #near = new Map();
  #data;
  #ear;

  /** @param {number} port */
  constructor(port) {
    this.#data = new Redis({ port });
    this.#ear = new Redis({ port });
    void this.#ear.subscribe(CHANNEL);
    this.#ear.on('message', (_channel, key) => this.#near.delete(key));
  }

  /** @param {string} key */
  peek(key) {
    return this.#near.get(key);
  }

  /** @param {string} key */
  async get(key) {
    if (this.#near.has(key)) return this.#near.get(key);
    const text = await this.#data.get(this.#own(key));
    if (text === null) return undefined;
    // Stands for a value that is unpacked off the main thread.
    await turn();
    this.#near.set(key, JSON.parse(text));
    return this.#near.get(key);
  }

  /** @param {string} key @param {unknown} value */
  async set(key, value) {
    await this.#data.set(this.#own(key), JSON.stringify(value), 'PX', 600_000);
    this.#near.set(key, value);
    await this.#data.publish(CHANNEL, key);
    return true;
  }

  /** @param {string} key */
  async delete(key) {
    this.#near.delete(key);
    await this.#data.del(this.#own(key));
    await this.#data.publish(CHANNEL, key);
    return true;
  }

  /** @param {string} key @param {(context: { key: string }) => Promise<unknown>} loader */
  async getOrSet(key, loader) {
    const found = await this.get(key);
    if (found !== undefined) return found;
    const value = await loader({ key });
    await this.set(key, value);
    return value;
  }

  /** @param {string} key */
  #own(key) {
    return `bench-naive:${key}`;
  }
}
