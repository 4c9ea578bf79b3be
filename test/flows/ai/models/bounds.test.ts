import { describe, expect, it } from '@jest/globals';
import { CacheTimeoutError } from 'nestjs-cached';
import type { ModelLease } from 'nestjs-cached/ai';
import { deferred } from '../../../support/deferred.js';
import { Engine, Scene } from './scene.js';

const disposedOf = ({ made }: Scene): string[] => made.filter(({ isDisposed }) => isDisposed).map(({ name }) => name);

describe('the number of instances', () => {
  it('is eight, unless it is said: the least recently used one goes first', async () => {
    const scene = new Scene();
    for (const key of 'abcdefgh') await scene.get(key);
    await scene.get('a');
    await scene.get('i');
    await scene.clock.settle();
    expect(disposedOf(scene)).toEqual(['b']);
    expect(scene.models.getStats()).toMatchObject({ instances: 8, evictions: 1, disposed: 1 });
    expect(scene.log.slice(-3)).toEqual(['evicted b', 'load i', 'disposed b evicted']);
  });

  it('counts one in use as used when it is given back', async () => {
    const scene = new Scene({ maxInstances: 2 });
    const lease = await scene.models.lease('a', scene.make);
    await scene.get('b');
    lease.release();
    await scene.get('c');
    await scene.clock.settle();
    expect(disposedOf(scene)).toEqual(['b']);
  });

  it('spares those in use', async () => {
    const scene = new Scene({ maxInstances: 2 });
    await scene.models.lease('a', scene.make);
    for (const key of 'bcd') await scene.get(key);
    await scene.clock.settle();
    expect(disposedOf(scene)).toEqual(['b', 'c']);
    expect(scene.models.has('a')).toBe(true);
  });

  it('is exceeded when all are in use, says so once, and is kept again when one is given back', async () => {
    const scene = new Scene({ maxInstances: 1 });
    const leases: ModelLease<Engine>[] = [];
    for (const key of 'abc') leases.push(await scene.models.lease(key, scene.make));
    expect(scene.models.getStats()).toMatchObject({ instances: 3, leased: 3 });
    expect(scene.log.filter((line) => line === 'exceeded')).toHaveLength(1);
    leases[1]!.release();
    // The one used last is not taken from whom it was just given to.
    expect(scene.models.has('b')).toBe(true);
    for (const lease of leases) lease.release();
    await scene.clock.settle();
    expect(disposedOf(scene)).toEqual(['a', 'b']);
    expect(scene.models.getStats()).toMatchObject({ instances: 1, leased: 0, evictions: 2 });
  });

  it('an instance that getModel brings beyond it is not taken back at once', async () => {
    const scene = new Scene({ maxInstances: 1 });
    await scene.models.lease('a', scene.make);
    const given = await scene.get('b');
    await scene.clock.settle();
    expect(given.isDisposed).toBe(false);
  });
});

