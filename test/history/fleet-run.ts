import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Dice } from './dice.js';
import { Disturber } from './disturber.js';
import { Fleet, type FleetPlan } from './fleet.js';
import type { History, HistoryEvent, Trouble } from './history.js';
import { RECOVERY_BOUND } from './outages.js';

export interface RunPlan extends FleetPlan {
  readonly processes: number;
  readonly seconds: number;
  /** Whether connections are killed, and a process. */
  readonly disturbed: boolean;
}

/** The share of a run in which nothing is killed: a time to look at what is promised for such times only. */
const PEACE = 0.4;
/** How long all is left alone before the last look: what was promised has come true by then. */
const REST = RECOVERY_BOUND + 700;

/** Something that is done to the server while the processes run; returns what it did. */
export type Ordeal = (seconds: number, dice: Dice, now: () => number) => Promise<HistoryEvent[]>;

/** Starts the processes, lets them run, and returns what all of them have written down. */
export function runFleet(plan: RunPlan): Promise<History> {
  return withFleet(plan, async (fleet) => {
    const trouble = plan.disturbed ? await disturb(fleet, plan) : await wait(plan.seconds);
    await fleet.stop();
    return [...fleet.history(), ...trouble];
  });
}

/** The same, but that the server is put through an ordeal; when all is over, every process looks at everything. */
export function runThrough(plan: RunPlan, ordeal: Ordeal): Promise<History> {
  return withFleet(plan, async (fleet) => {
    const events = await ordeal(plan.seconds, new Dice(plan.seed), fleet.now);
    fleet.tell('rest');
    await delay(REST);
    await fleet.ask('look');
    await fleet.stop();
    return [...fleet.history(), ...events];
  });
}

async function withFleet(plan: RunPlan, work: (fleet: Fleet) => Promise<History>): Promise<History> {
  const folder = await mkdtemp(join(tmpdir(), 'cache-history-'));
  const fleet = new Fleet(plan, folder);
  try {
    await Promise.all(Array.from({ length: plan.processes }, () => fleet.start()));
    return await work(fleet);
  } finally {
    fleet.killAll();
    await rm(folder, { recursive: true, force: true });
  }
}

async function wait(seconds: number): Promise<Trouble[]> {
  await delay(seconds * 1_000);
  return [];
}

/** After a while in peace connections are killed, and a process in the middle of a load; another one takes its place. */
async function disturb(fleet: Fleet, { seconds, url, seed }: RunPlan): Promise<Trouble[]> {
  await wait(seconds * PEACE);
  const disturber = new Disturber(url, new Dice(seed), fleet.now);
  disturber.start();
  try {
    await wait((seconds * (1 - PEACE)) / 2);
    const began = fleet.now();
    await fleet.killFirst();
    const crash: Trouble = { kind: 'trouble', what: 'crash', detail: '', process: 1, began, ended: fleet.now() };
    await fleet.start();
    await wait((seconds * (1 - PEACE)) / 2);
    return [...disturber.kills, crash];
  } finally {
    await disturber.stop();
  }
}
