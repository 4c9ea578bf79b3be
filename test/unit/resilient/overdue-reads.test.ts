import { beforeEach, describe, expect, it } from '@jest/globals';
import { CacheTimeoutError } from '../../../lib/support/errors.js';
import { OverdueError } from '../../../lib/support/overdue-error.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { FlakyBackend } from '../../../lib/testing/flaky.backend.js';
import type { FlakyHang } from '../../../lib/testing/flaky-hang.js';
import { BackendCalls } from '../../../lib/wrappers/encoded/backend-calls.js';
import { OverdueReads } from '../../../lib/wrappers/encoded/overdue-reads.js';
import { encodeEntry } from '../../../lib/wrappers/encoded/wire-format.js';
import { deferred, settle } from '../../support/deferred.js';

const TIMEOUT = 100;
const PATIENCE = 30_000;
const TOO_LONG = 64 * 1_048_576;
const KEY = 'app:v:{k}';
const foreign = Buffer.from('no entry');
const entry = encodeEntry(KEY, {
  times: { createdAt: 1, staleAt: 2, expiresAt: 3, loadTime: 4 },
  codecId: 1,
  compressionId: 0,
  meta: { scopes: [['app', 'v1']], tags: [] },
  payload: Buffer.from('x'),
});

/** It says how long a value is, as a test has it, without fetching it. */
class MeasuringBackend extends FlakyBackend {
  readonly lengths = new Map<string, number>();
  readonly measured: string[] = [];
  answer: Promise<void> = Promise.resolve();

  override async isLonger(key: string, than: number): Promise<boolean> {
    this.measured.push(key);
    await this.answer;
    return (this.lengths.get(key) ?? 0) > than;
  }
}

let clock: FakeClock;
let backend: MeasuringBackend;
let reads: OverdueReads;
let removed: string[];
beforeEach(() => {
  clock = new FakeClock();
  removed = [];
  useBackend((backend = new MeasuringBackend({ clock, capabilities: [] })));
});
function useBackend(used: FlakyBackend): void {
  reads = new OverdueReads(new BackendCalls(used, clock, TIMEOUT), clock, async (keys) => {
    removed.push(...keys);
    await Promise.all(keys.map((key) => used.delete(key)));
  });
}

const read = async (...keys: string[]): Promise<string[]> =>
  (await reads.read([], keys)).map((bytes) => (bytes ? Buffer.from(bytes).toString() : 'nothing'));

/** A read that is not answered in time; what is still to come is in the hand of the caller. */
async function unanswered(key = KEY, used: FlakyBackend = backend): Promise<FlakyHang> {
  const hang = used.hang('get', 1);
  const late = expect(reads.read([], [key])).rejects.toBeInstanceOf(CacheTimeoutError);
  await clock.advance(TIMEOUT);
  await late;
  return hang;
}

describe('a read that is not answered in time', () => {
  it('is not asked again before it is, or half a minute has passed', async () => {
    await backend.set(KEY, entry);
    await unanswered();
    const before = backend.count('get');
    await clock.advance(PATIENCE - 1);
    await expect(read(KEY)).rejects.toBeInstanceOf(OverdueError);
    expect(backend.count('get')).toBe(before);
    await clock.advance(1);
    expect(await read(KEY)).toEqual([entry.toString()]);
  });

  it('holds no other key up, and no record that is read along', async () => {
    await backend.set('app:v:{other}', entry);
    await unanswered();
    expect(await read('app:v:{other}')).toEqual([entry.toString()]);
    expect(await reads.read([KEY], ['app:v:{other}'])).toHaveLength(2);
  });

  it('and brings an entry at last, may be asked again', async () => {
    await backend.set(KEY, entry);
    const hang = await unanswered();
    await hang.release();
    await settle();
    expect(removed).toEqual([]);
    expect(await read(KEY)).toEqual([entry.toString()]);
    expect(backend.measured).toEqual([]);
  });

  it('and brings what is no entry, is taken away', async () => {
    await backend.set(KEY, foreign);
    const hang = await unanswered();
    await hang.release();
    await settle();
    expect(removed).toEqual([KEY]);
    expect(await read(KEY)).toEqual(['nothing']);
  });
});

/*
 *     MGET a b: one of them is huge    timeout    MGET a c: which of a and b was it? c shall not wait for the other one
 */
