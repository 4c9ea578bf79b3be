import { expect } from '@jest/globals';
import { checks } from './checks.js';
import { rowOf } from './rows.js';
import { read, Scene } from './scene.js';
import { stopwatch } from './stall-meter.js';

/** A connection that takes longer than this to come back is an outage; on a busy machine some do. */
const SLACK = 150;
const ATTEMPTS = 8;

checks('killed-connections', () =>
  Scene.play({}, async (scene) => {
    const [a, b] = await scene.fill();
    const { callers, meter, server } = scene;
    const { back, call } = rowOf('killed-connections');
    const kill = (): Promise<unknown> => server.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    callers.start();
    let quickest = Infinity;
    for (let attempt = 0; attempt < ATTEMPTS && quickest > back; attempt++) {
      await scene.untilUp(a, b);
      let passed: (() => number) | undefined;
      const stops = [a.on('degraded', () => (passed = stopwatch(meter)))];
      const returned = new Promise<number>((resolve) => stops.push(a.on('recovered', () => resolve(passed!()))));
      await kill();
      quickest = Math.min(quickest, await returned);
      for (const stop of stops) stop();
    }
    expect(quickest).toBeLessThan(back + SLACK);
    // What was stored is served, and what is taken away while it is away stays away.
    await scene.eventually(async () => (await read(b, 'kept')) === 'old');
    const killing = kill();
    const answers = Promise.all([a.delete('early'), scene.takeAway(a)]);
    await killing;
    await answers;
    expect(await scene.remains(a)).toEqual([]);
    await scene.untilUp(a, b);
    expect(await scene.remains(a, b)).toEqual([]);
    await callers.stop();
    expect(callers.failures).toEqual([]);
    expect(callers.slowest).toBeLessThan(call + 2 * SLACK);
  }),
);
