import { setTimeout as delay } from 'node:timers/promises';
import type { FaultProxy } from '../support/fault-proxy.js';
import type { Dice } from './dice.js';
import type { HistoryEvent, Outage } from './history.js';
import type { Ordeal } from './fleet-run.js';
import type { MortalServer } from './mortal-server.js';

export type OutageKind =
  'freeze' | 'restart empty' | 'restart with data' | 'restart with old data' | 'partition' | 'black hole';

export const EVERY_OUTAGE: readonly OutageKind[] = [
  ...(['freeze', 'restart empty', 'restart with data', 'restart with old data', 'partition', 'black hole'] as const),
];

/** Between outages, and of one, in milliseconds. A pause may be too short for the processes to recover in. */
const PAUSES = [300, 2_200] as const;
const LENGTHS = [300, 1_500] as const;
/** The process that stands behind the proxy. */
export const PARTED = 1;

/** Outages of every kind, one after the other, in an order that the dice choose. */
export function outageOrdeal(server: MortalServer, proxy: FaultProxy, kinds = EVERY_OUTAGE): Ordeal {
  return async (seconds, dice, now) => {
    const events: HistoryEvent[] = [];
    const end = now() + seconds * 1_000;
    await delay(500);
    for (let bag: OutageKind[] = []; now() < end;) {
      if (bag.length === 0) bag = shuffled(kinds, dice);
      events.push(await outage(bag.pop()!, { server, proxy, dice, now }));
      await delay(dice.between(...PAUSES));
    }
    return events;
  };
}

interface Scene {
  readonly server: MortalServer;
  readonly proxy: FaultProxy;
  readonly dice: Dice;
  readonly now: () => number;
}

async function outage(how: OutageKind, { server, proxy, dice, now }: Scene): Promise<Outage> {
  const length = dice.between(...LENGTHS);
  if (how === 'restart with old data') {
    await server.remember();
    // What is changed now, the server will have forgotten.
    await delay(dice.between(300, 1_000));
  }
  const began = now();
  switch (how) {
    case 'freeze':
      await server.freeze();
      await delay(length);
      await server.thaw();
      break;
    case 'restart empty':
    case 'restart with data':
    case 'restart with old data': {
      const memory = { 'restart empty': 'nothing', 'restart with data': 'everything' } as const;
      await server.kill(how === 'restart with old data' ? 'what it was told to remember' : memory[how]);
      await delay(length);
      await server.restart();
      break;
    }
    case 'partition':
    case 'black hole':
      proxy.flow({ kind: how === 'partition' ? 'hold' : 'swallow' });
      await delay(length);
      await proxy.heal();
      break;
  }
  const processes = how === 'partition' || how === 'black hole' ? [PARTED] : 'all';
  return { kind: 'outage', how, processes, process: 0, began, ended: now() };
}

function shuffled<T>(items: readonly T[], dice: Dice): T[] {
  return items
    .map((item) => [dice.next(), item] as const)
    .toSorted(([one], [other]) => one - other)
    .map(([, item]) => item);
}
