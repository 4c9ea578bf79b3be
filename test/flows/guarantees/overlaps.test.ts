import { describe, expect, it } from '@jest/globals';
import type { LoaderContext } from '../../../lib/contracts/options.js';
import { CacheTimeoutError } from '../../../lib/support/errors.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { FakeRandom } from '../../../lib/testing/fake-random.js';
import { FlakyBackend } from '../../../lib/testing/flaky.backend.js';
import { MapBackend } from '../../../lib/testing/map.backend.js';
import { deferred, settle, until } from '../../support/deferred.js';
import { everyStore } from '../../support/every-store.js';

const { stores, makeCache } = everyStore({ tieredOnDisk: true });

describe.each(stores)('G1 and G2 where things overlap, over $name', ({ make }) => {
  //  load(k) begins -> reads the old row
  //     invalidateTags(t) -> resolves;  get(k) joins;  invalidateTags(t) again
  //  load(k) ends, with setTags(t): the one who joined came after the first invalidation
  it('a tag that is invalidated twice while a load runs counts from the first time', async () => {
    const { cache } = await make();
    let row = 'old';
    const gate = deferred<void>();
    const reads = deferred<void>();
    const load = async ({ setTags }: LoaderContext) => {
      const read = row;
      reads.resolve();
      if (read === 'old') await gate.promise;
      setTags('t');
      return read;
    };
    const first = cache.getOrSet('k', load);
    await reads.promise;
    row = 'new';
    await cache.invalidateTags('t');
    const second = cache.getOrSet('k', load);
    await settle();
    await cache.invalidateTags('t');
    gate.resolve();
    expect(await first).toBe('old');
    expect(await second).toBe('new');
    expect(await cache.getOrSet('k', load)).toBe('new');
  });

  it('a batch of many keys whose loader asks for one of them neither hangs nor overflows', async () => {
    const { cache } = await make();
    const keys = Array.from({ length: 12_000 }, (_, index) => `k${index}`);
    const result = await cache.getOrSetMany(keys, async (missing) => {
      await cache.getOrSet(keys[1]!, () => 'nested');
      return missing;
    });
    expect(result.size).toBe(12_000);
  });

  it('takes batches larger than any one command', async () => {
    const { cache } = await make();
    const keys = Array.from({ length: 3_000 }, (_, index) => `k${index}`);
    expect(await cache.setMany(keys.map((key) => [key, key]))).toBe(true);
    expect((await cache.getMany(keys)).size).toBe(3_000);
    expect(await cache.deleteMany(keys)).toBe(true);
    expect((await cache.getMany(keys)).size).toBe(0);
  });

  it('observe hears what an observe inside it hears', async () => {
    const { cache } = await make();
    const { outcomes } = await cache.observe(async () => {
      await cache.observe(() => cache.getOrSet('k', () => 1));
      return cache.get('k');
    });
    expect(outcomes.map(({ type }) => type)).toEqual(['miss', 'set', 'load', 'hit']);
  });

  it('a loader that never ends does not keep its key for ever', async () => {
    const { cache, clock } = await make();
    let runs = 0;
    const load = () => (++runs === 1 ? new Promise<number>(() => {}) : runs);
    const call = () => cache.getOrSet('k', load, { hardTimeout: 50 });
    // The second one waits for the first one's load, which takes no notice of its signal.
    for (let turn = 0; turn < 2; turn++) {
      const rejected = expect(call()).rejects.toThrow(CacheTimeoutError);
      await until(() => runs === 1);
      await settle();
      await clock.advance(60);
      await rejected;
    }
    expect(runs).toBe(1);
    const third = call();
    await until(() => runs === 2);
    expect(await third).toBe(2);
  });

  it('softTimeout gives nobody what has expired meanwhile', async () => {
    const { cache, clock } = await make();
    const options = { ttl: 20, staleIfError: 30, softTimeout: 100 };
    await cache.set('k', 'old', options);
    await clock.advance(25);
    const gate = deferred<string>();
    const call = cache.getOrSet('k', () => gate.promise, options);
    await settle();
    await clock.advance(100);
    gate.resolve('new');
    expect(await call).toBe('new');
  });
});

it('refreshAhead throws the dice once a call', async () => {
  const clock = new FakeClock();
  let thrown = 0;
  const random = new FakeRandom();
  random.next = () => {
    thrown++;
    return 0.999_999;
  };
  const cache = await makeCache({ clock, random, refreshAhead: true });
  const load = async () => {
    await clock.advance(10);
    return 1;
  };
  await cache.getOrSet('k', load, 100);
  await clock.advance(50);
  thrown = 0;
  await cache.getOrSet('k', load, 100);
  expect(thrown).toBe(1);
  for (let turn = 0; turn < 10; turn++) await settle();
  expect(cache.getStats().loads).toBe(2);
});

describe('a value that could not be stored', () => {
  async function rig() {
    const clock = new FakeClock();
    const backend = new FlakyBackend({ backend: new MapBackend(clock), clock });
    return { clock, backend, cache: await makeCache({ clock, backend }) };
  }

  it('leaves nothing of what it was to replace: set', async () => {
    const { backend, cache } = await rig();
    await cache.set('k', 'old');
    backend.fail('set', new Error('full'));
    expect(await cache.set('k', 'new')).toBe(false);
    expect(await cache.get('k')).toBeUndefined();
    await settle();
    backend.heal();
    expect(await cache.get('k')).toBeUndefined();
  });

  it('leaves nothing of what it was to replace: setMany', async () => {
    const { backend, cache } = await rig();
    await cache.setMany([
      ['a', 'old'],
      ['b', 'old'],
    ]);
    backend.fail('set', new Error('full'));
    expect(
      await cache.setMany([
        ['a', 'new'],
        ['b', 'new'],
      ]),
    ).toBe(false);
    await settle();
    backend.heal();
    expect(await cache.getMany(['a', 'b'])).toEqual(new Map());
  });

  it('is not said to be stored when a newer one came in between', async () => {
    const { backend, cache } = await rig();
    backend.fail('set', new Error('full'));
    const [first, second] = await Promise.all([cache.set('k', 'A'), cache.set('k', 'B')]);
    expect([first, second]).toEqual([false, false]);
  });
});

it('a pattern whose write is never answered blocks no later clear for ever', async () => {
  const clock = new FakeClock();
  const backend = new FlakyBackend({ backend: new MapBackend(clock), clock });
  const cache = await makeCache({ clock, backend });
  await cache.set('k', 1);
  const hang = backend.hang('set', 1);
  const lost = cache.invalidate('x*');
  await clock.advance(150);
  await lost;
  await clock.advance(2_000);
  expect(await cache.clear()).toBe(true);
  expect(await cache.get('k')).toBeUndefined();
  await cache.set('later', 2);
  // It lands after all, with the version of before the clear: a new version follows it at once.
  await hang.release();
  await settle();
  expect(await cache.get('k')).toBeUndefined();
});
