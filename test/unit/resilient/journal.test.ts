import { beforeEach, describe, expect, it } from '@jest/globals';
import type { JournalFile, QueuedChange } from '../../../lib/contracts/journal.js';
import { Scopes } from '../../../lib/core/scopes.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { Journal } from '../../../lib/wrappers/resilient/journal.js';

const scopes = new Scopes('app');
const { root } = scopes;
const acme = scopes.tenant(root, 'acme');
const nested = scopes.nested(root, 'orders');

const key = (name: string, scope = root): QueuedChange => ({ kind: 'key', scope, name });
const clear = (scope = root): QueuedChange => ({ kind: 'scope', scope });
const said = (changes: readonly QueuedChange[]): string[] =>
  changes.map((change) => `${change.kind} ${change.scope.path}${change.kind === 'scope' ? '' : ` ${change.name}`}`);

/** A file in memory that writes down what it is told. */
class Paper implements JournalFile {
  readonly log: string[] = [];
  left: QueuedChange[] = [];
  broken = false;

  async read(): Promise<QueuedChange[]> {
    this.try();
    return this.left;
  }
  async append(changes: readonly QueuedChange[]): Promise<void> {
    this.try();
    this.log.push(...said(changes).map((text) => `+ ${text}`));
  }
  async replace(changes: readonly QueuedChange[]): Promise<void> {
    this.try();
    this.log.push(`= ${said(changes).join(', ')}`);
  }
  async close(): Promise<void> {
    this.log.push('closed');
  }
  private try(): void {
    if (this.broken) throw new Error('no space left');
  }
}

let errors: unknown[];
let clock: FakeClock;
beforeEach(() => {
  errors = [];
  clock = new FakeClock();
});
const journalOf = (maxEntries = 100, file?: JournalFile): Journal =>
  new Journal({ root, maxEntries, file, clock, timeout: 100, onError: (error) => errors.push(error) });

describe('a recovery journal', () => {
  it('keeps the last of each, by kind, scope and name', () => {
    const journal = journalOf();
    void journal.add([key('a'), key('a', acme), { kind: 'tag', scope: root, name: 'a' }, key('b'), key('a')]);
    expect(said(journal.snapshot())).toEqual(['tag app a', 'key app@acme a', 'key app b', 'key app a']);
    expect(journal.size).toBe(4);
  });

  it('does clears first, and patterns last', () => {
    const journal = journalOf();
    const tag: QueuedChange = { kind: 'tag', scope: root, name: 't' };
    void journal.add([{ kind: 'pattern', scope: root, name: 'x*' }, key('a'), tag, clear(acme)]);
    expect(said(journal.snapshot())).toEqual(['scope app@acme', 'tag app t', 'key app a', 'pattern app x*']);
  });

  it('a clear takes what is queued below along, and nothing beside', () => {
    const journal = journalOf();
    void journal.add([key('a'), key('b', acme), key('c', nested), clear(acme)]);
    expect(said(journal.snapshot())).toEqual(['scope app@acme', 'key app a', 'key app/orders c']);
    void journal.add([clear()]);
    expect(said(journal.snapshot())).toEqual(['scope app']);
  });

  it('what comes after a clear is queued beside it: the clear may be on its way already', () => {
    const journal = journalOf();
    void journal.add([clear()]);
    void journal.add([key('a')]);
    expect(said(journal.snapshot())).toEqual(['scope app', 'key app a']);
  });

  it('becomes one clear of the namespace when it is full', () => {
    const journal = journalOf(3);
    void journal.add([key('a'), key('b', acme), key('c'), key('a')]);
    expect(journal.size).toBe(3);
    void journal.add([key('d')]);
    expect(said(journal.snapshot())).toEqual(['scope app']);
  });

  it('is full by the length of its names, too', () => {
    const journal = journalOf(100);
    const long = 'x'.repeat(1_048_576);
    for (let turn = 0; turn < 8; turn++) void journal.add([key(`${turn}${long}`.slice(0, 1_048_576))]);
    expect(journal.size).toBe(8);
    void journal.add([key('y')]);
    expect(said(journal.snapshot())).toEqual(['scope app']);
  });

  it('gives room back', () => {
    const journal = journalOf(100);
    const long = 'x'.repeat(4 * 1_048_576);
    for (let turn = 0; turn < 20; turn++) {
      void journal.add([key(long)]);
      journal.done(journal.snapshot());
    }
    void journal.add([key('a')]);
    expect(said(journal.snapshot())).toEqual(['key app a']);
  });

  it('does not forget what was queued anew while it was replayed', () => {
    const journal = journalOf();
    void journal.add([key('a'), key('b')]);
    const replayed = journal.snapshot();
    void journal.add([key('a')]);
    journal.done(replayed);
    expect(said(journal.snapshot())).toEqual(['key app a']);
  });
});

describe('the file of a journal', () => {
  it('is written before the change counts as queued, and goes when all is done', async () => {
    const file = new Paper();
    const journal = journalOf(100, file);
    await journal.add([key('a'), key('b')]);
    expect(file.log).toEqual(['+ key app a', '+ key app b']);
    journal.done(journal.snapshot());
    await journal.close();
    expect(file.log.slice(2)).toEqual(['= ', 'closed']);
  });

  it('gives back what an earlier process left over', async () => {
    const file = new Paper();
    file.left = [key('a'), clear(acme)];
    const journal = journalOf(100, file);
    await journal.load();
    expect(said(journal.snapshot())).toEqual(['scope app@acme', 'key app a']);
  });

  it('that cannot be read may have held anything', async () => {
    const file = new Paper();
    file.broken = true;
    const journal = journalOf(100, file);
    await journal.load();
    expect(said(journal.snapshot())).toEqual(['scope app']);
    expect(errors).toHaveLength(1);
  });

  it('that fails is said, and loses nothing of what is in memory', async () => {
    const file = new Paper();
    const journal = journalOf(100, file);
    file.broken = true;
    await journal.add([key('a')]);
    expect(said(journal.snapshot())).toEqual(['key app a']);
    expect(errors.map(String)).toEqual(['Error: no space left']);
  });

  it('is written anew, with the last of each, before it grows without bounds', async () => {
    const file = new Paper();
    const journal = journalOf(100, file);
    for (let turn = 0; turn < 1_003; turn++) await journal.add([key('a')]);
    expect(file.log.at(-1)).toBe('= key app a');
    expect(file.log).toHaveLength(1_003);
  });
});
