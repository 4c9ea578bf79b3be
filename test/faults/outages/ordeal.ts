import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { rowOf, type RowName } from './rows.js';
import { read, Scene, store, WAYS, type Setting } from './scene.js';
import { stopwatch } from './stall-meter.js';

interface Blows {
  readonly everyMs: number;
  strike(scene: Scene): void;
}

export interface Ordeal extends Setting {
  /** When the entries are stored, and nothing has happened yet. */
  before?(scene: Scene, cache: CacheManager): Promise<unknown>;
  begin?(scene: Scene): Promise<unknown> | void;
  /** When the server is given up. */
  during?(scene: Scene, cache: CacheManager): Promise<unknown>;
  end(scene: Scene): Promise<unknown> | void;
  /** What every invalidation answers meanwhile; `honest`: the one or the other, and what it answers is true. */
  readonly answers: 'queued' | 'done' | 'honest';
  /** When the server is back, and before anybody has asked for what was stored before. */
  after?(scene: Scene, caches: readonly CacheManager[]): Promise<unknown>;
  /** What the health report names as the reason, at the latest when a probe has shown it. */
  readonly reason?: RegExp;
  /** For how long it goes on, in milliseconds. */
  readonly midst?: number;
  /** Whether what was stored before is still there when all is over. */
  readonly keeps: boolean;
  /** A fault that comes again and again: then nobody can say how things are at any moment. */
  readonly blows?: Blows;
}

/** What a busy machine may add to a call, and to a return, beside the time in which this process stood still. */
const CALL_SLACK = 250;
const BACK_SLACK = 1_500;
/** For how long the callers go on in the midst of it, unless it says otherwise. */
const MIDST = 300;
/** How often it comes to blows. */
const TURNS = 4;

/**
 * Callers call, the fault begins, things are taken away, the fault ends. Asserts all that the row says, and that nothing
 * that was taken away is ever read again, by anybody.
 */
export async function endure(name: RowName, ordeal: Ordeal): Promise<void> {
  const { call, back } = rowOf(name);
  await Scene.play(ordeal, async (scene) => {
    const { callers, meter } = scene;
    const [a, b] = await scene.fill();
    await ordeal.before?.(scene, a);
    const began = Date.now();
    callers.start();
    await ordeal.begin?.(scene);
    // Nobody has noticed yet.
    const early = a.delete('early');
    if (!ordeal.blows) {
      await scene.untilAway(a, b);
      await expectReport(scene, a, ordeal, began);
      await early;
      await expectFallback(a);
    }
    const answers = await scene.takeAway(a);
    if (ordeal.answers !== 'honest') {
      const done = ordeal.answers === 'done';
      // A value that is only here is not where it belongs, whatever the server does with invalidations.
      expect(answers).toEqual({ deleted: done, expired: done, tagged: done, cleared: done, put: false });
      expect((await a.healthCheck()).pendingInvalidations > 0).toBe(!done);
      expect(await read(a, 'put')).toBe('new');
    }
    expect(await scene.remains(a)).toEqual([]);
    await ordeal.during?.(scene, a);
    if (ordeal.blows) await underBlows(scene, a, ordeal.blows);
    await delay(ordeal.midst ?? MIDST);
    await ordeal.end(scene);
    const passed = stopwatch(meter);
    await scene.untilUp(a, b);
    const wasBack = passed();
    const other = await scene.open();
    expect(await scene.remains(a, b, other)).toEqual([]);
    await ordeal.after?.(scene, [a, b, other]);
    await callers.stop();
    await callers.again();
    expect(callers.failures).toEqual([]);
    expect(callers.slowest).toBeLessThan(call + CALL_SLACK);
    expect(wasBack).toBeLessThan(back + BACK_SLACK);
    await expectKept(scene, b, ordeal.keeps);
    await scene.eventually(() => a.set('kept', 'new'));
    await scene.eventually(() => a.delete('kept'));
    await scene.eventually(async () => (await read(b, 'kept')) === undefined);
  });
}

/** A probe names the reason better than the command that was the first to fail. */
async function expectReport(scene: Scene, cache: CacheManager, { reason }: Ordeal, began: number): Promise<void> {
  if (reason) await scene.eventually(async () => reason.test((await cache.healthCheck()).lastError ?? ''));
  const report = await cache.healthCheck();
  expect(report).toMatchObject({ status: 'degraded', backend: 'tiered' });
  const since = report.since!.getTime();
  expect(since).toBeGreaterThan(began - 1_000);
  expect(since).toBeLessThan(Date.now() + 1_000);
}

/** What was stored before a blow is taken away under it. */
async function underBlows(scene: Scene, cache: CacheManager, { everyMs, strike }: Blows): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) {
    await scene.untilUp(cache);
    await Promise.all(WAYS.map((way) => store(cache, way)));
    const striking = setInterval(() => strike(scene), everyMs);
    strike(scene);
    try {
      await delay(turn * 13);
      await Promise.all([cache.delete('early'), scene.takeAway(cache)]);
      expect(await scene.remains(cache)).toEqual([]);
      await delay(MIDST);
    } finally {
      clearInterval(striking);
      await scene.proxy.heal();
    }
    await scene.untilUp(cache);
    expect(await scene.remains(cache)).toEqual([]);
  }
}

async function expectFallback(cache: CacheManager): Promise<void> {
  let loads = 0;
  const load = async (): Promise<number> => ++loads;
  expect(await Promise.all([cache.getOrSet('aside', load), cache.getOrSet('aside', load)])).toEqual([1, 1]);
  expect(await cache.getOrSet('aside', load)).toBe(1);
}

/** On a busy machine it may be away once more, for a moment. */
async function expectKept(scene: Scene, cache: CacheManager, keeps: boolean): Promise<void> {
  if (keeps) await scene.eventually(async () => (await read(cache, 'kept')) === 'old');
  else expect(await read(cache, 'kept')).toBeUndefined();
}
