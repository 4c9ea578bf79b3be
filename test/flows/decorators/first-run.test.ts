import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cached } from 'nestjs-cached';
import { deferred, settle, type Deferred } from '../../support/deferred.js';
import { App } from './support/app.js';

let runs = 0;
let row = '';
let answer: Deferred<void>;
beforeEach(() => {
  runs = 0;
  row = 'old';
  answer = deferred();
});
afterEach(() => App.closeAll());

interface Rows {
  row(): Promise<string>;
}

/** A class of its own for each test: what a method returns is learnt once a process. */
async function start(): Promise<{ app: App; service: Rows }> {
  @Injectable()
  class Service {
    /** No annotation leaves nothing that tells what it returns. */
    @Cached({ key: () => 'k', tags: ['t'] })
    row() {
      runs++;
      const read = row;
      return answer.promise.then(() => read);
    }
  }
  const app = await App.start({ providers: [Service] });
  return { app, service: app.get(Service) };
}

describe('the first run of a method that tells nothing', () => {
  it('is shared by all who call meanwhile, and its value is stored', async () => {
    const { service } = await start();
    const calls = [service.row(), service.row(), service.row()];
    answer.resolve();
    expect(await Promise.all(calls)).toEqual(['old', 'old', 'old']);
    expect(await service.row()).toBe('old');
    expect(runs).toBe(1);
  });

  it('that fails fails for all who call meanwhile, and nothing is stored', async () => {
    const { app, service } = await start();
    const calls = Promise.allSettled([service.row(), service.row()]);
    const failure = new Error('no');
    answer.reject(failure);
    expect(await calls).toEqual([
      { status: 'rejected', reason: failure },
      { status: 'rejected', reason: failure },
    ]);
    expect(await app.cache().has('k')).toBe(false);
  });

  /**
   *     invalidateTags(t); row() reads the old row, and waits for another's load, which is too old for it
   *                        row = new; invalidateTags(t)
   *     the other's load ends -> row() loads for itself: not with what it has read
   */
  it('is not stored when something was invalidated before its turn to load came', async () => {
    const { app, service } = await start();
    const cache = app.cache();
    const other = deferred<string>();
    const before = cache.getOrSet('k', ({ setTags }) => {
      setTags('t');
      return other.promise;
    });
    await cache.invalidateTags('t');
    const call = service.row();
    await settle();
    row = 'new';
    await cache.invalidateTags('t');
    other.resolve('older');
    await before;
    answer.resolve();
    await call;
    expect(await service.row()).toBe('new');
  });
});
