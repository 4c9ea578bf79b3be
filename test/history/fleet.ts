import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { History } from './history.js';
import type { Answer, Command, Orders } from './orders.js';
import { machineClock, readRecord } from './recorder.js';

/** How long a process may take to start, to answer, or to end, in milliseconds. */
const PATIENCE = 10_000;

export interface FleetPlan extends Pick<
  Orders,
  'mode' | 'lent' | 'connections' | 'workload' | 'fault' | 'url' | 'seed' | 'disk'
> {
  /** The compiled instance. */
  readonly program: string;
  /** Flags of Node. */
  readonly flags?: readonly string[];
  /** Where the truth lies. Default: beside the cache's own keys. */
  readonly sourceUrl?: string;
  /** Where a process finds the cache's server. Default: `url`, for all. */
  readonly urlOf?: (process: number) => string;
  /** Of the cache, in milliseconds. Default: so long that a busy machine does not run into it. */
  readonly commandTimeout?: number | 'as the cache has it';
  readonly slowerThan?: number;
  readonly leaseTtl?: number;
  /** Of the caches' clocks from each other, in milliseconds. Default: none. */
  readonly clockOffsets?: readonly number[];
}

interface Member {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  record: string;
  log: string;
}

let fleets = 0;

/** The processes of a run, and what they write down. */
export class Fleet {
  readonly #zero = process.hrtime.bigint().toString();
  readonly now = machineClock(this.#zero);
  readonly #namespace = `history${process.pid}x${fleets++}`;
  readonly #members: Member[] = [];

  constructor(
    private readonly plan: FleetPlan,
    private readonly folder: string,
  ) {}

  get size(): number {
    return this.#members.length;
  }

  async start(): Promise<void> {
    const number = this.#members.length + 1;
    const { program, flags = [], mode, lent, connections, workload, fault, url, seed, disk } = this.plan;
    const {
      sourceUrl = url,
      urlOf = () => url,
      commandTimeout = 1_000,
      slowerThan,
      leaseTtl,
      clockOffsets,
    } = this.plan;
    const record = join(this.folder, `${number}.jsonl`);
    const orders: Orders = {
      ...{ mode, lent, connections, workload, fault, record, sourceUrl, slowerThan, leaseTtl, disk },
      clockOffset: clockOffsets?.[number - 1] ?? 0,
      url: urlOf(number),
      commandTimeout: commandTimeout === 'as the cache has it' ? undefined : commandTimeout,
      process: number,
      zero: this.#zero,
      namespace: this.#namespace,
      seed: seed * 1_000 + number,
    };
    // Without the flags of the test runner.
    const child = fork(program, [JSON.stringify(orders)], {
      execArgv: [...flags],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const member: Member = { child, record, exited: once(child, 'exit'), log: '' };
    child.stderr!.on('data', (chunk: Buffer) => (member.log = (member.log + String(chunk)).slice(-4_000)));
    this.#members.push(member);
    await answerOf(member, `Process ${number} did not start.`);
  }

  /** Kills the first one in the middle of a load. */
  async killFirst(): Promise<void> {
    const victim = this.#members[0]!;
    tell(victim, 'die');
    await Promise.race([victim.exited, delay(PATIENCE, undefined, { ref: false })]);
    if (victim.child.signalCode !== 'SIGKILL') throw new Error(`The first process did not die.\n${victim.log}`);
  }

  tell(command: Command): void {
    for (const member of this.#alive()) tell(member, command);
  }

  /** Tells each, and waits until each has answered. */
  async ask(command: Command): Promise<Answer[]> {
    return Promise.all(
      this.#alive().map((member) => {
        tell(member, command);
        return answerOf(member, `A process did not answer to ${JSON.stringify(command)}.`);
      }),
    );
  }

  /** What all have written until now; from here on each writes into another file. */
  async turnPage(name: string): Promise<History> {
    const pages = await Promise.all(
      this.#alive().map(async (member, at) => {
        const page = member.record;
        member.record = join(this.folder, `${at + 1}.${name}.jsonl`);
        tell(member, { record: member.record });
        await answerOf(member, 'A process did not turn the page.');
        return readRecord(page);
      }),
    );
    return pages.flat();
  }

  async stop(): Promise<void> {
    const alive = this.#alive();
    for (const member of alive) tell(member, 'stop');
    await Promise.all(alive.map((member) => ended(member)));
  }

  history(): History {
    return this.#members.flatMap(({ record }) => readRecord(record));
  }

  killAll(): void {
    for (const { child } of this.#members) child.kill('SIGKILL');
  }

  #alive(): Member[] {
    return this.#members.filter(({ child }) => child.signalCode === null);
  }
}

async function answerOf(member: Member, otherwise: string): Promise<Answer> {
  const answered = once(member.child, 'message', { signal: AbortSignal.timeout(PATIENCE) }).then(
    ([answer]) => answer as Answer,
    () => undefined,
  );
  const answer = await Promise.race([answered, member.exited.then(() => undefined)]);
  if (answer === undefined) throw new Error(`${otherwise}\n${member.log}`);
  return answer;
}

async function ended(member: Member): Promise<void> {
  await Promise.race([member.exited, delay(PATIENCE, undefined, { ref: false })]);
  if (member.child.exitCode !== 0) throw new Error(`A process did not end in order.\n${member.log}`);
}

/** A process that has ended by itself has left its reasons. */
function tell({ child, log }: Member, command: Command): void {
  if (!child.connected) throw new Error(`A process ended too early.\n${log}`);
  child.send(command, () => {});
}
