import { CacheBackend, type BackendItem } from '../../contracts/backend.js';
import type { RedisClientLike } from '../../contracts/options.js';
import type { SecurityFinding } from '../../contracts/security.js';
import { systemClock } from '../../support/clock.js';
import { CacheBackendError } from '../../support/errors.js';
import type { Argument, Links } from './links.js';
import { closeRedis } from './redis-client.js';
import { asBuffer, expiry, RedisLinks } from './redis-links.js';
import { RedisSecurity } from './security/redis-security.js';
import { PATCH_ALONE, TOUCH } from './scripts.js';

const SCAN_COUNT = 500;
/** Of one MGET or UNLINK. */
const MAX_KEYS = 1_024;

/** Entries in Redis or Valkey, through ioredis. Only MGET, SET, UNLINK, EXISTS, GETRANGE, SCAN, EVALSHA, EVAL and PING are sent. */
export class RedisBackend extends CacheBackend {
  override readonly name = 'redis';
  override readonly gathers: Links['lanes'];
  readonly #links: Links;

  /**
   * @param owned The connections were opened for this backend and are closed with it.
   * @param beforeClose What still needs the connections when this backend closes.
   * @param links How commands find their way over them.
   */
  constructor(
    private readonly clients: readonly RedisClientLike[],
    private readonly owned: boolean,
    private readonly beforeClose: () => Promise<void> = async () => {},
    links: Links = new RedisLinks(clients),
  ) {
    super();
    this.#links = links;
    this.gathers = links.lanes;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    // GET fails on a list or a hash, where MGET says that there is no text: so do we, and `set` overwrites it.
    const [answer] = (await this.#links.send(key, 'MGET', key)) as unknown[];
    return bytes(answer);
  }

  async set(key: string, value: Uint8Array, ttlMs?: number): Promise<void> {
    await this.#links.send(key, 'SET', key, asBuffer(value), ...expiry(ttlMs));
  }

  async delete(key: string): Promise<boolean> {
    return (await this.#links.send(key, 'UNLINK', key)) === 1;
  }

  override async exists(key: string): Promise<boolean> {
    return (await this.#links.send(key, 'EXISTS', key)) === 1;
  }

  override async getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    const [first] = keys;
    // The reads of one turn: the common case.
    if (this.gathers === 'all' && first !== undefined && keys.length <= MAX_KEYS) {
      return ((await this.#links.send(first, 'MGET', ...keys)) as unknown[]).map(bytes);
    }
    const found: (Uint8Array | undefined)[] = Array.from({ length: keys.length });
    await this.#links.spread(
      keys,
      MAX_KEYS,
      (key) => key,
      async (slice) => {
        const answers = (await this.#links.send(slice[0]!.item, 'MGET', ...slice.map(({ item }) => item))) as unknown[];
        for (const [nth, { index }] of slice.entries()) found[index] = bytes(answers[nth]);
      },
    );
    return found;
  }

  /** One write to the socket: commands of one tick leave together. Settles when none of them can land any more. */
  override async setMany(entries: readonly BackendItem[]): Promise<void> {
    const sent = await Promise.allSettled(entries.map(({ key, value, ttlMs }) => this.set(key, value, ttlMs)));
    for (const result of sent) if (result.status === 'rejected') throw result.reason;
  }

  override async deleteMany(keys: readonly string[]): Promise<number> {
    const counts = await this.#links.spread(
      keys,
      MAX_KEYS,
      (key) => key,
      (slice) => this.#links.send(slice[0]!.item, 'UNLINK', ...slice.map(({ item }) => item)),
    );
    return counts.reduce<number>((sum, count) => sum + Number(count), 0);
  }

  override async isLonger(key: string, than: number): Promise<boolean> {
    const rest = (await this.#links.send(key, 'GETRANGE', key, than, than)) as Uint8Array;
    return rest.length > 0;
  }

  override async add(key: string, value: Uint8Array, ttlMs?: number): Promise<boolean> {
    return (await this.#links.send(key, 'SET', key, asBuffer(value), ...expiry(ttlMs), 'NX')) !== null;
  }

  override async touch(key: string, ttlMs: number): Promise<void> {
    await this.#links.run(TOUCH, [key], () => [ttlMs === Infinity ? 'inf' : Math.ceil(ttlMs)]);
  }

  override async patch(key: string, offset: number, value: Uint8Array, expected: Uint8Array): Promise<boolean> {
    const args: Argument[] = [offset, asBuffer(value), asBuffer(expected)];
    return (await this.#links.run(PATCH_ALONE, [key], () => args)) === 1;
  }

  override async *scan(prefix: string): AsyncIterable<string> {
    // A client of the user's may put a prefix before every key; it does so to commands, but not to SCAN and its answers.
    const hidden = this.#links.keyPrefix;
    const match = `${(hidden + prefix).replace(/[*?[\]\\]/g, '\\$&')}*`;
    for await (const keys of this.#links.scan(match, SCAN_COUNT)) {
      for (const key of keys) yield String(key).slice(hidden.length);
    }
  }

  override async ping(): Promise<void> {
    await this.#links.ping();
  }

  override checkSecurity(): Promise<readonly SecurityFinding[]> {
    // Whether a server answers is a matter of real time.
    const { clients } = this;
    const ask = (command: string, ...args: string[]): Promise<unknown> => this.#links.send('', command, ...args);
    return new RedisSecurity({ clients, ask }, systemClock).checkSecurity();
  }

  override async close(): Promise<void> {
    await this.beforeClose();
    if (this.owned) await Promise.all(this.clients.map(closeRedis));
  }
}

function bytes(answer: unknown): Uint8Array | undefined {
  if (answer === null || answer === undefined) return undefined;
  if (answer instanceof Uint8Array) return answer;
  throw new CacheBackendError('Redis answered with something that is no bulk string.');
}
