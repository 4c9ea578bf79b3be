import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { compile } from '../history/compiled.js';
import { Dice } from '../history/dice.js';
import { Fleet } from '../history/fleet.js';
import { ofKind, type History, type HistoryEvent } from '../history/history.js';
import { MortalServer } from '../history/mortal-server.js';
import { RECOVERY_BOUND, slowestReturn } from '../history/outages.js';
import { sliceOf } from '../history/slice.js';
import { staleReadsThroughOutages, type StaleRead } from '../history/staleness.js';
import { OUTAGES } from '../history/workload.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { startRedis } from '../support/redis-server.js';
import { carryOver } from './carry-over.js';
import { Chaos } from './chaos.js';
import { HeapWatch } from './heap-watch.js';

export interface SoakPlan {
  readonly minutes: number;
  readonly seed: number;
  /** By how much the clocks of the processes differ, one to the next, in milliseconds. */
  readonly clockOffset: number;
  say(line: string): void;
}

const PROCESSES = 3;
/** Of trouble, and of peace after it, in which all that was promised comes true, in milliseconds. */
const TROUBLE = 8_300;
const PEACE = RECOVERY_BOUND + 700;
const COMMAND_TIMEOUT = 100;
/** An owner that is cut off costs those who wait for it no more than this. */
const LEASE_TTL = 300;
/** What a busy machine may add, besides the time in which the process did nothing at all. */
const SLACK = 500;
const SLOWEST = COMMAND_TIMEOUT + LEASE_TTL + OUTAGES.loadTime + SLACK;
const STORIES = 3;
/** `expire` writes down an instant of its own clock, which comes later to a process whose clock is behind. */
const WITHOUT_INSTANTS = { ...OUTAGES, changes: OUTAGES.changes.filter((change) => change !== 'expire') };

/** Makes trouble until the time is over, or something was found; returns the stories of that. */
export async function soak({ minutes, seed, clockOffset, say }: SoakPlan): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'cache-soak-'));
  const ends: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const truth = await startRedis();
    ends.unshift(() => truth.stop());
    const program = await compile('instance.ts');
    ends.unshift(() => program.remove());
    const server = await MortalServer.start();
    ends.unshift(() => server.stop());
    const proxies = await Promise.all(Array.from({ length: PROCESSES }, () => FaultProxy.open(server.port)));
    ends.unshift(() => Promise.all(proxies.map((proxy) => proxy.close())));
    const fleet = new Fleet(
      {
        ...{ mode: seed % 2 === 0 ? 'tracking' : 'pubsub', lent: false, connections: 1, seed },
        workload: clockOffset === 0 ? OUTAGES : WITHOUT_INSTANTS,
        ...{ fault: undefined, program: program.path, flags: ['--expose-gc'], url: server.url, sourceUrl: truth.url },
        ...{ commandTimeout: COMMAND_TIMEOUT, leaseTtl: LEASE_TTL, slowerThan: SLOWEST },
        urlOf: (process) => proxies[process - 1]!.url,
        clockOffsets: proxies.map((_, at) => at * clockOffset),
      },
      folder,
    );
    ends.unshift(() => fleet.killAll());
    await Promise.all(proxies.map(() => fleet.start()));
    const chaos = new Chaos(server, proxies, new Dice(seed), fleet.now);
    return await pages(fleet, chaos, minutes * 60_000, say);
  } finally {
    for (const end of ends) await end();
  }
}

async function pages(fleet: Fleet, chaos: Chaos, ms: number, say: SoakPlan['say']): Promise<string[]> {
  const heap = new HeapWatch();
  let before: HistoryEvent[] = [];
  for (let page = 1; fleet.now() < ms; page++) {
    const outages = await chaos.during(TROUBLE);
    fleet.tell('rest');
    await delay(PEACE);
    await fleet.ask('look');
    const history = [...before, ...(await fleet.turnPage(String(page))), ...outages];
    const weights = await fleet.ask('weigh');
    heap.add(weights.map((answer) => (typeof answer === 'object' ? answer.heap : NaN)));
    const stale = staleReadsThroughOutages(history);
    say(`${(fleet.now() / 1_000).toFixed(0)} s: ${figuresOf(history, stale)}, heap ${heap.last} MB`);
    const stories = storiesOf(history, stale);
    if (stories.length > 0) return stories;
    before = carryOver(history);
    fleet.tell('go');
  }
  say(`faults: ${JSON.stringify(chaos.counts)}`);
  await fleet.stop();
  return heap.growth;
}

function storiesOf(history: History, stale: readonly StaleRead[]): string[] {
  const trouble = ofKind(history, 'trouble').filter(({ what }) => what === 'rejected' || what === 'slow');
  const others = trouble.map((event) => {
    const during = ofKind(history, 'outage').filter(({ began, ended }) => began < event.ended && ended > event.began);
    const about = during.map(({ how, processes }) => `${how} (${String(processes)})`).join(', ');
    return `process ${event.process}, ${event.began.toFixed(0)}: ${event.what}, ${event.detail}; then: ${about || 'nothing'}`;
  });
  return [...stale.slice(0, STORIES).map((found) => sliceOf(history, found)), ...others.slice(0, STORIES)];
}

function figuresOf(history: History, stale: readonly StaleRead[]): string {
  const invalidations = ofKind(history, 'invalidation');
  const queued = invalidations.filter(({ complete }) => !complete).length;
  const told = (what: string): number => ofKind(history, 'trouble').filter((event) => event.what === what).length;
  return (
    `${ofKind(history, 'outage').length} faults, ${ofKind(history, 'read').length} reads ` +
    `(${stale.length} stale, ${told('slow')} slow, ${told('rejected')} rejected), ` +
    `${invalidations.length} invalidations (${queued} queued), ${told('recovered')} recoveries (the slowest after ${slowestReturn(history).toFixed(0)} ms)`
  );
}
