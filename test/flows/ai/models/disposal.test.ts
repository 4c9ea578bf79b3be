import { describe, expect, it } from '@jest/globals';
import { CacheTimeoutError } from 'nestjs-cached';
import { deferred } from '../../../support/deferred.js';
import { Engine, Scene } from './scene.js';

describe('a disposal', () => {
  it('is done by the first of the known methods that the instance has', async () => {
    const names = [Symbol.asyncDispose, Symbol.dispose, 'dispose', 'close', 'terminate'] as const;
    const { models } = new Scene();
    const called: (string | symbol)[] = [];
    for (const from of names.keys()) {
      const model = Object.fromEntries(names.slice(from).map((name) => [name, () => void called.push(name)]));
      models.setModel(String(from), model);
      await models.delete(String(from));
    }
    expect(called).toEqual(names);
  });

  it('is called on the instance, which may be a function', async () => {
    const { models } = new Scene();
    const calls: unknown[] = [];
    const model = Object.assign(() => 1, {
      close(this: unknown) {
        calls.push(this);
      },
    });
    models.setModel('a', model);
    await models.delete('a');
    expect(calls).toEqual([model]);
  });

  it('is done by the function that is given, or not at all', async () => {
    const { models } = new Scene();
    const [one, other] = [new Engine('one'), new Engine('other')];
    const given: unknown[] = [];
    models.setModel('a', one, { dispose: (model) => void given.push(model) });
    models.setModel('b', other, { dispose: false });
    models.setModel('c', { without: 'any' });
    models.setModel('d', 'text');
    await models.clear();
    expect(given).toEqual([one]);
    expect([one.isDisposed, other.isDisposed]).toEqual([false, false]);
    expect(models.getStats()).toMatchObject({ instances: 0, leaving: 0, disposed: 1 });
  });

  it('of an object that is kept under two keys waits for both', async () => {
    const { models } = new Scene();
    const engine = new Engine('shared');
    models.setModel('a', engine);
    await models.getModel('b', () => engine);
    await models.delete('a');
    expect(engine.isDisposed).toBe(false);
    await models.delete('b');
    expect(engine.isDisposed).toBe(true);
    expect(models.getStats().disposed).toBe(1);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('stuck');
      },
    ],
    ['rejects', () => Promise.reject(new Error('stuck'))],
  ])('that %s is an event, and harms nobody', async (_, dispose) => {
    const { models, clock, log, make } = new Scene({ maxInstances: 1 });
    await models.getModel('a', make, { dispose });
    expect((await models.getModel('b', make)).name).toBe('b');
    await clock.settle();
    expect(log).toEqual(['load a', 'evicted a', 'load b', 'error a Error: stuck']);
    expect(models.getStats()).toMatchObject({ disposeErrors: 1, disposed: 0, leaving: 0, instances: 1 });
    await models.clear();
    expect(models.getStats().disposed).toBe(1);
  });

  it('whose method cannot even be read is an event too', async () => {
    const { models, log } = new Scene();
    const model = Object.defineProperty({}, 'close', {
      get() {
        throw new Error('no look');
      },
    });
    models.setModel('a', model);
    await models.delete('a');
    expect(log).toEqual(['error a Error: no look']);
  });

  it('that hangs is given up after disposeTimeout, and holds up nobody till then', async () => {
    const { models, clock, log, make } = new Scene({ disposeTimeout: '3s' });
    const hanging = deferred<void>();
    const errors: unknown[] = [];
    models.on('error', ({ error }) => errors.push(error));
    await models.getModel('a', make, { dispose: () => hanging.promise });
    let isDeleted = false;
    const deleted = models.delete('a').then(() => (isDeleted = true));
    expect((await models.getModel('a', make)).isDisposed).toBe(false);
    await clock.advance(2_999);
    expect([isDeleted, models.getStats().leaving]).toEqual([false, 1]);
    await clock.advance(1);
    await deleted;
    expect(errors).toEqual([expect.any(CacheTimeoutError)]);
    expect(models.getStats()).toMatchObject({ leaving: 0, disposeErrors: 1, instances: 1 });
    hanging.reject(new Error('after all'));
    await clock.settle();
    expect(log.filter((line) => line.startsWith('error'))).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('may ask the cache itself, also for its own key', async () => {
    const { models, make, made } = new Scene();
    const told: unknown[] = [];
    await models.getModel('a', make, {
      dispose: async () => {
        told.push(await models.delete('a'), await models.getModel('a', make));
        await models.clear();
      },
    });
    await models.delete('a');
    expect(told).toEqual([false, made[1]]);
    expect(made[1]!.isDisposed).toBe(true);
  });
});

describe('a listener that fails', () => {
  it('fails for itself alone, and hears no more once it has unsubscribed', async () => {
    const { models, make } = new Scene();
    let heard = 0;
    const off = models.on('load', () => {
      heard++;
      throw new Error('of the listener');
    });
    const later: () => unknown = () => Promise.reject(new Error('of an async one'));
    models.on('load', later);
    await models.getModel('a', make);
    off();
    await models.getModel('b', make);
    expect([heard, models.getStats().instances]).toEqual([1, 2]);
  });
});
