import { describe, expect, it } from '@jest/globals';
import { deferred, settle } from '../../support/deferred.js';
import { fleets, MODES, type Mode } from '../../support/fleet-caches.js';
import type { FleetFault } from '../../support/fleet-keyspace.js';
import { PLACES, Row } from './scene.js';

const fleet = fleets();

/** On a server that does not do its part the scenarios of this folder must go wrong, else they prove nothing. */
describe('planted faults', () => {
  describe.each(PLACES)('without the look at the lease, $backend by $mode', ({ mode, backend }) => {
    async function late(without?: FleetFault) {
      const { join } = fleet(mode, without ? { without } : {});
      const [a, b] = [await join({ backend }), await join({ backend })];
      const gate = deferred<void>();
      const one = a.cache.getOrSet('k', new Row().slowly(gate));
      await settle();
      await b.cache.delete('k');
      gate.resolve();
      await one;
      await settle();
      return b.cache.get('k');
    }

    it('what was deleted during a load comes back', async () => {
      expect(await late()).toBeUndefined();
      expect(await late('fence')).toBe('old');
    });

    it('what a dead owner brings replaces what came after it', async () => {
      const revived = async (without?: FleetFault) => {
        const { join, clock } = fleet(mode, without ? { without } : {});
        const [a, b] = [await join({ backend }), await join({ backend })];
        const gate = deferred<void>();
        const one = a.cache.getOrSet('k', new Row().slowly(gate));
        await settle();
        const dead = a.client.hold('requests');
        const two = b.cache.getOrSet('k', () => 'new');
        await clock.advance(2_080);
        await two;
        gate.resolve();
        await settle();
        await dead.release();
        await one;
        return b.client.backend.get('cache:v:{k}').then(() => a.cache.get('k'));
      };
      expect(await revived()).toBe('new');
      expect(await revived('fence')).toBe('old');
    });
  });

  describe.each(MODES)('tiered by %s', (mode) => {
    async function ownValue(without?: FleetFault) {
      const { join } = fleet(mode, without ? { without } : {});
      const [a, b] = [await join(), await join()];
      await a.cache.getOrSet('k', () => 'old');
      await b.cache.delete('k');
      return a.cache.peek('k');
    }

    async function readValue(without?: FleetFault) {
      const { join } = fleet(mode, without ? { without } : {});
      const [a, b] = [await join(), await join()];
      await b.cache.set('k', 'old');
      await a.cache.get('k');
      await b.cache.delete('k');
      return a.cache.peek('k');
    }

    it('without reading again what a command has written: a later change of it is not heard, where the server tracks', async () => {
      const heard: Record<Mode, string | undefined> = { tracking: 'old', pubsub: undefined };
      expect(await ownValue()).toBeUndefined();
      expect(await ownValue('reread')).toBe(heard[mode]);
      expect(await readValue('reread')).toBeUndefined();
    });

    it('without pushes: what was deleted is served from L1', async () => {
      expect(await readValue()).toBeUndefined();
      expect(await readValue('push')).toBe('old');
      expect(await ownValue('push')).toBe('old');
    });

    it('without pushes: a load of before an invalidation is joined, and who waits is woken by nobody', async () => {
      const joined = async (without?: FleetFault) => {
        const { join } = fleet(mode, without ? { without } : {});
        const [a, b] = [await join(), await join()];
        const row = new Row();
        const gate = deferred<void>();
        const one = a.cache.getOrSet('k', row.slowly(gate));
        await settle();
        row.value = 'new';
        await b.cache.delete('k');
        const after = a.cache.getOrSet('k', row.read);
        await settle();
        gate.resolve();
        await one;
        return after;
      };
      const woken = async (without?: FleetFault) => {
        const { join } = fleet(mode, without ? { without } : {});
        const [a, b] = [await join(), await join()];
        const gate = deferred<void>();
        let served: string | undefined;
        const one = a.cache.getOrSet('k', new Row().slowly(gate));
        await settle();
        void b.cache.getOrSet('k', () => 'own').then((value) => (served = value));
        await settle();
        gate.resolve();
        await one;
        await settle();
        return served;
      };
      expect(await joined()).toBe('new');
      expect(await joined('push')).toBe('old');
      expect(await woken()).toBe('old');
      expect(await woken('push')).toBeUndefined();
    });
  });
});
