import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cached, CacheModule } from 'nestjs-cached';
import { MapBackend } from '../../../lib/testing/map.backend.js';
import { deferred } from '../../support/deferred.js';
import { App } from '../decorators/support/app.js';

afterEach(() => App.closeAll());

class WatchedBackend extends MapBackend {
  closed = 0;
  override async close(): Promise<void> {
    this.closed++;
  }
}

/** Closes the application, and tells whether it is done. */
function closing(app: App): { done: () => boolean; finished: Promise<void> } {
  let isDone = false;
  const finished = app.nest.close().then(() => void (isDone = true));
  return { done: () => isDone, finished };
}

describe('when the application is closed', () => {
  it('a load in the background is let end, and its value is stored', async () => {
    const backend = new WatchedBackend();
    const app = await App.start({ cache: { backend, ttl: '1m', staleWhileRevalidate: '1m' } });
    await app.cache().getOrSet('k', () => 'old');
    await app.clock.advance(60_000);
    const renewed = deferred<string>();
    expect(await app.cache().getOrSet('k', () => renewed.promise)).toBe('old');
    await app.clock.settle();
    const { done, finished } = closing(app);
    await app.clock.advance(1_000);
    expect([done(), backend.closed]).toEqual([false, 0]);
    renewed.resolve('new');
    await finished;
    expect(backend.closed).toBe(1);
    expect(await app.cache().get('k')).toBe('new');
  });

  it('one that does not end is told to stop after two seconds', async () => {
    const backend = new WatchedBackend();
    const app = await App.start({ cache: { backend } });
    let signal: AbortSignal | undefined;
    const call = app.cache().getOrSet('k', (context) => {
      ({ signal } = context);
      return new Promise<string>((_, reject) => {
        signal!.addEventListener('abort', () => reject(signal!.reason as Error));
      });
    });
    const outcome = call.catch((error: unknown) => error);
    await app.clock.settle();
    const { done, finished } = closing(app);
    await app.clock.advance(1_999);
    expect([done(), signal!.aborted]).toEqual([false, false]);
    await app.clock.advance(1);
    await finished;
    expect(signal!.aborted).toBe(true);
    expect(String(await outcome)).toBe('CacheError: The application is shutting down.');
    expect(backend.closed).toBe(1);
    expect(app.clock.pendingTimers).toBe(0);
  });

  it('a loader that listens to nobody does not hold it up any longer', async () => {
    const app = await App.start({});
    void app.cache().getOrSet('k', () => new Promise(() => {}));
    await app.clock.settle();
    const { finished } = closing(app);
    await app.clock.advance(2_000);
    await finished;
  });

  it('every named cache is', async () => {
    const [one, other] = [new WatchedBackend(), new WatchedBackend()];
    const imports = [CacheModule.forRoot({ name: 'other', backend: other })];
    const app = await App.start({ cache: { backend: one }, imports });
    await app.nest.close();
    expect([one.closed, other.closed]).toEqual([1, 1]);
  });

  it('a backend that fails to close is an event, and no failure', async () => {
    class Stuck extends MapBackend {
      override close(): Promise<void> {
        return Promise.reject(new Error('stuck'));
      }
    }
    const app = await App.start({ cache: { backend: new Stuck() } });
    const errors = app.errors();
    await app.nest.close();
    expect(errors).toEqual([expect.stringContaining('stuck')]);
  });
});

describe('when the start fails', () => {
  @Injectable()
  class Lost {
    @Cached({ cache: 'nowhere' })
    async find(): Promise<number> {
      return 1;
    }
  }

  it('for a cache there is none of, those there are get closed', async () => {
    const backend = new WatchedBackend();
    await expect(App.start({ providers: [Lost], cache: { backend } })).rejects.toThrow('nowhere');
    expect(backend.closed).toBe(1);
  });
});
