import { describe, expect, it } from '@jest/globals';
import { ModelLease } from 'nestjs-cached/ai';
import { deferred } from '../../../support/deferred.js';
import { Engine, Scene } from './scene.js';

describe('an instance in use', () => {
  it('outlives the deletion of its key; new callers get a new one', async () => {
    const scene = new Scene();
    const { models, clock, make } = scene;
    const work = deferred<string>();
    const used = models.use('a', make, async (engine) => `${await work.promise} ${engine.isDisposed}`);
    await clock.settle();
    expect(await models.delete('a')).toBe(true);
    expect([models.has('a'), await models.delete('a')]).toEqual([false, false]);
    expect(scene.made[0]!.isDisposed).toBe(false);
    expect(models.getStats()).toMatchObject({ leased: 1, leaving: 1, instances: 0 });
    expect(await scene.get('a')).toBe(scene.made[1]);
    work.resolve('done');
    expect(await used).toBe('done false');
    await clock.settle();
    expect(scene.made.map(({ isDisposed }) => isDisposed)).toEqual([true, false]);
    expect(models.getStats()).toMatchObject({ leased: 0, leaving: 0, instances: 1, disposed: 1 });
  });

  it('goes when the last of several leases is released, and not before; twice released is once', async () => {
    const { models, clock, make, made } = new Scene();
    const leases = await Promise.all([models.lease('a', make), models.lease('a', make)]);
    await models.clear();
    leases[0].release();
    leases[0].release();
    await clock.settle();
    expect(made[0]!.isDisposed).toBe(false);
    leases[1].release();
    await clock.settle();
    expect(made[0]!.isDisposed).toBe(true);
  });

  it('is given back when what uses it fails', async () => {
    const { models, make } = new Scene();
    const run = (): never => {
      throw new Error('of the work');
    };
    await expect(models.use('a', make, run)).rejects.toThrow('of the work');
    expect(models.getStats()).toMatchObject({ leased: 0, instances: 1 });
  });

  it('is released by the end of a block', async () => {
    const { models, make } = new Scene();
    const one = await models.lease('a', make);
    const other = await models.lease('a', make);
    expect(one).toBeInstanceOf(ModelLease);
    one[Symbol.dispose]();
    expect(models.getStats().leased).toBe(1);
    await other[Symbol.asyncDispose]();
    expect(models.getStats().leased).toBe(0);
  });
});

describe('a key that is deleted or cleared while its load runs', () => {
  it.each(['delete', 'clear'] as const)('%s: the instance goes to those who wait, and is not kept', async (method) => {
    const { models, clock, make, made, log } = new Scene();
    const old = deferred<Engine>();
    const leased = models.lease('a', () => old.promise);
    const work = deferred<void>();
    const used = models.use('a', make, async (model) => (await work.promise, [model.name, model.isDisposed]));
    await clock.settle();
    await models[method]('a');
    const [next] = await Promise.all([models.getModel('a', make), clock.settle()]);
    expect(next).toBe(made[0]);
    const engine = new Engine('old');
    old.resolve(engine);
    const lease = await leased;
    expect(lease.model).toBe(engine);
    lease.release();
    await clock.settle();
    expect(engine.isDisposed).toBe(false);
    work.resolve();
    expect(await used).toEqual(['old', false]);
    await clock.settle();
    expect([engine.isDisposed, next.isDisposed]).toEqual([true, false]);
    expect(await models.getModel('a', make)).toBe(next);
    expect(log).toEqual(['load a', 'load a', 'disposed a deleted']);
  });

  it('that fails then fails those who wait, and takes nothing from the next', async () => {
    const { models, make } = new Scene();
    const old = deferred<Engine>();
    const asked = models.getModel('a', () => old.promise).catch(String);
    await models.delete('a');
    const next = await models.getModel('a', make);
    old.reject(new Error('late'));
    expect(await asked).toBe('Error: late');
    expect(await models.getModel('a', make)).toBe(next);
  });
});

describe('the grace of an instance that getModel has handed out', () => {
  it('keeps it from being disposed of for a while, whatever becomes of its key', async () => {
    const { models, clock, make, made } = new Scene({ grace: '5s' });
    await models.getModel('a', make);
    await clock.advance(4_000);
    await models.getModel('a', make);
    await models.delete('a');
    await clock.advance(4_999);
    expect(made[0]!.isDisposed).toBe(false);
    expect(models.getStats()).toMatchObject({ leaving: 1, leased: 0 });
    await clock.advance(1);
    expect(made[0]!.isDisposed).toBe(true);
  });

  it('is 5 s, and begins when the load ends', async () => {
    const { models, clock } = new Scene({ grace: undefined as never });
    const loading = deferred<Engine>();
    const asked = models.getModel('a', () => loading.promise);
    await models.clear();
    await clock.advance(60_000);
    const engine = new Engine('a');
    loading.resolve(engine);
    expect(await asked).toBe(engine);
    await clock.advance(4_999);
    expect(engine.isDisposed).toBe(false);
    await clock.advance(1);
    expect(engine.isDisposed).toBe(true);
  });

  it('is not asked for by who has a lease', async () => {
    const { models, clock, make, made } = new Scene({ grace: '5s' });
    await models.use('a', make, () => undefined);
    await models.delete('a');
    await clock.settle();
    expect(made[0]!.isDisposed).toBe(true);
  });
});
