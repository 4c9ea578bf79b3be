import { describe, expect, it } from '@jest/globals';
import { CacheError, CacheTimeoutError, CacheUsageError } from 'nestjs-cached';
import { ModelCache } from 'nestjs-cached/ai';
import { deferred } from '../../../support/deferred.js';
import { Engine, Scene } from './scene.js';

describe('a load', () => {
  it('runs once however many ask, and all get the same object', async () => {
    const { models, clock } = new Scene();
    const made = deferred<Engine>();
    let loads = 0;
    const load = (): Promise<Engine> => (loads++, made.promise);
    const asked = [models.getModel('a', load), models.getModel('a', load), models.use('a', load, (engine) => engine)];
    const leased = models.lease('a', load);
    await clock.settle();
    expect(models.has('a')).toBe(false);
    expect(models.getStats()).toMatchObject({ loading: 1, instances: 0 });
    const engine = new Engine('a');
    made.resolve(engine);
    expect(await Promise.all(asked)).toEqual([engine, engine, engine]);
    expect((await leased).model).toBe(engine);
    expect(await models.getModel('a', load)).toBe(engine);
    expect(loads).toBe(1);
    expect(models.has('a')).toBe(true);
    expect(models.getStats()).toMatchObject({ instances: 1, loading: 0, loads: 1, hits: 1, leased: 1 });
  });

  it('that fails fails all who wait, is not kept, and the next call loads again', async () => {
    const { models, log, make } = new Scene();
    const failing = deferred<Engine>();
    const asked = [1, 2].map(() => models.getModel('a', () => failing.promise));
    const leased = models.lease('a', make);
    failing.reject(new Error('no memory'));
    const outcomes = await Promise.allSettled([...asked, leased]);
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && String(outcome.reason))).toEqual([
      'Error: no memory',
      'Error: no memory',
      'Error: no memory',
    ]);
    expect(models.has('a')).toBe(false);
    expect(models.getStats()).toMatchObject({ loads: 1, loadErrors: 1, instances: 0, loading: 0, leased: 0 });
    expect((await models.getModel('a', make)).name).toBe('a');
    expect(log).toEqual(['loadError a Error: no memory', 'load a']);
  });

  it('that throws at once rejects', async () => {
    const { models } = new Scene();
    const load = (): never => {
      throw new Error('at once');
    };
    await expect(models.getModel('a', load)).rejects.toThrow('at once');
  });

  it('is given up after loadTimeout: its signal is aborted, and what comes late is disposed of', async () => {
    const { models, clock, log, make } = new Scene({ loadTimeout: '1m' });
    const late = deferred<Engine>();
    let signal: AbortSignal | undefined;
    const asked = models
      .getModel('a', (context) => (({ signal } = context), late.promise))
      .catch((error: unknown) => error);
    await clock.advance(59_999);
    expect(signal!.aborted).toBe(false);
    await clock.advance(1);
    expect(await asked).toBeInstanceOf(CacheTimeoutError);
    expect(signal!.reason).toBe(await asked);
    const next = await models.getModel('a', make);
    const engine = new Engine('late');
    late.resolve(engine);
    await clock.settle();
    expect([engine.isDisposed, next.isDisposed]).toEqual([true, false]);
    expect(log.at(-1)).toBe('disposed a late');
    expect(clock.pendingTimers).toBe(0);
  });

  it('that asks for itself is refused, and so are two that ask for each other', async () => {
    const { models, make } = new Scene();
    const itself = models.getModel('a', () => models.getModel('a', make));
    await expect(itself).rejects.toThrow(CacheUsageError);
    const [toB, toA] = [deferred<void>(), deferred<void>()];
    const a: Promise<Engine> = models.getModel('a', async () => (await toB.promise, models.getModel('b', make)));
    const b: Promise<Engine> = models.getModel('b', async () => (await toA.promise, models.getModel('a', make)));
    const outcomes = Promise.allSettled([a, b]);
    toB.resolve();
    toA.resolve();
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const nested = await models.getModel('outer', () => models.getModel('inner', make));
    expect(nested.name).toBe('inner');
  });

  it('that was refused for that leaves no lease behind', async () => {
    const { models, clock, made, make } = new Scene();
    const load = (): Promise<Engine> =>
      models.lease('a', make).then(
        ({ model }) => model,
        () => make({ key: 'a' }),
      );
    const lease = await models.lease('a', load);
    await models.delete('a');
    lease.release();
    await clock.settle();
    expect(made.map(({ isDisposed }) => isDisposed)).toEqual([true]);
  });
});

describe('what cannot be meant', () => {
  const { models, make } = new Scene();

  it.each([
    ['an empty key', () => models.getModel('', make)],
    ['no key', () => models.getModel(undefined as never, make)],
    ['no loader', () => models.getModel('a', undefined as never)],
    ['nothing to run', () => models.use('a', make, 1 as never)],
    ['a bad option', () => models.lease('a', make, { idleTtl: -1 })],
    ['an unknown option', () => models.lease('a', make, { ttl: 1 } as never)],
    ['a bad disposal', () => models.lease('a', make, { dispose: true } as never)],
    ['a bad size', () => models.lease('a', make, { size: 1.5 })],
  ])('rejects: %s', async (_, call) => {
    await expect(call()).rejects.toThrow(CacheUsageError);
    expect(models.getStats()).toMatchObject({ loads: 0, loading: 0 });
  });

  it('throws of setModel', () => {
    expect(() => models.setModel('', 1)).toThrow(CacheUsageError);
    // It would be kept for good where it fails, and never be ended where it does not.
    const promise = Promise.resolve(new Engine('a'));
    expect(() => models.setModel('a', promise)).toThrow('The model "a" is a promise. Await it first.');
    expect(models.has('a')).toBe(false);
  });
});

describe('setModel', () => {
  it('keeps what was made elsewhere, and disposes of what it replaces', async () => {
    const { models, clock, log } = new Scene();
    const [first, second] = [new Engine('first'), new Engine('second')];
    models.setModel('a', first);
    expect(models.has('a')).toBe(true);
    models.setModel('a', second);
    await clock.settle();
    expect([first.isDisposed, second.isDisposed]).toEqual([true, false]);
    expect(log).toEqual(['disposed a replaced']);
    // The same one again is no reason to end it.
    models.setModel('a', second, { idleTtl: '1m' });
    await clock.settle();
    expect(second.isDisposed).toBe(false);
    await clock.advance(60_000);
    expect([models.has('a'), second.isDisposed]).toEqual([false, true]);
  });

  it('goes before a load that is under way, whose callers get what it brings', async () => {
    const { models, clock } = new Scene();
    const loading = deferred<Engine>();
    const asked = models.lease('a', () => loading.promise);
    const [set, loaded] = [new Engine('set'), new Engine('loaded')];
    models.setModel('a', set);
    loading.resolve(loaded);
    const lease = await asked;
    expect(lease.model).toBe(loaded);
    expect(await models.getModel('a', () => loaded)).toBe(set);
    lease.release();
    await clock.settle();
    expect([set.isDisposed, loaded.isDisposed]).toEqual([false, true]);
  });

  it('is refused after a shutdown, and leaves the instance alone', async () => {
    const models = new ModelCache();
    await models.close();
    const engine = new Engine('a');
    expect(() => models.setModel('a', engine)).toThrow(CacheError);
    expect(engine.isDisposed).toBe(false);
  });
});
