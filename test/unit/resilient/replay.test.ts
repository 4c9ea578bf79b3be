import { beforeEach, describe, expect, it } from '@jest/globals';
import type { EntryStore } from '../../../lib/contracts/entry-store.js';
import type { JournalFile, QueuedChange } from '../../../lib/contracts/journal.js';
import type { Address, Scope } from '../../../lib/contracts/scope.js';
import { Scopes } from '../../../lib/core/scopes.js';
import { CacheBackendError, CacheTimeoutError } from '../../../lib/support/errors.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { Journal } from '../../../lib/wrappers/resilient/journal.js';
import { replay } from '../../../lib/wrappers/resilient/replay.js';

const scopes = new Scopes('app');
const { root } = scopes;
const acme = scopes.tenant(root, 'acme');

const key = (name: string, scope: Scope = root): QueuedChange => ({ kind: 'key', scope, name });
const tag = (name: string, scope: Scope = root): QueuedChange => ({ kind: 'tag', scope, name });
const pattern = (name: string, scope: Scope = root): QueuedChange => ({ kind: 'pattern', scope, name });
const clear = (scope: Scope = root): QueuedChange => ({ kind: 'scope', scope });
const queuedIn = (queue: Journal): string[] =>
  queue
    .snapshot()
    .map((change) => `${change.kind} ${change.scope.path}${change.kind === 'scope' ? '' : ` ${change.name}`}`);

const refusal = new CacheBackendError('CLIENT_ERROR bad key');
const silence = new CacheTimeoutError('delete', 100);

/** Takes away what it is told to, and writes it down; what a test names in `failures` fails instead. */
class Taker {
  readonly done: string[] = [];
  readonly failures = new Map<string, Error>();

  async deleteMany(addresses: readonly Address[]): Promise<number> {
    this.attempt('key', addresses[0]!.scope, addresses.map(({ key: name }) => name)); // prettier-ignore
    return addresses.length;
  }
  async invalidateTags(scope: Scope, tags: readonly string[]): Promise<void> {
    this.attempt('tag', scope, tags);
  }
  async invalidate(scope: Scope, swept: string): Promise<number> {
    this.attempt('pattern', scope, [swept]);
    return 1;
  }
  async clear(scope: Scope): Promise<void> {
    this.attempt('scope', scope, []);
  }
  private attempt(kind: QueuedChange['kind'], scope: Scope, names: readonly string[]): void {
    for (const name of [kind, ...names]) {
      const failure = this.failures.get(name);
      if (failure) throw failure;
    }
    this.done.push([kind, scope.path, ...names].join(' '));
  }
}

/** A file that counts how often it was written anew, and keeps what it was told last. */
class Sheet implements JournalFile {
  readonly rewritten: QueuedChange[][] = [];
  readonly read = async (): Promise<QueuedChange[]> => [];
  readonly append = async (): Promise<void> => {};
  readonly replace = async (changes: readonly QueuedChange[]): Promise<void> => void this.rewritten.push([...changes]);
  readonly close = async (): Promise<void> => {};
}

let taker: Taker;
let store: EntryStore;
let sheet: Sheet;
let journal: Journal;
beforeEach(() => {
  taker = new Taker();
  store = taker as unknown as EntryStore;
  sheet = new Sheet();
  const onError = (error: unknown): never => {
    throw error;
  };
  journal = new Journal({ root, maxEntries: 1_000, file: sheet, clock: new FakeClock(), timeout: 100, onError });
});

