import { describe, expect, it } from '@jest/globals';
import type { BackendItem, CacheBackend } from '../../lib/contracts/backend.js';
import { backendConformance, type ConformanceOptions } from '../../lib/testing/backend-conformance.js';
import { CapableMapBackend } from '../../lib/testing/capable-map.backend.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';
import { FlakyBackend } from '../../lib/testing/flaky.backend.js';
import { MapBackend } from '../../lib/testing/map.backend.js';
import { CollectingRunner } from '../support/collecting-runner.js';

const clock = new FakeClock();

/** The names of the checks that fail for this backend. */
async function failing(create: () => CacheBackend, options: ConformanceOptions = {}): Promise<string[]> {
  const runner = new CollectingRunner();
  backendConformance(create, { advance: (ms) => clock.advance(ms), ...options, runner });
  return [...(await runner.run()).keys()];
}

class Aliasing extends MapBackend {
  override async get(key: string): Promise<Uint8Array | undefined> {
    return this.live(key)?.bytes;
  }
}

class AliasingWrites extends MapBackend {
  override async set(key: string, value: Uint8Array, ttlMs = Infinity): Promise<void> {
    this.entries.set(key, { bytes: value, expiresAt: this.clock.now() + ttlMs });
  }
}

class WholeBuffers extends MapBackend {
  override set(key: string, value: Uint8Array, ttlMs?: number): Promise<void> {
    return super.set(key, new Uint8Array(value.buffer), ttlMs);
  }
}

class DeletesAlways extends MapBackend {
  override async delete(key: string): Promise<boolean> {
    await super.delete(key);
    return true;
  }
}

class NeverDeletes extends MapBackend {
  override exists(key: string): Promise<boolean> {
    return super.exists(key);
  }
  override async delete(key: string): Promise<boolean> {
    return this.live(key) !== undefined;
  }
}

class LosesEmptyValues extends MapBackend {
  override async get(key: string): Promise<Uint8Array | undefined> {
    const bytes = await super.get(key);
    return bytes?.length ? bytes : undefined;
  }
}

class StoresText extends MapBackend {
  override set(key: string, value: Uint8Array, ttlMs?: number): Promise<void> {
    return super.set(key, Buffer.from(Buffer.from(value).toString('utf8')), ttlMs);
  }
}

class CutsLargeValues extends MapBackend {
  override set(key: string, value: Uint8Array, ttlMs?: number): Promise<void> {
    return super.set(key, value.subarray(0, 1_000_000), ttlMs);
  }
}

class IgnoresTtl extends MapBackend {
  override set(key: string, value: Uint8Array): Promise<void> {
    return super.set(key, value);
  }
}

class TtlInSeconds extends MapBackend {
  override set(key: string, value: Uint8Array, ttlMs?: number): Promise<void> {
    return super.set(key, value, ttlMs && ttlMs * 1_000);
  }
}

class WholeMilliseconds extends MapBackend {
  override async set(key: string, value: Uint8Array, ttlMs?: number): Promise<void> {
    if (ttlMs !== undefined && !Number.isInteger(ttlMs)) throw new Error('ERR value is not an integer or out of range');
    await super.set(key, value, ttlMs);
  }
}

class RelativeMonths extends MapBackend {
  override set(key: string, value: Uint8Array, ttlMs?: number): Promise<void> {
    // What memcached makes of more than 30 days: an instant in 1970.
    return super.set(key, value, ttlMs !== undefined && ttlMs > 30 * 86_400_000 ? -1 : ttlMs);
  }
}

class KeepsOldTtl extends MapBackend {
  override async set(key: string, value: Uint8Array, ttlMs?: number): Promise<void> {
    const expiresAt = this.live(key)?.expiresAt;
    await super.set(key, value, expiresAt === undefined ? ttlMs : expiresAt - this.clock.now());
  }
}

/** Spells keys in its own way. */
class SpellsKeys extends MapBackend {
  constructor(private readonly spell: (key: string) => string) {
    super(clock);
  }
  override get = (key: string): Promise<Uint8Array | undefined> => super.get(this.spell(key));
  override set = (key: string, value: Uint8Array, ttlMs?: number): Promise<void> =>
    super.set(this.spell(key), value, ttlMs);
  override delete = (key: string): Promise<boolean> => super.delete(this.spell(key));
}

/** Matches keys in its own way. */
class ScansWith extends MapBackend {
  constructor(private readonly matches: (key: string, prefix: string) => boolean) {
    super(clock);
  }
  override async *scan(prefix: string): AsyncIterable<string> {
    for (const key of [...this.entries.keys()]) if (this.matches(key, prefix)) yield key;
  }
}

