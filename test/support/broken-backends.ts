import type { Clock } from '../../lib/contracts/clock.js';
import { MapBackend } from '../../lib/testing/map.backend.js';

// Each makes one mistake that a real store or driver makes.

export class Aliasing extends MapBackend {
  override async get(key: string): Promise<Uint8Array | undefined> {
    return this.live(key)?.bytes;
  }
}

export class AliasingWrites extends MapBackend {
  override async set(key: string, value: Uint8Array, ttlMs = Infinity): Promise<void> {
    this.entries.set(key, { bytes: value, expiresAt: this.clock.now() + ttlMs });
  }
}

export class WholeBuffers extends MapBackend {
  override set(key: string, value: Uint8Array, ttlMs?: number): Promise<void> {
    return super.set(key, new Uint8Array(value.buffer), ttlMs);
  }
}

export class DeletesAlways extends MapBackend {
  override async delete(key: string): Promise<boolean> {
    await super.delete(key);
    return true;
  }
}

export class NeverDeletes extends MapBackend {
  override async delete(key: string): Promise<boolean> {
    return this.live(key) !== undefined;
  }
}

export class LosesEmptyValues extends MapBackend {
  override async get(key: string): Promise<Uint8Array | undefined> {
    const bytes = await super.get(key);
    return bytes?.length ? bytes : undefined;
  }
}

export class StoresText extends MapBackend {
  override set(key: string, value: Uint8Array, ttlMs?: number): Promise<void> {
    return super.set(key, Buffer.from(Buffer.from(value).toString('utf8')), ttlMs);
  }
}

export class CutsLargeValues extends MapBackend {
  override set(key: string, value: Uint8Array, ttlMs?: number): Promise<void> {
    return super.set(key, value.subarray(0, 1_000_000), ttlMs);
  }
}

export class IgnoresTtl extends MapBackend {
  override set(key: string, value: Uint8Array): Promise<void> {
    return super.set(key, value);
  }
}

export class TtlInSeconds extends MapBackend {
  override set(key: string, value: Uint8Array, ttlMs?: number): Promise<void> {
    return super.set(key, value, ttlMs && ttlMs * 1_000);
  }
}

export class WholeMilliseconds extends MapBackend {
  override async set(key: string, value: Uint8Array, ttlMs?: number): Promise<void> {
    if (ttlMs !== undefined && !Number.isInteger(ttlMs)) throw new Error('ERR value is not an integer or out of range');
    await super.set(key, value, ttlMs);
  }
}

export class RelativeMonths extends MapBackend {
  override set(key: string, value: Uint8Array, ttlMs?: number): Promise<void> {
    // What memcached makes of more than 30 days: an instant in 1970.
    return super.set(key, value, ttlMs !== undefined && ttlMs > 30 * 86_400_000 ? -1 : ttlMs);
  }
}

export class KeepsOldTtl extends MapBackend {
  override async set(key: string, value: Uint8Array, ttlMs?: number): Promise<void> {
    const expiresAt = this.live(key)?.expiresAt;
    await super.set(key, value, expiresAt === undefined ? ttlMs : expiresAt - this.clock.now());
  }
}

/** Spells keys in its own way. */
export class SpellsKeys extends MapBackend {
  constructor(
    clock: Clock,
    private readonly spell: (key: string) => string,
  ) {
    super(clock);
  }
  override get = (key: string): Promise<Uint8Array | undefined> => super.get(this.spell(key));
  override set = (key: string, value: Uint8Array, ttlMs?: number): Promise<void> =>
    super.set(this.spell(key), value, ttlMs);
  override delete = (key: string): Promise<boolean> => super.delete(this.spell(key));
}

/** Matches keys in its own way. */
export class ScansWith extends MapBackend {
  constructor(
    clock: Clock,
    private readonly matches: (key: string, prefix: string) => boolean,
  ) {
    super(clock);
  }
  override async *scan(prefix: string): AsyncIterable<string> {
    for (const key of [...this.entries.keys()]) if (this.matches(key, prefix)) yield key;
  }
}

export class FirstBatchOnly extends MapBackend {
  override async *scan(prefix: string): AsyncIterable<string> {
    yield* [...this.entries.keys()].filter((key) => key.startsWith(prefix)).slice(0, 1_000);
  }
}

/** Answers in the order in which the values come, not in that of the calls. */
export class MixesAnswers extends MapBackend {
  #last: Promise<Uint8Array | undefined> = Promise.resolve(undefined);
  #busy = 0;
  override async get(key: string): Promise<Uint8Array | undefined> {
    const own = super.get(key);
    const answer = this.#busy++ > 0 ? this.#last : own;
    this.#last = own;
    await new Promise((resolve) => setImmediate(resolve));
    this.#busy--;
    return answer;
  }
}

export class ClosesOnce extends MapBackend {
  #closed = false;
  override async close(): Promise<void> {
    if (this.#closed) throw new Error('Connection is closed.');
    this.#closed = true;
  }
}
