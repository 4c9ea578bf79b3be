import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { shutDown } from '../../lib/core/shutdown.js';
import { Dice } from './dice.js';
import { openInstance } from './open-instance.js';
import type { Command, Orders } from './orders.js';
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
const { workload } = orders;
const dice = new Dice(orders.seed);
const recorder = new Recorder(orders.record, orders.process, machineClock(orders.zero));
const state = { stopping: false, dying: false };

const source = new Source(orders.url, orders.namespace, recorder);
const { cache, bus, lent } = await openInstance(orders);
cache.on('error', ({ operation, error }) => {
  const detail = `${operation}: ${error instanceof Error ? error.message : String(error)}`;
  recorder.add({ kind: 'trouble', what: 'error', detail, began: recorder.now(), ended: recorder.now() });
});

const onLoad = (): void => {
  if (!state.dying) return;
  recorder.flush();
  process.kill(process.pid, 'SIGKILL');
};
const parts = { cache, bus, source, recorder, dice, workload, onLoad };
const readers = new Readers(parts);
const writers = new Writers(parts, readers);

let lastBeat = recorder.now();
const beat = setInterval(() => {
  const now = recorder.now();
  if (now - lastBeat > STALL) recorder.add({ kind: 'trouble', what: 'stall', detail: '', began: lastBeat, ended: now });
  lastBeat = now;
}, BEAT);

async function read(): Promise<void> {
  while (!state.stopping) {
    await readers.step();
    if (dice.says(0.3)) await turn();
    else await delay(dice.between(0, 8));
  }
}

async function write(): Promise<void> {
  while (!state.stopping) {
    if (workload.pauses && recorder.now() % ROUND > ROUND / 2) await delay(BEAT);
    else {
      await writers.step();
      await delay(dice.between(0, workload.rest));
    }
  }
}

process.on('message', (command: Command) => {
  if (command === 'stop') state.stopping = true;
  else state.dying = true;
});
// Whoever started this process is gone.
process.on('disconnect', () => process.exit(1));

process.send!('ready');
await Promise.all([
  ...Array.from({ length: workload.readers }, read),
  ...Array.from({ length: workload.writers }, write),
]);
clearInterval(beat);
await shutDown(cache.cache.parts);
source.close();
lent?.disconnect();
recorder.close();
process.exit(0);
