import { FaultProxy } from '../support/fault-proxy.js';
import { runThrough } from './fleet-run.js';
import type { History } from './history.js';
import { MortalServer } from './mortal-server.js';
import type { Orders } from './orders.js';
import { outageOrdeal, PARTED, type OutageKind } from './outage-ordeal.js';
import { OUTAGES } from './workload.js';

const PROCESSES = 3;

export interface OutageRun extends Pick<Orders, 'mode' | 'seed' | 'fault' | 'sourceUrl'> {
  readonly program: string;
  readonly seconds: number;
  readonly kinds: readonly OutageKind[];
}

/** Processes with the options the cache has by itself, over a server of their own that goes away in these ways. */
export async function runOutages({ kinds, ...run }: OutageRun): Promise<History> {
  const server = await MortalServer.start();
  const proxy = await FaultProxy.open(server.port);
  try {
    const plan = {
      ...run,
      ...{ processes: PROCESSES, workload: OUTAGES, lent: false, connections: 1, disturbed: false },
      url: server.url,
      urlOf: (process: number) => (process === PARTED ? proxy.url : server.url),
      commandTimeout: 'as the cache has it',
    } as const;
    return await runThrough(plan, outageOrdeal(server, proxy, kinds));
  } finally {
    await proxy.close();
    await server.stop();
  }
}
