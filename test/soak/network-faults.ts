import { setTimeout as delay } from 'node:timers/promises';
import type { Dice } from '../history/dice.js';
import type { Direction, FaultProxy, Flow } from '../support/fault-proxy.js';

export interface NetworkFault {
  readonly name: string;
  run(proxy: FaultProxy, length: number): Promise<void>;
}

/** Faults of the way to the server. Each is undone before it resolves. */
export function networkFaults(dice: Dice): NetworkFault[] {
  const direction = (): Direction | undefined => dice.pick(['toServer', 'toClient', undefined] as const);
  const flowing = (name: string, flow: () => Flow): NetworkFault => ({
    name,
    async run(proxy, length) {
      proxy.flow(flow(), direction());
      await delay(length);
      await proxy.heal();
    },
  });
  const sudden = (name: string, strike: (proxy: FaultProxy) => void): NetworkFault => ({
    name,
    async run(proxy, length) {
      strike(proxy);
      // What is armed strikes within this time, or not at all.
      await delay(Math.min(length, 200));
      await proxy.heal();
    },
  });
  return [
    flowing('delayed', () => ({ kind: 'delay', ms: dice.between(1, 300) })),
    flowing('dripping', () => ({ kind: 'drip', ms: dice.between(1, 20) })),
    flowing('parted', () => ({ kind: 'hold' })),
    flowing('black hole', () => ({ kind: 'swallow' })),
    sudden('reset', (proxy) => proxy.reset()),
    sudden('reply cut', (proxy) => proxy.cutReply(Math.floor(dice.between(1, 40)))),
    sudden('half-closed', (proxy) => proxy.halfClose(dice.pick(['toServer', 'toClient']))),
    {
      name: 'refused',
      async run(proxy, length) {
        proxy.refuse();
        proxy.reset();
        await delay(length);
        await proxy.heal();
      },
    },
  ];
}
