import { expect, it } from '@jest/globals';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { testCache } from '../../support/caches.js';

/** A clock as the process's own is: within a turn of the event loop its recent instant stands still. */
class TurningClock extends FakeClock {
  private turn = this.now();
  recent = (): number => this.turn;

  nextTurn(): void {
    this.turn = this.now();
  }
}

it('an entry that was expired is not fresh for the rest of the turn', async () => {
  const clock = new TurningClock();
  const { cache } = await testCache({}, clock);
  await cache.set('k', 1, { ttl: '1h', staleIfError: '1h' });
  clock.nextTurn();
  await clock.advance(5);
  expect(await cache.get('k')).toBe(1);
  await cache.expire('k');
  expect(await cache.get('k')).toBeUndefined();
  expect(await cache.getOrSet('k', () => Promise.reject(new Error('source')), { staleIfError: '1h' })).toBe(1);
});
