import { describe, expect, it, jest } from '@jest/globals';
import { Recording } from '../../../lib/core/streams/recording.js';
import { sourceOf, type StreamSource } from '../../../lib/core/streams/stream-source.js';
import { CacheStreamError } from '../../../lib/support/errors.js';
import { createIsolation } from '../../../lib/support/isolation.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { settle } from '../../support/deferred.js';
import { Tap } from '../../support/tap.js';

interface Rig {
  readonly clock: FakeClock;
  readonly recording: Recording;
  readonly onCut: jest.Mock;
  readonly onDeserted: jest.Mock;
}

function rig(limits: { maxBytes?: number; stallTimeout?: number } = {}): Rig {
  const clock = new FakeClock();
  const onCut = jest.fn();
  const onDeserted = jest.fn();
  const recording = new Recording({
    isolation: createIsolation('clone', 'plain'),
    limits: { maxBytes: 1_000, stallTimeout: 1_000, waitTimeout: 0, ...limits },
    clock,
    onCut,
    onDeserted,
  });
  recording.recorded.catch(() => {});
  return { clock, recording, onCut, onDeserted };
}

/** A source of as many chunks of 100 characters as are asked for. */
function chunks(count = Infinity): StreamSource & { asked: number } {
  const source = {
    asked: 0,
    next: async (): Promise<IteratorResult<unknown, undefined>> =>
      source.asked++ < count ? { done: false, value: 'x'.repeat(100) } : { done: true, value: undefined },
    cancel: () => {},
  };
  return source;
}

const END = { done: true, value: undefined };

describe('a stream that is longer than may be held', () => {
  it('is read on with nothing held behind its only reader', async () => {
    const { recording, onCut } = rig();
    const source = chunks(10_000);
    const reader = recording.join(true);
    recording.start(source);
    let items = 0;
    let most = 0;
    for (let result = await reader.next(); !result.done; result = await reader.next()) {
      items++;
      most = Math.max(most, recording.held);
    }
    expect(items).toBe(10_000);
    expect(onCut).toHaveBeenCalledTimes(1);
    expect(recording.isWhole).toBe(false);
    // The limit, and the item that went beyond it.
    expect(most).toBeLessThan(1_500);
    await expect(recording.recorded).rejects.toThrow('$ is a stream of more than 1000 bytes');
  });

  it('waits for the last of its readers when so much lies between them', async () => {
    const { recording } = rig();
    const source = chunks();
    const [quick, slow] = [recording.join(true), recording.join(false)];
    recording.start(source);
    let read = 0;
    const race = async (): Promise<void> => {
      for (;;) {
        await quick.next();
        read++;
      }
    };
    void race();
    await settle();
    const before = read;
    expect(before).toBeLessThan(12);
    expect(recording.held).toBeLessThan(1_500);
    for (let nth = 0; nth < 5; nth++) await slow.next();
    await settle();
    expect(read - before).toBeGreaterThanOrEqual(4);
    expect(read - before).toBeLessThanOrEqual(6);
  });

  it('goes at the pace of its readers again, though it went to its end by itself', async () => {
    const { recording } = rig();
    const source = chunks();
    const reader = recording.join(false);
    recording.drain();
    recording.start(source);
    await settle();
    const { asked } = source;
    expect(recording.isWhole).toBe(false);
    for (let nth = 0; nth < asked; nth++) await reader.next();
    await settle();
    expect(source.asked).toBe(asked);
    await reader.next();
    expect(source.asked).toBe(asked + 1);
  });

  it('goes on when the reader leaves that it has waited for', async () => {
    const { recording } = rig();
    const source = chunks(40);
    const [quick, slow] = [recording.join(true), recording.join(false)];
    recording.start(source);
    const all = (async () => {
      let count = 0;
      while (!(await quick.next()).done) count++;
      return count;
    })();
    await settle();
    expect(source.asked).toBeLessThan(15);
    slow.leave();
    expect(await all).toBe(40);
  });

  it('gives up the reader that has not moved for the whole time, and goes on', async () => {
    const { clock, recording } = rig();
    const source = chunks(40);
    const [quick, slow] = [recording.join(true), recording.join(false)];
    recording.start(source);
    const all = (async () => {
      let count = 0;
      while (!(await quick.next()).done) count++;
      return count;
    })();
    await settle();
    await slow.next();
    await clock.advance(1_000);
    // It has moved within the first second.
    await slow.next();
    await clock.advance(999);
    await slow.next();
    expect(source.asked).toBeLessThan(20);
    await clock.advance(3_000);
    expect(await all).toBe(40);
    await expect(slow.next()).rejects.toThrow(CacheStreamError);
    expect(await slow.next()).toEqual(END);
  });
});

