import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { ModelLease } from 'nestjs-cached/ai';
import { deferred, type Deferred } from '../../../support/deferred.js';
import { Scene } from './scene.js';

/** Tells how often it was disposed of, and how often while somebody was using it. */
class Watched {
  disposals = 0;
  users = 0;
  spoiled = 0;
  dispose(): void {
    this.disposals++;
    if (this.users > 0) this.spoiled++;
  }
}

const key = fc.constantFrom('a', 'b', 'c', 'd');
const step = fc.oneof(
  fc.record({ do: fc.constantFrom('lease', 'get', 'delete', 'set'), key }),
  fc.record({ do: fc.constantFrom('land', 'fail', 'release'), at: fc.nat(7) }),
  fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(0, 10, 100) }),
  fc.record({ do: fc.constant('clear') }),
);

it('whatever happens in whatever order: none is disposed of while it is leased, each once, and the bound holds', async () => {
  const whenFull = fc.constantFrom('exceed', 'wait');
  await fc.assert(
    fc.asyncProperty(
      whenFull,
      fc.constantFrom(0, 50),
      fc.array(step, { maxLength: 40 }),
      async (policy, grace, steps) => {
        const { models, clock } = new Scene({ maxInstances: 2, whenFull: policy, grace, idleTtl: 80, waitTimeout: 60 });
        const made: Watched[] = [];
        const loads: Deferred<Watched>[] = [];
        const leases: ModelLease<Watched>[] = [];
        const load = (): Promise<Watched> => {
          loads.push(deferred<Watched>());
          return loads.at(-1)!.promise;
        };
        const make = (): Watched => (made.push(new Watched()), made.at(-1)!);
        const take = async (name: string): Promise<void> => {
          const lease = await models.lease(name, load);
          expect(lease.model.disposals).toBe(0);
          lease.model.users++;
          leases.push(lease);
        };
        const give = (lease: ModelLease<Watched> | undefined): void => {
          if (!lease) return;
          lease.model.users--;
          lease.release();
        };
        const actions: Record<string, (at: { key: string; at: number; ms: number }) => unknown> = {
          lease: (at) => void take(at.key).catch(() => {}),
          get: (at) => void models.getModel(at.key, load).catch(() => {}),
          delete: (at) => void models.delete(at.key),
          set: (at) => models.setModel(at.key, make()),
          land: ({ at }) => loads.splice(at, 1)[0]?.resolve(make()),
          fail: ({ at }) => loads.splice(at, 1)[0]?.reject(new Error('no')),
          release: ({ at }) => give(leases.splice(at, 1)[0]),
          wait: ({ ms }) => clock.advance(ms),
          clear: () => void models.clear(),
        };
        for (const each of steps) {
          await actions[each.do]!(each as never);
          await clock.settle();
          const { instances, leased } = models.getStats();
          // The last one may be spared, since it has just been given to somebody.
          if (policy === 'exceed') expect(instances).toBeLessThanOrEqual(Math.max(2, leased + 1));
          expect(made.reduce((sum, { spoiled }) => sum + spoiled, 0)).toBe(0);
        }
        for (const lease of leases.splice(0)) give(lease);
        for (; loads.length > 0; await clock.advance(100)) loads.shift()!.resolve(make());
        for (const lease of leases.splice(0)) give(lease);
        await models.close();
        expect(made.map(({ disposals }) => disposals)).toEqual(made.map(() => 1));
        expect(models.getStats()).toMatchObject({ instances: 0, leaving: 0, loading: 0, leased: 0, disposeErrors: 0 });
        expect(clock.pendingTimers).toBe(0);
      },
    ),
    { numRuns: 300 },
  );
}, 60_000);
