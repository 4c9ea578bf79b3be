import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { CacheTimeoutError } from 'nestjs-cached';
import { checks } from './checks.js';
import { Scene } from './scene.js';
import { stopwatch } from './stall-meter.js';

const WAIT = 600;
const LEASE = 500;
const HARD = 300;
const SLACK = 500;
/** Of one who waits for another process, in milliseconds. */
const ONE_NAP = 80;
/** A look-up that is not answered in time asks for no lease. */
const PATIENT = { options: { lease: { ttl: LEASE, waitTimeout: WAIT } }, redis: { commandTimeout: '5s' } } as const;

const never = (): Promise<never> => new Promise(() => {});

checks('endless-loader', () =>
  Scene.play(PATIENT, async (scene) => {
    const [a, b] = [await scene.open(), await scene.open()];
    await scene.untilUp(a, b);
    const stored: boolean[] = [];
    b.on('load', (event) => stored.push(event.stored));
    const endless = expect(a.getOrSet('k', never, { hardTimeout: 3 * WAIT })).rejects.toThrow(CacheTimeoutError);
    await scene.eventually(async () => (await scene.server.command('EXISTS', 'shop:l:{k}')) === 1);

    let passed = stopwatch(scene.meter);
    expect(await b.getOrSet('k', async () => 'mine')).toBe('mine');
    expect(passed()).toBeGreaterThan(WAIT / 2);
    expect(passed()).toBeLessThan(WAIT + SLACK);
    expect(stored).toEqual([false]);

    // Its own limit counts for each caller.
    passed = stopwatch(scene.meter);
    const limited = [a, b].map((cache) => cache.getOrSet('k', never, { hardTimeout: HARD }));
    for (const call of limited) await expect(call).rejects.toThrow(CacheTimeoutError);
    expect(passed()).toBeLessThan(HARD + SLACK);

    // When all have left, the lease runs out, and the next one loads.
    await endless;
    await scene.eventually(
      async () => (await b.getOrSet('k', async () => 'next')) === 'next' && stored.at(-1) === true,
    );
    expect(await b.get('k')).toBe('next');
  }),
);

checks('endless-loader-outage', () =>
  Scene.play({}, async (scene) => {
    const [a, b] = [await scene.open(), await scene.open()];
    await scene.untilUp(a, b);
    const endless: Promise<never>[] = [];
    // On a busy machine the first may go without a lease.
    let before = '';
    await scene.eventually(async () => {
      before = `before${endless.length}`;
      endless.push(a.getOrSet(before, never, { hardTimeout: 3 * HARD }));
      endless.at(-1)!.catch(() => {});
      await delay(20);
      return (await scene.server.command('EXISTS', `shop:l:{${before}}`)) === 1;
    });
    const waiting = b.getOrSet(before, async () => 'mine');
    await delay(50);
    await scene.server.freeze();
    const asked = stopwatch(scene.meter);
    // One who waits for another process stops with the first question that is not answered.
    expect(await waiting).toBe('mine');
    expect(asked()).toBeLessThan(100 + ONE_NAP + SLACK / 2);
    await scene.untilAway(a, b);
    endless.push(a.getOrSet('during', never, { hardTimeout: HARD }));
    const passed = stopwatch(scene.meter);
    expect(await b.getOrSet('during', async () => 'mine')).toBe('mine');
    expect(passed()).toBeLessThan(SLACK / 2);
    for (const call of endless) await expect(call).rejects.toThrow(CacheTimeoutError);
    await scene.server.thaw();
    await scene.untilUp(a, b);
    await scene.eventually(() => a.set('during', 'later'));
    expect(await a.get('during')).toBe('later');
  }),
);
