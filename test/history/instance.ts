import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { shutDown } from '../../lib/core/shutdown.js';
import { Dice } from './dice.js';
import { openInstance } from './open-instance.js';
import type { Answer, Command, Orders } from './orders.js';
import { Readers } from './readers.js';
import { machineClock, Recorder } from './recorder.js';
import { Source } from './source.js';
import { Writers } from './writers.js';

/** One process of a run: `node instance.js '<orders>'`. */

/** How often it is looked whether the process stands still, and from when on it does, in milliseconds. */
const BEAT = 20;
const STALL = 60;
/** All writers rest for half of this time, together. */
const ROUND = 2_000;

const orders = JSON.parse(process.argv[2]!) as Orders;
const { workload, slowerThan = Infinity } = orders;
const dice = new Dice(orders.seed);
const recorder = new Recorder(orders.record, orders.process, machineClock(orders.zero));
const state = { stopping: false, dying: false, resting: false };

const source = new Source(orders.sourceUrl, orders.namespace, recorder);
const { cache, bus, lent } = await openInstance(orders);
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const note = (what: 'error' | 'degraded' | 'recovered', detail: string): void =>
  recorder.add({ kind: 'trouble', what, detail, began: recorder.now(), ended: recorder.now() });
cache.on('error', ({ operation, error }) => note('error', `${operation}: ${messageOf(error)}`));
cache.on('degraded', ({ error }) => note('degraded', messageOf(error)));
cache.on('recovered', () => note('recovered', ''));

const onLoad = (): void => {
  if (!state.dying) return;
  recorder.flush();
  process.kill(process.pid, 'SIGKILL');
};

/** In which the process did nothing at all. */
let stalled = 0;
let lastBeat = recorder.now();
const beat = setInterval(() => {
  const now = recorder.now();
  if (now - lastBeat > STALL) {
    recorder.add({ kind: 'trouble', what: 'stall', detail: '', began: lastBeat, ended: now });
    stalled += now - lastBeat;
  }
  lastBeat = now;
}, BEAT);

const stalledAt = new Map<number, number>();
const onRead = (how: string, began: number): void => {
  const ended = recorder.now();
  if (ended - began <= slowerThan) return;
  // A stall that has just ended may not have been noticed yet.
  const excused = stalled - (stalledAt.get(Math.floor(began / 1_000)) ?? 0) + Math.max(0, ended - lastBeat - BEAT);
  if (ended - began - excused <= slowerThan) return;
  const detail = `${how}: ${(ended - began).toFixed(0)} ms, of which at a stand ${excused.toFixed(0)} ms`;
  recorder.add({ kind: 'trouble', what: 'slow', detail, began, ended });
};
/** How long it had stood still when that second began; enough of them for any read. */
const seconds = setInterval(() => {
  const second = Math.floor(recorder.now() / 1_000);
  if (!stalledAt.has(second)) stalledAt.set(second, stalled);
  stalledAt.delete(second - 60);
}, 100);

const parts = { cache, bus, source, recorder, dice, workload, onLoad, onRead };
const readers = new Readers(parts);
const writers = new Writers(parts, readers);

async function read(): Promise<void> {
  while (!state.stopping) {
    await readers.step();
    if (dice.says(0.3)) await turn();
    else await delay(dice.between(0, 8));
  }
}

async function write(): Promise<void> {
  while (!state.stopping) {
    if (state.resting || (workload.pauses && recorder.now() % ROUND > ROUND / 2)) await delay(BEAT);
    else {
      await writers.step();
      await delay(dice.between(0, workload.rest));
    }
  }
}

/** To the test; whoever has gone hears nothing. */
const answer = (what: Answer): void => void process.send?.(what);

async function obey(command: Command): Promise<void> {
  if (typeof command === 'object') {
    recorder.moveTo(command.record);
    answer('recorded');
    return;
  }
  switch (command) {
    case 'stop':
      state.stopping = true;
      break;
    case 'die':
      state.dying = true;
      break;
    case 'rest':
      state.resting = true;
      break;
    case 'go':
      state.resting = false;
      break;
    case 'look':
      await readers.look();
      answer('looked');
      break;
    case 'weigh':
      for (let round = 0; round < 3; round++) {
        globalThis.gc?.();
        await turn();
      }
      answer({ heap: process.memoryUsage().heapUsed });
      break;
  }
}

process.on('message', (command: Command) => void obey(command));
// Whoever started this process is gone.
process.on('disconnect', () => process.exit(1));

answer('ready');
await Promise.all([
  ...Array.from({ length: workload.readers }, read),
  ...Array.from({ length: workload.writers }, write),
]);
clearInterval(beat);
clearInterval(seconds);
await shutDown(cache.cache.parts);
source.close();
lent?.disconnect();
recorder.close();
process.exit(0);
