import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { FlatVectorIndex, SemanticCache, type VectorIndex, type VectorMatch } from 'nestjs-cached/ai';
import { FakeClock } from 'nestjs-cached/testing';
import { deferred, settle, type Deferred } from '../../support/deferred.js';

/** What was made when, by the count of the steps, and for whom. */
interface Made {
  readonly born: number;
  readonly tenant: string;
  readonly operation: string;
}

interface Step {
  readonly do: 'get' | 'load' | 'set' | 'go' | 'clear' | 'tenant' | 'operation' | 'wait';
  readonly text: string;
  readonly tenant: string;
  readonly operation: string;
  readonly number: number;
}

/** What waits for the test to let it go on. */
class Gates {
  private readonly waiting: Deferred<void>[] = [];

  pass(): Promise<void> {
    this.waiting.push(deferred<void>());
    return this.waiting.at(-1)!.promise;
  }

  open(nth: number): void {
    this.waiting.splice(nth % Math.max(1, this.waiting.length), 1)[0]?.resolve();
  }

  async openAll(): Promise<void> {
    for (; this.waiting.length > 0; await settle()) for (const gate of this.waiting.splice(0)) gate.resolve();
  }
}

/** Finds, adds and forgets when the test says. */
class GatedIndex implements VectorIndex {
  static open = 0;
  readonly size = 1;
  private readonly flat = new FlatVectorIndex();

  constructor(private readonly gates: Gates) {
    GatedIndex.open++;
  }

  async add(id: number, vector: Float32Array): Promise<void> {
    await this.gates.pass();
    this.flat.add(id, vector);
  }

  async remove(id: number): Promise<void> {
    await this.gates.pass();
    this.flat.remove(id);
  }

  async search(...args: [vector: Float32Array, limit: number, atLeast: number]): Promise<VectorMatch[]> {
    const found = this.flat.search(...args);
    await this.gates.pass();
    return found;
  }

  clear(): void {
    GatedIndex.open--;
  }
}

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom('get', 'load', 'load', 'set', 'go', 'go', 'go', 'go', 'clear', 'tenant', 'operation', 'wait'),
  text: fc.constantFrom('a', 'b'),
  tenant: fc.constantFrom('t', 'u'),
  operation: fc.constantFrom('x', 'x', 'x', 'y'),
  number: fc.nat(9),
});

it('whatever happens in whatever order: nobody is given what was made before an invalidation that had come before him', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), fc.boolean(), async (steps, isSlow) => {
      const clock = new FakeClock();
      const gates = new Gates();
      GatedIndex.open = 0;
      const errors: unknown[] = [];
      const fail = (error: unknown): void => void errors.push(error);
      const cache = new SemanticCache<Made>({
        ...{ clock, threshold: 0.5, maxEntries: 3, onError: fail },
        embed: async () => (await gates.pass(), [1, 0]),
        ...(isSlow && { index: () => new GatedIndex(gates) }),
      });
      let now = 0;
      const invalidations: { at: number; concerns: (made: Made) => boolean }[] = [];
      const invalidate = (run: () => unknown, concerns: (made: Made) => boolean): void => {
        run();
        invalidations.push({ at: now, concerns });
      };
      /** To a call of that step. */
      const given = (call: Step, begun: number, made: Made | undefined): void => {
        if (made === undefined) return;
        if (made.tenant !== call.tenant || made.operation !== call.operation) fail('somebody else’s');
        if (invalidations.some(({ at, concerns }) => at < begun && made.born < at && concerns(made))) fail('stale');
      };
      const act = (one: Step): unknown => {
        const begun = now;
        const { text, tenant, operation } = one;
        const request = { text, tenant, operation };
        const make = (): Made => ({ born: now, tenant, operation });
        const load = async (): Promise<Made> => {
          const made = make();
          await gates.pass();
          return made;
        };
        switch (one.do) {
          case 'get':
            return void cache.get(request).then((found) => given(one, begun, found?.value), fail);
          case 'load': {
            const ttl = [0, 50, 1_000][one.number % 3]!;
            return void cache.getOrSet(request, load, { ttl }).then(({ value }) => given(one, begun, value), fail);
          }
          case 'set':
            return void cache.set(request, make()).catch(fail);
          case 'go':
            return gates.open(one.number);
          case 'clear':
            return invalidate(
              () => cache.clear(),
              () => true,
            );
          case 'tenant':
            return invalidate(
              () => cache.invalidateTenant(tenant),
              (made) => made.tenant === tenant,
            );
          case 'operation':
            return invalidate(
              () => cache.forTenant(tenant).invalidateByOperation(operation),
              (made) => made.tenant === tenant && made.operation === operation,
            );
          case 'wait':
            return clock.advance(60);
        }
      };
      for (const one of steps) {
        now++;
        await act(one);
        await settle();
        expect(cache.getStats().entries).toBeLessThanOrEqual(3);
      }
      await gates.openAll();
      // Each is looked for once more: what stands now must be good for who comes now.
      now++;
      for (const one of steps) await act({ ...one, do: 'get' });
      await settle();
      await gates.openAll();
      expect(errors).toEqual([]);
      cache.clear();
      await gates.openAll();
      expect([cache.getStats().entries, GatedIndex.open]).toEqual([0, 0]);
    }),
    { numRuns: 200 },
  );
}, 60_000);