describe('a read of several that is not answered in time', () => {
  const [A, B] = ['app:v:{a}', 'app:v:{b}'];

  async function late(): Promise<FlakyHang> {
    await backend.set(A, entry);
    await backend.set(B, entry);
    const hang = backend.hang('get', 1);
    const overdue = expect(reads.read([], [A, B])).rejects.toBeInstanceOf(CacheTimeoutError);
    await clock.advance(TIMEOUT);
    await overdue;
    return hang;
  }

  it('has each of its keys asked for alone', async () => {
    await late();
    const before = backend.count('get');
    await expect(read(A, KEY)).rejects.toBeInstanceOf(OverdueError);
    expect(backend.count('get')).toBe(before);
    expect([await read(A), await read(B)]).toEqual([[entry.toString()], [entry.toString()]]);
    // The first answer is still to come: nobody can say yet which one it waits for.
    await expect(read(A, B)).rejects.toBeInstanceOf(OverdueError);
  });

  it('and is answered at last, has them asked for together again', async () => {
    const hang = await late();
    await hang.release();
    await settle();
    expect(await read(A, B)).toEqual([entry.toString(), entry.toString()]);
  });

  it('and never answered, has them asked for together again after half a minute', async () => {
    await late();
    await clock.advance(PATIENCE - 1);
    await expect(read(A, B)).rejects.toBeInstanceOf(OverdueError);
    await clock.advance(1);
    expect(await read(A, B)).toEqual([entry.toString(), entry.toString()]);
  });

  it('has its keys asked for alone until the last such read is answered', async () => {
    const first = await late();
    await clock.advance(PATIENCE);
    await late();
    await first.release();
    await settle();
    await expect(read(A, B)).rejects.toBeInstanceOf(OverdueError);
  });

  it('has the one waited for that is late again when it is asked for alone', async () => {
    await late();
    await unanswered(A);
    await expect(read(A)).rejects.toBeInstanceOf(OverdueError);
    expect(await read(B)).toEqual([entry.toString()]);
  });
});

/*
 *     get(k): 512 MiB are on their way    timeout    the connection ends over them (a reset after half a second of silence)
 *     get(k): would be asked over the next connection, which would end over it, too, and the whole cache be away each time
 */
describe('a read over which the connection has ended', () => {
  async function ended(used: FlakyBackend = backend): Promise<void> {
    const hang = await unanswered(KEY, used);
    hang.fail();
    await settle();
  }

  it('has the length asked for first: what is too long is taken away unread', async () => {
    await backend.set(KEY, foreign);
    backend.lengths.set(KEY, TOO_LONG + 1);
    await ended();
    expect(await read(KEY)).toEqual(['nothing']);
    expect(backend.measured).toEqual([KEY]);
    expect(removed).toEqual([KEY]);
    const order = backend.calls.map(({ operation }) => operation);
    expect(order.slice(-2)).toEqual(['delete', 'get']);
  });

  it('what is not is read, and not suspected any more', async () => {
    await backend.set(KEY, entry);
    backend.lengths.set(KEY, TOO_LONG);
    await ended();
    expect(await read(KEY)).toEqual([entry.toString()]);
    expect(await read(KEY)).toEqual([entry.toString()]);
    expect(backend.measured).toEqual([KEY]);
    expect(removed).toEqual([]);
  });

  it('is not asked for while nobody knows how long it is', async () => {
    await backend.set(KEY, foreign);
    backend.lengths.set(KEY, TOO_LONG + 1);
    await ended();
    const before = backend.count('get');
    backend.answer = deferred<void>().promise;
    const late = expect(read(KEY)).rejects.toBeInstanceOf(CacheTimeoutError);
    await clock.advance(TIMEOUT);
    await late;
    expect([backend.count('get') - before, removed]).toEqual([0, []]);
    // The next one asks anew.
    backend.answer = Promise.resolve();
    expect(await read(KEY)).toEqual(['nothing']);
    expect(backend.measured).toEqual([KEY, KEY]);
  });

  it('does not have other keys measured', async () => {
    await backend.set(KEY, entry);
    await ended();
    await read('app:v:{other}');
    expect(backend.measured).toEqual([]);
    await read('app:v:{other}', KEY);
    expect(backend.measured).toEqual([KEY]);
  });

  it('is read as ever where nobody can tell the length', async () => {
    const plain = new FlakyBackend({ clock, capabilities: [] });
    useBackend(plain);
    await plain.set(KEY, entry);
    await ended(plain);
    expect(await read(KEY)).toEqual([entry.toString()]);
    expect(removed).toEqual([]);
  });

  it('but not one that failed in time: that says nothing of its length', async () => {
    await backend.set(KEY, entry);
    backend.fail('get', new Error('gone'), 1);
    await expect(read(KEY)).rejects.toThrow('gone');
    expect(await read(KEY)).toEqual([entry.toString()]);
    expect(backend.measured).toEqual([]);
  });
});
