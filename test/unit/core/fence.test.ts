import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Fence } from '../../../lib/core/fence.js';
import { rootScope } from '../../../lib/core/scopes.js';
import { SingleFlight } from '../../../lib/core/single-flight.js';
import type { Ticket } from '../../../lib/core/ticket.js';

const scope = rootScope('app');
const at = (key: string) => ({ scope, key, id: scope.idOf(key) });

describe('Fence', () => {
  it('knows which tickets stand, in whatever order those of one key are closed', () => {
    const step = fc.record({ key: fc.constantFrom('a', 'b'), close: fc.nat(5), closes: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const fence = new Fence();
        const open: Ticket[] = [];
        for (const { key, close, closes } of steps) {
          if (!closes) open.push(fence.open(at(key), []));
          const [gone] = closes ? open.splice(close, 1) : [];
          // Twice does nothing.
          if (gone) for (let times = 0; times < 2; times++) fence.close(gone);
          for (const name of ['a', 'b']) {
            const there = new Set(open.filter(({ address }) => address.key === name));
            expect(new Set(fence.ticketsAt(name))).toEqual(there);
            expect(fence.ticketsAt(name)).toHaveLength(there.size);
          }
          expect(fence.size).toBe(open.length);
        }
      }),
    );
  });
});

describe('SingleFlight', () => {
  it('lets nobody board what was invalidated, nor what is no flight', () => {
    const fence = new Fence();
    const flights = new SingleFlight(fence);
    const written = fence.open(at('k'), []);
    expect(flights.get('k')).toBeUndefined();
    const old = flights.takeOff(at('k'), []);
    expect(flights.get('k')).toBe(old);
    fence.invalidateKey('k')();
    expect(flights.get('k')).toBeUndefined();
    const next = flights.takeOff(at('k'), []);
    fence.open(at('k'), []);
    expect([flights.get('k'), [...flights.running]]).toEqual([next, expect.arrayContaining([old, next])]);
    flights.end(old);
    fence.close(written);
    expect([flights.get('k'), flights.running.size]).toEqual([next, 1]);
    flights.end(next);
    expect([flights.get('k'), flights.running.size, fence.size]).toEqual([undefined, 0, 1]);
  });
});
