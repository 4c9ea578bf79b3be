import { Redis } from 'ioredis';
import type { Recorder } from './recorder.js';

/** By which the test knows the connections that it must leave alone. */
export const SOURCE_CLIENT = 'history-source';

/** What the cache caches: a version of each key, which only rises. Stands beside the cache's own keys. */
export class Source {
  readonly #redis: Redis;

  constructor(
    url: string,
    private readonly run: string,
    private readonly recorder: Recorder,
  ) {
    this.#redis = new Redis(url, { connectionName: SOURCE_CLIENT });
  }

  async raise(key: string): Promise<number> {
    const began = this.recorder.now();
    const version = await this.#redis.incr(this.#at(key));
    this.recorder.add({ kind: 'raise', key, version, began, ended: this.recorder.now() });
    return version;
  }

  async versions(keys: readonly string[]): Promise<number[]> {
    return (await this.#redis.mget(keys.map((key) => this.#at(key)))).map(Number);
  }

  close(): void {
    this.#redis.disconnect();
  }

  #at(key: string): string {
    return `source:${this.run}:${key}`;
  }
}
