import { describe, expect, it } from '@jest/globals';
import type { BackendItem, CacheBackend } from '../../lib/contracts/backend.js';
import { CapableMapBackend } from '../../lib/testing/capable-map.backend.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';
import { FlakyBackend } from '../../lib/testing/flaky.backend.js';
import { MapBackend } from '../../lib/testing/map.backend.js';
import { failingChecks } from '../support/collecting-runner.js';
import { backendConformance, type ConformanceOptions } from '../../lib/testing/backend-conformance.js';

const clock = new FakeClock();
const failing = (create: () => CacheBackend, options: ConformanceOptions = {}): Promise<string[]> =>
  failingChecks(create, { advance: (ms) => clock.advance(ms), ...options });

describe('backendConformance on optional methods and options', () => {
  const withMethod = (method: Partial<CapableMapBackend>): CacheBackend =>
    Object.assign(new CapableMapBackend(clock), method);

  it('notices a getMany that leaves out what is absent', async () => {
    const create = (): CacheBackend => {
      const backend = new CapableMapBackend(clock);
      const getMany = backend.getMany.bind(backend);
      return Object.assign(backend, { getMany: async (keys: string[]) => (await getMany(keys)).filter(Boolean) });
    };
    expect(await failing(create)).toContain('getMany, if it has it: as many answers as keys, in their order');
  });

  it('notices a setMany that takes one ttl for all', async () => {
    const create = (): CacheBackend => {
      const backend = new CapableMapBackend(clock);
      const setMany = async (entries: readonly BackendItem[]): Promise<void> => {
        for (const { key, value } of entries) await backend.set(key, value, entries.at(-1)?.ttlMs);
      };
      return Object.assign(backend, { setMany });
    };
    expect(await failing(create)).toEqual(['setMany, if it has it: each item has its own ttl']);
  });

  it('notices a deleteMany that counts its keys', async () => {
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

  it('notices a touch that does nothing, and a patch that says it did', async () => {
    expect(await failing(() => withMethod({ touch: async () => {} }))).toEqual([
      'touch, if it has it: lengthens a life and never shortens one',
    ]);
    expect(await failing(() => withMethod({ patch: async () => true }))).toEqual([
      'patch, if it has it: overwrites bytes in place',
      'patch, if it has it: only where the key exists and begins as expected',
      'patch, if it has it: many at once all count',
    ]);
  });

  it('notices a patch that is not atomic', async () => {
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

  it('notices a missing method that must be there', async () => {
    expect(await failing(() => new MapBackend(clock), { capabilities: ['scan'] })).toEqual(['has scan']);
  });

  it('notices a limit that is not kept', async () => {
    expect(await failing(() => new MapBackend(clock), { maxValueBytes: 1_000 })).toEqual([
      'set: one byte more than it takes is an error, and is not stored in part',
    ]);
  });

  it('notices operations that hang while the server is away', async () => {
    const failures = await failing(() => new FlakyBackend({ capabilities: [], clock }), {
      patienceMs: 50,
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
