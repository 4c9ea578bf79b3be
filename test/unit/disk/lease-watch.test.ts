import { beforeEach, describe, expect, it } from '@jest/globals';
import { LeaseWatch } from '../../../lib/backends/disk/lease-watch.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';

let clock: FakeClock;
let bearers: Map<string, string>;
let looks: number;
let ended: string[];
let watch: LeaseWatch;
beforeEach(() => {
  clock = new FakeClock();
  bearers = new Map();
  looks = 0;
  ended = [];
  const bearer = (lease: string): string | undefined => {
    looks++;
    if (bearers.get(lease) === 'unreadable') throw new Error('no');
    return bearers.get(lease);
  };
  watch = new LeaseWatch({ bearer, onEnded: (lease) => ended.push(lease), clock });
});

describe('a watch over leases', () => {
  it('says when one is given back, and when it is somebody else’s', async () => {
    bearers.set('l', 'a');
    watch.attend('l');
    await clock.advance(50);
    expect(ended).toEqual([]);
    bearers.delete('l');
    await clock.advance(5);
    expect(ended).toEqual(['l']);
    bearers.set('l', 'b');
    await clock.advance(50);
    expect(ended).toEqual(['l']);
    bearers.set('l', 'c');
    await clock.advance(50);
    expect(ended).toEqual(['l', 'l']);
  });

  it('says of one that nobody has, as long as somebody waits', async () => {
    const leave = watch.attend('l');
    expect(ended).toEqual([]);
    await clock.advance(15);
    expect(ended).toEqual(['l', 'l', 'l']);
    leave();
    await clock.advance(50);
    expect(ended).toHaveLength(3);
  });

  it('does not miss one that was taken and has ended between two looks', async () => {
    bearers.set('l', 'a');
    watch.attend('l');
    await clock.advance(5);
    // Told; who waits asks, and is refused: b has just taken it. Then b gives it back.
    bearers.delete('l');
    await clock.advance(5);
    expect(ended).toEqual(['l']);
    bearers.set('l', 'b');
    bearers.delete('l');
    await clock.advance(5);
    expect(ended).toEqual(['l', 'l']);
  });

  it('looks while somebody waits, and no longer', async () => {
    bearers.set('l', 'a');
    const leave = [watch.attend('l'), watch.attend('l')];
    await clock.advance(10);
    expect(looks).toBe(2);
    leave[0]!();
    leave[0]!();
    await clock.advance(10);
    expect(looks).toBe(4);
    leave[1]!();
    await clock.advance(100);
    expect(looks).toBe(4);
    bearers.delete('l');
    expect(ended).toEqual([]);
  });

  it('looks less often at many', async () => {
    for (let nth = 0; nth < 1_000; nth++) watch.attend(`l${nth}`);
    await clock.advance(5);
    expect(looks).toBe(1_000);
    await clock.advance(49);
    expect(looks).toBe(1_000);
    await clock.advance(1);
    expect(looks).toBe(2_000);
  });

  it('leaves it to those who wait to ask where it cannot look', async () => {
    bearers.set('l', 'unreadable');
    watch.attend('l');
    await clock.advance(20);
    bearers.delete('l');
    await clock.advance(5);
    expect(ended).toEqual(['l']);
    watch.stop();
    await clock.advance(100);
    expect(looks).toBe(5);
  });
});