describe("whenFull: 'wait'", () => {
  it('begins no load before a place is free, and gives places in order', async () => {
    const scene = new Scene({ maxInstances: 1, whenFull: 'wait' });
    const first = await scene.models.lease('a', scene.make);
    const second = scene.models.lease('b', scene.make);
    const third = scene.models.lease('c', scene.make);
    const joined = scene.models.getModel('b', scene.make);
    await scene.clock.settle();
    expect(scene.made.map(({ name }) => name)).toEqual(['a']);
    expect(scene.models.getStats()).toMatchObject({ loading: 2, instances: 1 });
    first.release();
    const lease = await second;
    expect(await joined).toBe(lease.model);
    await scene.clock.settle();
    expect(scene.made.map(({ name }) => name)).toEqual(['a', 'b']);
    lease.release();
    expect((await third).model.name).toBe('c');
    expect(scene.log).toEqual([
      'load a',
      'evicted a',
      'disposed a evicted',
      'load b',
      'evicted b',
      'disposed b evicted',
      'load c',
    ]);
    expect(scene.clock.pendingTimers).toBe(0);
  });

  it('waits for the disposal too, and for the grace', async () => {
    const scene = new Scene({ maxInstances: 1, whenFull: 'wait', grace: '5s' });
    const gone = deferred<void>();
    await scene.models.getModel('a', scene.make, { dispose: () => gone.promise });
    const next = scene.models.lease('b', scene.make);
    await scene.clock.advance(5_000);
    expect(scene.made).toHaveLength(1);
    gone.resolve();
    expect((await next).model.name).toBe('b');
  });

  it('evicts no more than those who wait need, however long a disposal takes', async () => {
    const scene = new Scene({ maxInstances: 3, whenFull: 'wait' });
    const gone = deferred<void>();
    await scene.models.getModel('a', scene.make, { dispose: () => gone.promise });
    for (const key of 'bc') await scene.get(key);
    const next = scene.get('d');
    await scene.get('c');
    await scene.get('b');
    await scene.clock.settle();
    expect(scene.models.getStats()).toMatchObject({ evictions: 1, leaving: 1, loading: 1, instances: 2 });
    gone.resolve();
    expect((await next).name).toBe('d');
    expect(disposedOf(scene)).toEqual([]);
  });

  it('gives up after waitTimeout, for all who wait, and takes no place', async () => {
    const scene = new Scene({ maxInstances: 1, whenFull: 'wait', waitTimeout: '2s' });
    const first = await scene.models.lease('a', scene.make);
    const waiting = ['b', 'b'].map((key) => scene.get(key).catch((error: unknown) => error));
    await scene.clock.advance(1_999);
    const later = scene.models.lease('c', scene.make);
    await scene.clock.advance(1);
    for (const outcome of await Promise.all(waiting)) expect(outcome).toBeInstanceOf(CacheTimeoutError);
    first.release();
    expect((await later).model.name).toBe('c');
    expect(scene.made.map(({ name }) => name)).toEqual(['a', 'c']);
    expect(scene.models.getStats()).toMatchObject({ loadErrors: 0, loading: 0 });
  });

  it('a key deleted while it waits is loaded for those who wait, and not kept', async () => {
    const scene = new Scene({ maxInstances: 1, whenFull: 'wait' });
    const first = await scene.models.lease('a', scene.make);
    const waiting = scene.models.lease('b', scene.make);
    await scene.models.delete('b');
    first.release();
    const lease = await waiting;
    expect(scene.models.has('b')).toBe(false);
    expect(scene.models.getStats()).toMatchObject({ instances: 0, leaving: 1, leased: 1 });
    lease.release();
    await scene.clock.settle();
    expect(disposedOf(scene)).toEqual(['a', 'b']);
  });

  it('a load that fails frees its place', async () => {
    const scene = new Scene({ maxInstances: 1, whenFull: 'wait' });
    const failing = deferred<Engine>();
    const failed = scene.models.getModel('a', () => failing.promise).catch(String);
    const next = scene.get('b');
    failing.reject(new Error('no'));
    expect(await failed).toBe('Error: no');
    expect((await next).name).toBe('b');
  });
});