class FirstBatchOnly extends MapBackend {
  override async *scan(prefix: string): AsyncIterable<string> {
    yield* [...this.entries.keys()].filter((key) => key.startsWith(prefix)).slice(0, 1_000);
  }
}

/** Answers in the order in which the values come, not in that of the calls. */
class MixesAnswers extends MapBackend {
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

class ClosesOnce extends MapBackend {
  #closed = false;
  override async close(): Promise<void> {
    if (this.#closed) throw new Error('Connection is closed.');
    this.#closed = true;
  }
}

const globMatch = (key: string, pattern: string): boolean => {
  const source = pattern
    .replaceAll(/[.{}()^$|+\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}`).test(key);
};
const likeMatch = (key: string, pattern: string): boolean =>
  new RegExp(`^${RegExp.escape(pattern).replaceAll('%', '.*').replaceAll('_', '.')}`).test(key);

describe('backendConformance', () => {
  it('finds nothing wrong with a good backend', async () => {
    expect(await failing(() => new CapableMapBackend(clock))).toEqual([]);
  });

  it.each<[string, () => CacheBackend, string[]]>([
    [
      'hands out its own bytes',
      () => new Aliasing(clock),
      ['get: changing the returned bytes does not change the stored ones'],
    ],
    [
      'keeps the given bytes',
      () => new AliasingWrites(clock),
      ['set: changing the given bytes afterwards does not change the stored ones'],
    ],
    [
      'stores the whole buffer',
      () => new WholeBuffers(clock),
      ['set: stores a part of a larger buffer, and only that part'],
    ],
    [
      'always says that it deleted',
      () => new DeletesAlways(clock),
      ['delete: says whether the key existed, and it is gone'],
    ],
    [
      'does not delete',
      () => new NeverDeletes(clock),
      ['delete: says whether the key existed, and it is gone', 'at once: many deletions of a key, and it is gone'],
    ],
    [
      'loses empty values',
      () => new LosesEmptyValues(clock),
      [
        'set and get: no bytes at all',
        'exists: true for a value, an empty one too, false for an absent or deleted key',
      ],
    ],
    [
      'stores text',
      () => new StoresText(clock),
      ['set and get: all 256 byte values', 'set and get: bytes that are no UTF-8'],
    ],
    ['cuts large values', () => new CutsLargeValues(clock), ['set and get: 1 MiB']],
    [
      'ignores the ttl',
      () => new IgnoresTtl(clock),
      ['ttl: the value is there before its end, and gone after it', 'ttl: an expired key does not exist'],
    ],
    [
      'takes the ttl for seconds',
      () => new TtlInSeconds(clock),
      ['ttl: the value is there before its end, and gone after it'],
    ],
    [
      'takes whole milliseconds only',
      () => new WholeMilliseconds(clock),
      ['ttl: takes 1234.567 ms, and the value is there', 'ttl: takes a fraction of a millisecond'],
    ],
    [
      'takes months for the past',
      () => new RelativeMonths(clock),
      [`ttl: takes ${31 * 86_400_000} ms, and the value is there`, 'ttl: months are no instant in the past'],
    ],
    ['keeps the first ttl', () => new KeepsOldTtl(clock), ['ttl: the one of the last set counts']],
    [
      'ignores case',
      () => new SpellsKeys((key) => key.toLowerCase()),
      ['keys: separators, braces, percent signs, globs, quotes, cases and unicode never meet'],
    ],
    [
      'normalises unicode',
      () => new SpellsKeys((key) => key.normalize('NFC')),
      ['keys: separators, braces, percent signs, globs, quotes, cases and unicode never meet'],
    ],
    [
      'decodes percent signs',
      () => new SpellsKeys((key) => key.replace('%3A', ':')),
      ['keys: separators, braces, percent signs, globs, quotes, cases and unicode never meet'],
    ],
    [
      'cuts long keys',
      () => new SpellsKeys((key) => key.slice(0, 249)),
      ['keys: 250 bytes long, and different in the last byte only'],
    ],
    [
      'cuts unicode keys',
      () => new SpellsKeys((key) => Buffer.from(key).subarray(0, 248).toString()),
      ['keys: 250 bytes of unicode'],
    ],
    [
      'takes the prefix for a glob',
      () => new ScansWith(globMatch),
      [
        'scan, if it has it: a* stands for itself',
        'scan, if it has it: a? stands for itself',
        'scan, if it has it: a[bc] stands for itself',
      ],
    ],
    [
      'takes the prefix for LIKE',
      () => new ScansWith(likeMatch),
      ['scan, if it has it: a% stands for itself', 'scan, if it has it: a_ stands for itself'],
    ],
    [
      'finds the prefix anywhere',
      () => new ScansWith((key, prefix) => key.includes(prefix.split(':').at(-2) ?? '')),
      ['scan, if it has it: the keys with that very prefix, and no others'],
    ],
    ['lists one batch', () => new FirstBatchOnly(clock), ['scan, if it has it: all of 2500 keys']],
    ['mixes up answers', () => new MixesAnswers(clock), ['at once: 100 sets, then 100 gets, each with its own bytes']],
    ['closes only once', () => new ClosesOnce(clock), ['close: resolves, also the second time and at once']],
  ])('sees a backend that %s', async (_what, create, expected) => {
    expect(await failing(create)).toEqual(expect.arrayContaining(expected));
  });

  const broken = (method: Partial<CapableMapBackend>): CacheBackend =>
    Object.assign(new CapableMapBackend(clock), method);

  it('sees a getMany that leaves out what is absent', async () => {
    const create = (): CacheBackend => {
      const backend = new CapableMapBackend(clock);
      const getMany = backend.getMany.bind(backend);
      return Object.assign(backend, { getMany: async (keys: string[]) => (await getMany(keys)).filter(Boolean) });
    };
    expect(await failing(create)).toContain('getMany, if it has it: as many answers as keys, in their order');
  });

  it('sees a setMany that takes one ttl for all', async () => {
    const create = (): CacheBackend => {
      const backend = new CapableMapBackend(clock);
      const setMany = async (entries: readonly BackendItem[]): Promise<void> => {
        for (const { key, value } of entries) await backend.set(key, value, entries.at(-1)?.ttlMs);
      };
      return Object.assign(backend, { setMany });
    };
    expect(await failing(create)).toEqual(['setMany, if it has it: each item has its own ttl']);
  });

  it('sees a deleteMany that counts its keys', async () => {
    const create = (): CacheBackend => {
      const backend = new CapableMapBackend(clock);
      const deleteMany = async (keys: readonly string[]): Promise<number> => {
        for (const key of keys) await backend.delete(key);
        return keys.length;
      };
      return Object.assign(backend, { deleteMany });
    };
    expect(await failing(create)).toEqual(['deleteMany, if it has it: removes the keys and says how many existed']);
  });

  it('sees a touch that does nothing, and a patch that says it did', async () => {
    expect(await failing(() => broken({ touch: async () => {} }))).toEqual([
      'touch, if it has it: lengthens a life and never shortens one',
    ]);
    expect(await failing(() => broken({ patch: async () => true }))).toEqual([
      'patch, if it has it: overwrites bytes in place',
      'patch, if it has it: only where the key exists and begins as expected',
      'patch, if it has it: many at once all count',
    ]);
  });

  it('sees a patch that is not atomic', async () => {
    const create = (): CacheBackend => {
      const backend = new CapableMapBackend(clock);
      const patch = async (key: string, offset: number, bytes: Uint8Array): Promise<boolean> => {
        const value = await backend.get(key);
        if (!value) return false;
        value.set(bytes, offset);
        await backend.set(key, value);
        return true;
      };
      return Object.assign(backend, { patch });
    };
    expect(await failing(create)).toEqual(
      expect.arrayContaining(['patch, if it has it: many at once all count', 'patch, if it has it: keeps the expiry']),
    );
  });

  it('sees a missing method that must be there', async () => {
    expect(await failing(() => new MapBackend(clock), { capabilities: ['scan'] })).toEqual(['has scan']);
  });

  it('sees a limit that is not kept', async () => {
    expect(await failing(() => new MapBackend(clock), { maxValueBytes: 1_000 })).toEqual([
      'set: one byte more than it takes is an error, and is not stored in part',
    ]);
  });

  it('sees operations that hang while the server is away', async () => {
    const failures = await failing(() => new FlakyBackend({ capabilities: [] }), {
      unavailable: async (backend) => {
        const hang = (backend as FlakyBackend).hang('all');
        return () => hang.release();
      },
    });
    expect(failures).toEqual([
      'server away: every operation rejects rather than hangs, and close resolves',
      'server away: a backend that was never used rejects rather than hangs',
    ]);
  });

  it('says what to pass when the test framework has no globals', async () => {
    const { it: registered } = globalThis as { it?: unknown };
    Reflect.deleteProperty(globalThis, 'it');
    try {
      expect(() => backendConformance(() => new MapBackend())).toThrow(
        'runner: { describe, it, beforeEach, afterEach }',
      );
    } finally {
      Reflect.set(globalThis, 'it', registered);
    }
  });
});
