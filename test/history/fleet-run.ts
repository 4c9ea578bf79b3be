import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Dice } from './dice.js';
import { Disturber } from './disturber.js';
import type { History, Trouble } from './history.js';
import type { Command, Orders } from './orders.js';
import { machineClock, readRecord } from './recorder.js';

export interface RunPlan extends Pick<Orders, 'mode' | 'lent' | 'connections' | 'workload' | 'fault' | 'url' | 'seed'> {
  /** The compiled instance. */
  readonly program: string;
  readonly processes: number;
  readonly seconds: number;
  /** Whether connections are killed, and a process. */
  readonly disturbed: boolean;
}

/** How long a process may take to start, or to end, in milliseconds. */
const PATIENCE = 10_000;
/** The share of a run in which nothing is killed: a time to look at what is promised for such times only. */
const PEACE = 0.4;

let runs = 0;

/** Starts the processes, lets them run, and returns what all of them have written down. */
export async function runFleet(plan: RunPlan): Promise<History> {
  const folder = await mkdtemp(join(tmpdir(), 'cache-history-'));
  const run = new FleetRun(plan, folder);
  try {
    return await run.result();
  } finally {
    run.killAll();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Member {
  readonly child: ChildProcess;
  readonly record: string;
  readonly exited: Promise<unknown>;
  log: string;
}

class FleetRun {
  readonly #zero = process.hrtime.bigint().toString();
  readonly #now = machineClock(this.#zero);
  readonly #namespace = `history${process.pid}x${runs++}`;
  readonly #dice: Dice;
  readonly #members: Member[] = [];

  constructor(
    private readonly plan: RunPlan,
    private readonly folder: string,
  ) {
    this.#dice = new Dice(plan.seed);
  }

  async result(): Promise<History> {
    const { plan } = this;
    await Promise.all(Array.from({ length: plan.processes }, () => this.#start()));
    const trouble = plan.disturbed ? await this.#disturb() : await this.#wait(plan.seconds);
    const alive = this.#members.filter(({ child }) => child.signalCode === null);
    for (const member of alive) tell(member, 'stop');
    await Promise.all(alive.map((member) => this.#ended(member)));
    return [...this.#members.flatMap(({ record }) => readRecord(record)), ...trouble];
  }

  killAll(): void {
    for (const { child } of this.#members) child.kill('SIGKILL');
  }

  async #wait(seconds: number): Promise<Trouble[]> {
    await delay(seconds * 1_000);
    return [];
  }

  /** After a while in peace connections are killed, and a process in the middle of a load; another one takes its place. */
  async #disturb(): Promise<Trouble[]> {
    const { seconds, url } = this.plan;
    await this.#wait(seconds * PEACE);
    const disturber = new Disturber(url, this.#dice, this.#now);
    disturber.start();
    try {
      await this.#wait((seconds * (1 - PEACE)) / 2);
      const began = this.#now();
      const victim = this.#members[0]!;
      tell(victim, 'die');
      await Promise.race([victim.exited, delay(PATIENCE, undefined, { ref: false })]);
      if (victim.child.signalCode !== 'SIGKILL') throw new Error(`The first process did not die.\n${victim.log}`);
      const crash: Trouble = { kind: 'trouble', what: 'crash', detail: '', process: 1, began, ended: this.#now() };
      await this.#start();
      await this.#wait((seconds * (1 - PEACE)) / 2);
      return [...disturber.kills, crash];
    } finally {
      await disturber.stop();
    }
  }

  async #start(): Promise<void> {
    const number = this.#members.length + 1;
    const { program, mode, lent, connections, workload, fault, url, seed } = this.plan;
    const record = join(this.folder, `${number}.jsonl`);
    const orders: Orders = {
      ...{ mode, lent, connections, workload, fault, url, record },
      process: number,
      zero: this.#zero,
      namespace: this.#namespace,
      seed: seed * 1_000 + number,
    };
    // Without the flags of the test runner.
    const child = fork(program, [JSON.stringify(orders)], { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    const member: Member = { child, record, exited: once(child, 'exit'), log: '' };
    child.stderr!.on('data', (chunk: Buffer) => (member.log = (member.log + String(chunk)).slice(-4_000)));
    this.#members.push(member);
    const ready = once(child, 'message', { signal: AbortSignal.timeout(PATIENCE) }).then(() => true);
    const gone = member.exited.then(() => false);
    if (!(await Promise.race([ready, gone]))) throw new Error(`Process ${number} did not start.\n${member.log}`);
  }

  async #ended(member: Member): Promise<void> {
    await Promise.race([member.exited, delay(PATIENCE, undefined, { ref: false })]);
    if (member.child.exitCode !== 0) throw new Error(`A process did not end in order.\n${member.log}`);
  }
}

/** A process that has ended by itself has left its reasons. */
function tell({ child, log }: Member, command: Command): void {
  if (!child.connected) throw new Error(`A process ended too early.\n${log}`);
  child.send(command, () => {});
}
