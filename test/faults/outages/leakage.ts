import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { compile } from '../../history/compiled.js';
import { MortalServer } from '../../history/mortal-server.js';
import { FaultProxy } from '../../support/fault-proxy.js';
import type { Weight } from './leaking.js';

/** Of what a process does before it is weighed for the first time. */
const WARM_UP = 10_000;
/** A fault, and peace after it in which the server is used again. */
const FAULT = 250;
const PEACE = 900;

/** What a process holds before and after so many operations, with one fault after the other. */
export async function leakage(operations: number): Promise<readonly [before: Weight, after: Weight]> {
  const ends: (() => unknown)[] = [];
  try {
    const program = await compile('../faults/outages/leaking.ts');
    ends.unshift(() => program.remove());
    const server = await MortalServer.start();
    ends.unshift(() => server.stop());
    const proxy = await FaultProxy.open(server.port);
    ends.unshift(() => proxy.close());
    const child = fork(program.path, [proxy.url], { execArgv: ['--expose-gc'] });
    const exited = once(child, 'exit');
    ends.unshift(() => {
      child.kill('SIGKILL');
      return exited;
    });
    const trouble = new Trouble(server, proxy);
    const before = await calls(child, trouble, WARM_UP);
    return [before, await calls(child, trouble, operations)];
  } finally {
    for (const end of ends) await end();
  }
}

async function calls(child: ChildProcess, trouble: Trouble, operations: number): Promise<Weight> {
  const ended = once(child, 'message') as Promise<[Weight]>;
  child.send(operations);
  const [weight] = await trouble.until(ended);
  return weight;
}

class Trouble {
  private turn = 0;

  constructor(
    private readonly server: MortalServer,
    private readonly proxy: FaultProxy,
  ) {}

  async until<T>(end: Promise<T>): Promise<T> {
    const over = end.then(() => true);
    do await this.next();
    while ((await Promise.race([over, delay(PEACE)])) !== true);
    return end;
  }

  private async next(): Promise<void> {
    const { server, proxy } = this;
    const faults: readonly (() => Promise<unknown>)[] = [
      async () => {
        await server.freeze();
        await delay(FAULT);
        await server.thaw();
      },
      async () => {
        proxy.refuse();
        proxy.reset();
        await delay(FAULT);
        await proxy.heal();
      },
      () => server.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
      async () => {
        proxy.blackHole();
        await delay(FAULT);
        await proxy.heal();
      },
      async () => {
        await server.kill('nothing');
        await server.restart();
      },
      async () => {
        await server.command('CONFIG', 'SET', 'maxmemory', '1');
        await delay(FAULT);
        await server.command('CONFIG', 'SET', 'maxmemory', '0');
      },
    ];
    await faults[this.turn++ % faults.length]!();
  }
}
