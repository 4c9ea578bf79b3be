import { Buffer } from 'node:buffer';
import type { RedisClientLike } from '../../contracts/options.js';
import { CacheBackendError } from '../../support/errors.js';
import { messageOf } from '../../support/message-of.js';
import { bareError } from './bare-error.js';
import type { Argument, Links, Placed, Publisher } from './links.js';
import { whenReady } from './redis-client.js';
import type { Script } from './scripts.js';

/**
 * The data connections of one cache. Everything about one name (its value, its lease) goes over the same connection: the
 * server tells a change to whoever has read the key, except over the connection that made it, so that a value read over
 * one and written over another would come back to this process as a change of somebody else's.
 */
export class RedisLinks implements Links, Publisher {
  /** The scripts that were sent in full over a connection, so that the server should know them. */
  readonly #sent = new WeakMap<RedisClientLike, Set<string>>();

  readonly lanes: Links['lanes'];

  constructor(readonly clients: readonly RedisClientLike[]) {
    this.lanes = clients.length === 1 ? 'all' : (key) => this.#of(key);
  }

  get keyPrefix(): string {
    return String((this.clients[0] as { options?: { keyPrefix?: string | Buffer } }).options?.keyPrefix ?? '');
  }

  /** @param key what decides the connection; `undefined` for a command about none. */
  async send(key: string | undefined, command: string, ...args: Argument[]): Promise<unknown> {
    const client = this.#of(key);
    const waiting = whenReady(client);
    if (waiting) await waiting;
    try {
      return await client.callBuffer(command, ...args);
    } catch (error) {
      throw failure(command, error);
    }
  }

  async publish(channel: string, message: () => string): Promise<void> {
    const client = this.#of(undefined);
    const waiting = whenReady(client);
    if (waiting) await waiting;
    try {
      await client.callBuffer('PUBLISH', channel, message());
    } catch (error) {
      throw failure('PUBLISH', error);
    }
  }

  async run(script: Script, keys: readonly string[], args: () => readonly Argument[]): Promise<unknown> {
    const client = this.#of(keys[0]);
    const waiting = whenReady(client);
    if (waiting) await waiting;
    // The first time in full, before anything that counts on it: commands of one connection run in their order.
    const command = this.#isNew(client, script) ? 'EVAL' : 'EVALSHA';
    const call: Caller = (name, ...rest) => client.callBuffer(name, ...rest);
    return runScript(call, command, script, [keys.length, ...keys, ...args()]);
  }

  async spread<T, R>(
    items: readonly T[],
    limit: number,
    keyOf: (item: T) => string,
    work: (slice: readonly Placed<T>[]) => Promise<R>,
  ): Promise<R[]> {
    const groups = grouped(items, (item) => this.#of(keyOf(item)));
    return allOf(slices(groups, limit).map(work));
  }

  async *scan(match: string, count: number): AsyncIterable<readonly Buffer[]> {
    let cursor = '0';
    do {
      const answer = await this.send(undefined, 'SCAN', cursor, 'MATCH', match, 'COUNT', count);
      const [next, keys] = answer as [Buffer, Buffer[]];
      cursor = String(next);
      yield keys;
    } while (cursor !== '0');
  }

  async ping(): Promise<void> {
    await this.send(undefined, 'PING');
  }

  #of(key: string | undefined): RedisClientLike {
    if (key === undefined || this.clients.length === 1) return this.clients[0]!;
    return this.clients[hash(nameIn(key)) % this.clients.length]!;
  }

  #isNew(client: RedisClientLike, script: Script): boolean {
    const sent = this.#sent.get(client) ?? new Set();
    this.#sent.set(client, sent);
    if (sent.has(script.sha)) return false;
    sent.add(script.sha);
    return true;
  }
}

export type Caller = (command: string, ...args: Argument[]) => Promise<unknown>;

/** By its hash, and in full when the server does not know it. */
export async function runScript(
  call: Caller,
  command: 'EVAL' | 'EVALSHA',
  script: Script,
  args: readonly Argument[],
): Promise<unknown> {
  const inFull = (): Promise<unknown> => call('EVAL', script.text, ...args);
  try {
    if (command === 'EVAL') return await inFull();
    return await call('EVALSHA', script.sha, ...args).catch((error: unknown) => {
      if (!messageOf(error).startsWith('NOSCRIPT')) throw error;
      return inFull();
    });
  } catch (error) {
    throw failure(script.name, error);
  }
}

/** The items that belong together, each with its place among all of them. */
export function grouped<T>(items: readonly T[], of: (item: T) => unknown): Iterable<Placed<T>[]> {
  const groups = new Map<unknown, Placed<T>[]>();
  for (const [index, item] of items.entries()) {
    const name = of(item);
    const group = groups.get(name);
    if (group) group.push({ item, index });
    else groups.set(name, [{ item, index }]);
  }
  return groups.values();
}

/** One command holds up everybody else on the server for as long as it runs, so a long one goes out as several. */
export function slices<T>(groups: Iterable<readonly T[]>, limit: number): (readonly T[])[] {
  return [...groups].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / limit) }, (_, nth) => group.slice(nth * limit, (nth + 1) * limit)),
  );
}

/** Settles when all of them have, so that none can land after a failure was reported. */
export async function allOf<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(work);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

export function asBuffer(value: Uint8Array): Buffer {
  return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** Redis knows no fractions, and takes 0 for an error. `undefined`: no expiry. */
export function wholeMs(ttlMs: number | undefined): number | undefined {
  return ttlMs === undefined || ttlMs === Infinity ? undefined : Math.max(1, Math.ceil(ttlMs));
}

export function expiry(ttlMs: number | undefined): Argument[] {
  const ms = wholeMs(ttlMs);
  return ms === undefined ? [] : ['PX', ms];
}

/** What stands in braces is the same in the keys of a value and of its lease. */
function nameIn(key: string): string {
  const open = key.indexOf('{');
  const close = key.indexOf('}', open);
  return open === -1 || close === -1 ? key : key.slice(open + 1, close);
}

/** FNV-1a, 32 bits, over UTF-16 code units. */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  return sum >>> 0;
}

export function failure(operation: string, error: unknown): CacheBackendError {
  const cause = bareError(error);
  return new CacheBackendError(`Redis ${operation}: ${cause.message}`, { cause });
}
