import { describe, expect, it } from '@jest/globals';
import { CacheError } from 'nestjs-cached';
import { deferred } from '../../../support/deferred.js';
import { Engine, Scene } from './scene.js';

/** Closes, and tells whether that is done. */
function closing({ models }: Scene): { isDone: () => boolean; done: Promise<void> } {
  let isDone = false;
  const done = models.close().then(() => void (isDone = true));
  return { isDone: () => isDone, done };
}

describe('a shutdown', () => {
  it('disposes of all, without waiting for a grace, and loads nothing any more', async () => {
    const scene = new Scene({ grace: '1h', idleTtl: '1h' });
    for (const key of 'ab') await scene.get(key);
    const deleted = scene.get('c').then(() => scene.models.delete('c'));
    await deleted;
    await scene.models.close();
    expect(scene.made.map(({ isDisposed }) => isDisposed)).toEqual([true, true, true]);
    expect(scene.clock.pendingTimers).toBe(0);
    await expect(scene.get('a')).rejects.toThrow(CacheError);
    await expect(scene.models.use('d', scene.make, () => 1)).rejects.toThrow(CacheError);
    expect(scene.models.getStats()).toMatchObject({ instances: 0, leaving: 0, loading: 0, loads: 3 });
    await scene.models.close();
    expect(scene.models.getStats().disposed).toBe(3);
  });

  it('waits for leases', async () => {
    const scene = new Scene();
    const lease = await scene.models.lease('a', scene.make);
    await scene.get('b');
    const { isDone, done } = closing(scene);
    await scene.clock.advance(9_999);
    expect(isDone()).toBe(false);
    expect(scene.made.map(({ isDisposed }) => isDisposed)).toEqual([false, true]);
    lease.release();
    await done;
    expect(scene.made[0]!.isDisposed).toBe(true);
    expect(scene.clock.pendingTimers).toBe(0);
  });

  it('disposes of what is still in use after drainTimeout', async () => {
    const scene = new Scene({ drainTimeout: '2s' });
    const lease = await scene.models.lease('a', scene.make);
    const { isDone, done } = closing(scene);
    await scene.clock.advance(1_999);
    expect(isDone()).toBe(false);
    await scene.clock.advance(1);
    await done;
    expect(lease.model.isDisposed).toBe(true);
    lease.release();
    expect(scene.models.getStats()).toMatchObject({ disposed: 1, leased: 0 });
  });

  it('lets a load end, whose instance goes to those who wait and is then disposed of', async () => {
    const scene = new Scene();
    const loading = deferred<Engine>();
    let signal: AbortSignal | undefined;
    const used = scene.models.use(
      'a',
      (context) => (({ signal } = context), loading.promise),
      (engine) => engine.isDisposed,
    );
    const { isDone, done } = closing(scene);
    await scene.clock.advance(5_000);
    expect([isDone(), signal!.aborted]).toEqual([false, false]);
    const engine = new Engine('a');
    loading.resolve(engine);
    expect(await used).toBe(false);
    await done;
    expect(engine.isDisposed).toBe(true);
  });

  it('gives a load up after drainTimeout, and disposes of what comes late', async () => {
    const scene = new Scene();
    const loading = deferred<Engine>();
    let signal: AbortSignal | undefined;
    const load = (context: { signal: AbortSignal }): Promise<Engine> => (({ signal } = context), loading.promise);
    const asked = scene.models.getModel('a', load).catch((error: unknown) => error);
    const { done } = closing(scene);
    await scene.clock.advance(10_000);
    await done;
    expect(await asked).toBeInstanceOf(CacheError);
    expect(signal!.aborted).toBe(true);
    const engine = new Engine('late');
    loading.resolve(engine);
    await scene.clock.settle();
    expect(engine.isDisposed).toBe(true);
    expect(scene.clock.pendingTimers).toBe(0);
  });

  it('turns those away who wait for a place', async () => {
    const scene = new Scene({ maxInstances: 1, whenFull: 'wait' });
    const lease = await scene.models.lease('a', scene.make);
    const waiting = scene.get('b').catch((error: unknown) => error);
    const { done } = closing(scene);
    expect(await waiting).toBeInstanceOf(CacheError);
    lease.release();
    await done;
    expect(scene.made.map(({ name }) => name)).toEqual(['a']);
  });

  it('begins no load of one that waits behind another, and would have had a place without it', async () => {
    const scene = new Scene({ maxBytes: 100, whenFull: 'wait' });
    const lease = await scene.models.lease('a', scene.make, { size: 60 });
    const waiting = [60, 30].map((size, nth) => scene.models.lease(`${nth}`, scene.make, { size }).catch(String));
    const { done } = closing(scene);
    expect(await Promise.all(waiting)).toEqual([0, 1].map(() => expect.stringContaining('shut down')));
    lease.release();
    await done;
    await scene.clock.settle();
    expect(scene.made.map(({ name, isDisposed }) => [name, isDisposed])).toEqual([['a', true]]);
  });

  it('is not held up by a disposal that hangs', async () => {
    const scene = new Scene({ drainTimeout: '2s', disposeTimeout: '5s' });
    await scene.models.getModel('a', scene.make, { dispose: () => new Promise(() => {}) });
    const { isDone, done } = closing(scene);
    await scene.clock.advance(4_999);
    expect(isDone()).toBe(false);
    await scene.clock.advance(1);
    await done;
    expect(scene.models.getStats()).toMatchObject({ disposeErrors: 1, leaving: 0 });
  });

  it('refuses what a listener asks for meanwhile', async () => {
    const scene = new Scene();
    await scene.get('a');
    const asked: Promise<unknown>[] = [];
    scene.models.on('disposed', () => void asked.push(scene.get('a').catch((error: unknown) => error)));
    await scene.models.close();
    expect(await Promise.all(asked)).toEqual([expect.any(CacheError)]);
  });
});
