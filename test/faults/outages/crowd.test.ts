import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from '@jest/globals';
import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { checks } from './checks.js';
import { rowOf } from './rows.js';
import { Scene } from './scene.js';
import { stopwatch } from './stall-meter.js';

const CALLERS = 10_000;
const KEYS = 500;
const MOST = 1_000;
/** Work of the processor, for ten thousand calls, on a busy machine. */
const WORK = 2_500;
/** Of entries within their limit, and of what the runtime keeps for itself. */
const MOST_HELD = 25_000_000;

checks('crowd', () =>
  Scene.play({ options: { memory: { maxEntries: MOST } } }, async (scene) => {
    const cache = await scene.open();
    await scene.untilUp(cache);
    const { call } = rowOf('crowd');
    const held = heap();
    await scene.server.freeze();
    // Nobody knows yet that it hangs.
    const first = await crowd(scene, cache, (at) => `k${at % KEYS}`);
    // A load whose lease was asked for in vain may not be joined: there is one such call for each failure that the breaker takes.
    expect(first.loads).toBeGreaterThanOrEqual(KEYS);
    expect(first.loads).toBeLessThanOrEqual(KEYS + 5);
    expect(first.ms).toBeLessThan(call + WORK);
    await scene.untilAway(cache);
    const second = await crowd(scene, cache, (at) => `k${at % KEYS}`);
    expect(second.loads).toBeLessThanOrEqual(5);
    expect(second.ms).toBeLessThan(WORK);
    expect((await crowd(scene, cache, (at) => `k${at % KEYS}`)).loads).toBe(0);
    const others = await crowd(scene, cache, (at) => `other${at}`);
    expect(others.loads).toBe(CALLERS);
    expect(others.ms).toBeLessThan(WORK);
    expect(cache.getStats().entries).toBeLessThanOrEqual(MOST);
    // What the server was sent goes with the connection, which is given up by then.
    await scene.eventually(() => heap() - held < MOST_HELD);
    expect(heap() - held).toBeLessThan(MOST_HELD);
    await Promise.all(Array.from({ length: CALLERS + 1 }, (_, at) => cache.delete(`d${at}`)));
    // More than `journal.maxEntries` are one clear.
    expect(cache.getStats().pendingInvalidations).toBeLessThanOrEqual(CALLERS);
    await scene.server.thaw();
    await scene.untilUp(cache);
  }),
);

/** What is in use when all is collected that nobody holds, in bytes. */
function heap(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

async function crowd(
  scene: Scene,
  cache: CacheManager,
  keyOf: (at: number) => string,
): Promise<{ readonly loads: number; readonly ms: number }> {
  let loads = 0;
  const passed = stopwatch(scene.meter);
  await Promise.all(
    Array.from({ length: CALLERS }, async (_, at) => {
      const key = keyOf(at);
      const load = async (): Promise<string> => {
        loads++;
        return `value of ${key}`;
      };
      if ((await cache.getOrSet(key, load)) !== `value of ${key}`) throw new Error(`${key} is not its own.`);
    }),
  );
  return { loads, ms: passed() };
}