describe('what instances weigh', () => {
  const weights: Record<string, number> = { a: 40, b: 40, c: 40, light: 0, heavy: 500 };
  const weighing = { maxBytes: 100, sizeOf: (_: unknown, key: string) => weights[key]! };

  it('is known when they are there; the least recently used go until the rest fits', async () => {
    const scene = new Scene(weighing);
    for (const key of ['light', 'a', 'b', 'c']) await scene.get(key);
    await scene.clock.settle();
    expect(disposedOf(scene)).toEqual(['a']);
    expect(scene.models.getStats()).toMatchObject({ bytes: 80, instances: 3 });
  });

  it('one that is too heavy alone stands alone, and says so', async () => {
    const scene = new Scene(weighing);
    for (const key of ['a', 'b', 'heavy']) await scene.get(key);
    await scene.clock.settle();
    expect(disposedOf(scene)).toEqual(['a', 'b']);
    expect(scene.models.has('heavy')).toBe(true);
    expect(scene.log).toContain('exceeded');
    await scene.get('a');
    await scene.clock.settle();
    expect(disposedOf(scene)).toEqual(['a', 'b', 'heavy']);
  });

  it('is what the call says, first of all: in bytes, in words, or by a function', async () => {
    const { models, make } = new Scene(weighing);
    await models.getModel('a', make, { size: '1kb' });
    await models.delete('a');
    await models.getModel('b', make, { size: 7 });
    await models.getModel('c', make, { size: ({ name }) => name.length });
    expect(models.getStats().bytes).toBe(8);
  });

  it('counts as nothing where it cannot be told, which is an event', async () => {
    const { models, make, log } = new Scene({ sizeOf: () => NaN });
    const size = (): never => {
      throw new Error('scale');
    };
    await models.getModel('a', make);
    await models.getModel('b', make, { size });
    expect(models.getStats()).toMatchObject({ bytes: 0, instances: 2, disposeErrors: 0 });
    expect(log.filter((line) => line.startsWith('error'))).toEqual([
      'error a CacheUsageError: The size of the model "a" is not a whole number of bytes.',
      'error b Error: scale',
    ]);
  });

  it('is waited for, where the call says it before', async () => {
    const scene = new Scene({ maxBytes: 100, whenFull: 'wait' });
    const load = (key: string): Promise<ModelLease<Engine>> => scene.models.lease(key, scene.make, { size: 60 });
    const first = await load('a');
    const second = load('b');
    await scene.clock.settle();
    expect(scene.made).toHaveLength(1);
    first.release();
    expect((await second).model.name).toBe('b');
    expect(disposedOf(scene)).toEqual(['a']);
  });
});

describe('what is being loaded', () => {
  it('counts with the size that its call says, so that two loads at a time do not pass the bound', async () => {
    const scene = new Scene({ maxBytes: 100, whenFull: 'wait' });
    const gates = [deferred<Engine>(), deferred<Engine>(), deferred<Engine>()];
    const begun: string[] = [];
    const leases = (['a', 'b', 'c'] as const).map((key, nth) =>
      scene.models.lease(key, () => (begun.push(key), gates[nth]!.promise), { size: nth === 2 ? 40 : 60 }),
    );
    await scene.clock.settle();
    expect(begun).toEqual(['a']);
    gates[0]!.reject(new Error('no memory'));
    await expect(leases[0]).rejects.toThrow('no memory');
    await scene.clock.settle();
    // What has failed weighs nothing any more, and the two fit together.
    expect(begun).toEqual(['a', 'b', 'c']);
    expect(scene.models.getStats()).toMatchObject({ loading: 2, bytes: 0 });
    for (const gate of gates) gate.resolve(new Engine('loaded'));
    await Promise.all(leases.slice(1));
    expect(scene.models.getStats()).toMatchObject({ bytes: 100, instances: 2 });
  });
});

describe('idleTtl', () => {
  it('begins when an instance was last given back, and spares those in use', async () => {
    const scene = new Scene({ idleTtl: '1m' });
    const lease = await scene.models.lease('a', scene.make);
    await scene.get('b');
    await scene.clock.advance(59_999);
    await scene.get('b');
    await scene.clock.advance(59_999);
    expect(disposedOf(scene)).toEqual([]);
    await scene.clock.advance(1);
    expect(disposedOf(scene)).toEqual(['b']);
    lease.release();
    await scene.clock.advance(59_999);
    expect(disposedOf(scene)).toEqual(['b']);
    await scene.clock.advance(1);
    expect(disposedOf(scene)).toEqual(['a', 'b']);
    expect(scene.log.slice(-1)).toEqual(['disposed a idle']);
    expect(scene.models.getStats()).toMatchObject({ evictions: 0, disposed: 2, instances: 0 });
    expect(scene.clock.pendingTimers).toBe(0);
  });

  it('of the call goes before that of the cache', async () => {
    const scene = new Scene({ idleTtl: '1s' });
    await scene.models.getModel('a', scene.make, { idleTtl: Infinity });
    await scene.models.getModel('b', scene.make, { idleTtl: 0 });
    await scene.clock.advance(3_600_000);
    expect(disposedOf(scene)).toEqual(['b']);
  });
});
