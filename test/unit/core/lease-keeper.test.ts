import { describe, expect, it } from '@jest/globals';
import type { Lease } from '../../../lib/contracts/lease.js';
import { keepLeases } from '../../../lib/core/lease-keeper.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { deferred } from '../../support/deferred.js';

const TTL = 3_000;
const THIRD = TTL / 3;

interface Kept extends Lease {
  extended: number;
}

function leaseOf(token: string, extend: () => Promise<boolean> = async () => true): Kept {
  const lease: Kept = {
    token,
    extended: 0,
    extend: () => (lease.extended++, extend()),
    release: async () => {},
  };
  return lease;
}

function keep(leases: readonly Lease[], ttl = TTL) {
  const clock = new FakeClock();
  const lost: string[] = [];
  const stop = keepLeases(clock, ttl, leases, ({ token }) => lost.push(token));
  return { clock, lost, stop };
}

describe('keeping leases', () => {
  it('extends each at a third of its life, again and again', async () => {
    const leases = [leaseOf('a'), leaseOf('b')];
    const { clock, lost, stop } = keep(leases);
    await clock.advance(THIRD - 1);
    expect(leases.map(({ extended }) => extended)).toEqual([0, 0]);
    await clock.advance(1);
    expect(leases.map(({ extended }) => extended)).toEqual([1, 1]);
    await clock.advance(9 * THIRD);
    expect(leases.map(({ extended }) => extended)).toEqual([10, 10]);
    expect(lost).toEqual([]);
    stop();
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(10 * THIRD);
    expect(leases.map(({ extended }) => extended)).toEqual([10, 10]);
  });

  it('a server that does not answer, or fails, is no loss: the next turn asks again', async () => {
    const failing = leaseOf('a', () => Promise.reject(new Error('no server')));
    const silent = leaseOf('b', () => deferred<boolean>().promise);
    const { clock, lost, stop } = keep([failing, silent]);
    await clock.advance(3 * THIRD);
    expect([failing.extended, silent.extended]).toEqual([3, 3]);
    expect(lost).toEqual([]);
    stop();
  });

  it('one that is lost is told of once, and extended no more; the others are', async () => {
    const [gone, kept] = [leaseOf('a', async () => false), leaseOf('b')];
    const { clock, lost, stop } = keep([gone, kept]);
    await clock.advance(4 * THIRD);
    expect(lost).toEqual(['a']);
    expect([gone.extended, kept.extended]).toEqual([1, 4]);
    stop();
  });

  it('a loss that is heard of when the loader is done is told to nobody', async () => {
    const answer = deferred<boolean>();
    const { clock, lost, stop } = keep([leaseOf('a', () => answer.promise)]);
    await clock.advance(THIRD);
    stop();
    answer.resolve(false);
    await clock.advance(THIRD);
    expect(lost).toEqual([]);
  });

  it('stopping twice, or before the first turn, does no harm', async () => {
    const lease = leaseOf('a');
    const { clock, stop } = keep([lease]);
    stop();
    stop();
    await clock.advance(TTL);
    expect(lease.extended).toBe(0);
  });

  it('sets no timer where there is nothing to keep, or no end of it', () => {
    for (const { clock, stop } of [keep([]), keep([leaseOf('a')], Infinity)]) {
      expect(clock.pendingTimers).toBe(0);
      stop();
    }
  });
});