describe('what the server refuses', () => {
  it.each([
    ['a key', key('bad', acme)],
    ['a tag', tag('bad', acme)],
    ['a pattern', pattern('bad', acme)],
  ])('%s: its scope is cleared instead, and everything else is done as it was asked for', async (_, refused) => {
    taker.failures.set('bad', refusal);
    await journal.add([refused, key('good'), tag('t'), pattern('p*')]);
    await replay(journal, store);
    expect(journal.size).toBe(0);
    expect(taker.done.toSorted()).toEqual(['key app good', 'pattern app p*', 'scope app@acme', 'tag app t']);
  });

  it('a clear: there is nothing left to do instead', async () => {
    taker.failures.set('scope', refusal);
    await journal.add([clear(acme), key('a')]);
    await expect(replay(journal, store)).rejects.toBe(refusal);
    expect(queuedIn(journal)).toEqual(['scope app@acme', 'key app a']);
    expect(taker.done).toEqual([]);
  });

  it('a key and the clear in its place: both wait', async () => {
    taker.failures.set('bad', refusal).set('scope', refusal);
    await journal.add([key('bad')]);
    await expect(replay(journal, store)).rejects.toBe(refusal);
    expect(queuedIn(journal)).toEqual(['key app bad']);
  });
});

describe('what is not answered in time', () => {
  it.each([
    ['a key', key('slow')],
    ['a tag', tag('slow')],
    ['a pattern', pattern('slow')],
  ])('%s: it may have been done, nothing is done instead, and it stays queued', async (_, unanswered) => {
    taker.failures.set('slow', silence);
    await journal.add([unanswered]);
    await expect(replay(journal, store)).rejects.toBe(silence);
    expect(taker.done).toEqual([]);
    expect(journal.snapshot()).toEqual([unanswered]);
  });

  it('three times in a row: all of it becomes one clear of the namespace, on the disk as well', async () => {
    taker.failures.set('stuck', silence);
    await journal.add([key('stuck'), key('b', acme), pattern('p*')]);
    for (let turn = 0; turn < 2; turn++) {
      await expect(replay(journal, store)).rejects.toBe(silence);
      expect(queuedIn(journal)).toContain('key app stuck');
    }
    expect(sheet.rewritten).toEqual([]);
    await expect(replay(journal, store)).rejects.toBe(silence);
    expect(queuedIn(journal)).toEqual(['scope app']);
    await journal.close();
    expect(sheet.rewritten).toEqual([[clear()]]);
    // A clear waits for no key.
    await replay(journal, store);
    expect(taker.done).toEqual(['scope app']);
    expect(journal.size).toBe(0);
  });

  it('failures of another kind do not count: who refuses may know better the next time', async () => {
    taker.failures.set('scope', refusal).set('bad', refusal);
    await journal.add([key('bad')]);
    for (let turn = 0; turn < 10; turn++) await expect(replay(journal, store)).rejects.toBe(refusal);
    taker.failures.set('bad', silence);
    for (let turn = 0; turn < 2; turn++) await expect(replay(journal, store)).rejects.toBe(silence);
    expect(queuedIn(journal)).toEqual(['key app bad']);
  });

  it('a success in between begins the count anew', async () => {
    const failTwice = async (): Promise<void> => {
      taker.failures.set('slow', silence);
      for (let turn = 0; turn < 2; turn++) await expect(replay(journal, store)).rejects.toBe(silence);
    };
    await journal.add([key('slow')]);
    await failTwice();
    taker.failures.clear();
    await replay(journal, store);
    await journal.add([key('slow')]);
    await failTwice();
    expect(queuedIn(journal)).toEqual(['key app slow']);
  });
});

it('what is queued while it is replayed is done, too', async () => {
  await journal.add([key('first')]);
  const deleteMany = taker.deleteMany.bind(taker);
  taker.deleteMany = async (addresses) => {
    if (taker.done.length === 0) void journal.add([key('second'), tag('late')]);
    return deleteMany(addresses);
  };
  await replay(journal, store);
  expect(taker.done).toEqual(['key app first', 'tag app late', 'key app second']);
  expect(journal.size).toBe(0);
});

it('keys of one scope go out together, and no two scopes', async () => {
  const many = Array.from({ length: 40 }, (_, index) => key(`k${index}`));
  await journal.add([...many, key('k', acme)]);
  await replay(journal, store);
  expect(taker.done).toEqual([
    `key app ${Array.from({ length: 40 }, (_, index) => `k${index}`).join(' ')}`,
    'key app@acme k',
  ]);
});
