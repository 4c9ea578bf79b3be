import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { ModelLease, ModelOptions } from 'nestjs-cached/ai';
import { deferred, type Deferred } from '../../../support/deferred.js';
import { Scene } from './scene.js';

/** In bytes; one is too heavy even alone. */
const SIZES: Readonly<Record<string, number>> = { a: 60, b: 60, c: 40, d: 30, e: 200 };

interface Step {
  readonly do: 'lease' | 'get' | 'delete' | 'land' | 'fail' | 'release' | 'gone' | 'wait' | 'clear';
  readonly key: string;
  readonly number: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom(
    ...(['lease', 'lease', 'get', 'delete', 'land', 'land', 'fail'] as const),
    ...(['release', 'release', 'gone', 'wait', 'clear'] as const),
  ),
  key: fc.constantFrom(...Object.keys(SIZES)),
  number: fc.nat(9),
});

interface Load {
  readonly model: object;
  readonly landing: Deferred<object>;
}

function takeOne<T>(list: T[], { number }: Step): T | undefined {
  return list.splice(number % Math.max(1, list.length), 1)[0];
}

it("whatever happens in whatever order: with whenFull 'wait' neither bound is ever passed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(0, 50), fc.array(step, { minLength: 15, maxLength: 60 }), async (grace, steps) => {
      const bounds = { maxInstances: 3, maxBytes: 100, whenFull: 'wait', disposeTimeout: '1h' } as const;
      const { models, clock } = new Scene({ ...bounds, grace, idleTtl: 80, waitTimeout: 60 });
      /** What takes up memory: from the moment its load begins until it is disposed of. */
      const live = new Map<object, number>();
      const loads: Load[] = [];
      const leases: ModelLease<object>[] = [];
      const disposals: Deferred<void>[] = [];
      const load = (size: number) => (): Promise<object> => {
        loads.push({ model: {}, landing: deferred<object>() });
        live.set(loads.at(-1)!.model, size);
        return loads.at(-1)!.landing.promise;
      };
      const options = (size: number): ModelOptions<object> => ({
        size,
        dispose: async (model) => {
          disposals.push(deferred<void>());
          await disposals.at(-1)!.promise;
          live.delete(model);
        },
      });
      const fail = ({ model, landing }: Load): void => {
        live.delete(model);
        landing.reject(new Error('no'));
      };
      const act = (one: Step): unknown => {
        const { key } = one;
        const size = SIZES[key]!;
        switch (one.do) {
          case 'lease':
            return void models.lease(key, load(size), options(size)).then(
              (lease) => leases.push(lease),
              () => {},
            );
          case 'get':
            return void models.getModel(key, load(size), options(size)).catch(() => {});
          case 'delete':
            return void models.delete(key);
          case 'land':
          case 'fail': {
            const next = takeOne(loads, one);
            return next && (one.do === 'land' ? next.landing.resolve(next.model) : fail(next));
          }
          case 'release':
            return takeOne(leases, one)?.release();
          case 'gone':
            return takeOne(disposals, one)?.resolve();
          case 'wait':
            return clock.advance([0, 10, 100][one.number % 3]!);
          case 'clear':
            return void models.clear();
        }
      };
      for (const one of steps) {
        await act(one);
        await clock.settle();
        const weights = [...live.values()];
        expect(weights.length).toBeLessThanOrEqual(3);
        // One that is too heavy alone is loaded all the same, when it is alone.
        if (weights.length > 1) expect(weights.reduce((sum, weight) => sum + weight)).toBeLessThanOrEqual(100);
      }
      const closed = models.close();
      for (let round = 0; round < 3; round++) {
        for (const { model, landing } of loads.splice(0)) landing.resolve(model);
        await clock.settle();
        for (const lease of leases.splice(0)) lease.release();
        await clock.settle();
        for (const disposal of disposals.splice(0)) disposal.resolve();
        await clock.settle();
      }
      await closed;
      expect([live.size, clock.pendingTimers]).toEqual([0, 0]);
    }),
    { numRuns: 200 },
  );
}, 60_000);
