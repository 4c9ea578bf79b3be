import { appendFile, readFile, truncate, utimes, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { openJournalFile } from '../../../lib/backends/journal/disk.journal.js';
import { changeLine, headLine, readText } from '../../../lib/backends/journal/journal-text.js';
import type { QueuedChange } from '../../../lib/contracts/journal.js';
import { rootScope, Scopes } from '../../../lib/core/scopes.js';
import { sha256 } from '../../../lib/support/sha256.js';
import { clear, type Folder, key, newFolder, plain, sorted, tenantOf } from './folder.js';

let folder: Folder;
beforeEach(async () => (folder = await newFolder()));
afterEach(() => folder.remove());

const open = (namespace = 'app') => openJournalFile({ directory: folder.path, namespace });

/** What one process leaves behind with these changes. */
async function leave(changes: readonly QueuedChange[], namespace = 'app'): Promise<string> {
  const journal = open(namespace);
  await journal.append(changes);
  await journal.close();
  return (await folder.files())[0]!;
}

/** What the next one makes of it. */
async function readNext(namespace = 'app'): Promise<readonly QueuedChange[]> {
  const journal = open(namespace);
  const changes = await journal.read();
  await journal.close();
  return changes;
}

/** Writing to a file touches it; a dead owner's silence is what makes it the next one's. */
async function forge(path: string, text: string | Buffer): Promise<void> {
  await writeFile(path, text);
  await utimes(path, 0, 0);
}

const lineOf = (record: object) => `${sha256(JSON.stringify(record)).slice(0, 16)} ${JSON.stringify(record)}\n`;

const UNITS = [
  'a',
  '\0',
  '\n',
  '\r',
  '"',
  '\\',
  '/',
  '@',
  '%',
  ':',
  '~',
  '\u2028',
  'é',
  '漢',
  '\u{1f600}',
  '\ud83d',
  '\ude00',
  '\ufffd',
  '\x7f',
];
const hostile = fc.oneof(
  fc.string({ unit: fc.constantFrom(...UNITS), maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const name = hostile.filter((text) => text !== '');

describe('the text of a journal', () => {
  it('brings every change back, in its scope', async () => {
    const change = fc.record({
      kind: fc.constantFrom('key' as const, 'tag' as const, 'pattern' as const, 'scope' as const),
      name: hostile,
      nested: fc.option(name),
      tenant: fc.option(name),
    });
    await fc.assert(
      fc.asyncProperty(hostile, fc.array(change, { minLength: 1, maxLength: 6 }), async (namespace, parts) => {
        const scopes = new Scopes(namespace);
        const changes = parts.map(({ kind, name: text, nested, tenant }): QueuedChange => {
          const inner = nested === null ? scopes.root : scopes.nested(scopes.root, nested);
          const scope = tenant === null ? inner : scopes.tenant(inner, tenant);
          return kind === 'scope' ? { kind, scope } : { kind, scope, name: text };
        });
        await leave(changes, namespace);
        const back = await readNext(namespace);
        expect(new Set(sorted(back))).toEqual(new Set(sorted(changes)));
        for (const one of back) {
          const original = changes.find((other) => other.scope.path === one.scope.path)!;
          for (const text of ['k', '\0k', '', '\ud800']) expect(one.scope.idOf(text)).toBe(original.scope.idOf(text));
        }
        const last = open(namespace);
        await last.read();
        await last.replace([]);
        await last.close();
        expect(await folder.files()).toEqual([]);
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it('is frozen', () => {
    const scope = tenantOf('app', 'orders', 'a b');
    expect(headLine('app')).toBe('5cdb5b0308e50b51 {"format":1,"namespace":"app"}\n');
    expect(changeLine({ kind: 'key', scope, name: '\ud800\n\u{1f600}' })).toBe(
      'e785011acf6e87f0 {"kind":"key","scope":{"path":"app/orders@a%20b","namespace":"app/orders","tenant":"a b","lineage":["app","app/orders","app@a%20b","app/orders@a%20b"]},"name":"\\ud800\\n\u{1f600}"}\n',
    );
    expect(changeLine(clear())).toBe(
      'f40e264e3e815365 {"kind":"scope","scope":{"path":"app","namespace":"app","lineage":["app"]}}\n',
    );
  });

  it('leaves out a last line that is cut short, at whatever byte', async () => {
    const path = await leave([key('one'), key('zwei \u{1f600}')]);
    const bytes = await readFile(path);
    const last = bytes.lastIndexOf('\n', bytes.length - 2) + 1;
    expect(last).toBeGreaterThan(80);
    for (let length = 0; length < bytes.length; length += 1) {
      const inLast = length > last && length < bytes.length - 1;
      // Only the line feed is missing: everything that it says is there.
      const whole = length === bytes.length - 1;
      const expected = readText(bytes.subarray(0, length), rootScope('app'))!.map(plain);
      if (length === last || inLast) expect(expected).toEqual([plain(key('one'))]);
      if (whole) expect(expected).toEqual([key('one'), key('zwei \u{1f600}')].map(plain));
      expect(expected.length).toBeLessThanOrEqual(2);
    }
    await forge(path, bytes.subarray(0, last + 30));
    expect((await readNext()).map(plain)).toEqual([plain(key('one'))]);
  });

  it('becomes a clear where any byte before the last line is not as it was', async () => {
    const path = await leave([key('one'), key('two'), key('three')]);
    const bytes = await readFile(path);
    const last = bytes.lastIndexOf('\n', bytes.length - 2) + 1;
    for (let at = 0; at < last; at += 1) {
      for (const change of [1, 0x80]) {
        const damaged = Buffer.from(bytes);
        damaged[at]! ^= change;
        expect(readText(damaged, rootScope('app'))).toBeUndefined();
      }
    }
    // A line that is whole and wrong is not cut short, wherever it stands.
    const end = Buffer.from(bytes);
    end[bytes.length - 3]! ^= 1;
    expect(readText(end, rootScope('app'))).toBeUndefined();

    const middle = Buffer.from(bytes);
    middle[last - 5]! ^= 1;
    await forge(path, middle);
    const cleared = await readNext();
    expect(cleared.map(plain)).toEqual([plain(clear())]);
    expect(cleared[0]!.scope.idOf('\0k')).toBe(rootScope('app').idOf('\0k'));
    // And it stays one, for whoever comes after that.
    expect((await readNext()).map(plain)).toEqual([plain(clear())]);
  });

  it.each([
    ['a newer format', lineOf({ format: 2, namespace: 'app' })],
    ['another namespace', lineOf({ format: 1, namespace: 'other' })],
    ['no head', changeLine(key('k'))],
    ['a change of an unknown kind', headLine('app') + lineOf({ kind: 'new', scope: plainScope(), name: 'k' })],
    ['a change without a name', headLine('app') + lineOf({ kind: 'key', scope: plainScope() })],
    ['a change without a scope', headLine('app') + lineOf({ kind: 'key', name: 'k' })],
    ['a scope of another root', headLine('app') + changeLine(key('k', rootScope('other')))],
    ['a line that is no object', `${headLine('app')}${sha256('1').slice(0, 16)} 1\n`],
    ['an empty line', `${headLine('app')}\n${changeLine(key('k'))}`],
  ])('becomes a clear with %s', async (_what, text) => {
    const path = await leave([key('one')]);
    await forge(path, text);
    expect((await readNext()).map(plain)).toEqual([plain(clear())]);
  });

  it('becomes a clear where it is too large to be read', async () => {
    const path = await leave([key('one')]);
    await truncate(path, 64 * 1_048_576 + 1);
    await utimes(path, 0, 0);
    expect((await readNext()).map(plain)).toEqual([plain(clear())]);
  });

  it('takes an empty file, and one with no more than a head, for one without changes', async () => {
    const path = await leave([key('one')]);
    for (const text of ['', headLine('app').slice(0, 20), headLine('app')]) {
      await forge(path, text);
      expect(await readNext()).toEqual([]);
      expect(await folder.files()).toEqual([]);
    }
  });

  it('names each change once, however often it was queued', async () => {
    const path = await leave([key('one'), key('one'), key('two')]);
    await appendFile(path, changeLine(key('two')));
    await utimes(path, 0, 0);
    expect(sorted(await readNext())).toEqual(sorted([key('one'), key('two')]));
    expect((await readFile((await folder.files())[0]!, 'utf8')).split('\n')).toHaveLength(4);
  });
});

function plainScope(): object {
  return { path: 'app', namespace: 'app', lineage: ['app'] };
}
