import { afterEach, describe, expect, it } from '@jest/globals';
import { createCache } from '../../../lib/assembly/create-cache.js';
import { createSharedStore } from '../../../lib/assembly/create-shared-store.js';
import { MemoryBackend } from '../../../lib/backends/memory/memory.backend.js';
import { resolveOptions } from '../../../lib/config/resolved-options.js';
import { validateOptions } from '../../../lib/config/validate-options.js';
import type { JournalFile, QueuedChange } from '../../../lib/contracts/journal.js';
import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { rootScope } from '../../../lib/core/scopes.js';
import { shutDown } from '../../../lib/core/shutdown.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { FlakyBackend } from '../../../lib/testing/flaky.backend.js';
import { ResilientStore } from '../../../lib/wrappers/resilient/resilient.store.js';
import { deferred, settle } from '../../support/deferred.js';

const TIMEOUT = 100;

/** A disk that may be slow, as one over a network is: then nothing is over before it is fast again. */
class Disk implements JournalFile {
  readonly told: string[] = [];
  private gate = Promise.resolve();

  /** Returns what lets go of all that was held up. */
  hang(): () => void {
    const gate = deferred<void>();
    this.gate = gate.promise;
    return () => gate.resolve();
  }
  read = async (): Promise<QueuedChange[]> => [];
  append = (changes: readonly QueuedChange[]): Promise<void> => this.write('append', changes);
  replace = (changes: readonly QueuedChange[]): Promise<void> => this.write('replace', changes);
  close = (): Promise<void> => this.write('close', []);

  private write(kind: string, changes: readonly QueuedChange[]): Promise<void> {
    this.told.push(`${kind} ${changes.length}`);
    return this.gate;
  }
}

interface Rig {
  readonly cache: CacheManager;
  readonly clock: FakeClock;
  readonly backend: FlakyBackend;
  readonly disk: Disk;
  readonly errors: string[];
}

const made: Rig[] = [];
afterEach(async () => {
  for (const { cache, clock } of made.splice(0)) {
    const closed = shutDown(cache.cache.parts);
    await clock.advance(60_000);
    await closed;
  }
});

async function rig(): Promise<Rig> {
  const clock = new FakeClock();
  const backend = new FlakyBackend({ clock });
  const disk = new Disk();
  const resolved = resolveOptions(validateOptions({ clock, backend, fallback: 'memory', namespace: 'app' }));
  const cache = await createCache(resolved, async (options, isolation, listener) => {
    const primary = await createSharedStore({ backend }, { ...options, resilience: undefined }, isolation, listener);
    return new ResilientStore({
      ...{ primary, clock, random: options.random, entryClock: clock, link: undefined, grace: 0 },
      root: rootScope('app'),
      breaker: { failures: 5, errorRate: 0.5 },
      commandTimeout: TIMEOUT,
      fallback: {
        kind: 'memory',
        maxTtl: 30_000,
        open: () => new MemoryBackend(options.memory, clock, () => {}),
      },
      journal: { maxEntries: 10_000, file: disk },
      verify: async () => {
        await primary.ping();
        return 'same';
      },
      ...listener,
    });
  });
  const errors: string[] = [];
  cache.on('error', ({ operation, error }) => errors.push(`${operation}: ${(error as Error).message}`));
  await settle();
  const parts = { cache, clock, backend, disk, errors };
  made.push(parts);
  return parts;
}

/** As `rig`, and the backend is gone, which one invalidation has shown. */
async function away(): Promise<Rig> {
  const parts = await rig();
  parts.backend.fail('all', new Error('gone'));
  expect(await parts.cache.delete('unheard of')).toBe(false);
  parts.errors.length = 0;
  parts.disk.told.length = 0;
  return parts;
}

describe('a journal on a disk that hangs', () => {
  it.each<[string, (cache: CacheManager) => Promise<unknown>, unknown]>([
    ['delete', (cache) => cache.delete('k'), false],
    ['deleteMany', (cache) => cache.deleteMany(['k', 'l']), false],
    ['expire', (cache) => cache.expire('k'), false],
    ['set', (cache) => cache.set('k', 1), false],
    ['invalidateTags', (cache) => cache.invalidateTags('t'), false],
    ['invalidate', (cache) => cache.invalidate('*'), 0],
    ['clear', (cache) => cache.clear(), false],
  ])('%s is answered within one time limit', async (_, call, expected) => {
    const { cache, clock, disk } = await away();
    disk.hang();
    let answer: unknown = 'none yet';
    void call(cache).then((given) => (answer = given));
    await clock.advance(TIMEOUT - 1);
    // It would not outlive the process yet.
    expect(answer).toBe('none yet');
    await clock.advance(1);
    expect(answer).toBe(expected);
  });

  it('is reported once, however many calls there are', async () => {
    const { cache, clock, disk, errors } = await away();
    disk.hang();
    for (let turn = 0; turn < 5; turn++) {
      void cache.delete(`k${turn}`);
      await clock.advance(TIMEOUT);
    }
    expect(errors).toEqual(['journal: Writing the journal took longer than 100 ms.']);
    expect(cache.getStats().pendingInvalidations).toBe(6);
  });

  it('is done from memory when the backend is back, and then emptied', async () => {
    const { cache, clock, backend, disk } = await away();
    const release = disk.hang();
    void cache.delete('k');
    await clock.advance(TIMEOUT);
    backend.heal();
    await clock.advance(1_000);
    expect(await cache.healthCheck()).toMatchObject({ status: 'up', pendingInvalidations: 0 });
    release();
    await settle();
    expect(disk.told).toEqual(['append 1', 'replace 0']);
  });

  it('costs one write for all that came meanwhile, and no more than counts', async () => {
    const { cache, disk } = await away();
    const release = disk.hang();
    void cache.delete('first');
    await settle();
    for (let turn = 0; turn < 20_000; turn++) void cache.delete('k');
    await settle();
    expect(disk.told).toEqual(['append 1']);
    release();
    await settle();
    // One key, deleted over and over: it is queued once, beside two others.
    expect(disk.told).toEqual(['append 1', 'replace 3']);
  });

  it('holds a shutdown up for a second at most', async () => {
    const parts = await rig();
    const { cache, clock, disk } = parts;
    made.splice(made.indexOf(parts), 1);
    disk.hang();
    let isClosed = false;
    void shutDown(cache.cache.parts).then(() => (isClosed = true));
    await clock.advance(999);
    expect(isClosed).toBe(false);
    await clock.advance(1);
    expect(isClosed).toBe(true);
    expect([disk.told, clock.pendingTimers]).toEqual([['close 0'], 0]);
  });
});
