import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { compile, type Compiled } from '../../history/compiled.js';
import { until } from '../../support/deferred.js';
import { DISK_PLACES } from '../../support/disk-fleet.js';
import { temporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

interface Said {
  readonly ready?: true;
  readonly id?: number;
  readonly result?: unknown;
  readonly truth?: number;
  readonly key?: string;
}

let program: Compiled;
let folder: TemporaryFolder;
const members: Member[] = [];

/*
 * DISK_ROUNDS is how often the row changes in the middle of loads, for each kind of change; the other tests follow it. Each round
 * counts for itself: more of them find what is rarer.
 */
const ROUNDS = Number(process.env['DISK_ROUNDS'] ?? 10);

/** What stands in the database of the application, and how often it was read. */
const rows = new Map<string, number>();
let reads = 0;
/** How long a load is on its way home, in milliseconds. */
let slowness = 0;

beforeAll(async () => {
  program = await compile('../faults/disk/member.ts');
}, 30_000);
beforeEach(async () => {
  folder = await temporaryFolder();
  rows.clear();
  reads = 0;
  slowness = 0;
});
afterEach(async () => {
  await Promise.all(members.splice(0).map((member) => member.kill()));
  await folder.remove();
});
afterAll(() => program.remove());

class Member {
  readonly #answers = new Map<number, (result: unknown) => void>();
  #orders = 0;
  isReady = false;

  constructor(readonly child: ChildProcess) {
    child.on('message', (message) => this.#hear(message as Said));
  }

  do<T>(does: string, key = '', more: object = {}): Promise<T> {
    const id = ++this.#orders;
    this.child.send({ id, does, key, ...more });
    return new Promise((resolve) => this.#answers.set(id, resolve as (result: unknown) => void));
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }

  #hear({ ready, id, result, truth, key }: Said): void {
    if (ready) this.isReady = true;
    if (truth !== undefined) {
      reads++;
      const value = rows.get(key!) ?? null;
      setTimeout(() => this.child.connected && this.child.send({ truth, value }), slowness);
    }
    if (id !== undefined) this.#answers.get(id)?.(result);
  }
}

async function start(count: number, backend: string, more: object = {}): Promise<Member[]> {
  const options = JSON.stringify({
    backend,
    disk: { directory: folder.path },
    ttl: '1h',
    commandTimeout: '10s',
    ...more,
  });
  const begun = Array.from({ length: count }, () => new Member(fork(program.path, [options], { execArgv: [] })));
  members.push(...begun);
  await until(() => begun.every(({ isReady }) => isReady));
  return begun;
}

describe.each(DISK_PLACES)('a fleet of processes on one directory, %s', (backend) => {
  it('loads a cold key once, whoever asks', async () => {
    const fleet = await start(4, backend);
    for (let round = 0; round < ROUNDS / 3; round++) {
      const key = `cold${round}`;
      rows.set(key, round);
      slowness = 30;
      const answers = await Promise.all(fleet.map((member) => member.do<number[]>('load', key, { callers: 50 })));
      expect(new Set(answers.flat())).toEqual(new Set([round]));
      expect(answers.flat()).toHaveLength(200);
    }
    expect(reads).toBe(Math.ceil(ROUNDS / 3));
  }, 60_000);

  it.each(['delete', 'tag', 'clear'])(
    '%s during loads: nobody who asks after it has the old value, every time',
    async (change) => {
      const fleet = await start(4, backend);
      const stale: unknown[] = [];
      slowness = 5;
      for (let round = 0; round < ROUNDS; round++) {
        const key = `k${round % 5}`;
        rows.set(key, round * 2);
        await fleet[0]!.do(change, key);
        // Each is somewhere else by the time the row changes: before its load, at it, or behind it.
        const early = fleet.map(async (member, at) => {
          await new Promise((resolve) => setTimeout(resolve, (at * round) % 7));
          return member.do('load', key, { callers: 3 });
        });
        await new Promise((resolve) => setTimeout(resolve, round % 9));
        const fresh = round * 2 + 1;
        rows.set(key, fresh);
        expect(await fleet[round % 4]!.do(change, key)).toBe(true);
        const late = await Promise.all(fleet.map((member) => member.do<number[]>('load', key, { callers: 3 })));
        stale.push(...late.flat().filter((value) => value !== fresh));
        await Promise.all(early);
        const after = await Promise.all(fleet.map((member) => member.do<number[]>('load', key)));
        stale.push(...after.flat().filter((value) => value !== fresh));
      }
      expect(stale).toEqual([]);
    },
    ROUNDS * 2_000 + 30_000,
  );

  it('waits for a killed owner no longer than its lease', async () => {
    const [dying, ...others] = await start(3, backend, { lease: { ttl: '400ms', waitTimeout: '30s' } });
    rows.set('k', 7);
    await dying!.do('hang', 'k');
    const waiting = others.map((member) => member.do<number[]>('load', 'k', { callers: 5 }));
    await Promise.all(others.map((member) => member.do('peek', 'k')));
    expect(reads).toBe(0);
    await dying!.kill();
    expect((await Promise.all(waiting)).flat()).toEqual(Array.from({ length: 10 }, () => 7));
    expect(reads).toBe(1);
  }, 60_000);

  it('never shows in memory what another process has taken away', async () => {
    const [one, other] = await start(2, backend);
    let seen = 0;
    for (let round = 0; round < 3 * ROUNDS; round++) {
      rows.set('k', round);
      await one!.do('load', 'k');
      seen += Number((await one!.do('peek', 'k')) === round);
      await other!.do('delete', 'k');
      expect(await one!.do('peek', 'k')).toBeNull();
    }
    expect(seen).toBe(backend === 'tiered' ? 3 * ROUNDS : 0);
  }, 60_000);

  it('was stopped for a while: it shows nothing that was taken away meanwhile, however much', async () => {
    // A file of this size remembers 1,024 changes.
    const disk = { directory: folder.path, maxBytes: '4mb' };
    const [one, other] = await start(2, backend, { disk, commandTimeout: '2s' });
    const stopAndDelete = async (): Promise<boolean> => {
      await one!.do('load', 'k');
      one!.child.kill('SIGSTOP');
      const isDone = await other!.do<boolean>('delete', 'k');
      // Stopped while it wrote, it keeps everybody from writing.
      if (!isDone) one!.child.kill('SIGCONT');
      return isDone;
    };
    for (const more of [0, 100, 1_200]) {
      rows.set('k', 1);
      while (!(await stopAndDelete()));
      for (let done = 0; done < more; done += 100) await other!.do('deleteMany', `n${done}.`, { callers: 100 });
      // It comes in as soon as the process goes on.
      const shown = one!.do('peek', 'k');
      one!.child.kill('SIGCONT');
      expect(await shown).toBeNull();
    }
  }, 60_000);
});
