import { performance } from 'node:perf_hooks';
import { troubleOf } from '../../backends/redis/last-trouble.js';
import { closeRedis, openRedis, whenReady } from '../../backends/redis/redis-client.js';
import type { ResolvedRedis } from '../../config/resolved-redis.js';
import type { RedisClientLike } from '../../contracts/options.js';
import { systemClock } from '../../support/clock.js';
import { publicMessageOf } from '../../support/public-message.js';
import { withTimeLimit } from '../../support/time-limit.js';
import { TroubleError } from '../usage-error.js';
import { latencyOf } from './callers.js';
import { Histogram } from './histogram.js';
import type { CleanUp, Latency, ServerFacts } from './report.js';
import { serverFacts } from './server-facts.js';

/** In milliseconds. Nobody's call waits for what is asked here. */
const ANSWER_LIMIT = 10_000;
const SCAN_COUNT = 1_000;
/** A fill that was under way may come after the first sweep. */
const SWEEPS = 3;

/** A connection beside those of the cache, of the same kind: for the round trip, for what the server says, and to tidy up. */
export class ServerProbe {
  private constructor(
    private readonly client: RedisClientLike,
    private readonly prefix: string,
  ) {}

  /** @throws TroubleError with the reason when the server cannot be used. */
  static async open(redis: ResolvedRedis, place: string, namespace: string): Promise<ServerProbe> {
    const client = await openRedis(redis);
    try {
      await withTimeLimit(
        systemClock,
        'connecting',
        redis.connectTimeout + 1_000,
        whenReady(client) ?? Promise.resolve(),
      );
      const probe = new ServerProbe(client, `${namespace}:`);
      await probe.#ask('PING');
      return probe;
    } catch (error) {
      const trouble = troubleOf(client);
      await closeRedis(client);
      throw new TroubleError(`Redis at ${place} cannot be used: ${reasonOf(redis, trouble, error)}`, { cause: error });
    }
  }

  /** INFO; nothing when it is not allowed. */
  async facts(): Promise<ServerFacts> {
    try {
      return serverFacts(String(await this.#ask('INFO')));
    } catch {
      return {};
    }
  }

  /** One PING after the other. */
  async roundTrip(seconds: number, signal: AbortSignal): Promise<Latency> {
    const times = new Histogram();
    const end = performance.now() + seconds * 1_000;
    for (let begun = performance.now(); begun < end && !signal.aborted;) {
      await this.#ask('PING');
      const now = performance.now();
      times.record(now - begun);
      begun = now;
    }
    return latencyOf(times);
  }

  /** How many bytes the value of the key takes in the server, as `docs/wire-format.md` lays it out. */
  async sizeOf(key: string): Promise<number> {
    const [value] = (await this.#ask('MGET', `${this.prefix}v:{${key}}`)) as (Uint8Array | null)[];
    return value?.length ?? 0;
  }

  /** Whether the namespace holds any key. */
  async isEmpty(): Promise<boolean> {
    for await (const keys of this.#keys()) if (keys.length > 0) return false;
    return true;
  }

  /** Removes every key of the namespace, and looks again. Never rejects. */
  async cleanUp(): Promise<CleanUp> {
    let removed = 0;
    try {
      for (let sweep = 1; ; sweep++) {
        let found = 0;
        for await (const keys of this.#keys()) {
          found += keys.length;
          if (keys.length > 0 && sweep <= SWEEPS) removed += Number(await this.#ask('UNLINK', ...keys));
        }
        if (found === 0 || sweep > SWEEPS) return { removed, left: found };
      }
    } catch {
      return { removed, left: undefined };
    }
  }

  close(): Promise<void> {
    return closeRedis(this.client);
  }

  /** The namespace holds none of the characters that mean something in a pattern. */
  async *#keys(): AsyncIterable<Buffer[]> {
    let cursor = '0';
    do {
      const answer = await this.#ask('SCAN', cursor, 'MATCH', `${this.prefix}*`, 'COUNT', SCAN_COUNT);
      const [next, keys] = answer as [Buffer, Buffer[]];
      cursor = String(next);
      yield keys;
    } while (cursor !== '0');
  }

  /** @throws TroubleError */
  async #ask(command: string, ...args: (string | Buffer | number)[]): Promise<unknown> {
    try {
      return await withTimeLimit(systemClock, command, ANSWER_LIMIT, this.client.callBuffer(command, ...args));
    } catch (error) {
      throw new TroubleError(`Redis ${command}: ${publicMessageOf(error)}`, { cause: error });
    }
  }
}

/** A server that does not speak TLS waits for more of what it takes for a command. */
const NO_HANDSHAKE = /ETIMEDOUT|wrong version number|packet length too long|ECONNRESET|EPROTO|SSL routines/i;

/** @param trouble what stood between the client and its server, where that is known. */
function reasonOf({ tls, url }: ResolvedRedis, trouble: string | undefined, error: unknown): string {
  const reason = (trouble ?? publicMessageOf(error)).replace(/\.$/, '');
  const isEncrypted = tls !== undefined || url?.startsWith('rediss:') === true;
  if (isEncrypted) return `${reason}.${NO_HANDSHAKE.test(reason) ? ' Does it speak TLS? Without it: redis://' : ''}`;
  const isCut = trouble === undefined ? /not connected/.test(reason) : /ECONNRESET/.test(reason);
  return isCut ? 'it has closed the connection. Does it want TLS (rediss://)?' : `${reason}.`;
}
