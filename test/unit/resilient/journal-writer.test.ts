import { beforeEach, describe, expect, it } from '@jest/globals';
import type { JournalFile, QueuedChange } from '../../../lib/contracts/journal.js';
import { Scopes } from '../../../lib/core/scopes.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { JournalWriter } from '../../../lib/wrappers/resilient/journal-writer.js';
import { deferred, settle, type Deferred } from '../../support/deferred.js';

const { root } = new Scopes('app');
const key = (name: string): QueuedChange => ({ kind: 'key', scope: root, name });
const keys = (count: number): QueuedChange[] => Array.from({ length: count }, (_, index) => key(`k${index}`));
const names = (changes: readonly QueuedChange[]): string[] =>
  changes.map((change) => (change.kind === 'scope' ? 'all' : change.name));

interface Write {
  readonly kind: 'append' | 'replace' | 'close';
  readonly names: readonly string[];
  /** Its end, which the test brings about. */
  readonly disk: Deferred<void>;
}

/** A disk on which nothing is over before the test says so; it writes down what it is told. */
class SlowDisk implements JournalFile {
  readonly writes: Write[] = [];
  left: Promise<readonly QueuedChange[]> = Promise.resolve([]);
  /** Whether everything is over at once. */
  isFast = false;

  read(): Promise<readonly QueuedChange[]> {
    return this.left;
  }
  append(changes: readonly QueuedChange[]): Promise<void> {
    return this.write('append', changes);
  }
  replace(changes: readonly QueuedChange[]): Promise<void> {
    return this.write('replace', changes);
  }
  close(): Promise<void> {
    return this.write('close', []);
  }
  /** The write that is under way is over. */
  async finish(): Promise<void> {
    this.writes.at(-1)!.disk.resolve();
    await settle();
  }
  get told(): string[] {
    return this.writes.map(({ kind, names: written }) => `${kind} ${written.join(' ')}`.trim());
  }
  private write(kind: Write['kind'], changes: readonly QueuedChange[]): Promise<void> {
    const disk = deferred<void>();
    this.writes.push({ kind, names: names(changes), disk });
    if (this.isFast) disk.resolve();
    return disk.promise;
  }
}

const TIMEOUT = 100;
let clock: FakeClock;
let disk: SlowDisk;
let queued: QueuedChange[];
let errors: string[];
let writer: JournalWriter;
beforeEach(() => {
  clock = new FakeClock();
  disk = new SlowDisk();
  queued = [];
  errors = [];
  writer = new JournalWriter({
    file: disk,
    clock,
    timeout: TIMEOUT,
    all: () => queued,
    onError: (error) => void errors.push((error as Error).message),
  });
});

/** What the call has come to by now. */
function watch(call: Promise<void>): { isOver: boolean } {
  const state = { isOver: false };
  void call.then(() => (state.isOver = true));
  return state;
}

describe('many changes', () => {
  it('that come while one is written go out together, and none counts as kept before its own write is over', async () => {
    const first = watch(writer.append([key('first')]));
    await settle();
    const others = keys(500).map((change) => watch(writer.append([change])));
    await settle();
    expect(disk.told).toEqual(['append first']);
    await disk.finish();
    expect(first.isOver).toBe(true);
    expect(disk.writes).toHaveLength(2);
    expect(disk.writes[1]!.names).toEqual(names(keys(500)));
    expect(others.some(({ isOver }) => isOver)).toBe(false);
    await disk.finish();
    expect(others.every(({ isOver }) => isOver)).toBe(true);
    expect(disk.writes).toHaveLength(2);
  });

  it('too many for a disk that is slow become one write of what counts', async () => {
    void writer.append([key('first')]);
    await settle();
    queued = keys(10_000);
    for (const change of queued) void writer.append([change]);
    const overflowing = watch(writer.append([key('k0')]));
    await disk.finish();
    expect(disk.writes).toHaveLength(2);
    expect([disk.writes[1]!.kind, disk.writes[1]!.names]).toEqual(['replace', names(queued)]);
    expect(overflowing.isOver).toBe(false);
    await disk.finish();
    expect(overflowing.isOver).toBe(true);
    const next = watch(writer.append([key('next')]));
    await settle();
    expect(disk.told.slice(2)).toEqual(['append next']);
    await disk.finish();
    expect(next.isOver).toBe(true);
  });

  it('as many as may wait are appended one and all', async () => {
    void writer.append([key('first')]);
    await settle();
    queued = keys(10_000);
    for (const change of queued) void writer.append([change]);
    await disk.finish();
    expect(disk.writes).toHaveLength(2);
    expect([disk.writes[1]!.kind, disk.writes[1]!.names.length]).toEqual(['append', 10_000]);
  });

  it('are written anew before the file holds a thousand more than twice those that count', async () => {
    disk.isFast = true;
    queued = keys(100);
    for (let written = 0; written < 1_200; written += 100) await writer.append(queued);
    expect(disk.writes.every(({ kind }) => kind === 'append')).toBe(true);
    await writer.append([key('k0')]);
    expect([disk.writes.at(-1)!.kind, disk.writes.at(-1)!.names]).toEqual(['replace', names(queued)]);
    // From there on it is counted anew.
    await writer.append([key('k0')]);
    expect(disk.told.at(-1)).toBe('append k0');
  });

  it('also when an earlier process has left most of it', async () => {
    disk.isFast = true;
    disk.left = Promise.resolve(keys(1_002));
    expect(await writer.read()).toHaveLength(1_002);
    queued = [key('a')];
    await writer.append([key('a')]);
    expect(disk.told).toEqual(['replace a']);
  });

  it('that are all done empty the file', async () => {
    disk.isFast = true;
    await writer.append([key('a')]);
    writer.rewrite();
    await settle();
    expect(disk.told).toEqual(['append a', 'replace']);
  });
});

