import { afterEach, expect, jest } from '@jest/globals';
import type { Clock } from '../../../lib/contracts/clock.js';
import { systemClock } from '../../../lib/support/clock.js';
import { checks } from './checks.js';
import { Scene } from './scene.js';

const HOUR = 3_600_000;

/** A busy machine is no outage either. */
const PATIENT = { redis: { commandTimeout: '5s' } } as const;

/** Of the entries of one process; it jumps when it is told to. */
class JumpingClock implements Clock {
  offset = 0;

  now(): number {
    return systemClock.now() + this.offset;
  }

  setTimeout(callback: () => void, ms: number): ReturnType<Clock['setTimeout']> {
    return systemClock.setTimeout(callback, ms);
  }
}

afterEach(() => void jest.restoreAllMocks());

/** One process whose clock jumps while callers call, and one whose does not. */
const jumps = (offset: number, test: (scene: Scene, jumper: Jumper) => Promise<void>): Promise<void> =>
  Scene.play(PATIENT, async (scene) => {
    const clock = new JumpingClock();
    const cache = await scene.open({}, { clock });
    const other = await scene.open();
    await scene.untilUp(cache, other);
    await scene.eventually(() => [cache, other].every((one) => one.cache.parts.feed.connected));
    const outages: unknown[] = [];
    cache.on('degraded', ({ error }) => outages.push(error));
    await scene.eventually(() => cache.setMany([['long', 'old']], { ttl: '2h' }));
    await scene.eventually(() => cache.setMany([['short', 'old']], { ttl: '30m' }));
    for (const one of [cache, other]) expect([await one.get('long'), await one.get('short')]).toEqual(['old', 'old']);
    scene.callers.start();
    const jump = (): void => void (clock.offset = offset);
    await test(scene, { cache, other, jump });
    await scene.callers.stop();
    expect(scene.callers.failures).toEqual([]);
    // The network's time is another one than that of the entries.
    expect(outages.map(String)).toEqual([]);
    expect(await cache.healthCheck()).toMatchObject({ status: 'up' });
    expect(await cache.delete('long')).toBe(true);
    await scene.eventually(async () => (await other.get('long')) === undefined);
  });

interface Jumper {
  readonly cache: Awaited<ReturnType<Scene['open']>>;
  readonly other: Awaited<ReturnType<Scene['open']>>;
  readonly jump: () => void;
}

checks('clock-ahead', () =>
  jumps(HOUR, async (_, { cache, other, jump }) => {
    jump();
    expect([await cache.get('long'), await cache.get('short')]).toEqual(['old', undefined]);
    expect(await cache.getTtl('long')).toBeLessThanOrEqual(HOUR);
    expect(await other.get('short')).toBe('old');
    expect(await cache.getOrSet('short', async () => 'new', '30m')).toBe('new');
    expect(await cache.get('short')).toBe('new');
  }),
);

checks('clock-back', () =>
  jumps(-HOUR, async (scene, { cache, other, jump }) => {
    expect(await cache.set('brief', 'old', '500ms')).toBe(true);
    expect(await other.get('brief')).toBe('old');
    jump();
    expect([await cache.get('long'), await cache.get('short')]).toEqual(['old', 'old']);
    // By its clock `brief` is fresh for another hour: Redis says when it is over, and tells.
    await scene.eventually(async () => (await cache.get('brief')) === undefined);
    expect(await cache.getOrSet('brief', async () => 'new', '30m')).toBe('new');
    expect(await cache.get('brief')).toBe('new');
    // Over for the other one, by the instants that the entry bears.
    expect(await other.get('brief')).toBeUndefined();
  }),
);

checks('wall-clocks', () =>
  Scene.play(PATIENT, async (scene) => {
    const [a, b] = await scene.fill();
    const outages: unknown[] = [];
    a.on('degraded', ({ error }) => outages.push(error));
    const real = Date.now;
    for (const offset of [HOUR, -HOUR]) {
      jest.spyOn(Date, 'now').mockImplementation(() => real() + offset);
      expect(await a.set('brief', 'old', '300ms')).toBe(true);
      expect([await a.get('brief'), await b.get('brief')]).toEqual(['old', 'old']);
      // A server whose clock goes back keeps what it should have let go of.
      expect(await scene.server.command('PEXPIRE', 'shop:v:{brief}', String(HOUR))).toBe(1);
      await scene.eventually(async () => (await a.get('brief')) === undefined && (await b.get('brief')) === undefined);
      expect(await scene.server.command('PTTL', 'shop:v:{brief}')).toBeGreaterThan(HOUR / 2);
      expect(await a.getOrSet('brief', async () => 'new')).toBe('new');
      expect(await a.delete('brief')).toBe(true);
      expect(await a.get('kept')).toBe('old');
    }
    expect(outages).toEqual([]);
  }),
);
