import { describe, expect, it } from '@jest/globals';
import { WakeUp } from '../../../lib/core/wake-up.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';

function open() {
  const clock = new FakeClock();
  return { clock, wakeUp: new WakeUp(clock) };
}

describe('who waits for news', () => {
  it('is woken by news, before its time is over, and leaves no timer', async () => {
    const { clock, wakeUp } = open();
    const sleeper = wakeUp.enter('k');
    const next = sleeper.next(50);
    await clock.advance(49);
    wakeUp.ring('k');
    expect(await next).toBe(true);
    expect(sleeper.hasNews).toBe(false);
    expect(clock.pendingTimers).toBe(0);
  });

  it('wakes by itself when its time is over', async () => {
    const { clock, wakeUp } = open();
    const sleeper = wakeUp.enter('k');
    let heard: boolean | undefined;
    void sleeper.next(50).then((news) => (heard = news));
    await clock.advance(49);
    expect(heard).toBeUndefined();
    await clock.advance(1);
    expect(heard).toBe(false);
    expect(sleeper.hasNews).toBe(false);
  });

  it('does not miss what came before it slept, and is told of it once', async () => {
    const { clock, wakeUp } = open();
    const sleeper = wakeUp.enter('k');
    expect(sleeper.hasNews).toBe(false);
    wakeUp.ring('k');
    wakeUp.ring('k');
    expect(sleeper.hasNews).toBe(true);
    expect(await sleeper.next(50)).toBe(true);
    expect(clock.pendingTimers).toBe(0);
    expect(sleeper.hasNews).toBe(false);
    const again = sleeper.next(50);
    await clock.advance(50);
    expect(await again).toBe(false);
  });

  it('what comes between two sleeps is told in the second', async () => {
    const { clock, wakeUp } = open();
    const sleeper = wakeUp.enter('k');
    const first = sleeper.next(50);
    await clock.advance(50);
    expect(await first).toBe(false);
    wakeUp.ring('k');
    expect(sleeper.hasNews).toBe(true);
    expect(await sleeper.next(50)).toBe(true);
  });

  it('news of one key wakes all who wait for it, and nobody else', async () => {
    const { clock, wakeUp } = open();
    const [first, second, other] = [wakeUp.enter('k'), wakeUp.enter('k'), wakeUp.enter('other')];
    const woken = [first, second, other].map((sleeper) => sleeper.next(50));
    wakeUp.ring('k');
    wakeUp.ring('nobody');
    await clock.advance(50);
    expect(await Promise.all(woken)).toEqual([true, true, false]);
  });

  it('news of everything wakes all', async () => {
    const { wakeUp } = open();
    const sleepers = ['k', 'k', 'other'].map((id) => wakeUp.enter(id));
    const woken = sleepers.map((sleeper) => sleeper.next(50));
    wakeUp.ringAll();
    expect(await Promise.all(woken)).toEqual([true, true, true]);
  });

  it('whoever leaves is told nothing more, those beside it are', () => {
    const { wakeUp } = open();
    const [first, second, other] = [wakeUp.enter('k'), wakeUp.enter('k'), wakeUp.enter('other')];
    expect(wakeUp.size).toBe(2);
    first.leave();
    first.leave();
    wakeUp.ring('k');
    wakeUp.ringAll();
    expect([first.hasNews, second.hasNews, other.hasNews]).toEqual([false, true, true]);
    second.leave();
    expect(wakeUp.size).toBe(1);
    other.leave();
    expect(wakeUp.size).toBe(0);
    wakeUp.ring('k');
  });

  it('one that left twice does not take its successor along', () => {
    const { wakeUp } = open();
    const first = wakeUp.enter('k');
    first.leave();
    const second = wakeUp.enter('k');
    first.leave();
    wakeUp.ring('k');
    expect(second.hasNews).toBe(true);
  });
});