describe('a disk that hangs', () => {
  it('holds a call up for its time limit, and is reported once', async () => {
    const first = watch(writer.append([key('a')]));
    await clock.advance(TIMEOUT - 1);
    expect(first.isOver).toBe(false);
    await clock.advance(1);
    expect(first.isOver).toBe(true);
    expect(errors).toEqual(['Writing the journal took longer than 100 ms.']);
    for (let turn = 0; turn < 3; turn++) {
      const next = watch(writer.append([key('b')]));
      await clock.advance(TIMEOUT);
      expect(next.isOver).toBe(true);
    }
    expect(errors).toHaveLength(1);
    expect(disk.told).toEqual(['append a']);
  });

  it('is written to all the same when it is back, and reported again the next time', async () => {
    void writer.append([key('a')]);
    await settle();
    void writer.append([key('b')]);
    await clock.advance(TIMEOUT);
    await disk.finish();
    expect(disk.told).toEqual(['append a', 'append b']);
    await disk.finish();
    const healthy = watch(writer.append([key('c')]));
    await settle();
    await disk.finish();
    expect(healthy.isOver).toBe(true);
    void writer.append([key('d')]);
    await clock.advance(TIMEOUT);
    expect(errors).toHaveLength(2);
  });

  it('holds a shutdown up for a second at most', async () => {
    void writer.append([key('a')]);
    await clock.advance(TIMEOUT);
    const closed = watch(writer.close());
    await clock.advance(999);
    expect(closed.isOver).toBe(false);
    await clock.advance(1);
    expect(closed.isOver).toBe(true);
    expect(disk.told).toEqual(['append a']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('holds a start up for five seconds at most', async () => {
    disk.left = deferred<QueuedChange[]>().promise;
    let why: unknown;
    writer.read().catch((error: unknown) => (why = error));
    await clock.advance(4_999);
    expect(why).toBeUndefined();
    await clock.advance(1);
    expect(String(why)).toContain('Reading the journal took longer than 5000 ms.');
  });
});

it('a shutdown waits for what is on its way to the disk, and closes it then', async () => {
  void writer.append([key('a')]);
  await settle();
  void writer.append([key('b')]);
  const closed = watch(writer.close());
  await disk.finish();
  expect(disk.told).toEqual(['append a', 'append b']);
  await disk.finish();
  expect(disk.told).toEqual(['append a', 'append b', 'close']);
  expect(closed.isOver).toBe(false);
  await disk.finish();
  expect(closed.isOver).toBe(true);
  expect(errors).toEqual([]);
});

it('a write that fails is reported, its caller goes on, and so does the next one', async () => {
  const failing = watch(writer.append([key('a')]));
  await settle();
  const next = watch(writer.append([key('b')]));
  disk.writes[0]!.disk.reject(new Error('no space left'));
  await settle();
  expect(failing.isOver).toBe(true);
  expect(errors).toEqual(['no space left']);
  expect(disk.told).toEqual(['append a', 'append b']);
  await disk.finish();
  expect(next.isOver).toBe(true);
});
