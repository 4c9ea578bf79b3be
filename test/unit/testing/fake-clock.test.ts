import { describe, expect, it, jest } from '@jest/globals';
import { FakeClock } from '../../../lib/testing/fake-clock.js';

const START = 1_700_000_000_000;

function recorder(clock: FakeClock): { readonly log: string[]; note(name: string): () => void } {
  const log: string[] = [];
  return { log, note: (name) => () => void log.push(`${name}@${clock.now() - START}`) };
}

describe('FakeClock', () => {
  it('stands still until it is moved', async () => {
    const clock = new FakeClock();
    expect(clock.now()).toBe(START);
    await clock.settle();
    expect(clock.now()).toBe(START);
    await clock.advance(1_500);
    expect(clock.now()).toBe(START + 1_500);
    expect(new FakeClock(5).now()).toBe(5);
  });

  it('runs timers by due time, then by order of making, each at its own instant', async () => {
    const clock = new FakeClock();
    const { log, note } = recorder(clock);
    clock.setTimeout(note('late'), 30);
    clock.setTimeout(note('first'), 10);
    clock.setTimeout(note('second'), 10);
    clock.setTimeout(note('beyond'), 41);
    await clock.advance(40);
    expect(log).toEqual(['first@10', 'second@10', 'late@30']);
    expect(clock.now()).toBe(START + 40);
    expect(clock.pendingTimers).toBe(1);
  });

  it('runs a timer that is due exactly at the end of the span, and none a moment after it', async () => {
    const clock = new FakeClock();
    const { log, note } = recorder(clock);
    clock.setTimeout(note('on time'), 100);
    await clock.advance(99);
    expect(log).toEqual([]);
    await clock.advance(1);
    expect(log).toEqual(['on time@100']);
  });

  it('runs timers that timers set, within the same span', async () => {
    const clock = new FakeClock();
    const { log, note } = recorder(clock);
    clock.setTimeout(() => {
      note('outer')();
      clock.setTimeout(note('inner'), 5);
      clock.setTimeout(note('now'), 0);
      clock.setTimeout(note('beyond'), 500);
    }, 10);
    await clock.advance(20);
    expect(log).toEqual(['outer@10', 'now@10', 'inner@15']);
  });

  it('lets promise continuations run between two timers', async () => {
    const clock = new FakeClock();
    const { log, note } = recorder(clock);
    const sleep = (ms: number): Promise<void> => new Promise((resolve) => void clock.setTimeout(resolve, ms));
    const twice = async (): Promise<void> => {
      await sleep(10);
      await Promise.resolve().then(() => Promise.resolve());
      note('woke')();
      await sleep(10);
      note('woke again')();
    };
    const done = twice();
    clock.setTimeout(note('timer'), 15);
    await clock.advance(20);
    await done;
    expect(log).toEqual(['woke@10', 'timer@15', 'woke again@20']);
  });

  it('lets a continuation hop through the event loop before the next timer', async () => {
    const clock = new FakeClock();
    const { log, note } = recorder(clock);
    const poll = async (): Promise<void> => {
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
      note('polled')();
    };
    clock.setTimeout(() => void poll(), 10);
    clock.setTimeout(note('next'), 11);
    await clock.advance(20);
    expect(log).toEqual(['polled@10', 'next@11']);
  });

  it('waits for work that has yet to set its timer', async () => {
    const clock = new FakeClock();
    const { log, note } = recorder(clock);
    const late = async (): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      clock.setTimeout(note('late'), 10);
    };
    void late();
    await clock.advance(10);
    expect(log).toEqual(['late@10']);
  });

  it('forgets a cancelled timer, also one cancelled by an earlier timer of the same instant', async () => {
    const clock = new FakeClock();
    const { log, note } = recorder(clock);
    const direct = clock.setTimeout(note('cancelled'), 5);
    clock.setTimeout(() => sameInstant.cancel(), 10);
    const sameInstant = clock.setTimeout(note('same instant'), 10);
    direct.cancel();
    direct.cancel();
    expect(clock.pendingTimers).toBe(2);
    await clock.advance(10);
    sameInstant.cancel();
    expect(log).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('takes advances made at once one after the other', async () => {
    const clock = new FakeClock();
    const { log, note } = recorder(clock);
    clock.setTimeout(note('a'), 10);
    clock.setTimeout(note('b'), 15);
    await Promise.all([clock.advance(10), clock.advance(10)]);
    expect(log).toEqual(['a@10', 'b@15']);
    expect(clock.now()).toBe(START + 20);
  });

  it('counts a negative or NaN delay as 0 and never reaches Infinity', async () => {
    const clock = new FakeClock();
    const { log, note } = recorder(clock);
    clock.setTimeout(note('negative'), -5);
    clock.setTimeout(note('NaN'), Number.NaN);
    clock.setTimeout(note('never'), Infinity);
    await clock.advance(0);
    expect(log).toEqual(['negative@0', 'NaN@0']);
    await clock.advance(1e12);
    expect(clock.pendingTimers).toBe(1);
  });

  it.each([-1, Number.NaN, Infinity])('refuses to advance by %p', async (ms) => {
    const clock = new FakeClock();
    await expect(clock.advance(ms)).rejects.toThrow(RangeError);
    expect(clock.now()).toBe(START);
  });

  it('rejects with what a timer throws, stands at that timer, and can go on', async () => {
    const clock = new FakeClock();
    const { log, note } = recorder(clock);
    clock.setTimeout(() => {
      throw new Error('from the timer');
    }, 10);
    clock.setTimeout(note('after'), 20);
    await expect(clock.advance(30)).rejects.toThrow('from the timer');
    expect(clock.now()).toBe(START + 10);
    await clock.advance(10);
    expect(log).toEqual(['after@20']);
  });

  it('moves on while the test framework fakes timers of its own', async () => {
    jest.useFakeTimers();
    try {
      const clock = new FakeClock();
      const { log, note } = recorder(clock);
      clock.setTimeout(note('ran'), 10);
      await clock.advance(10);
      expect(log).toEqual(['ran@10']);
    } finally {
      jest.useRealTimers();
    }
  });
});