describe('an item that cannot be kept', () => {
  it('goes to all who read, and nothing is recorded', async () => {
    const { recording, onCut } = rig({ maxBytes: 10_000 });
    const tap = new Tap<unknown>();
    const [owner, other] = [recording.join(true), recording.join(false)];
    recording.start(sourceOf(tap));
    const item = { run: () => 1 };
    tap.emit('a', item).end();
    expect([await owner.next(), await owner.next(), await owner.next()]).toEqual([
      { done: false, value: 'a' },
      { done: false, value: item },
      END,
    ]);
    expect([await other.next(), await other.next(), await other.next()]).toEqual([
      { done: false, value: 'a' },
      { done: false, value: item },
      END,
    ]);
    expect(onCut).toHaveBeenCalledTimes(1);
    await expect(recording.recorded).rejects.toThrow('$[1].run is a function');
  });
});

describe('a reader that asks for nothing', () => {
  it("is given up when nobody else reads either, and the source is nobody's", async () => {
    const { clock, recording, onDeserted } = rig();
    const reader = recording.join(true);
    recording.start(sourceOf(new Tap<string>().emit('a', 'b')));
    await reader.next();
    await clock.advance(1_000);
    expect(onDeserted).not.toHaveBeenCalled();
    await clock.advance(1_000);
    expect(onDeserted).toHaveBeenCalledTimes(1);
    await expect(reader.next()).rejects.toThrow('did not ask for the next item for 1000 ms');
  });

  it('is not given up while it reads what the others have left behind', async () => {
    const { clock, recording } = rig({ maxBytes: 10_000 });
    const [quick, slow] = [recording.join(true), recording.join(false)];
    recording.start(chunks());
    for (let nth = 0; nth < 8; nth++) await quick.next();
    quick.leave();
    for (let nth = 0; nth < 8; nth++) {
      await clock.advance(999);
      expect(await slow.next()).toMatchObject({ done: false });
    }
  });

  it('is not given up for a source that takes its time', async () => {
    const { clock, recording, onDeserted } = rig();
    const tap = new Tap<string>();
    const reader = recording.join(true);
    recording.start(sourceOf(tap));
    const next = reader.next();
    await clock.advance(60_000);
    tap.emit('a');
    expect(await next).toEqual({ done: false, value: 'a' });
    expect(onDeserted).not.toHaveBeenCalled();
  });
});

describe('the end of a recording', () => {
  it('is told to its readers when what was recorded is stored', async () => {
    const { recording } = rig();
    const reader = recording.join(true);
    recording.start(chunks(1));
    await reader.next();
    let told = false;
    const end = reader.next().then(() => (told = true));
    await settle();
    expect((await recording.recorded).give()).toEqual(['x'.repeat(100)]);
    expect(told).toBe(false);
    recording.release();
    await end;
    expect(told).toBe(true);
  });

  it('comes at once when it is cancelled, before its source is there too', async () => {
    const { recording } = rig();
    const reader = recording.join(true);
    const next = reader.next();
    const reason = new Error('shutdown');
    recording.cancel(reason);
    await expect(next).rejects.toBe(reason);
    const tap = new Tap<string>();
    recording.start(sourceOf(tap));
    expect([tap.asked, tap.returned]).toEqual([0, 1]);
    await expect(recording.recorded).rejects.toBe(reason);
  });

  it('does not come twice', async () => {
    const { recording } = rig();
    const reader = recording.join(true);
    recording.start(chunks(0));
    const next = reader.next();
    await settle();
    recording.cancel(new Error('late'));
    recording.fail(new Error('later'));
    recording.release();
    expect(await next).toEqual(END);
    expect((await recording.recorded).give()).toEqual([]);
  });
});
