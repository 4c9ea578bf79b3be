import { expect, it } from '@jest/globals';
import { Scene } from './outages/scene.js';
import { stopwatch } from './outages/stall-meter.js';

/** Of a lease that nobody needs any more, and nobody has given back. */
const LEASE = 8_000;
const COMMAND = 1_000;
const setting = { network: true, options: { lease: { ttl: LEASE } }, redis: { commandTimeout: COMMAND } } as const;

/** How long a call of the other process takes. */
async function ask(scene: Scene, key: string): Promise<number> {
  const [, other] = scene.caches;
  const passed = stopwatch(scene.meter);
  expect(await other!.getOrSet(key, async () => 'mine')).toBe('mine');
  return passed();
}

it('a load that ends while the connection is broken leaves no lease behind', () =>
  Scene.play(setting, async (scene) => {
    const [a, b] = [await scene.open(), await scene.open()];
    await scene.untilUp(a, b);
    await a.getOrSet('k', async () => {
      expect(await scene.server.command('EXISTS', 'shop:l:{k}')).toBe(1);
      scene.proxy.refuse();
      scene.proxy.reset();
      await scene.untilAway(a, b);
      return 'kept by nobody';
    });
    await scene.proxy.heal();
    await scene.untilUp(a, b);
    expect(await ask(scene, 'k')).toBeLessThan(LEASE / 2);
  }));

it('a lease whose grant was never heard of is given back', () =>
  Scene.play(setting, async (scene) => {
    const [a, b] = [await scene.open(), await scene.open()];
    await scene.untilUp(a, b);
    const scope = a.cache.parts.scopes.root;
    scene.proxy.flow({ kind: 'hold' }, 'toClient');
    const asked = a.cache.parts.leases.take([{ scope, key: 'k', id: scope.idOf('k') }], [undefined]);
    const refused = expect(asked).rejects.toThrow();
    await scene.eventually(async () => (await scene.server.command('EXISTS', 'shop:l:{k}')) === 1);
    scene.proxy.reset();
    await scene.proxy.heal();
    await refused;
    await scene.untilUp(a, b);
    expect(await ask(scene, 'k')).toBeLessThan(LEASE / 2);
  }));
