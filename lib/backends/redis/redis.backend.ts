import { CacheBackend, type BackendItem } from '../../contracts/backend.js';
import type { RedisClientLike } from '../../contracts/options.js';
import { CacheBackendError } from '../../support/errors.js';
import { messageOf } from '../../support/message-of.js';
import { closeRedis, whenReady } from './redis-client.js';

const SCAN_COUNT = 500;
/** Of one MGET or UNLINK. */
const MAX_KEYS = 500;

/**
 * Overwrites bytes of a value that begins as expected. Nothing may come between the look and the write: an entry that
 * was deleted in between would be left as a few bytes without an expiry.
 */
const PATCH = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if redis.call('GETRANGE', KEYS[1], 0, #ARGV[3] - 1) ~= ARGV[3] then return 0 end
redis.call('SETRANGE', KEYS[1], ARGV[1], ARGV[2])
return 1`;

/** PEXPIRE ... GT needs Redis 7, and takes "no expiry" for the longest of all. This says the same to any server. */
const TOUCH = `
local left = redis.call('PTTL', KEYS[1])
if left < 0 then return 0 end
if ARGV[1] == 'inf' then return redis.call('PERSIST', KEYS[1]) end
if left < tonumber(ARGV[1]) then return redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return 0`;

type Argument = string | Buffer | number;

/** Entries in Redis or Valkey, through ioredis. Only MGET, SET, UNLINK, EXISTS, SCAN, EVAL and PING are sent. */
export class RedisBackend extends CacheBackend {
  override readonly name = 'redis';
  private next = 0;

  /** `owned`: the connections were opened for this backend and are closed with it. */
  constructor(
    private readonly clients: readonly RedisClientLike[],
    private readonly owned: boolean,
  ) {
    super();
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    // GET fails on a list or a hash, where MGET says that there is no text: so do we, and `set` overwrites it.
    const [answer] = (await this.send('MGET', key)) as unknown[];
    return bytes(answer);
  }

  async set(key: string, value: Uint8Array, ttlMs?: number): Promise<void> {
    await this.send('SET', key, asBuffer(value), ...expiry(ttlMs));
  }

  async delete(key: string): Promise<boolean> {
    return (await this.send('UNLINK', key)) === 1;
  }

  override async exists(key: string): Promise<boolean> {
    return (await this.send('EXISTS', key)) === 1;
  }

  override async getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    const answers = await Promise.all(slices(keys).map((slice) => this.send('MGET', ...slice)));
    return answers.flatMap((answer) => (answer as unknown[]).map(bytes));
  }

  /** One write to the socket: commands of one tick leave together. Settles when none of them can land any more. */
  override async setMany(entries: readonly BackendItem[]): Promise<void> {
    const sent = await Promise.allSettled(entries.map(({ key, value, ttlMs }) => this.set(key, value, ttlMs)));
    for (const result of sent) if (result.status === 'rejected') throw result.reason;
  }

  override async deleteMany(keys: readonly string[]): Promise<number> {
    const counts = await Promise.all(slices(keys).map((slice) => this.send('UNLINK', ...slice)));
    return counts.reduce<number>((sum, count) => sum + Number(count), 0);
  }

  override async add(key: string, value: Uint8Array, ttlMs?: number): Promise<boolean> {
    return (await this.send('SET', key, asBuffer(value), ...expiry(ttlMs), 'NX')) !== null;
  }

  override async touch(key: string, ttlMs: number): Promise<void> {
    await this.send('EVAL', TOUCH, 1, key, ttlMs === Infinity ? 'inf' : Math.ceil(ttlMs));
  }

  override async patch(key: string, offset: number, value: Uint8Array, expected: Uint8Array): Promise<boolean> {
    return (await this.send('EVAL', PATCH, 1, key, offset, asBuffer(value), asBuffer(expected))) === 1;
  }

  override async *scan(prefix: string): AsyncIterable<string> {
    const client = this.pick();
    // A client of the user's may put a prefix before every key; it does so to commands, but not to SCAN and its answers.
    const hidden = (client as { options?: { keyPrefix?: string } }).options?.keyPrefix ?? '';
    const match = `${(hidden + prefix).replace(/[*?[\]\\]/g, '\\$&')}*`;
    let cursor = '0';
    do {
      const answer = (await this.send('SCAN', cursor, 'MATCH', match, 'COUNT', SCAN_COUNT)) as [Buffer, Buffer[]];
      cursor = String(answer[0]);
      for (const key of answer[1]) yield String(key).slice(hidden.length);
    } while (cursor !== '0');
  }

  override async ping(): Promise<void> {
    await this.send('PING');
  }

  override async close(): Promise<void> {
    if (this.owned) await Promise.all(this.clients.map(closeRedis));
  }

  private pick(): RedisClientLike {
    this.next = (this.next + 1) % this.clients.length;
    return this.clients[this.next]!;
  }

  private async send(command: string, ...args: Argument[]): Promise<unknown> {
    const client = this.pick();
    const waiting = whenReady(client);
    if (waiting) await waiting;
    try {
      return await client.callBuffer(command, ...args);
    } catch (error) {
      throw new CacheBackendError(`Redis ${command}: ${messageOf(error)}`, { cause: error });
    }
  }
}

function bytes(answer: unknown): Uint8Array | undefined {
  if (answer === null || answer === undefined) return undefined;
  if (answer instanceof Uint8Array) return answer;
  throw new CacheBackendError('Redis answered with something that is no bulk string.');
}

function asBuffer(value: Uint8Array): Buffer {
  return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** One command holds up everybody else on the server for as long as it runs, so a long one goes out as several. */
function slices(keys: readonly string[]): (readonly string[])[] {
  const count = Math.ceil(keys.length / MAX_KEYS);
  return Array.from({ length: count }, (_, index) => keys.slice(index * MAX_KEYS, (index + 1) * MAX_KEYS));
}

/** Redis knows no fractions, and takes 0 for an error. */
function expiry(ttlMs: number | undefined): Argument[] {
  return ttlMs === undefined || ttlMs === Infinity ? [] : ['PX', Math.max(1, Math.ceil(ttlMs))];
}
